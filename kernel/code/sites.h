/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places in a function that the kernel changes while it runs, by its own tables: jump labels (struct jump_entry,
 * include/linux/jump_label.h) and calls of ftrace (struct dyn_ftrace in the list of struct ftrace_page,
 * kernel/trace/ftrace.c). Where symbols or types do not tell the tables, there are none.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_KERNEL_CODE_SITES_H
#define VMCOREFS_KERNEL_CODE_SITES_H

#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"
#include "kernel/object/fields.h"

struct function;

struct site {
	uint64_t vaddr;
	uint64_t key;			/* of a jump label: its struct static_key; 0: a call of ftrace */
	bool traced;			/* somebody is called there now */
};

struct sites {
	struct site *list;		/* owned */
	size_t n, cap;
};

/* Those of a function. -ENOMEM, passing faults; out is to be freed then too. What of the tables cannot be read is left out. */
int sites_find(const struct knames *names, struct kreader *r, const struct function *fn, struct sites *out);
void sites_free(struct sites *s);
/* After an instruction, what it is: "; jump label <key>". */
void sites_put(const struct sites *s, const struct facts *f, uint64_t vaddr, struct outbuf *out);

#endif
