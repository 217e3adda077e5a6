/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of ELF's structs in either class and byte order: ELF_PUT(kind, at, Shdr, sh_addr, value).
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_EXECUTABLE_ELF_KIND_H
#define VMCOREFS_KERNEL_EXECUTABLE_ELF_KIND_H

#include <elf.h>
#include <stddef.h>

#include "base/bytes.h"

struct elf_kind {
	bool small;			/* ELFCLASS32 */
	bool big;			/* byte order */
};

static inline void elf_put(const struct elf_kind *k, uint8_t *at, size_t bytes, uint64_t v)
{
	if (bytes == 1)
		*at = (uint8_t)v;
	else if (bytes == 2)
		put_u16(at, (uint16_t)v, k->big);
	else if (bytes == 4)
		put_u32(at, (uint32_t)v, k->big);
	else
		put_u64(at, v, k->big);
}

#define ELF_BYTES(kind, type) ((kind)->small ? sizeof(Elf32_##type) : sizeof(Elf64_##type))
#define ELF_PUT(kind, at, type, field, v)							\
	elf_put((kind), (at) + ((kind)->small ? offsetof(Elf32_##type, field) : offsetof(Elf64_##type, field)),	\
		(kind)->small ? sizeof(((Elf32_##type *)0)->field) : sizeof(((Elf64_##type *)0)->field), (uint64_t)(v))

#endif
