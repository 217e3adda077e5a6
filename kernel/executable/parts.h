/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the kernel's image that the linker script makes, as its symbols tell them (include/asm-generic/vmlinux.lds.h,
 * arch/<arch>/kernel/vmlinux.lds.S): what are sections in a vmlinux. Where the kernel has symbols of functions only, all that is
 * neither code nor known by its contents is one part, .data.
 *
 * Addresses are those of the dumped kernel. Threads: any. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_EXECUTABLE_PARTS_H
#define VMCOREFS_KERNEL_EXECUTABLE_PARTS_H

#include "kernel/debuginfo/facts.h"

#define PARTS_MAX 128

/* What a part has, as nm(1) tells it of the symbols in it: T, R, D, B. */
enum part_kind { PART_CODE, PART_CONST, PART_DATA, PART_ZERO, PART_KINDS };

struct image_part {
	const char *name;		/* of its section */
	uint64_t vaddr, bytes;
	uint64_t at;			/* where its contents are in memory: vaddr, but for per-CPU variables that are linked at 0 */
	enum part_kind kind;
	bool writable;
	bool freed;			/* thrown away after booting: its memory is somebody else's now */
	bool fixed;			/* KASLR does not move it */
};

struct image_parts {
	struct image_part list[PARTS_MAX];	/* in order of addresses, disjoint, none empty */
	size_t n;
};

/* -ENOTSUP, with a short *why that lives as long as the program: no symbols, or they do not tell where the text is; passing
 * faults. */
int parts_find(const struct facts *f, struct image_parts *out, const char **why);

/* The part of a symbol, by its address and by what nm says that it is: at the end of one part and the beginning of the next a
 * symbol may be of either. NULL: it lies in none. */
const struct image_part *part_of(const struct image_parts *parts, uint64_t vaddr, char letter);

/* What nm's letter says of a symbol; PART_KINDS: nothing. */
enum part_kind part_kind_of(char letter);

#endif
