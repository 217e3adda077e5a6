/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What symbols.h and types.h answer about a dump: kernel_facts [-x VMLINUX] [-t VMLINUX] DUMP <QUESTIONS
 *
 * -x: as vmcorefs has it; -t: only symbols and types are taken from there. Questions, one a line:
 *   symbols [MODULE]     all of them, as nm prints them
 *   modules              their names
 *   find NAME [MODULE]   an address
 *   at ADDRESS           "module:name+offset"
 *   type NAME [MODULE]   kind and bytes
 *   member TYPE NAME     where it is
 *   variable NAME [MODULE]
 *   enum TYPE NAME       a value
 *   (a '+' in NAME or TYPE stands for a blank)
 *   repeat N QUESTION    N times, and only the last answer is printed
 * Times go to stderr.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fs/views/engine.h"
#include "kernel/debuginfo/facts.h"

struct asked {
	const struct facts *facts;
	const struct symbols *symbols;
	const struct types *types;	/* NULL: none */
	const struct modules *modules;	/* NULL: none */
	bool quiet;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int print_symbol(void *arg, const struct symbol *s)
{
	(void)arg;
	printf("%016" PRIx64 " %c %s\n", s->vaddr, s->type, s->name);
	return 0;
}

static const char *const kinds[] = {
	"void", "int", "float", "enum", "pointer", "array", "struct", "union", "function",
};

/* "pointer 8 -> struct 64", "array 40 of 5 int 8 signed" */
static void print_type(const struct asked *f, const struct type *t, int depth)
{
	struct type to;

	printf(" %s %" PRIu64 "%s%s", kinds[t->kind], t->bytes, t->is_signed ? " signed" : "", t->is_char ? " char" : "");
	if (depth > 8 || (t->kind != TYPE_POINTER && t->kind != TYPE_ARRAY))
		return;
	if (t->kind == TYPE_ARRAY)
		printf(" of %" PRIu64, t->count);
	else
		printf(" ->");
	if (types_target(f->types, t, &to))
		printf(" ?");
	else
		print_type(f, &to, depth + 1);
}

static void answer_type(const struct asked *f, int r, const struct type *t, const char *name)
{
	if (f->quiet)
		return;
	printf("%s:", name);
	if (r)
		printf(" %s", strerror(-r));
	else
		print_type(f, t, 0);
	putchar('\n');
}

static void answer_member(const struct asked *f, const char *type, const char *name)
{
	struct type of;
	struct type_member m = { 0 };
	int r = types_find(f->types, NULL, type, &of);

	if (!r)
		r = types_member(f->types, &of, name, &m);
	if (f->quiet)
		return;
	printf("%s.%s:", type, name);
	if (r) {
		printf(" %s\n", strerror(-r));
		return;
	}
	printf(" %" PRIu64, m.offset);
	if (m.bits)
		printf(":%u:%u", m.bit_offset, m.bits);
	print_type(f, &m.type, 0);
	putchar('\n');
}

static void answer_at(const struct asked *f, uint64_t vaddr)
{
	struct symbol s;
	const struct module *module;
	int r = facts_symbol_at(f->facts, vaddr, &s, &module);

	if (f->quiet)
		return;
	if (r)
		printf("%#" PRIx64 ": %s\n", vaddr, strerror(-r));
	else
		printf("%#" PRIx64 ": %s:%s+%#" PRIx64 "\n", vaddr, module ? module->name : "", s.name, vaddr - s.vaddr);
}

static int print_symbols(const struct asked *f, const char *module)
{
	const struct module *m = module && f->modules ? modules_find(f->modules, module) : NULL;

	if (!module)
		return symbols_each(f->symbols, print_symbol, NULL);
	return m ? module_each_symbol(m, print_symbol, NULL) : -ENODEV;
}

static void answer(struct asked *f, char *line)
{
	char word[4][256] = { "" };
	int n = sscanf(line, "%255s %255s %255s", word[0], word[1], word[2]), skip = 0;
	const char *what = word[0], *name = word[1], *second = n > 2 ? word[2] : NULL;
	unsigned long count;
	struct symbol s;
	struct type t = { 0 }, e;
	int64_t value = 0;
	int r;

	for (char *plus = word[1]; (plus = strchr(plus, '+'));)
		*plus = ' ';
	if (sscanf(line, "repeat %lu %n", &count, &skip) == 1 && skip) {
		for (f->quiet = true; count > 1; count--)
			answer(f, line + skip);
		f->quiet = false;
		answer(f, line + skip);
	} else if (!strcmp(what, "symbols")) {
		r = print_symbols(f, n > 1 ? name : NULL);
		if (r)
			printf("%s: %s\n", name, strerror(-r));
	} else if (!strcmp(what, "modules")) {
		for (size_t i = 0; f->modules && i < f->modules->n; i++)
			puts(f->modules->list[i].name);
	} else if (!strcmp(what, "find")) {
		r = facts_find_symbol(f->facts, second, name, &s);
		if (r && !f->quiet)
			printf("%s: %s\n", name, strerror(-r));
		else if (!f->quiet)
			print_symbol(NULL, &s);
	} else if (!strcmp(what, "at")) {
		answer_at(f, strtoull(name, NULL, 16));
	} else if (!strcmp(what, "type")) {
		r = types_find(f->types, second, name, &t);
		answer_type(f, r, &t, name);
	} else if (!strcmp(what, "variable")) {
		r = types_variable(f->types, second, name, &t);
		answer_type(f, r, &t, name);
	} else if (!strcmp(what, "member") && second) {
		answer_member(f, name, second);
	} else if (!strcmp(what, "enum") && second) {
		r = types_find(f->types, NULL, name, &e);
		if (!r)
			r = types_enumerator(f->types, &e, second, &value);
		printf("%s.%s: %s%" PRId64 "\n", name, second, r ? strerror(-r) : "", value);
	} else {
		fprintf(stderr, "no such question: %s", line);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const char *only = NULL, *why, *paths[1];
	struct engine_options opt = { .dump.npaths = 1, .codec = -1 };
	struct engine *engine;
	struct facts *facts;
	struct asked f = { 0 };
	char line[1024];
	double start;
	int c;

	while ((c = getopt(argc, argv, "x:t:")) != -1) {
		if (c == 'x')
			opt.vmlinux = only = optarg;
		else if (c == 't')
			only = optarg;
		else
			return 1;
	}
	if (optind + 1 != argc)
		return 1;
	paths[0] = argv[optind];
	opt.dump.paths = paths;
	if (engine_open(&opt, &engine))
		return 1;
	f.facts = facts = facts_new(engine->kernel, only);
	if (!facts)
		return 1;
	start = now();
	if (facts_symbols(facts, &f.symbols, &why)) {
		fprintf(stderr, "symbols: %s\n", why);
		return 1;
	}
	fprintf(stderr, "symbols from %s: %.1f ms\n", symbols_source(f.symbols), now() - start);
	start = now();
	if (facts_types(facts, &f.types, &why)) {
		fprintf(stderr, "types: %s\n", why);
	} else {
		fprintf(stderr, "types from %s: %.1f ms\n", types_source(f.types), now() - start);
		start = now();
		if (facts_modules(facts, &f.modules, &why))
			fprintf(stderr, "modules: %s\n", why);
		fprintf(stderr, "modules: %.1f ms\n", now() - start);
	}
	while (fgets(line, sizeof(line), stdin)) {
		start = now();
		answer(&f, line);
		if (!strncmp(line, "repeat ", 7))
			fprintf(stderr, "%.3f ms: %s", now() - start, line);
	}
	facts_free(facts);
	engine_close(engine);
	return 0;
}
