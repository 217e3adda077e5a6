/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel is opened with (opening/open.h).
 */
#ifndef VMCOREFS_KERNEL_INPUT_H
#define VMCOREFS_KERNEL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/pages.h"

/* Whose addresses the views translate. */
enum xen_view { XEN_ANY, XEN_DOM0, XEN_HYPERVISOR };

/* Which kernel of the memory is wanted: the note's, unless memory says that it is wrong; that of the best text in memory,
 * whatever the note says; that whose text is at an address. */
enum kernel_choice { KERNEL_NOTE, KERNEL_SEARCH, KERNEL_AT };

/* What the dump knows about itself. pages and vmcoreinfo are borrowed for the life of the kernel, the rest for
 * kernel_open(). */
struct kernel_input {
	const struct pages *pages;
	const char *vmcoreinfo;		/* text of the note, or NULL: memory is searched for it */
	size_t vmcoreinfo_len;
	enum kernel_choice which;	/* of several kernels in one memory */
	uint64_t text_paddr;		/* of KERNEL_AT */
	uint16_t elf_machine;		/* 0: unknown */
	unsigned int elf_class;		/* of the dump, 0: unknown */
	bool big_endian;
	bool has_phys_base;		/* what headers claim */
	uint64_t phys_base;
	const char *release;		/* what headers claim, "" when unknown */
	const char *dump_name;		/* for messages */
	const char *vmcoreinfo_file;	/* what the user gave, NULL: nothing; see opening/outside.h */
	const char *vmlinux;
	enum xen_view xen;		/* what the user wants to see of a machine with Xen */
	const char *xen_vmcoreinfo_file;	/* instead of the note VMCOREINFO_XEN, NULL: nothing */
	const struct mapping *segments;	/* PT_LOADs */
	size_t nsegments;
	const struct arch_note *notes;
	size_t nnotes;
	int (*own_address)(const void *arg, uint64_t maddr, uint64_t *paddr);	/* see struct space; for life */
	const void *own_arg;
};

#endif
