/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation, one row an architecture. Page tables are read through a page source, never through a dump, so
 * that a test can give a few pages made by hand.
 *
 * A space is immutable after setup. Threads: any. It borrows its page source.
 */
#ifndef VMCOREFS_ARCH_ARCH_H
#define VMCOREFS_ARCH_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pages.h"

struct arch;

/* One translated address space: the kernel's. */
struct space {
	const struct arch *arch;
	const struct pages *mem;
	uint64_t root;			/* physical address of the top table */
	unsigned int levels;		/* number of table levels */
	uint64_t pa_mask;		/* bits of a table entry that are the physical address */
	/* The kernel image: text_vaddr + x is at text_paddr + x, for x below text_len (its largest possible size). */
	uint64_t text_vaddr, text_paddr, text_len;
};

/* What setup may ask about the kernel: 0, or -ENOENT when unknown. */
struct arch_query {
	const void *arg;
	int (*symbol)(const void *arg, const char *name, uint64_t *value);
	int (*number)(const void *arg, const char *name, uint64_t *value);
	bool has_phys_base;		/* what the dump's headers claim; NUMBER(phys_base) is better */
	uint64_t phys_base;
};

#define WALK_MAX_STEPS 6

/* A page-table walk, for those who want to see it. */
struct walk {
	unsigned int nsteps;
	struct walk_step {
		const char *level;	/* "PGD", ... */
		uint64_t entry_paddr;	/* where the entry is */
		uint64_t entry;
		bool leaf;
	} steps[WALK_MAX_STEPS];
	uint64_t paddr;
	uint64_t page_bytes;		/* size of the page that maps the address */
};

struct arch {
	const char *name;		/* "x86_64": as uname -m has it */
	uint16_t elf_machine;
	uint8_t elf_class;		/* 32 or 64 */
	bool big_endian;
	/* Find the kernel's page tables. NULL: known, translation not supported. -ENOENT, with *why a short reason, when
	 * a fact is missing. */
	int (*setup)(struct space *s, const struct arch_query *q, const char **why);
	/* -EFAULT: not mapped (w has the steps up to there); -ENODATA, -EIO: a table is not in the dump or damaged. */
	int (*walk)(const struct space *s, uint64_t vaddr, struct walk *w);
	/* Each mapping in [first, last], in order, one call a leaf entry. fn: 0 to go on, else the walk ends with it.
	 * Tables that cannot be read are passed over. -ELOOP: far more tables than a kernel has. */
	int (*each)(const struct space *s, uint64_t first, uint64_t last,
		    int (*fn)(void *arg, const struct mapping *m), void *arg);
	/* The direct map of all memory: its virtual address for physical address 0. -ENOENT: not found. */
	int (*direct_map)(const struct space *s, uint64_t *vaddr);
	/* One line of flags of a table entry, space-separated. */
	void (*describe)(uint64_t entry, bool leaf, char *buf, size_t size);
	/* Where the kernel image is linked and where KASLR may put it, and what its physical address is a multiple of.
	 * image_bytes 0: not known here. */
	uint64_t image_vaddr, image_bytes, image_align;
	unsigned int section_size_bits;	/* SPARSEMEM, when the kernel does not say */
	unsigned int max_physmem_bits, max_physmem_bits_5level;
};

/* NULL-terminated. */
extern const struct arch *const arches[];

/* By ELF machine and byte order, or NULL. */
const struct arch *arch_find(uint16_t elf_machine, bool big_endian);

/* Translate. *span: bytes from vaddr on that are physically contiguous (at least up to the end of the page that maps
 * it). Errors as arch.walk. */
int space_vtop(const struct space *s, uint64_t vaddr, uint64_t *paddr, uint64_t *span);

/* n bytes at vaddr. -EFAULT, -ENODATA, -EIO. */
int space_read(const struct space *s, uint64_t vaddr, void *buf, uint64_t n);

#endif
