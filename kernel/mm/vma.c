/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/vma.h"

#include <errno.h>

#define VSYSCALL_NONE	2u		/* arch/x86/entry/vsyscall/vsyscall_64.c: vsyscall_mode */
#define HAS_VSYSCALL	2u		/* in mm_context_t.flags: MM_CONTEXT_HAS_VSYSCALL */

static uint64_t find_gate(const struct knames *names, struct kreader *r)
{
	uint64_t mode, gate;

	if (kvariable(names, "vsyscall_mode", &mode) || kvariable(names, "gate_vma", &gate) || kuint(r, mode, 4) == VSYSCALL_NONE)
		return 0;
	return gate;
}

int vma_layout(const struct knames *names, struct kreader *r, struct vma_layout *out)
{
	struct vma_fields f = {
		.list = KFIELD("?mm_struct.mmap"), .next = KFIELD("?vm_area_struct.vm_next"), .tree = KFIELD("?mm_struct.mm_mt"),
		.start = KFIELD("vm_area_struct.vm_start"), .end = KFIELD("vm_area_struct.vm_end"),
		.flags = KFIELD("vm_area_struct.vm_flags"), .pgoff = KFIELD("vm_area_struct.vm_pgoff"),
		.file = KFIELD("vm_area_struct.vm_file"), .anon_name = KFIELD("?vm_area_struct.anon_name"),
		.shared = KFIELD("?vm_area_struct.shared"),
		.anon_text = KFIELD("?anon_vma_name.name"), .ops = KFIELD("vm_area_struct.vm_ops"),
		.private = KFIELD("vm_area_struct.vm_private_data"), .op_name = KFIELD("?vm_operations_struct.name"),
		.special = KFIELD("?vm_special_mapping.name"), .context_flags = KFIELD("?mm_struct.context.flags"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	out->is_tree = f.tree.known;
	if (!result && !out->is_tree && (!f.list.known || !f.next.known))
		result = -ENOENT;
	if (!result && out->is_tree)
		result = kmaple_layout(names, &out->maple);
	if (result)
		return result;
	if (kvariable(names, "special_mapping_name", &out->special_name))
		out->special_name = 0;
	out->gate = find_gate(names, r);
	kreader_take(r, NULL);
	return 0;
}

struct vma_walk vma_walk_of(struct kreader *r, const struct vma_layout *l, uint64_t mm)
{
	struct vma_walk w = { .r = r, .layout = l };

	if (l->is_tree)
		w.tree = kmaple_of(r, &l->maple, mm + l->f.tree.at.offset, VMAS_MAX);
	else
		w.list = klist_structs(r, mm + l->f.list.at.offset, l->f.next.at.offset, VMAS_MAX);
	return w;
}

static void read_vma(struct kreader *r, const struct vma_fields *f, uint64_t vaddr, struct vma *out)
{
	*out = (struct vma){
		.vaddr = vaddr, .start = kget_ptr(r, vaddr, &f->start), .end = kget_ptr(r, vaddr, &f->end),
		.flags = kget_ptr(r, vaddr, &f->flags), .pgoff = kget_ptr(r, vaddr, &f->pgoff), .file = kget_ptr(r, vaddr, &f->file),
	};
}

/* Areas that cannot be read are left out. */
bool vma_next(struct vma_walk *w)
{
	for (;;) {
		bool more = w->layout->is_tree ? kmaple_next(&w->tree) : klist_next(&w->list);
		int error = w->layout->is_tree ? w->tree.error : w->list.error;
		uint64_t vaddr = w->layout->is_tree ? w->tree.entry : w->list.node;

		w->error = w->error ? w->error : error;
		if (!more)
			return false;
		if (vaddr & 3)			/* an integer: none of areas */
			continue;
		kreader_take(w->r, NULL);
		read_vma(w->r, &w->layout->f, vaddr, &w->vma);
		error = kreader_take(w->r, NULL);
		if (!error && w->vma.start < w->vma.end)
			return true;
		w->error = w->error ? w->error : error ? error : -ELOOP;
	}
}

enum vma_name vma_name(struct kreader *r, const struct vma_layout *l, const struct vma *v, char *buf, size_t size)
{
	uint64_t ops = kget_ptr(r, v->vaddr, &l->f.ops), name;

	*buf = '\0';
	if (ops && l->special_name && l->f.special.known && kget_ptr(r, ops, &l->f.op_name) == l->special_name) {
		kstring(r, kget_ptr(r, kget_ptr(r, v->vaddr, &l->f.private), &l->f.special), buf, size);
		return *buf ? VMA_SPECIAL : VMA_NO_NAME;
	}
	/* before 6.2 one word is the name, or of a file its place in a tree */
	if (!l->f.anon_name.known || !l->f.anon_text.known ||
	    (v->file && l->f.shared.known && l->f.shared.at.offset == l->f.anon_name.at.offset))
		return VMA_NO_NAME;
	name = kget_ptr(r, v->vaddr, &l->f.anon_name);
	if (!name)
		return VMA_NO_NAME;
	kstring(r, name + l->f.anon_text.at.offset, buf, size);
	return VMA_ANON;
}

bool vma_gate(struct kreader *r, const struct vma_layout *l, uint64_t mm, struct vma *out)
{
	if (!l->gate || (l->f.context_flags.known && !(kget(r, mm, &l->f.context_flags) & HAS_VSYSCALL)))
		return false;
	read_vma(r, &l->f, l->gate, out);
	return !kreader_take(r, NULL) && out->start < out->end;
}
