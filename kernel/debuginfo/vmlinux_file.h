/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vmlinux as an ELF file: opened, its sections, its symbol table.
 *
 * Threads: one at a time for each open file (libelf).
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_VMLINUX_FILE_H
#define VMCOREFS_KERNEL_DEBUGINFO_VMLINUX_FILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/debuginfo/symtab.h"
#include "kernel/vmcoreinfo.h"

struct vmlinux_file {
	int fd;
	Elf *elf;			/* owned, with fd */
	void *map;			/* owned: the file; NULL: libelf reads it */
	size_t map_len;
	GElf_Ehdr ehdr;
};

/* Errors were logged. */
int vmlinux_file_open(const char *path, struct vmlinux_file *out);
void vmlinux_file_close(struct vmlinux_file *f);
/* What was read of it need not stay in memory: a debug vmlinux has some 600 MB. */
void vmlinux_file_forget(const struct vmlinux_file *f);

/* The contents of a section, borrowed from the file. -ENOENT: it has none. */
int vmlinux_file_section(const struct vmlinux_file *f, const char *name, const void **bytes, size_t *len);

/* What is at an address, as linked: *len bytes up to the end of its section, borrowed from the file; *code: they are
 * instructions. -ENOENT: in no section that has contents. */
int vmlinux_file_at(const struct vmlinux_file *f, uint64_t vaddr, const uint8_t **bytes, uint64_t *len, bool *code);

/* What KASLR has added to the addresses in the file, in the dump of v. */
uint64_t vmlinux_file_shift(const struct vmlinux_file *f, const struct vmcoreinfo *v);

/* All symbols into an empty table, which the caller finishes, or frees on failure; at the addresses that the dump of v has
 * them at (KASLR). Errors were logged, but for -ENOMEM. */
int vmlinux_symbols(const char *path, const struct vmcoreinfo *v, struct symtab *out);

#endif
