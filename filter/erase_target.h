/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command of the erase rules: resolved once, run for each element of its loop. Only erase_eval.c includes this.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_FILTER_ERASE_TARGET_H
#define VMCOREFS_FILTER_ERASE_TARGET_H

#include "filter/erase_access.h"
#include "filter/erase_list.h"

struct erase_run {
	struct access_context c;
	struct erase_list *list;
	unsigned int warnings;
	bool var_is_pointed_to;			/* the loop's elements have pointers to them, that can be nullified */
};

/* A command, resolved. */
struct erase_target {
	const struct erase_command *command;
	struct access where, size_at;
	enum { SIZE_FIXED, SIZE_STRING, SIZE_READ } size;
	bool pointer_to_element;		/* nullify the pointer that led to the element */
	uint64_t bytes;
	/* what went wrong */
	uint64_t unread, bad_sizes, long_strings, unmapped;
};

/* Where the command leads to. -EINVAL after a message with the place in the file; -ENOMEM. */
int erase_target_resolve(struct erase_run *ev, const struct erase_command *command, struct erase_target *t);
/* Put what it finds now into the list; slot: where the pointer to the element is, 0: there is none. What cannot be
 * found is counted. -ENOMEM; -EFBIG, logged. */
int erase_target_run(struct erase_run *ev, struct erase_target *t, uint64_t element, uint64_t slot);
/* Warnings about what was counted. */
void erase_target_report(struct erase_run *ev, const struct erase_target *t);
/* "FILE:LINE:COLUMN: WORD: what (NUMBER UNITs)", counted. */
void erase_warn(struct erase_run *ev, const struct erase_word *w, const char *what, uint64_t number, const char *unit);

#endif
