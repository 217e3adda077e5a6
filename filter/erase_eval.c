/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase_eval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "filter/erase_target.h"
#include "filter/words.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/list.h"
#include "kernel/object/percpu.h"

#define LOOP_MAX	((uint64_t)1 << 24)	/* elements of one list or array */

struct loop {
	struct erase_run *ev;
	const struct erase_rule *rule;
	struct erase_target *targets;		/* owned, as many as the rule has commands */
	struct access list;
	uint64_t offset;		/* of the member that links the elements */
	uint64_t elements;
};

static int visit(struct loop *l, uint64_t element, uint64_t slot)
{
	int r = 0;

	l->elements++;
	for (size_t i = 0; i < l->rule->ncommands && !r; i++)
		r = erase_target_run(l->ev, &l->targets[i], element, slot);
	return r;
}

static int run_array(struct loop *l)
{
	const struct access_context *c = &l->ev->c;
	uint64_t base, pointer;
	int r = access_walk(c, &l->list, 0, &base);

	for (uint64_t i = 0; i < l->list.type.count && !r; i++) {
		uint64_t at = base + i * c->var_type.bytes;

		if (c->var_type.kind == TYPE_POINTER && !access_read(c, at, c->var_type.bytes, &pointer) && !pointer)
			continue;
		r = visit(l, at, 0);
	}
	return r;
}

static int visit_list(struct loop *l, struct klist list, uint64_t offset)
{
	int r = 0;

	while (!r && klist_next(&list))
		r = visit(l, list.node - offset, list.slot);
	kreader_take(l->ev->c.reader, NULL);	/* the list has it */
	return r ? r : list.error;
}

/* From a struct, or from a pointer to one, to the next, until NULL or the first. */
static int run_chain(struct loop *l)
{
	const struct access_context *c = &l->ev->c;
	uint64_t start;
	int r = access_walk(c, &l->list, 0, &start);

	if (r)
		return r;
	return visit_list(l, l->list.type.kind == TYPE_POINTER ? klist_structs(c->reader, start, l->offset, LOOP_MAX) :
			  klist_from(c->reader, start, l->offset, LOOP_MAX), 0);
}

static int run_list_head(struct loop *l)
{
	const struct access_context *c = &l->ev->c;
	uint64_t head;
	int r = access_walk(c, &l->list, 0, &head);

	return r ? r : visit_list(l, klist_ring(c->reader, head, LOOP_MAX), l->offset);
}

/* By its form: types have no names here. */
static bool is_list_head(const struct types *t, const struct type *type)
{
	struct type_member next, prev;

	return type->kind == TYPE_STRUCT && !types_member(t, type, "next", &next) && !types_member(t, type, "prev", &prev) &&
	       next.type.kind == TYPE_POINTER && prev.type.kind == TYPE_POINTER && !next.offset &&
	       prev.offset == next.type.bytes && type->bytes == 2 * next.type.bytes;
}

static int resolve_array(struct erase_run *ev, struct loop *l)
{
	const struct erase_word *w = &l->rule->list;

	if (types_target(ev->c.types, &l->list.type, &ev->c.var_type))
		return access_fail(&ev->c, w->pos, "the type of the elements of '%s' is not known", w->text);
	if (!l->list.type.count || !ev->c.var_type.bytes)
		return access_fail(&ev->c, w->pos, "how large '%s' is, is not known", w->text);
	if (l->list.type.count > LOOP_MAX)
		return access_fail(&ev->c, w->pos, "'%s' has more than %llu elements", w->text, (unsigned long long)LOOP_MAX);
	if (l->rule->loop != ERASE_FOR)
		log_warn("%s:%u:%u: '%s' is an array: no need of 'via'", ev->c.name, w->pos.line, w->pos.column, w->text);
	return 0;
}

static int resolve_chain(struct erase_run *ev, struct loop *l)
{
	const struct erase_word *w = &l->rule->list, *member = &l->rule->member;
	struct access node = l->list, next;
	int r = access_deref(&ev->c, w->pos, false, &node);

	if (r)
		return r;
	if (node.type.kind != TYPE_STRUCT && node.type.kind != TYPE_UNION)
		return access_fail(&ev->c, w->pos, "'%s' is neither an array nor a struct, nor a pointer to a struct", w->text);
	if (is_list_head(ev->c.types, &node.type))
		return access_fail(&ev->c, w->pos, "'%s' is a list_head: say 'within' and STRUCT:MEMBER", w->text);
	next = (struct access){ .type = node.type };
	r = access_member(&ev->c, member->text ? member->pos : w->pos, member->text ? member->text : "next", &next);
	if (r)
		return r;
	l->offset = next.steps[0].offset;
	ev->c.var_type = node.type;
	ev->var_is_pointed_to = true;
	if (next.type.kind == TYPE_POINTER)
		r = access_deref(&ev->c, w->pos, false, &next);
	else
		next.type.kind = TYPE_VOID;
	if (!r && (next.type.kind != node.type.kind || next.type.bytes != node.type.bytes))
		r = access_fail(&ev->c, member->text ? member->pos : w->pos, "'%s' does not point to such a struct as it is in",
				member->text ? member->text : "next");
	return r;
}

