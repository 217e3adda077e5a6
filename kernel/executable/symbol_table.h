/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's symbols as a section .symtab: local ones first, each kind in order of addresses. Their names are those of
 * symbols_names(), behind a NUL.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_EXECUTABLE_SYMBOL_TABLE_H
#define VMCOREFS_KERNEL_EXECUTABLE_SYMBOL_TABLE_H

#include "kernel/executable/elf_kind.h"
#include "kernel/executable/parts.h"

struct symbol_table {
	uint64_t bytes;
	uint32_t first_global;		/* for sh_info */
};

/* Reads the names alone. */
struct symbol_table symbol_table_measure(const struct symbols *s, const struct elf_kind *kind);

/* Fills bytes of it, of zeroes before. shift: what KASLR has added to addresses; part i is section i + 1. What reads memory for
 * ends of functions: -ENOMEM, passing faults. */
int symbol_table_write(const struct facts *f, const struct image_parts *parts, uint64_t shift, const struct elf_kind *kind,
		       const struct symbol_table *t, uint8_t *out);

#endif
