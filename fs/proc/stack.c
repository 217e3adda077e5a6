/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack and stack.full of processes and threads. */
#include <errno.h>
#include <stdlib.h>

#include "fs/proc/proc.h"
#include "fs/views/stack_text.h"

enum stack_form { AS_PROC, FULL };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct stack_source s;
	struct proc_task t;
	struct stack *stack;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = stack_text_open(e, &s);
	if (!r) {
		stack = malloc(sizeof(*stack));
		r = stack ? stack_of_task_at(s.stacks, t.vaddr, stack) : -ENOMEM;
		if (!r && at->row->param >> PROC_FOLDER_BITS == FULL)
			stack_put_full(e, s.stacks, stack, out);
		else if (!r)
			stack_put_proc(e, s.stacks, stack, out);
		free(stack);
		stack_text_close(&s);
	}
	proc_task_close(&t);
	return r;
}

static const struct view_row rows[] = {
	PROC_ROWS_OF("stack", VIEW_PROC_TEXT, AS_PROC, .render = render),
	PROC_ROWS_OF("stack.full", VIEW_PROC_TEXT, FULL, .render = render),
};

VIEW_FAMILY(proc_stack, rows);
