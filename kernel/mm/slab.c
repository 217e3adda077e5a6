/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/slab.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/list.h"
#include "kernel/object/percpu.h"

#define MAX_OBJECTS	32768u		/* of a slab: slab.objects has 15 bits */
#define MAX_SHEAF	1024u		/* objects in a sheaf */
#define MAX_SHEAVES	1024u		/* full ones of a node: 10 and a few */
#define MAX_IN_SHEAVES	(1u << 22)	/* objects of a cache */

struct slab_fields {
	struct kfield cache, freelist, objects;			/* of struct slab, struct page before 5.17 */
	struct kfield name, size, object_size, offset, random, red_left_pad, cpu_slab, sheaves;
	struct kfield cpu_freelist, cpu_page;			/* of struct kmem_cache_cpu, gone in 7.0 */
	struct kfield main, spare, rcu_free, sheaf_size, sheaf_objects, sheaf_list;
	struct kfield nodes, node, node_barn, barn, full;	/* of 6.18 and 7.0 in the node's struct, later beside it */
};

struct slab_search {
	struct kreader *r;
	const struct knames *names;
	struct slab_fields f;
	uint64_t page, first, end;	/* end: of its objects */
	uint64_t left;			/* what is believed of sheaves and the objects in them */
	struct slab_object *out;
};

static bool is_open(const struct slab_search *s)
{
	return s->out->use == SLAB_USED || s->out->use == SLAB_NOT_KNOWN;
}

/* What was lost may have had it. */
static void lost(struct slab_search *s)
{
	if (s->out->use == SLAB_USED)
		s->out->use = SLAB_NOT_KNOWN;
}

static uint64_t swapped(const struct slab_search *s, uint64_t value)
{
	return kreader_word(s->r) == 8 ? __builtin_bswap64(value) : __builtin_bswap32((uint32_t)value);
}

static bool fits(const struct slab_search *s, uint64_t pointer)
{
	return !pointer || (pointer >= s->first && pointer < s->end);
}

/* What the list goes on with behind an object; *bad: with nothing that can be. */
static uint64_t next_free(struct slab_search *s, uint64_t object, bool *bad)
{
	uint64_t at = object + (uint64_t)kget(s->r, s->out->cache, &s->f.offset), word = kptr(s->r, at), next = word;
	uint64_t secret = kget_ptr(s->r, s->out->cache, &s->f.random);

	if (s->f.random.known) {
		next = word ^ secret ^ swapped(s, at);
		if (!fits(s, next))
			next = word ^ secret ^ at;
	}
	*bad = kreader_take(s->r, NULL) || !fits(s, next);
	return next;
}

/* Is the object on this list? */
static void search_list(struct slab_search *s, uint64_t object)
{
	bool bad = !fits(s, object);

	for (uint64_t n = 0; object && !bad; n++) {
		/* with a red zone on the left they point behind it, as objects begin there */
		if (object == s->out->vaddr) {
			s->out->use = SLAB_FREE;
			return;
		}
		bad = n > s->out->objects;
		if (!bad)
			object = next_free(s, object, &bad);
	}
	if (bad)
		lost(s);
}

static void search_sheaf(struct slab_search *s, uint64_t sheaf, enum slab_use use)
{
	uint64_t n = sheaf ? min_u64((uint64_t)kget(s->r, sheaf, &s->f.sheaf_size), MAX_SHEAF) : 0;

	if (n >= s->left) {
		lost(s);
		return;
	}
	s->left -= n + 1;
	for (uint64_t i = 0; i < n && is_open(s); i++)
		if (kptr(s->r, sheaf + s->f.sheaf_objects.at.offset + i * kreader_word(s->r)) == s->out->vaddr)
			s->out->use = use;
	if (kreader_take(s->r, NULL))
		lost(s);
}

static void search_barn(struct slab_search *s, uint64_t barn)
{
	struct klist l = klist_ring(s->r, barn + s->f.full.at.offset, MAX_SHEAVES);

	while (is_open(s) && s->left && klist_next(&l))
		search_sheaf(s, l.node - s->f.sheaf_list.at.offset, SLAB_FREE);
	if (l.error)
		lost(s);
	kreader_take(s->r, NULL);
}

static void search_nodes(struct slab_search *s)
{
	const struct kfield *array = s->f.nodes.known ? &s->f.nodes : &s->f.node;
	uint64_t at, n = 1;

	if (!s->f.full.known)
		return;
	if (!kvariable(s->names, "nr_node_ids", &at))
		n = min_u64(kuint(s->r, at, 4), array->at.count);
	for (uint64_t i = 0; i < n && is_open(s); i++) {
		at = s->out->cache + array->at.offset + i * array->at.element_bytes;
		if (s->f.nodes.known) {
			at = kptr(s->r, at + s->f.node_barn.at.offset);
		} else {
			at = kptr(s->r, at);
			at = at ? kget_ptr(s->r, at, &s->f.barn) : 0;
		}
		if (kreader_take(s->r, NULL))
			lost(s);
		else if (at)
			search_barn(s, at);
	}
}

