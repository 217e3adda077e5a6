/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCOREINFO text: one KEY=VALUE per line (kernel/crash_core.c, kernel/vmcore_info.c).
 *
 * Threads: any. The text is borrowed and need not end in NUL.
 */
#ifndef VMCOREFS_KERNEL_VMCOREINFO_H
#define VMCOREFS_KERNEL_VMCOREINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmcoreinfo {
	const char *text;
	size_t len;
};

/* The value of a line "key=value", not NUL-terminated. 0 or -ENOENT. */
int vmci_get(const struct vmcoreinfo *v, const char *key, const char **value, size_t *len);

/* 0, or -ENOENT when the line is missing or no number. SYMBOL values are hexadecimal; SIZE, OFFSET and LENGTH decimal. */
int vmci_symbol(const struct vmcoreinfo *v, const char *name, uint64_t *out);
/* All symbols, in the order of the text: false: no more. *pos starts at 0. Names that are too long are left out. */
#define VMCI_MAX_NAME 119
struct vmci_symbol_line {
	char name[VMCI_MAX_NAME + 1];
	uint64_t value;
};
bool vmci_next_symbol(const struct vmcoreinfo *v, size_t *pos, struct vmci_symbol_line *out);
int vmci_size(const struct vmcoreinfo *v, const char *name, uint64_t *out);
int vmci_offset(const struct vmcoreinfo *v, const char *name, uint64_t *out);
int vmci_length(const struct vmcoreinfo *v, const char *name, uint64_t *out);
/* Decimal, with a sign or not, or 0x hex. A negative number comes out as its two's complement. */
int vmci_number(const struct vmcoreinfo *v, const char *name, uint64_t *out);
/* KERNELOFFSET=: how far KASLR has moved the kernel. */
int vmci_kernel_offset(const struct vmcoreinfo *v, uint64_t *out);
/* The same of any KEY=: hexadecimal (IDENTITYBASE, KERNELOFFPHYS). */
int vmci_plain_hex(const struct vmcoreinfo *v, const char *key, uint64_t *out);
/* A plain KEY=: decimal (CRASHTIME, PAGESIZE). */
int vmci_plain(const struct vmcoreinfo *v, const char *key, uint64_t *out);

#endif
