/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erase rules, applied to a dumped kernel: which physical memory they mean.
 *
 * Who erases secrets must not be told that all is well when it is not:
 * - A symbol, type or member that does not exist, and a rule that cannot be meant (a void pointer without size, a list
 *   without its struct), are errors with their place in the file. makedumpfile goes on without the rule.
 * - A section of a module that is not loaded is passed over, with a warning: the same rules serve many machines.
 * - Memory that the rules lead through and that is damaged, or not in the dump, hides what is behind it: a warning for
 *   each command, with their number; all that can be found is erased.
 * - Strings are looked for in all stored pages; that takes no symbols, and reads the whole dump.
 * - NULL pointers, empty lists and erased memory that is not in the dump are nothing to speak of.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FILTER_ERASE_EVAL_H
#define VMCOREFS_FILTER_ERASE_EVAL_H

#include "filter/erase_list.h"
#include "filter/erase_parse.h"
#include "kernel/debuginfo/facts.h"

/* Fills and closes *out, which borrows the words of the rules. *warnings: how many were logged. -EINVAL after one
 * message with the place in the file; -ENOTSUP after one when the dump lacks symbols or types; passing faults, -EFBIG. */
int erase_eval(const struct erase_rules *rules, const struct facts *f, struct erase_list *out, unsigned int *warnings);

#endif
