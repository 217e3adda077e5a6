/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source as an ELF core: one PT_NOTE, then PT_LOADs: the kernel image, and all memory at its direct-map address.
 *
 * Excluded pages: a run of 256 or more ends a PT_LOAD and is its part beyond p_filesz, as makedumpfile -E has it; a
 * shorter one is a hole in the file. ELFCLASS64, as the kernel writes it for 32-bit machines too, unless a source of class
 * 32 fits into such a file: gdb knows the registers of some machines in these only.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_ELF_H
#define VMCOREFS_FORMATS_WRITE_ELF_H

#include <stdbool.h>

#include "base/layout.h"
#include "base/pages.h"

struct elf_output {
	uint16_t machine;		/* EM_* */
	unsigned int elf_class;		/* of the source: 32 or 64 */
	bool big_endian;
	uint32_t flags;			/* e_flags of the source: an ABI, for some machines */
	bool notes_aligned;		/* p_align of the PT_NOTE is 4, not 0; as the source has it */
	bool incomplete;		/* e_flags bit 0, as makedumpfile marks it */
	const void *notes;		/* bytes of the PT_NOTE */
	size_t notes_len;
	const void *eraseinfo;		/* text of what was erased: becomes the last note */
	size_t eraseinfo_len;		/* 0: nothing was */
	const struct mapping *image;	/* of the kernel; NULL: not known */
	const struct mapping *direct;	/* the direct map; NULL: not known. Memory beyond it has p_vaddr 0 */
	/* Where it is not known: what the source has for addresses, whole pages, by paddr and disjoint. */
	const struct mapping *segments;
	size_t nsegments;
	enum hole_policy holes;		/* what reading an excluded page inside a segment gives */
};

/* 0, -ENOMEM, -EFBIG. Borrows ps for the life of *out; copies the rest. */
int write_elf(const struct pages *ps, const struct elf_output *o, struct layout **out);

/* An upper bound of the size of write_elf()'s file for ps or any selection of its pages. */
uint64_t write_elf_bound(const struct pages *ps, const struct elf_output *o);

#endif
