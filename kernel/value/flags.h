/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags that have names in the kernel: the bits of some members. Of macros only those are here that all kernels from 5.10 on
 * give the same bit.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_VALUE_FLAGS_H
#define VMCOREFS_KERNEL_VALUE_FLAGS_H

#include "base/outbuf.h"
#include "kernel/value/value.h"

/* "PF_KTHREAD | 0x10": the names of a value's bits, and what has none. Nothing: it is no member with flags. */
void value_flags(struct value_reader *v, const struct value *at, uint64_t bits, struct outbuf *out);

#endif
