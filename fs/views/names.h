/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that are numbers (base/number.h) or addresses (kernel/debuginfo/address.h): pfn/<n>, vtop/[<pgd>:]<addr>,
 * virt/<addr>[+<len>]. facts NULL: no symbols are known, addresses are numbers. Borrows facts.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_NAMES_H
#define VMCOREFS_FS_VIEWS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/debuginfo/facts.h"

/* 0; -EINVAL when it is no number; -ENOENT when it is one that no 64 bits hold. */
int name_number(const char *name, uint64_t *out);
/* "<addr>" or "<addr>+<len>": of several + the last one is before the length. *len is 0 when it is not given (given, it must be
 * 1 or more). Errors as address_parse(). */
int name_range(const struct facts *f, const char *name, uint64_t *addr, uint64_t *len);
/* "<addr>" or "<pgd>:<addr>", pgd a number. Errors as address_parse(). */
int name_walk(const struct facts *f, const char *name, bool *has_root, uint64_t *root, uint64_t *vaddr);

#endif
