/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/vmalloc.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/list.h"

#define MAX_NODES 1024u			/* vmap_nodes: one for each CPU, 128 at most */

struct vmalloc_fields {
	struct kfield first, end, vm, list, bytes, pages, caller, paddr, flags, busy, node;
};

static int search_list(struct kreader *r, const struct vmalloc_fields *f, uint64_t head, uint64_t vaddr, uint64_t *left,
		       struct vmalloc_area *out)
{
	struct klist l = klist_ring(r, head, *left);
	uint64_t area, vm;

	for (; klist_next(&l); (*left)--) {
		area = l.node - f->list.at.offset;
		out->first = kget_ptr(r, area, &f->first);
		out->end = kget_ptr(r, area, &f->end);
		if (kreader_take(r, NULL) || vaddr < out->first || vaddr >= out->end)
			continue;
		vm = kget_ptr(r, area, &f->vm);
		*out = (struct vmalloc_area){
			.first = out->first, .end = out->end, .has_vm = vm, .bytes = vm ? kget_ptr(r, vm, &f->bytes) : 0,
			.pages = vm ? kget_ptr(r, vm, &f->pages) : 0, .caller = vm ? kget_ptr(r, vm, &f->caller) : 0,
			.paddr = vm ? kget_ptr(r, vm, &f->paddr) : 0, .flags = vm ? kget_ptr(r, vm, &f->flags) : 0,
		};
		return kreader_take(r, NULL);
	}
	return l.error ? l.error : -ENOENT;
}

int vmalloc_find(struct kreader *r, const struct knames *names, uint64_t vaddr, struct vmalloc_area *out)
{
	struct vmalloc_fields f = {
		KFIELD("vmap_area.va_start"), KFIELD("vmap_area.va_end"), KFIELD("vmap_area.vm"), KFIELD("vmap_area.list"),
		KFIELD("vm_struct.size"), KFIELD("vm_struct.nr_pages"), KFIELD("vm_struct.caller"), KFIELD("vm_struct.phys_addr"),
		KFIELD("vm_struct.flags"), KFIELD("?vmap_node.busy.head"), KFIELD("?vmap_node"),
	};
	uint64_t at, n = 0, left = VMALLOC_MAX_AREAS;
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (result)
		return result;
	if (!f.busy.known)
		return kvariable(names, "vmap_area_list", &at) ? -ENOENT : search_list(r, &f, at, vaddr, &left, out);
	if (kvariable(names, "nr_vmap_nodes", &at))
		return -ENOENT;
	n = kuint(r, at, 4);
	if (kvariable(names, "vmap_nodes", &at))
		return -ENOENT;
	at = kptr(r, at);
	result = kreader_take(r, NULL);
	if (!result)
		result = -ENOENT;
	for (uint64_t i = 0; i < min_u64(n, MAX_NODES) && result == -ENOENT; i++)
		result = search_list(r, &f, at + i * f.node.at.bytes + f.busy.at.offset, vaddr, &left, out);
	kreader_take(r, NULL);
	return result;
}
