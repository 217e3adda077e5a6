/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dumped kernel as an ELF executable: a vmlinux made of nothing but the dump. Its text and data are as they are in memory,
 * patched and with values of the moment of the dump, pointers in them as KASLR has made them; all addresses of sections and
 * symbols are those that it was linked at. Symbols, BTF and the build-id are what memory has of them.
 *
 * Zeroes are: what was thrown away after booting (.init.*), what no page table maps, and pages that are not in the dump.
 * .bss has no contents, as that of any executable.
 *
 * The size is known as soon as the symbols are. Of the contents only the symbol table is made, when it is first read.
 *
 * Threads: any. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_EXECUTABLE_EXECUTABLE_H
#define VMCOREFS_KERNEL_EXECUTABLE_EXECUTABLE_H

#include "base/layout.h"
#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"

#define EXECUTABLE_MAX_BYTES ((uint64_t)1 << 30)	/* of the file: what claims more is no kernel */

/* holes: of pages that are not in the dump. -ENOTSUP, with a short *why: the symbols do not tell where the kernel is, or tell
 * nonsense; -ENOMEM, passing faults. */
int executable_layout(const struct facts *f, enum hole_policy holes, struct layout **out, const char **why);

/* Which of its contents are not in the dump: "12 KiB are not in the dump, and zeroes: .data 0x...+0x3000". Nothing when all are
 * there; when there is no such file, why. -ENOMEM, passing faults. */
int executable_put_lost(const struct facts *f, struct outbuf *out);

#endif