static void search_cpus(struct slab_search *s)
{
	uint64_t slab = kget_ptr(s->r, s->out->cache, &s->f.cpu_slab), sheaves = kget_ptr(s->r, s->out->cache, &s->f.sheaves), at;
	struct kcpus cpus;
	bool found = false;

	if (kcpus_read(s->names, s->r, &cpus)) {
		kreader_take(s->r, NULL);
		lost(s);
		return;
	}
	for (struct kbits b = kcpus_each(s->r, &cpus, false); is_open(s) && kbits_next(&b);) {
		/* a slab is one CPU's */
		if (!found && slab && s->f.cpu_page.known && !kpercpu(s->r, &cpus, (unsigned int)b.bit, slab, &at) &&
		    kget_ptr(s->r, at, &s->f.cpu_page) == s->page) {
			found = true;
			search_list(s, kget_ptr(s->r, at, &s->f.cpu_freelist));
		}
		if (sheaves && !kpercpu(s->r, &cpus, (unsigned int)b.bit, sheaves, &at)) {
			search_sheaf(s, kget_ptr(s->r, at, &s->f.main), SLAB_FREE);
			search_sheaf(s, kget_ptr(s->r, at, &s->f.spare), SLAB_FREE);
			search_sheaf(s, kget_ptr(s->r, at, &s->f.rcu_free), SLAB_FREE_AFTER_RCU);
		}
		if (kreader_take(s->r, NULL))
			lost(s);
	}
	if (kreader_take(s->r, NULL))
		lost(s);
}

int slab_find_object(struct kreader *r, const struct knames *names, uint64_t page, uint64_t first, uint64_t vaddr,
		     struct slab_object *out)
{
	struct slab_search s = {
		.r = r, .names = names, .page = page, .first = first, .left = MAX_IN_SHEAVES, .out = out,
		.f = {
			KFIELD("slab.slab_cache|page.slab_cache"), KFIELD("slab.freelist|page.freelist"),
			KFIELD("slab.objects|page.objects"), KFIELD("kmem_cache.name"), KFIELD("kmem_cache.size"),
			KFIELD("kmem_cache.object_size"), KFIELD("kmem_cache.offset"), KFIELD("?kmem_cache.random"),
			KFIELD("?kmem_cache.red_left_pad"), KFIELD("?kmem_cache.cpu_slab"), KFIELD("?kmem_cache.cpu_sheaves"),
			KFIELD("?kmem_cache_cpu.freelist"), KFIELD("?kmem_cache_cpu.slab|kmem_cache_cpu.page"),
			KFIELD("?slub_percpu_sheaves.main"), KFIELD("?slub_percpu_sheaves.spare"),
			KFIELD("?slub_percpu_sheaves.rcu_free"), KFIELD("?slab_sheaf.size"), KFIELD("?slab_sheaf.objects"),
			KFIELD("?slab_sheaf.barn_list"), KFIELD("?kmem_cache.per_node"), KFIELD("?kmem_cache.node"),
			KFIELD("?kmem_cache_per_node_ptrs.barn"), KFIELD("?kmem_cache_node.barn"), KFIELD("?node_barn.sheaves_full"),
		},
	};
	int result = kfields_resolve(names, (struct kfield *)&s.f, kfields_count(s.f));
	uint64_t pad;

	if (result)
		return result;
	*out = (struct slab_object){ .cache = kget_ptr(r, page, &s.f.cache), .objects = (uint64_t)kget(r, page, &s.f.objects) };
	out->size = (uint64_t)kget(r, out->cache, &s.f.object_size);
	out->stride = (uint64_t)kget(r, out->cache, &s.f.size);
	kstring(r, kget_ptr(r, out->cache, &s.f.name), out->name, sizeof(out->name));
	pad = (uint64_t)kget(r, out->cache, &s.f.red_left_pad);
	result = kreader_take(r, NULL);
	if (result)
		return result;
	if (!out->stride || out->stride > 1u << 30 || out->objects > MAX_OBJECTS || vaddr < first || pad > out->stride)
		return -EIO;
	s.end = first + out->objects * out->stride;
	out->index = (vaddr - first) / out->stride;
	out->vaddr = first + out->index * out->stride + pad;
	out->use = out->index < out->objects ? SLAB_USED : SLAB_NO_OBJECT;
	if (out->use == SLAB_NO_OBJECT)
		return 0;
	search_list(&s, kget_ptr(r, page, &s.f.freelist));
	if (is_open(&s))
		search_cpus(&s);
	if (is_open(&s))
		search_nodes(&s);
	return 0;
}
