/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMware's saved states: .vmss (suspended) and .vmsn (snapshot). Memory is a block in the file, or a file of its own
 * beside it, .vmem; in both, regions tell what is at which physical address, since there is a hole for devices below 4 GiB.
 * ESXi's debug.guest, which has nothing but regions and registers, also stands beside a .vmem.
 */
#include "formats/vmware/vmware.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "formats/reader/byte_pages.h"
#include "formats/reader/reader.h"
#include "formats/source/open.h"

#define ID_OLD 0xbed0bed0u
#define ID_USUAL 0xbed2bed2u
#define ID_PARTIAL 0xbed3bed3u
#define ID_RESTORED 0xbad1bad1u
#define ID_NO_RESTORE 0xbad2bad2u

#define HEADER_BYTES 12u
#define GROUP_BYTES 80u
#define GROUP_NAME 64u
#define GROUPS_MAX 4096u
#define PAGE_SHIFT 12u

struct vmware {
	struct byte_pages bytes;		/* first member */
	char *memory_path;			/* owned; of a file that was found beside the other */
};

/* 0: none of them. */
static uint32_t read_id(const struct source *src)
{
	static const uint32_t ids[] = { ID_OLD, ID_USUAL, ID_PARTIAL, ID_RESTORED, ID_NO_RESTORE };
	uint8_t b[4];

	if (source_read(src, b, sizeof(b), 0))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (get_u32(b, false) == ids[i])
			return ids[i];
	return 0;
}

static int vmware_probe(const struct source *src)
{
	uint8_t b[4];
	ssize_t n = source_read_some(src, b, sizeof(b), 0);

	return n < 0 ? (int)n : read_id(src) ? 1 : vmware_guest_probe(src);
}

static bool is_state(const struct source *src)
{
	return vmware_probe(src) == 1;
}

/* Group of this name; g->src stays NULL when there is none. */
static int find_group(const struct source *src, const char *name, struct vmware_group *g)
{
	uint8_t header[HEADER_BYTES], b[GROUP_BYTES];
	uint32_t groups;

	*g = (struct vmware_group){ .name = name };
	if (source_read(src, header, sizeof(header), 0))
		return fail(EIO, "%s: the file ends inside the VMware header", src->name);
	groups = get_u32(header + 8, false);
	if (groups > GROUPS_MAX)
		return fail(EIO, "%s: %u groups in a VMware saved state are not believed", src->name, groups);
	for (uint32_t i = 0; i < groups; i++) {
		uint64_t at = HEADER_BYTES + (uint64_t)i * GROUP_BYTES;

		if (source_read(src, b, sizeof(b), at))
			return fail(EIO, "%s: the file ends inside the table of %u groups, at offset %#llx", src->name, groups,
				    (unsigned long long)at);
		if (strncmp((const char *)b, name, GROUP_NAME))
			continue;
		g->src = src;
		g->at = get_u64(b + GROUP_NAME, false);
		return 0;
	}
	return 0;
}

static int take_block(const struct vmware_group *g, const struct vmware_tag *t, struct vmware_memory *m)
{
	if (t->compressed)
		return fail(ENOTSUP, "%s: the memory at offset %#llx is compressed, in a way that is not known", g->src->name,
			    (unsigned long long)t->offset);
	if (t->len != t->memory_len)
		return fail(ENOTSUP, "%s: the memory at offset %#llx is only a part: %llu of %llu bytes", g->src->name,
			    (unsigned long long)t->offset, (unsigned long long)t->len, (unsigned long long)t->memory_len);
	if (m->embedded)
		return fail(ENOTSUP, "%s: memory in several blocks, the second at offset %#llx", g->src->name,
			    (unsigned long long)t->offset);
	m->embedded = t->len != 0;
	m->offset = t->offset;
	m->len = t->len;
	return 0;
}

