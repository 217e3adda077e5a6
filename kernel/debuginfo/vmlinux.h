/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts from a vmlinux with debug information: symbols (ELF symbol table) and types (BTF, or DWARF where there is no
 * BTF: that takes far longer to read).
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_VMLINUX_H
#define VMCOREFS_KERNEL_DEBUGINFO_VMLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outbuf.h"

/*
 * Append the VMCOREINFO text that the kernel would have, with the addresses it is linked at: what makedumpfile -g makes,
 * and what else the kernels themselves say. version gets what uname -v says. Errors were logged.
 */
int vmlinux_vmcoreinfo(const char *path, uint64_t page_size, struct outbuf *text, char version[65]);

/* One question about a type. */
struct type_query {
	const char *type;		/* name of a struct, union, enum or typedef */
	const char *member;		/* NULL: its size; a member: its offset; "member[]": the elements of that array; of an
					 * enum: the enumerator's value */
	bool found;
	uint64_t value;
};

/*
 * dwarf.c: answer all of them in one pass over the debug information, which ends when all types were seen. -ENOTSUP,
 * without a message: there is none.
 */
struct vmlinux_file;
int dwarf_answer(const struct vmlinux_file *f, struct type_query *queries, size_t n);
/* btf_answer.c: the same from the contents of a section .BTF. -EIO, without a message: damaged. */
int btf_answer(const void *section, size_t len, struct type_query *queries, size_t n);

#endif