static int resolve_elements(struct erase_run *ev, struct loop *l)
{
	const struct erase_word *type = &l->rule->type, *member = &l->rule->member;
	struct access node = { 0 };
	int r = types_find(ev->c.types, ev->c.module, type->text, &node.type);

	if (r == -ENOENT)
		return access_fail(&ev->c, type->pos, "there is no struct '%s'", type->text);
	if (r)
		return r == -ENOMEM ? r : access_fail(&ev->c, type->pos, "struct '%s': damaged type information", type->text);
	ev->c.var_type = node.type;
	r = access_member(&ev->c, member->pos, member->text, &node);
	if (r)
		return r;
	if (!is_list_head(ev->c.types, &node.type))
		return access_fail(&ev->c, member->pos, "member '%s' of '%s' is no list_head", member->text, type->text);
	l->offset = node.steps[0].offset;
	return 0;
}

/* HEAD, or HEAD.next: the ring is the same. */
static int resolve_list_head(struct erase_run *ev, struct loop *l)
{
	const struct erase_word *w = &l->rule->list;
	size_t depth = access_depth(w);
	char last[ERASE_NAME_MAX + 1];
	struct type list_head;
	int r;

	access_name(w, depth - 1, last);
	if (depth > 1 && (!strcmp(last, "next") || !strcmp(last, "prev")))
		depth--;
	/* the rule itself says what this variable is */
	if (depth == 1 && !types_find(ev->c.types, NULL, "list_head", &list_head))
		ev->c.unknown = &list_head;
	r = access_resolve(&ev->c, w, depth, &l->list);
	ev->c.unknown = NULL;
	if (!r)
		r = access_deref(&ev->c, w->pos, false, &l->list);
	if (r)
		return r;
	if (!is_list_head(ev->c.types, &l->list.type))
		return access_fail(&ev->c, w->pos, "'%s' is no list_head, as 'within' needs it", w->text);
	return resolve_elements(ev, l);
}

static int run_loop(struct loop *l)
{
	return l->rule->loop == ERASE_FOR_WITHIN ? run_list_head(l) :
	       l->list.type.kind == TYPE_ARRAY ? run_array(l) : run_chain(l);
}

/* What the loop goes over, and so what its variable is. */
static int resolve_loop(struct erase_run *ev, struct loop *l)
{
	const struct erase_rule *rule = l->rule;
	int r;

	if (rule->loop == ERASE_ONCE)
		return 0;
	if (rule->loop == ERASE_FOR_WITHIN) {
		r = resolve_list_head(ev, l);
	} else {
		r = access_resolve(&ev->c, &rule->list, access_depth(&rule->list), &l->list);
		if (!r)
			r = l->list.type.kind == TYPE_ARRAY ? resolve_array(ev, l) : resolve_chain(ev, l);
	}
	ev->c.var = rule->var.text;
	return r;
}

static int run_rule(struct loop *l)
{
	struct erase_run *ev = l->ev;
	int r = l->rule->loop == ERASE_ONCE ? visit(l, 0, 0) : run_loop(l);

	if (r == -ENOMEM || r == -EFBIG)
		return r;
	if (r < 0)
		erase_warn(ev, &l->rule->list, r == -ELOOP ? "the list runs in a circle: elements until there are erased" :
		     "the list cannot be read to its end: only the elements until there are erased", l->elements, "element");
	return 0;
}

/* For the copies of each CPU that has a number, be it possible or not. */
static int run_per_cpu(struct loop *l)
{
	struct access_context *c = &l->ev->c;
	const struct erase_word *path = &l->rule->commands[0].path;
	struct knames names = facts_names(c->facts);
	struct kcpus cpus;
	int r = 0;

	if (kcpus_read(&names, c->reader, &cpus) || !cpus.offsets)
		return access_fail(c, path->pos, "where the CPUs' copies of per-CPU variables are is not known");
	for (unsigned int i = 0; i < cpus.n && !r; i++) {
		/* of the variable at 0 */
		if (!kpercpu(c->reader, &cpus, i, 0, &c->cpu_offset)) {
			r = run_rule(l);
			continue;
		}
		kreader_take(c->reader, NULL);
		erase_warn(l->ev, path, "where a CPU's copies are cannot be read: not erased", 1, "CPU");
	}
	return r;
}

