/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of VMCOREINFO in memory, and which of all texts is the kernel's: the dump's note, those in memory, what the user
 * gave. The memory decides: do the page tables lie where the text says, and is the kernel's name there?
 *
 * Threads: texts_search() uses the workers; judging: any; choosing: before mount only.
 */
#ifndef VMCOREFS_KERNEL_OPENING_TEXTS_H
#define VMCOREFS_KERNEL_OPENING_TEXTS_H

#include "kernel/kernel.h"
#include "kernel/opening/outside.h"

/* Do both tell of a kernel at the same place? And of the same kernel there: they may differ in what was added later
 * (CRASHTIME). */
bool texts_same_place(const struct vmcoreinfo *a, const struct vmcoreinfo *b);
bool texts_are_same(const struct vmcoreinfo *a, const struct vmcoreinfo *b);

/*
 * search.c: look for texts in the DATA pages from first to end - 1: a page that starts with OSRELEASE=. The best one comes
 * first; of copies (the kernel makes one when a crash kernel is loaded) only the best is there. -ENOENT, -ENOMEM.
 */
int texts_search(const struct pages *ps, uint64_t first, uint64_t end, struct kernel_texts *out);
/* The text at an address. -ENOENT: none is there; -ENOMEM. out->text is the caller's. */
int text_at(const struct pages *ps, uint64_t paddr, struct kernel_text *out);
void texts_free(struct kernel_texts *texts);

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

/* kernel.c, for judging: with k->vmci and k->arch set, all that follows from them. */
void kernel_take_text(struct kernel *k, const struct kernel_input *in);

#endif
