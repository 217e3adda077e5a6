/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as users write them in names: decimal, or hexadecimal behind 0x; 16 hexadecimal digits, as the kernel prints
 * addresses, need no 0x.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_NUMBER_H
#define VMCOREFS_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* n characters from s on, all of them. -EINVAL: no number; -ENOENT: one that no 64 bits hold. */
int number_parse(const char *s, size_t n, uint64_t *out);

#endif