static int eval_rule(struct erase_run *ev, const struct erase_rule *rule)
{
	struct loop l = { .ev = ev, .rule = rule };
	int r;

	ev->c.module = rule->module.text;
	ev->c.var = NULL;
	ev->c.per_cpu = false;
	ev->var_is_pointed_to = false;
	r = resolve_loop(ev, &l);
	if (r || !rule->ncommands)
		return r;
	l.targets = calloc(rule->ncommands, sizeof(*l.targets));
	if (!l.targets)
		return -ENOMEM;
	for (size_t i = 0; i < rule->ncommands && !r; i++)
		r = erase_target_resolve(ev, &rule->commands[i], &l.targets[i]);
	if (r)
		goto out_free;
	r = ev->c.per_cpu ? run_per_cpu(&l) : run_rule(&l);
	if (r)
		goto out_free;
	for (size_t i = 0; i < rule->ncommands; i++)
		erase_target_report(ev, &l.targets[i]);
out_free:
	free(l.targets);
	return r;
}

/* Is the module of the rule's section there? Warns once a section. */
static bool module_is_loaded(struct erase_run *ev, const struct erase_rule *rule, const struct erase_rule *before)
{
	const struct erase_word *m = &rule->module;
	struct symbol ignored;
	int r = m->text ? facts_find_symbol(ev->c.facts, m->text, "", &ignored) : 0;

	if (r != -ENODEV && r != -ENOTSUP)
		return true;
	if (!before || !before->module.text || before->module.pos.line != m->pos.line) {
		log_warn("%s:%u:%u: module %s is not loaded: its rules are passed over", ev->c.name, m->pos.line,
			 m->pos.column, m->text);
		ev->warnings++;
	}
	return false;
}

static bool is_string(const struct erase_rule *rule)
{
	return rule->ncommands && rule->commands->extent == ERASE_STRING;
}

static bool has_module_rules(const struct erase_rules *rules)
{
	for (size_t i = 0; i < rules->nrules; i++)
		if (rules->rules[i].module.text)
			return true;
	return false;
}

/* All facts that the rules need. */
static int take_facts(const struct erase_rules *rules, const struct facts *f, const struct types **types)
{
	const struct symbols *symbols;
	const struct modules *modules;
	const char *why = facts_kernel(f)->why_no_space;
	int r = facts_kernel(f)->has_space ? facts_symbols(f, &symbols, &why) : -ENOTSUP;

	if (!r)
		r = facts_types(f, types, &why);
	if (r)
		return fail(-r, "%s: the rules cannot be applied: %s", rules->name, why);
	if (!has_module_rules(rules))
		return 0;
	r = facts_modules(f, &modules, &why);
	if (r == -ENOTSUP) {
		log_warn("the dump's modules are not found, for erase rules of theirs: %s", why);
		r = 0;
	}
	return r;
}

static bool only_strings(const struct erase_rules *rules)
{
	for (size_t i = 0; i < rules->nrules; i++)
		if (!is_string(&rules->rules[i]))
			return false;
	return true;
}

/* All copies of the strings in stored pages, in one pass. */
static int erase_strings(struct erase_run *ev, const struct erase_rules *rules)
{
	struct words words = { 0 };
	struct word_hits hits = { 0 };
	int r = 0;

	for (size_t i = 0; i < rules->nrules && !r; i++) {
		const struct erase_command *c = rules->rules[i].commands;

		if (is_string(&rules->rules[i]))
			r = words_add(&words, c->string, strlen(c->string), (uint32_t)i);
	}
	if (!r && words.n)
		r = words_search(&words, ev->c.kernel->pages, &hits);
	if (r == -EFBIG)
		fail(EFBIG, "%s: more copies of strings than can be erased", rules->name);
	for (size_t i = 0; i < hits.n && !r; i++) {
		const struct word *word = &words.list[hits.list[i].word];

		r = erase_list_entry(ev->list, rules->rules[word->number].commands->path.text, false);
		if (!r)
			r = erase_list_piece(ev->list, hits.list[i].paddr, word->len);
	}
	ev->list->strings = hits.n;
	if (!r && hits.unread) {
		log_warn("%s: %llu pages cannot be read: strings in them are not found", rules->name,
			 (unsigned long long)hits.unread);
		ev->warnings++;
	}
	word_hits_free(&hits);
	words_free(&words);
	return r;
}

int erase_eval(const struct erase_rules *rules, const struct facts *f, struct erase_list *out, unsigned int *warnings)
{
	struct erase_run ev = { .c = { .kernel = facts_kernel(f), .facts = f, .name = rules->name }, .list = out };
	bool strings = only_strings(rules);
	int r = strings ? 0 : take_facts(rules, f, &ev.c.types);

	*out = (struct erase_list){ 0 };
	if (!r && !strings)
		r = kreader_open(facts_kernel(f), &ev.c.reader);
	for (size_t i = 0; i < rules->nrules && !r; i++)
		if (!is_string(&rules->rules[i]) && module_is_loaded(&ev, &rules->rules[i], i ? &rules->rules[i - 1] : NULL))
			r = eval_rule(&ev, &rules->rules[i]);
	if (!r)
		r = erase_strings(&ev, rules);
	if (!r)
		r = erase_list_close(out);
	if (r)
		erase_list_free(out);
	kreader_close(ev.c.reader);
	*warnings = ev.warnings;
	return r;
}
