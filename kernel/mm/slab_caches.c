/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/slab_caches.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/list.h"
#include "kernel/object/variable.h"

#define PARTIAL_MAX	(1u << 22)	/* slabs on all lists together */
#define NODES_MAX	1024u

struct cache_fields {
	struct kfield list, name, size, oo, node, nodes, nodes_node;	/* since 7.0 nodes are in an array of pairs */
	struct kfield slabs, objects, partial;				/* of struct kmem_cache_node */
	struct kfield slab_list, slab_objects, slab_inuse;		/* of struct slab, struct page before 5.17 */
};

static void add_node(struct kreader *r, const struct cache_fields *f, uint64_t node, uint64_t *left, struct slab_cache *c)
{
	uint64_t unused = 0;

	c->slabs += kget_ptr(r, node, &f->slabs);
	c->objects += kget_ptr(r, node, &f->objects);
	for (struct klist l = klist_ring(r, node + f->partial.at.offset, *left); klist_next(&l) && *left; --*left) {
		uint64_t slab = l.node - f->slab_list.at.offset;
		uint64_t objects = (uint64_t)kget(r, slab, &f->slab_objects), inuse = (uint64_t)kget(r, slab, &f->slab_inuse);

		unused += objects - min_u64(inuse, objects);
	}
	c->used += kget_ptr(r, node, &f->objects);
	c->used -= min_u64(unused, c->used);
}

static void read_cache(struct kreader *r, const struct cache_fields *f, uint64_t nodes, uint64_t *left, struct slab_cache *c)
{
	const struct kfield *array = f->nodes.known ? &f->nodes : &f->node;
	uint64_t oo = (uint64_t)kget(r, c->vaddr, &f->oo), at = c->vaddr + array->at.offset, node;

	kstring(r, kget_ptr(r, c->vaddr, &f->name), c->name, sizeof(c->name));
	c->size = (uint64_t)kget(r, c->vaddr, &f->size);
	c->per_slab = oo & 0xffff;
	c->order = oo >> 16 & 31;
	for (uint64_t i = 0; i < min_u64(nodes, array->at.count); i++, at += array->at.element_bytes) {
		node = kptr(r, at + f->nodes_node.at.offset);
		if (node)
			add_node(r, f, node, left, c);
	}
}

int slab_caches_each(struct kreader *r, const struct knames *names, int (*fn)(void *arg, const struct slab_cache *c), void *arg)
{
	struct cache_fields f = {
		KFIELD("kmem_cache.list"), KFIELD("kmem_cache.name"), KFIELD("kmem_cache.size"), KFIELD("kmem_cache.oo"),
		KFIELD("?kmem_cache.node"), KFIELD("?kmem_cache.per_node"), KFIELD("?kmem_cache_per_node_ptrs.node"),
		KFIELD("kmem_cache_node.nr_slabs"), KFIELD("kmem_cache_node.total_objects"), KFIELD("kmem_cache_node.partial"),
		KFIELD("slab.slab_list|page.slab_list|page.lru"), KFIELD("slab.objects|page.objects"), KFIELD("slab.inuse|page.inuse"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f)), told = 0;
	uint64_t head, nodes, left = PARTIAL_MAX;
	struct klist l;

	if (!result)
		result = kvariable(names, "slab_caches", &head);
	if (!result && !f.node.known && !f.nodes.known)
		result = -ENOENT;
	if (result)
		return result;
	nodes = min_u64(kvariable_or(names, r, "nr_node_ids", 4, 1), NODES_MAX);
	for (l = klist_ring(r, head, SLAB_CACHES_MAX); !told && klist_next(&l);) {
		struct slab_cache c = { .vaddr = l.node - f.list.at.offset };

		read_cache(r, &f, nodes, &left, &c);
		told = fn(arg, &c);
	}
	return told;
}
