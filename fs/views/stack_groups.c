/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/stack_groups.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"

#define BUCKETS		16384u		/* a power of two */
#define MAX_GROUPS	(BUCKETS / 2)	/* different stacks that are kept */
#define MAX_FRAMES	(1u << 18)	/* of them together */
#define MAX_NAMED	(1u << 20)	/* tasks that are named, of all of them */
#define LINE		110u		/* characters of names in a line */

struct named_task {
	int pid;
	char comm[17];
};

/* Tasks with equal stacks. */
struct group {
	struct stack_frame *frames;	/* owned */
	size_t nframes;
	enum stack_end end;
	uint64_t tasks;
	struct named_task *named;	/* owned: the first of them */
	size_t n, cap;
};

struct grouping {
	const struct engine *e;
	struct stacks *stacks;
	struct stack stack;		/* the one that is looked at */
	struct group *list;		/* owned, with what is in it */
	size_t n, cap;
	uint32_t buckets[BUCKETS];	/* by hash: an index in list + 1 */
	uint64_t tasks, left_out;
	size_t frames, named;
};

static uint32_t hash_of(const struct stack *s)
{
	uint64_t h = s->end;

	for (size_t i = 0; i < s->n; i++)
		h = (h ^ s->frames[i].pc) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 40);
}

static bool is_equal(const struct group *g, const struct stack *s)
{
	if (g->nframes != s->n || g->end != s->end)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (g->frames[i].pc != s->frames[i].pc || g->frames[i].guessed != s->frames[i].guessed)
			return false;
	return true;
}

/* NULL: there is no room for another one; or no memory: *error. */
static struct group *group_of(struct grouping *g, int *error)
{
	struct stack *s = &g->stack;
	struct group new = { .nframes = s->n, .end = s->end };
	uint32_t at = hash_of(s) % BUCKETS;

	for (; g->buckets[at]; at = (at + 1) % BUCKETS)
		if (is_equal(&g->list[g->buckets[at] - 1], s))
			return &g->list[g->buckets[at] - 1];
	if (g->n == MAX_GROUPS || g->frames + s->n > MAX_FRAMES)
		return NULL;
	new.frames = malloc((s->n + 1) * sizeof(*new.frames));
	*error = new.frames ? vector_push(g->list, g->n, g->cap, new) : -ENOMEM;
	if (*error) {
		free(new.frames);
		return NULL;
	}
	memcpy(new.frames, s->frames, s->n * sizeof(*new.frames));
	g->frames += s->n;
	g->buckets[at] = (uint32_t)g->n;
	return &g->list[g->n - 1];
}

static int add_task(void *arg, const struct task *task)
{
	struct grouping *g = arg;
	struct named_task named = { .pid = task->pid };
	int r = stack_of_task(g->stacks, task, &g->stack);
	struct group *group;

	if (r)
		return r;
	g->tasks++;
	/* where its program was is the task's own */
	if (g->stack.n > 1 && g->stack.frames[g->stack.n - 1].user)
		g->stack.n--;
	group = group_of(g, &r);
	if (!group) {
		g->left_out++;
		return r;
	}
	group->tasks++;
	if (g->named == MAX_NAMED)
		return 0;
	g->named++;
	memcpy(named.comm, task->comm, sizeof(named.comm));
	return vector_push(group->named, group->n, group->cap, named);
}

static int compare(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	if (left->tasks != right->tasks)
		return left->tasks < right->tasks ? 1 : -1;
	if (left->n && right->n && left->named[0].pid != right->named[0].pid)
		return left->named[0].pid < right->named[0].pid ? -1 : 1;
	return 0;
}

static void put_names(const struct group *g, struct outbuf *out)
{
	size_t line = out->len;

	for (size_t i = 0; i < g->n; i++) {
		if (out->len - line > LINE) {
			out_printf(out, ",\n ");
			line = out->len;
		} else if (i) {
			out_char(out, ',');
		}
		out_printf(out, " %d ", g->named[i].pid);
		for (const char *c = g->named[i].comm; *c; c++)
			out_char(out, isprint((unsigned char)*c) && (unsigned char)*c < 128 ? *c : '?');
	}
	if (g->n < g->tasks)
		out_printf(out, ", and %llu more", (unsigned long long)(g->tasks - g->n));
	out_char(out, '\n');
}

static void put_group(struct grouping *g, const struct group *group, struct outbuf *out)
{
	out_printf(out, "\n%llu task%s:", (unsigned long long)group->tasks, group->tasks == 1 ? "" : "s");
	put_names(group, out);
	memcpy(g->stack.frames, group->frames, group->nframes * sizeof(*group->frames));
	g->stack.n = group->nframes;
	g->stack.end = group->end;
	stack_put_trace(g->e, &g->stack, out);
}

static void put_all(struct grouping *g, int lost, size_t bytes, struct outbuf *out)
{
	static const char cut[] = "\nThe rest is left out: the text is too long.\n";
	size_t begin = out->len, before;

	out_printf(out, "%llu tasks, %zu different stacks\n", (unsigned long long)g->tasks, g->n);
	if (lost)
		out_printf(out, "Some tasks are lost: a list of them is %s.\n", lost == -ENODATA ? "not all in the dump" : "damaged");
	if (g->left_out)
		out_printf(out, "%llu tasks are left out: there are too many different stacks.\n", (unsigned long long)g->left_out);
	for (size_t i = 0; i < g->n; i++) {
		before = out->len;
		put_group(g, &g->list[i], out);
		if (out->len - begin <= bytes - sizeof(cut))
			continue;
		out_cut(out, before);
		out_printf(out, "%s", cut);
		return;
	}
}

int stack_put_groups(const struct engine *e, struct stacks *s, size_t bytes, struct outbuf *out)
{
	struct grouping *g = calloc(1, sizeof(*g));
	int lost = 0, r;

	if (!g)
		return -ENOMEM;
	g->e = e;
	g->stacks = s;
	r = stacks_each_task(s, add_task, g, &lost);
	if (!r) {
		if (g->n)
			qsort(g->list, g->n, sizeof(*g->list), compare);
		put_all(g, lost, bytes, out);
	}
	for (size_t i = 0; i < g->n; i++) {
		free(g->list[i].frames);
		free(g->list[i].named);
	}
	free(g->list);
	free(g);
	return r;
}
