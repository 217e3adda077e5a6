/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what a dump knows about itself, and what the user gave, to the kernel in it.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_KERNEL_OPENING_OPEN_H
#define VMCOREFS_KERNEL_OPENING_OPEN_H

#include "kernel/input.h"
#include "kernel/kernel.h"

/* Never fails for what the dump lacks (see why_no_space), only with -ENOMEM; and, after a message, when what the user
 * gave cannot be read or does not fit the dump. */
int kernel_open(const struct kernel_input *in, struct kernel **out);
void kernel_close(struct kernel *k);		/* NULL is fine */
/* From now on memory is pages, which the kernel borrows: the same with some contents erased. What was read from there for
 * users (uts) is read anew; there is no space any more when the page tables are gone. Before others know k. */
void kernel_set_pages(struct kernel *k, const struct pages *pages);

/* From now on the pages that space reads (page tables, and what is read by kernel_read() and kernel/object/) are kept for a
 * while in a cache of 8 MiB. Without memory for it there is none. Before others know k. */
void kernel_keep_pages(struct kernel *k);

#endif
