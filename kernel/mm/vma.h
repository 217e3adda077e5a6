/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The areas of a process's address space, in order. include/linux/mm_types.h: a maple tree from 6.1 on, a list before.
 *
 *	struct vma_walk w = vma_walk_of(r, &layout, mm);
 *	while (vma_next(&w))
 *		... w.vma
 *
 * Where the tree is damaged the rest is told; w.error is why. Threads: those of the reader, which is borrowed as the layout is.
 */
#ifndef VMCOREFS_KERNEL_MM_VMA_H
#define VMCOREFS_KERNEL_MM_VMA_H

#include "kernel/object/fields.h"
#include "kernel/object/list.h"
#include "kernel/object/maple.h"

#define VMAS_MAX (1u << 20)		/* what is believed of the areas of one */

struct vma_layout {
	struct vma_fields {
		struct kfield list, next, tree, start, end, flags, pgoff, file, shared, anon_name, anon_text, ops, private, op_name, special;
		struct kfield context_flags;
	} f;
	bool is_tree;
	struct kmaple_layout maple;
	uint64_t special_name;		/* the function that names areas by a struct vm_special_mapping; 0: none */
	uint64_t gate;			/* of x86's vsyscall page; 0: none */
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int vma_layout(const struct knames *names, struct kreader *r, struct vma_layout *out);

#define VMA_READ	1u		/* in flags: include/linux/mm.h */
#define VMA_WRITE	2u
#define VMA_EXEC	4u
#define VMA_MAYSHARE	0x80u
#define VMA_PFNMAP	0x400u
#define VMA_HUGETLB	0x400000u
#define VMA_MIXEDMAP	0x10000000u

struct vma {
	uint64_t vaddr;			/* of its struct */
	uint64_t start, end;		/* bytes */
	uint64_t flags;
	uint64_t pgoff;			/* pages */
	uint64_t file;			/* the address of a struct file, or 0 */
};

struct vma_walk {
	struct vma vma;
	int error;
	/* the iterator's own */
	struct kreader *r;
	const struct vma_layout *layout;
	struct kmaple tree;
	struct klist list;
};

struct vma_walk vma_walk_of(struct kreader *r, const struct vma_layout *l, uint64_t mm);
bool vma_next(struct vma_walk *w);

/* What an area that is no file is called: "[vdso]" by the kernel, any bytes by its program. */
enum vma_name { VMA_NO_NAME, VMA_SPECIAL, VMA_ANON };
enum vma_name vma_name(struct kreader *r, const struct vma_layout *l, const struct vma *v, char *buf, size_t size);
/* The page of x86's vsyscalls, which is in no tree. */
bool vma_gate(struct kreader *r, const struct vma_layout *l, uint64_t mm, struct vma *out);

#endif