static int read_memory_group(struct vmware_group *g, struct vmware_memory *m)
{
	struct vmware_tag t;
	int r;

	while ((r = vmware_next_tag(g, &t)) == 1) {
		uint32_t i = t.index[0];

		if (t.block) {
			r = strcmp(t.name, "Memory") ? 0 : take_block(g, &t, m);
			if (r)
				return r;
			continue;
		}
		if (!strcmp(t.name, "regionsCount"))
			m->nregions = vmware_value(g, &t);
		if (i >= VMWARE_REGIONS_MAX)
			continue;
		if (!strcmp(t.name, "regionPageNum"))
			m->regions[i].page = vmware_value(g, &t);
		else if (!strcmp(t.name, "regionPPN"))
			m->regions[i].ppn = vmware_value(g, &t);
		else if (!strcmp(t.name, "regionSize"))
			m->regions[i].pages = vmware_value(g, &t);
	}
	if (r)
		return fail(EIO, "%s: tag at offset %#llx in group %s: %s", g->src->name, (unsigned long long)g->at, g->name,
			    g->trouble);
	if (m->nregions > VMWARE_REGIONS_MAX)
		r = fail(EIO, "%s: %llu regions of memory are not believed", g->src->name, (unsigned long long)m->nregions);
	return r;
}

/* What its file has for region i when its size is not told: up to the next region. */
static uint64_t region_pages(const struct vmware_memory *m, size_t i)
{
	uint64_t end = m->len >> PAGE_SHIFT;

	if (m->regions[i].pages)
		return m->regions[i].pages;
	if (i + 1 < m->nregions)
		end = m->regions[i + 1].page;
	return end > m->regions[i].page ? end - m->regions[i].page : 0;
}

