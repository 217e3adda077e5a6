/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the dumped kernel: its VMCOREINFO, its address space, its name.
 *
 * Immutable after kernel_open(). Threads: kernel_open/kernel_close: before mount only; the rest: any.
 */
#ifndef VMCOREFS_KERNEL_KERNEL_H
#define VMCOREFS_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/pages.h"
#include "kernel/vmcoreinfo.h"

/* What the dump knows about itself. All pointers are borrowed for the life of the kernel. */
struct kernel_input {
	const struct pages *pages;
	const char *vmcoreinfo;		/* text of the note, or NULL: memory is searched for it */
	size_t vmcoreinfo_len;
	uint16_t elf_machine;		/* 0: unknown */
	bool big_endian;
	bool has_phys_base;		/* what headers claim */
	uint64_t phys_base;
	const char *release;		/* what headers claim, "" when unknown */
	const char *dump_name;		/* for messages */
	const char *vmcoreinfo_file;	/* what the user gave, NULL: nothing; see outside.h */
	const char *vmlinux;
};

struct kernel {
	const struct pages *pages;	/* borrowed */
	struct vmcoreinfo vmci;		/* text NULL: there is none */
	char *vmci_found;		/* owned: the text when it was found in memory, else NULL */
	uint64_t vmci_paddr;		/* where it was found */
	char *vmci_outside;		/* owned: the text with the lines that the user gave, or NULL */
	const struct arch *arch;	/* NULL: unknown architecture */
	bool big_endian;
	bool has_space;			/* space is set up: addresses can be translated */
	struct space space;
	const char *why_no_space;	/* a short reason when !has_space */
	char release[65];		/* OSRELEASE, "" when unknown */
	char uts[6][65];		/* init_uts_ns: sysname nodename release version machine domainname; "" unknown */
	int64_t crash_time;		/* CRASHTIME, seconds since the epoch; 0: unknown */
};

/* Never fails for what the dump lacks (see why_no_space), only with -ENOMEM; and, after a message, when what the user
 * gave cannot be read or does not fit the dump. */
int kernel_open(const struct kernel_input *in, struct kernel **out);
void kernel_close(struct kernel *k);		/* NULL is fine */

/* n bytes at a kernel virtual address: 0, -EFAULT, -ENODATA, -EIO; -ENOTSUP without a space. */
int kernel_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n);
/* One integer of 2, 4 or 8 bytes. */
int kernel_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out);

/* The kernel image: the part of its address range that is mapped. -ENOENT: not known. Reads page tables. */
int kernel_image(const struct kernel *k, struct mapping *out);
/* The virtual address of physical address 0 in the direct map. -ENOENT: not found. Reads page tables. */
int kernel_direct_map(const struct kernel *k, uint64_t *vaddr);

/* search.c: look for the text of VMCOREINFO in memory: a page that starts with OSRELEASE=. *text (owned by the caller)
 * gets the text; -ENOENT. */
int search_vmcoreinfo(const struct pages *ps, char **text, size_t *len, uint64_t *paddr);

#endif
