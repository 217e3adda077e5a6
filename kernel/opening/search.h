/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Find VMCOREINFO in a dump that has no note of it, such as a plain one from QEMU. The kernel keeps the text in pages
 * of its own (kernel/vmcore_info.c: vmcoreinfo_data, one page), which it fills from OSRELEASE= on while booting.
 *
 * Threads: any; texts_search() uses the workers.
 */
#ifndef VMCOREFS_KERNEL_OPENING_SEARCH_H
#define VMCOREFS_KERNEL_OPENING_SEARCH_H

#include "kernel/kernel.h"

/* Do both tell of a kernel at the same place? And of the same kernel there: they may differ in what was added later
 * (CRASHTIME). */
bool texts_same_place(const struct vmcoreinfo *a, const struct vmcoreinfo *b);
bool texts_are_same(const struct vmcoreinfo *a, const struct vmcoreinfo *b);

/*
 * Look for texts in the DATA pages from first to end - 1: a page that starts with OSRELEASE=. The best one comes
 * first; of copies (the kernel makes one when a crash kernel is loaded) only the best is there. -ENOENT, -ENOMEM.
 */
int texts_search(const struct pages *ps, uint64_t first, uint64_t end, struct kernel_texts *out);
/* The text at an address. -ENOENT: none is there; -ENOMEM. out->text is the caller's. */
int text_at(const struct pages *ps, uint64_t paddr, struct kernel_text *out);
void texts_free(struct kernel_texts *texts);

#endif
