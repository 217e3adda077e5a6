/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the dumped kernel: its VMCOREINFO, its address space, its name.
 *
 * Immutable after kernel_open() (opening/open.h). Threads: any.
 */
#ifndef VMCOREFS_KERNEL_KERNEL_H
#define VMCOREFS_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/pages.h"
#include "kernel/vmcoreinfo.h"

struct xen;

/* A text of VMCOREINFO that was found in memory. */
struct kernel_text {
	char *text;			/* owned by the list */
	struct vmcoreinfo vmci;		/* of it */
	uint64_t paddr;			/* under Xen a machine address */
	uint64_t score;			/* the larger, the better */
	bool proven;			/* its kernel lies where it says */
};

struct kernel_texts {
	struct kernel_text list[16];	/* the best first */
	size_t n;
};

struct kernel {
	const struct pages *pages;	/* borrowed */
	struct pages *kept;		/* owned, or NULL: the same, see kernel_keep_pages() (opening/open.h) */
	struct vmcoreinfo vmci;		/* text NULL: there is none */
	struct kernel_texts texts;	/* owned: what was found where memory was searched */
	const struct kernel_text *vmci_found;	/* in texts: where vmci is from; NULL: not from memory */
	uint64_t vmci_paddr;		/* of vmci_found */
	const char *note_wrong;		/* a short reason why the dump's note was not believed; NULL: it was, or there is none */
	bool note_dropped;		/* there is a note, but nothing in vmci is from it */
	bool given_alone;		/* vmci is what the user gave, and nothing else */
	char *vmci_outside;		/* owned: the text with the lines that the user gave, or NULL */
	const struct arch *arch;	/* NULL: not known here */
	bool big_endian;
	unsigned int word_bytes;	/* of a long and of a pointer: 4 or 8 */
	unsigned int page_shift;	/* of the kernel: PAGESIZE, else that of the dump's pages */
	unsigned int version;		/* of the release, see ARCH_VERSION(); 0: unknown */
	bool has_space;			/* space is set up: addresses can be translated */
	bool can_walk;			/* else: space serves for space_user() only, tables that the user names */
	struct space space;
	const char *why_no_space;	/* a short reason when !has_space, or when there is no VMCOREINFO */
	uint64_t max_pfn;		/* one past the highest pfn that it can have memory at: pages->max_pfn; of a dom0 what that counts */
	struct xen *xen;		/* owned: the machine ran Xen, and this is its dom0; else NULL */
	bool hypervisor;		/* this is Xen itself: vmci is VMCOREINFO_XEN */
	char release[65];		/* OSRELEASE, "" when unknown */
	char uts[6][65];		/* init_uts_ns: sysname nodename release version machine domainname; "" unknown */
	uint64_t uts_vaddr;		/* where these strings are; 0: not known */
	int64_t crash_time;		/* CRASHTIME, seconds since the epoch; 0: unknown */
};

/* n bytes at a kernel virtual address: 0, -EFAULT, -ENODATA, -EIO; -ENOTSUP without a space. */
int kernel_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n);
/* Where a kernel address is, and for how many bytes. When the kernel's page tables are lost (they lie high in memory, where cut
 * dumps end): by the place of its image, or of the direct map where that is known without tables. Errors as above. */
int kernel_place(const struct kernel *k, uint64_t vaddr, uint64_t *paddr, uint64_t *span);
/* As kernel_read(), by kernel_place(). */
int kernel_read_placed(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n);
/* As many of n bytes as can be had, up to the first page that cannot: their number. */
uint64_t kernel_read_part(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n);
/* One integer of 1, 2, 4 or 8 bytes. */
int kernel_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out);

/* One long or pointer. */
int kernel_read_word(const struct kernel *k, uint64_t vaddr, uint64_t *out);
/* Addresses are computed as the kernel does it: 32-bit ones wrap. */
static inline uint64_t kernel_wrap(const struct kernel *k, uint64_t vaddr)
{
	return k->word_bytes == 4 ? (uint32_t)vaddr : vaddr;
}

/* The kernel image: the part of its address range that is mapped. Where space.scattered, it is not at paddr. -ENOENT: not
 * known. Reads page tables. */
int kernel_image(const struct kernel *k, struct mapping *out);
/* The direct map; where space.scattered, paddr is what the kernel takes for it. -ENOENT: not found. Reads page tables. */
int kernel_direct_map(const struct kernel *k, struct mapping *out);

#endif
