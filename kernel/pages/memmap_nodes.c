/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FLATMEM and DISCONTIGMEM: include/linux/mmzone.h. Each node has an array of page structs, node_mem_map, for its pages
 * from node_start_pfn on. FLATMEM has one node, contig_page_data.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "kernel/pages/memmap_sections.h"

#define MAX_NODES 1024u			/* CONFIG_NODES_SHIFT is 10 at most */

struct nodes {
	struct memmap *m;
	const struct kernel *k;
	struct kreader *r;
	uint64_t start_pfn, spanned_pages, mem_map, next;	/* offsets in struct pglist_data */
	bool has_next;
	struct memmap_section list[MAX_NODES];
	size_t n;
};

static int add_node(struct nodes *nodes, uint64_t pgdat)
{
	struct memmap_section s = {
		.first = kptr(nodes->r, pgdat + nodes->start_pfn),
		.count = kptr(nodes->r, pgdat + nodes->spanned_pages),
		.vaddr = kptr(nodes->r, pgdat + nodes->mem_map),
	};
	int r = kreader_take(nodes->r, NULL);

	if (r)
		return r;
	/* a node without memory */
	if (!s.count || !s.vaddr || s.first >= nodes->k->max_pfn)
		return 0;
	s.count = min_u64(s.count, nodes->k->max_pfn - s.first);
	if (nodes->n == MAX_NODES)
		return -EIO;
	nodes->list[nodes->n++] = s;
	return 0;
}

/* node_data: an array of pointers; LENGTH: how many. */
static int add_node_data(struct nodes *nodes, uint64_t vaddr)
{
	uint64_t length, pgdat;
	int r = 0;

	if (vmci_length(&nodes->k->vmci, "node_data", &length))
		length = 1;
	for (uint64_t i = 0; i < min_u64(length, MAX_NODES) && !r; i++) {
		r = kptr_at(nodes->r, vaddr + i * nodes->k->word_bytes, &pgdat);
		if (!r && pgdat)
			r = add_node(nodes, pgdat);
	}
	return r;
}

/* pgdat_list: the first of a list, until 2.6.16. */
static int add_pgdat_list(struct nodes *nodes, uint64_t vaddr)
{
	uint64_t pgdat;
	int r = kptr_at(nodes->r, vaddr, &pgdat);

	for (unsigned int i = 0; !r && pgdat; i++) {
		if (i == MAX_NODES)
			return -EIO;
		r = add_node(nodes, pgdat);
		if (!r)
			r = nodes->has_next ? kptr_at(nodes->r, pgdat + nodes->next, &pgdat) : 0;
		if (!nodes->has_next)
			break;
	}
	return r;
}

static int by_first(const void *a, const void *b)
{
	const struct memmap_section *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int find_nodes(struct nodes *nodes, const char **why)
{
	const struct vmcoreinfo *v = &nodes->k->vmci;
	uint64_t vaddr;
	int r;

	nodes->m->model = "FLATMEM";
	if (!vmci_symbol(v, "contig_page_data", &vaddr)) {
		r = add_node(nodes, vaddr);
	} else {
		nodes->m->model = "DISCONTIGMEM";
		if (!vmci_symbol(v, "node_data", &vaddr))
			r = add_node_data(nodes, vaddr);
		else if (!vmci_symbol(v, "pgdat_list", &vaddr))
			r = add_pgdat_list(nodes, vaddr);
		else
			return -ENOENT;
	}
	if (r || !nodes->n)
		*why = "the memory nodes cannot be read";
	return r ? r : nodes->n ? 0 : -EIO;
}

int memmap_nodes(struct memmap *m, struct kreader *reader, const char **why)
{
	const struct vmcoreinfo *v = &m->kernel->vmci;
	struct nodes *nodes = calloc(1, sizeof(*nodes));
	int r = -ENOENT;

	if (!nodes)
		return -ENOMEM;
	nodes->m = m;
	nodes->k = m->kernel;
	nodes->r = reader;
	nodes->has_next = !vmci_offset(v, "pglist_data.pgdat_next", &nodes->next);
	if (vmci_offset(v, "pglist_data.node_mem_map", &nodes->mem_map) ||
	    vmci_offset(v, "pglist_data.node_start_pfn", &nodes->start_pfn) ||
	    vmci_offset(v, "pglist_data.node_spanned_pages", &nodes->spanned_pages))
		goto out_free;
	r = find_nodes(nodes, why);
	if (r)
		goto out_free;
	qsort(nodes->list, nodes->n, sizeof(nodes->list[0]), by_first);
	for (size_t i = 0; i < nodes->n && !r; i++)
		r = memmap_add(m, nodes->list[i].first, nodes->list[i].count, nodes->list[i].vaddr);
	if (r == -EIO)
		*why = "the memory nodes overlap";
out_free:
	free(nodes);
	return r;
}
