/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that are numbers: pfn/<n>, vtop/[<pgd>:]<addr>, phys/<addr>[+<len>].
 *
 * A number is decimal, or hexadecimal behind 0x; an address may also be 16 hexadecimal digits, as the kernel prints it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_NAMES_H
#define VMCOREFS_FS_VIEWS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* 0; -EINVAL when it is no number; -ENOENT when it is one that no 64 bits hold. */
int name_number(const char *name, uint64_t *out);
/* "<addr>" or "<addr>+<len>"; *len is 0 when it is not given (given, it must be 1 or more). */
int name_range(const char *name, uint64_t *addr, uint64_t *len);
/* "<addr>" or "<pgd>:<addr>". */
int name_walk(const char *name, bool *has_root, uint64_t *root, uint64_t *vaddr);

#endif
