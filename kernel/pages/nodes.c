/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pages/nodes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/vector.h"
#include "kernel/object/reader.h"

#define SLOTS_MAX 1024			/* of node_data: 1 << CONFIG_NODES_SHIFT, which is 10 at most */

int zone_layout_get(const struct kernel *k, const struct types *t, struct zone_layout *out)
{
	struct type_member start, name, spanned;
	uint64_t bytes, offset;
	struct type zone;
	int r = types_find(t, NULL, "zone", &zone);

	if (!r)
		r = types_member(t, &zone, "zone_start_pfn", &start);
	if (!r)
		r = types_member(t, &zone, "name", &name);
	if (!r)
		r = types_member(t, &zone, "spanned_pages", &spanned);
	if (r)
		return r;
	if (vmci_size(&k->vmci, "zone", &bytes) || bytes != zone.bytes ||
	    vmci_offset(&k->vmci, "zone.spanned_pages", &offset) || offset != spanned.offset)
		return -EINVAL;
	*out = (struct zone_layout){ .zone_start_pfn = start.offset, .name = name.offset };
	return 0;
}

struct node_reader {
	const struct kernel *k;
	struct kreader *r;
	const struct symbols *symbols;
	const struct zone_layout *zones;
	/* offsets in struct pglist_data */
	uint64_t node_zones, nr_zones, start_pfn, spanned, node_id;
	/* of struct zone */
	uint64_t zone_bytes, zone_spanned, zone_free;
};

static int learn(struct node_reader *f)
{
	const struct vmcoreinfo *v = &f->k->vmci;
	uint64_t vm_stat, index = 0;

	if (vmci_offset(v, "pglist_data.node_zones", &f->node_zones) ||
	    vmci_offset(v, "pglist_data.nr_zones", &f->nr_zones) ||
	    vmci_offset(v, "pglist_data.node_start_pfn", &f->start_pfn) ||
	    vmci_offset(v, "pglist_data.node_spanned_pages", &f->spanned) ||
	    vmci_offset(v, "pglist_data.node_id", &f->node_id) || vmci_size(v, "zone", &f->zone_bytes) ||
	    vmci_offset(v, "zone.spanned_pages", &f->zone_spanned) || vmci_offset(v, "zone.vm_stat", &vm_stat) ||
	    vmci_number(v, "NR_FREE_PAGES", &index))
		return -ENOENT;
	if (!f->zone_bytes || index > UINT16_MAX || vm_stat > f->zone_bytes)
		return -ENOENT;
	f->zone_free = vm_stat + index * f->k->word_bytes;
	return 0;
}

/* The name that a pointer points to; what cannot be printed becomes '?'. */
static void read_name(struct kreader *r, uint64_t at, char *name, size_t size)
{
	size_t len = kstring(r, kptr(r, at), name, size);

	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			name[i] = '?';
}

static int read_zone(const struct node_reader *f, uint64_t vaddr, struct mem_zone *z)
{
	z->spanned = kptr(f->r, vaddr + f->zone_spanned);
	if (z->spanned) {
		/* a counter: the CPUs' shares may still be missing, so that it can be below zero */
		int64_t free = kint(f->r, vaddr + f->zone_free, f->k->word_bytes);

		z->free = free < 0 ? 0 : (uint64_t)free;
		if (f->zones) {
			z->first = kptr(f->r, vaddr + f->zones->zone_start_pfn);
			read_name(f->r, vaddr + f->zones->name, z->name, sizeof(z->name));
		}
	}
	return kreader_take(f->r, NULL);
}

