/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All tasks of a dump with the kernel frames of their stacks: list_stacks [-x VMLINUX] DUMP. In the form of drgn_tasks.py; what
 * was guessed has a "?". The time that it took goes to stderr. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/views/stack_text.h"
#include "kernel/debuginfo/address.h"
#include "tests/tools/tool.h"

struct listing {
	struct tool *tool;
	struct stacks *stacks;
	unsigned int tasks;
	uint64_t frames, longest, sum;	/* nanoseconds of one stack */
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int put(void *arg, const struct task *task)
{
	static struct stack stack;
	struct listing *l = arg;
	uint64_t begin = now(), took;
	char name[600];
	int r = stack_of_task(l->stacks, task, &stack);

	took = now() - begin;
	l->tasks++;
	l->sum += took;
	l->longest = took > l->longest ? took : l->longest;
	printf("task %d %s\n", task->pid, task->comm);
	for (size_t i = 0; !r && i < stack.n; i++) {
		const struct stack_frame *f = &stack.frames[i];

		if (f->user)
			continue;
		l->frames++;
		address_format_code(l->tool->engine->facts, f->pc, !f->exact, name, sizeof(name));
		printf("   %#llx %s%s\n", (unsigned long long)f->pc, f->guessed ? "? " : "", name);
	}
	if (!task->stack)
		printf("   released\n");
	else if (stack.end > STACK_USER)
		printf("   end %d\n", stack.end);
	return r;
}

int main(int argc, char **argv)
{
	struct tool t = tool_open(argc, argv);
	struct listing l = { .tool = &t };
	struct stack_source source;
	int lost = 0, r = stack_text_open(t.engine, &source);

	l.stacks = source.stacks;
	if (!r)
		r = stacks_each_task(l.stacks, put, &l, &lost);
	fprintf(stderr, "%u tasks, %llu frames, %.3f ms a stack, longest %.3f\n", l.tasks, (unsigned long long)l.frames,
		l.tasks ? (double)l.sum / l.tasks / 1e6 : 0, (double)l.longest / 1e6);
	stack_text_close(&source);
	return tool_close(&t, r || lost);
}
