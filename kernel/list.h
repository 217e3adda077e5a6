/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's linked lists (struct list_head): a ring of nodes, the head is one of them.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_LIST_H
#define VMCOREFS_KERNEL_LIST_H

#include "kernel/kernel.h"

/*
 * Each node behind the head, in order; fn: 0 to go on, else the walk ends with it. max: the most nodes that are believed.
 * -ELOOP: the list does not come back to its head, but runs in a circle or beyond max; then fn has seen all nodes of the
 * circle, some of them more than once. Errors as kernel_read().
 */
int list_each(const struct kernel *k, uint64_t head, uint64_t max, int (*fn)(void *arg, uint64_t node), void *arg);

#endif