static int read_node(const struct node_reader *f, uint64_t vaddr, struct mem_node *n)
{
	uint64_t zones = kuint(f->r, vaddr + f->nr_zones, 4);
	int r;

	n->first = kptr(f->r, vaddr + f->start_pfn);
	n->spanned = kptr(f->r, vaddr + f->spanned);
	n->id = (unsigned int)kuint(f->r, vaddr + f->node_id, 4);
	r = kreader_take(f->r, NULL);
	for (uint64_t i = 0; i < min_u64(zones, ZONES_MAX) && !r; i++) {
		struct mem_zone *z = &n->zones[n->nzones];

		*z = (struct mem_zone){ 0 };
		r = read_zone(f, vaddr + f->node_zones + i * f->zone_bytes, z);
		n->nzones += !r && z->spanned;
	}
	return r;
}

static int add_node(const struct node_reader *f, uint64_t vaddr, uint64_t slot, struct mem_nodes *out)
{
	struct mem_node node = { 0 };
	int r = read_node(f, vaddr, &node);

	if (r || !node.spanned)
		return r;
	if (node.id != slot || out->n == NODES_MAX)
		return -EIO;
	return vector_push(out->list, out->n, out->cap, node);
}

struct next_symbol {
	uint64_t vaddr, next;		/* the lowest above vaddr; 0: none yet */
};

static int is_behind(void *arg, const struct symbol *sym)
{
	struct next_symbol *n = arg;

	if (sym->vaddr > n->vaddr && (!n->next || sym->vaddr < n->next))
		n->next = sym->vaddr;
	return 0;
}

/*
 * The array of pointers. Only some architectures have it in VMCOREINFO (arch_crash_save_vmcoreinfo of x86 and powerpc);
 * of others the symbols tell, where it ends by what comes behind it.
 */
static int find_table(const struct node_reader *f, uint64_t *vaddr, uint64_t *slots)
{
	const struct vmcoreinfo *v = &f->k->vmci;
	struct next_symbol n = { 0 };
	struct symbol sym;

	if (!vmci_symbol(v, "node_data", vaddr) && !vmci_length(v, "node_data", slots))
		return 0;
	if (!f->symbols || symbols_find(f->symbols, "node_data", &sym))
		return -ENOTSUP;
	*vaddr = n.vaddr = sym.vaddr;
	if (!sym.bytes) {
		symbols_each(f->symbols, is_behind, &n);
		sym.bytes = n.next ? n.next - n.vaddr : 0;
	}
	*slots = sym.bytes / f->k->word_bytes;
	return *slots ? 0 : -ENOTSUP;
}

/* With NUMA an array of pointers, else the only one. */
static int add_all(const struct node_reader *f, struct mem_nodes *out)
{
	uint64_t vaddr, slots, node;
	int r = 0;

	if (!vmci_symbol(&f->k->vmci, "contig_page_data", &vaddr))
		return add_node(f, vaddr, 0, out);
	if (find_table(f, &vaddr, &slots))
		return -ENOTSUP;
	for (uint64_t i = 0; i < min_u64(slots, SLOTS_MAX) && !r; i++) {
		r = kptr_at(f->r, vaddr + i * f->k->word_bytes, &node);
		if (!r && node)
			r = add_node(f, node, i, out);
	}
	return r;
}

int nodes_read(const struct kernel *k, const struct symbols *symbols, const struct zone_layout *zones,
	       struct mem_nodes *out, const char **why)
{
	struct node_reader f = { .k = k, .symbols = symbols, .zones = zones };
	int r;

	*out = (struct mem_nodes){ 0 };
	*why = "neither VMCOREINFO nor the symbols of the kernel tell where they are";
	if (!k->has_space || learn(&f))
		return -ENOTSUP;
	r = kreader_open(k, &f.r);
	if (!r)
		r = add_all(&f, out);
	kreader_close(f.r);
	if (r && r != -ENOTSUP)
		*why = "their descriptions cannot be read";
	if (!r && !out->n) {
		*why = "none has pages";
		r = -EIO;
	}
	if (r)
		nodes_free(out);
	return r;
}

void nodes_free(struct mem_nodes *nodes)
{
	free(nodes->list);
	*nodes = (struct mem_nodes){ 0 };
}