static int add_regions(struct dump *d, const struct vmware_memory *m)
{
	struct vmware *v = d->priv;
	uint64_t last = 0;
	int r = 0;

	if (!m->nregions) {
		last = m->len;
		r = byte_pages_add(&v->bytes, 0, m->len, m->offset, m->len);
	}
	for (size_t i = 0; i < m->nregions && !r; i++) {
		const struct vmware_region *g = &m->regions[i];
		uint64_t pages = region_pages(m, i), end;

		if ((g->ppn | g->page | pages) >> (63 - PAGE_SHIFT) || add_overflows(m->offset, g->page << PAGE_SHIFT, &end))
			r = -ERANGE;
		else
			r = byte_pages_add(&v->bytes, g->ppn << PAGE_SHIFT, pages << PAGE_SHIFT, end, pages << PAGE_SHIFT);
		if (r == -ERANGE)
			return fail(EIO, "%s: region %zu of memory: %#llx pages at page %#llx, at page %#llx of the file: no such thing",
				    d->src->name, i, (unsigned long long)pages, (unsigned long long)g->ppn,
				    (unsigned long long)g->page);
		last = max_u64(last, (g->page + pages) << PAGE_SHIFT);
	}
	if (r)
		return r;
	if (d->src->size < m->offset || d->src->size - m->offset < last) {
		d->incomplete = true;
		log_warn("%s: truncated: the file ends before its memory does, which has %llu bytes; some pages cannot be read",
			 d->src->name, (unsigned long long)last);
	}
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* The file with the memory: NAME.vmem for NAME.vmss, NAME.vmsn and NAME.guest, as VMware names them; else .vmem behind
 * the name. */
static int open_companion(struct dump *d, struct source **out)
{
	struct vmware *v = d->priv;
	const char *name = d->src->name;
	size_t stem = strlen(name);
	struct stat st;

	if (ends_with(name, ".vmss") || ends_with(name, ".vmsn"))
		stem -= 5;
	else if (ends_with(name, ".guest"))
		stem -= 6;
	if (asprintf(&v->memory_path, "%.*s.vmem", (int)stem, name) < 0) {
		v->memory_path = NULL;
		return -ENOMEM;
	}
	if (!strstr(name, "://") && files_stat(v->memory_path, &st))
		return fail(EIO, "%s: the memory of the guest is in another file, and there is no %s: give it as one more DUMP",
			    name, v->memory_path);
	return source_open(v->memory_path, out);
}

static void vmware_close(struct dump *d)
{
	struct vmware *v = d->priv;

	if (!v)
		return;
	/* before its name goes */
	source_close(d->src);
	d->src = NULL;
	byte_pages_free(&v->bytes);
	free(v->memory_path);
	free(v);
	d->priv = NULL;
}

/* Takes over memory, also on failure; NULL: not given. From here on it is d->src, instead of the saved state. */
static int choose_memory(struct dump *d, struct source *memory, struct vmware_memory *m)
{
	int r = 0;

	if (m->embedded && memory)
		r = fail(EIO, "%s: not the memory of %s, which has it in itself", memory->name, d->src->name);
	else if (!m->embedded && !memory)
		r = open_companion(d, &memory);
	if (!r && memory) {
		source_close(d->src);
		d->src = memory;
		d->incomplete |= memory->truncated;
		m->len = memory->size;
		return 0;
	}
	source_close(memory);
	return r;
}

/* The groups of a saved state. */
static int load_state(struct dump *d, uint32_t id, struct vmware_memory *m)
{
	struct vmware_group g;
	int r;

	if (id == ID_OLD)
		return fail(ENOTSUP, "%s: the 32-bit form of VMware's saved states (id %#x) is not supported", d->src->name, id);
	r = find_group(d->src, "memory", &g);
	if (!r && !g.src)
		r = fail(EIO, "%s: a VMware saved state without group memory", d->src->name);
	if (!r)
		r = read_memory_group(&g, m);
	if (!r)
		r = find_group(d->src, "cpu", &g);
	if (!r)
		r = vmware_load_cpus(d, &g);
	if (r || id != ID_PARTIAL)
		return r;
	d->incomplete = true;
	log_warn("%s: marked as partial by VMware: not all of the machine may be in it", d->src->name);
	return 0;
}

/* Takes over memory, also on failure. */
static int load(struct dump *d, struct source *memory)
{
	uint32_t id = read_id(d->src);
	struct vmware_memory m = { 0 };
	int r;

	d->priv = calloc(1, sizeof(struct vmware));
	if (!d->priv)
		r = -ENOMEM;
	else
		r = id ? load_state(d, id, &m) : vmware_guest_load(d, &m);
	if (r) {
		source_close(memory);
		return r;
	}
	d->pages.page_shift = PAGE_SHIFT;
	r = choose_memory(d, memory, &m);
	if (!r)
		r = add_regions(d, &m);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (!r && !d->pages.max_pfn)
		r = fail(EIO, "%s: a VMware saved state without memory", d->src->name);
	return r;
}

static int vmware_open(struct dump *d)
{
	return load(d, NULL);
}

/* The saved state and its memory, in any order. Takes over both. */
static int open_pair(struct source *a, struct source *b, const struct dump_request *req, struct dump **out)
{
	struct source *state = is_state(a) ? a : b, *memory = state == a ? b : a;
	struct dump *d = calloc(1, sizeof(*d));
	int r = d ? 0 : -ENOMEM;

	if (!r && is_state(memory))
		r = fail(EIO, "%s: a VMware saved state, as %s is, not its memory", memory->name, state->name);
	if (r) {
		free(d);
		source_close(state);
		source_close(memory);
		return r;
	}
	d->ops = &vmware_dump_ops;
	d->format = vmware_dump_ops.name;
	d->src = state;
	d->incomplete = state->truncated;
	d->req = req;
	r = load(d, memory);
	d->req = NULL;
	if (r) {
		dump_close(d);
		return r;
	}
	*out = d;
	return 0;
}

static int vmware_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	int r;

	if (n == 1)
		return dump_open_as(srcs[0], &vmware_dump_ops, req, out);
	if (n == 2)
		return open_pair(srcs[0], srcs[1], req, out);
	r = fail(EIO, "%s: a VMware saved state and its memory are two files, not %zu", srcs[0]->name, n);
	for (size_t i = 0; i < n; i++)
		source_close(srcs[i]);
	return r;
}

const struct dump_ops vmware_dump_ops = {
	.name = "vmware",
	.probe = vmware_probe,
	.open = vmware_open,
	.open_set = vmware_open_set,
	.close = vmware_close,
};
