/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of all texts of VMCOREINFO is the kernel's: the dump's note, those in memory, what the user gave. The memory
 * decides: do the page tables lie where the text says, and is the kernel's name there?
 *
 * Threads: judging: any; choosing: before mount only.
 */
#ifndef VMCOREFS_KERNEL_OPENING_TEXTS_H
#define VMCOREFS_KERNEL_OPENING_TEXTS_H

#include "kernel/input.h"
#include "kernel/kernel.h"
#include "kernel/opening/outside.h"
#include "kernel/opening/search.h"

enum text_verdict {
	TEXT_WRONG,			/* memory is not as it says */
	TEXT_UNTESTED,			/* it does not say enough, or the architecture is not known */
	TEXT_PROVEN,
};

/* By a trial, over the memory of k. *why: a short reason for TEXT_WRONG. */
enum text_verdict text_judge(const struct kernel *k, const struct kernel_input *in, const struct vmcoreinfo *v,
			     const char **why);

/*
 * Sets k->vmci, k->arch and what tells where they are from, and fills given with what the user gave. -EINVAL and others
 * after a message.
 */
int texts_choose(struct kernel *k, const struct kernel_input *in, struct outside *given);

/*
 * After kernel_open(): texts of other kernels than k, which are proven, among pages first to end - 1. -ENOENT: there are
 * none; -ENOMEM. Reads all of these pages. Threads: any.
 */
int texts_others(const struct kernel *k, uint64_t first, uint64_t end, struct kernel_texts *out);

#endif
