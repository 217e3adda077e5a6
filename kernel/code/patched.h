/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's code in memory against that in a vmlinux: where they differ, and why as far as the kernel's own tables tell
 * (patch_sites.h), or KASLR: a number that differs by the distance that the kernel was moved.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_CODE_PATCHED_H
#define VMCOREFS_KERNEL_CODE_PATCHED_H

#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"

#define PATCHED_MAX_BYTES (40u << 20)	/* of the text, which is cut there: kernels of today have 6 to 15 MiB */

/*
 * Lines in order of addresses: address, symbol and offset, length, bytes in the file, bytes in memory, why; before them, with #,
 * how many there are of each kind, and what is not in the dump. Numbers that KASLR has moved are counted only. vmlinux: path.
 * Errors with the file were logged; -ENOMEM, passing faults; those of memory are in out.
 */
int patched_put(const struct facts *f, const char *vmlinux, struct outbuf *out);

#endif
