/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of QEMU's migration stream: savevm.c of QEMU writes them. Memory and devices are read elsewhere. */
#include "formats/qemu/qemu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"

#define MAGIC 0x5145564du		/* "QEVM" */
#define VERSION 3u
#define HEADER_BYTES 8u
#define HTAB_ENTRY 16u
#define BITMAPS_EOS 0x01
#define ATTRIBUTES_FLAGS 0xfffu
#define VIRTIO_MEM_BYTES 36u		/* address, size, size of a block, node; bytes that are plugged in */
#define SECTIONS_MAX 64u		/* that are no memory, before the devices */

enum savevm_section {				/* QEMU: migration/savevm.h */
	SECTION_EOF = 0x00, SECTION_START = 0x01, SECTION_PART = 0x02, SECTION_END = 0x03, SECTION_FULL = 0x04,
	SUBSECTION = 0x05, SECTION_CONFIGURATION = 0x07, SECTION_COMMAND = 0x08, SECTION_FOOTER = 0x7e,
};
enum { ATTRIBUTES_EOS = 1, ATTRIBUTES_MORE = 2, ATTRIBUTES_DONE = 8 };
/* Advised is postcopy also by what may need it and does not in a file (dirty-bitmaps): it is not begun then. */
enum { COMMAND_POSTCOPY_LISTEN = 4, COMMAND_PACKAGED = 8 };

static bool take_u32(struct qemu_cursor *c, uint32_t *out)
{
	const uint8_t *p = qemu_take(c, 4);

	if (p)
		*out = get_u32(p, true);
	return p;
}

static int savevm_probe(const struct source *src)
{
	uint8_t h[HEADER_BYTES];
	ssize_t r = source_read_some(src, h, sizeof(h), 0);

	if (r < 0)
		return (int)r;
	return r >= 4 && get_u32(h, true) == MAGIC;
}

/* vmstate_configuration: 0 or -EAGAIN */
static int load_capabilities(struct qemu_machine *m, struct qemu_cursor *c)
{
	char name[256];
	uint32_t n;

	if (!take_u32(c, &n))
		return -EAGAIN;
	for (; n; n--) {
		if (!qemu_take_name(c, name))
			return -EAGAIN;
		m->mapped_ram |= !strcmp(name, "mapped-ram");
		m->ignore_shared |= !strcmp(name, "x-ignore-shared");
	}
	return 0;
}

static int load_configuration(const struct dump *d, struct qemu_machine *m, struct qemu_cursor *c)
{
	const uint8_t *p;
	char name[256];
	uint32_t n;

	if (!take_u32(c, &n))
		return -EAGAIN;
	p = n < sizeof(m->type) ? qemu_take(c, n) : NULL;
	if (!p)
		return -EAGAIN;
	memcpy(m->type, p, n);
	while ((p = qemu_peek(c, 1)) && *p == SUBSECTION) {
		qemu_take(c, 1);
		if (!qemu_take_name(c, name) || !take_u32(c, &n))
			return -EAGAIN;
		if (!strcmp(name, "configuration/target-page-bits")) {
			if (!take_u32(c, &n))
				return -EAGAIN;
			m->page_shift = n;
		} else if (!strcmp(name, "configuration/capabilities")) {
			if (load_capabilities(m, c))
				return -EAGAIN;
		} else if (!strcmp(name, "configuration/uuid")) {
			if (!qemu_take(c, 16))
				return -EAGAIN;
		} else {
			return fail(ENOTSUP, "%s: QEMU stream: \"%s\" at offset %#llx is not known", d->src->name, name,
				    (unsigned long long)c->pos);
		}
	}
	if (m->page_shift < PAGE_SHIFT_MIN || m->page_shift > PAGE_SHIFT_MAX)
		return fail(ENOTSUP, "%s: QEMU stream: pages of 2^%u bytes", d->src->name, m->page_shift);
	return 0;
}

static int load_command(const struct dump *d, struct qemu_cursor *c)
{
	const uint8_t *p = qemu_take(c, 4);
	unsigned int command;

	if (!p)
		return -EAGAIN;
	command = get_u16(p, true);
	c->pos += get_u16(p + 2, true);
	if (command >= COMMAND_POSTCOPY_LISTEN && command <= COMMAND_PACKAGED)
		return fail(ENOTSUP, "%s: QEMU stream: command %u at offset %#llx: memory that is sent afterwards (postcopy)",
			    d->src->name, command, (unsigned long long)c->pos);
	return 0;
}

struct other;

/* Where the walk is. */
struct savevm_walk {
	struct qemu_cursor c;
	uint32_t ram_id, other_id;
	bool ram_begun;
	const struct other *other;	/* of which a section was there, or NULL */
	uint64_t devices;		/* 0: not reached */
};

/* The hashed page table of pseries machines: nothing, its size, or pieces of it (hw/ppc/spapr.c). */
static int skip_htab(struct qemu_cursor *c)
{
	const uint8_t *p;
	uint32_t kind;

	if (!take_u32(c, &kind))
		return -EAGAIN;
	while (!kind) {
		p = qemu_take(c, 8);
		if (!p)
			return -EAGAIN;
		if (!get_u64(p, true))
			break;
		c->pos += (uint64_t)get_u16(p + 4, true) * HTAB_ENTRY;
	}
	return 0;
}

/* Attributes of pages, a byte each (hw/s390x/s390-stattrib.c). */
static int skip_attributes(struct qemu_cursor *c)
{
	const uint8_t *p;

	while ((p = qemu_take(c, 8))) {
		switch (get_u64(p, true) & ATTRIBUTES_FLAGS) {
		case ATTRIBUTES_MORE:
			p = qemu_take(c, 8);
			if (!p || get_u64(p, true) > c->src->size)
				return -EAGAIN;
			c->pos += get_u64(p, true);
			break;
		case ATTRIBUTES_DONE:
			break;
		default:
			return (get_u64(p, true) & ATTRIBUTES_FLAGS) == ATTRIBUTES_EOS ? 0 : -EAGAIN;
		}
	}
	return -EAGAIN;
}

/* migration/block-dirty-bitmap.c: nothing but its end, when no disk has such a bitmap. */
static int skip_no_bitmaps(struct qemu_cursor *c)
{
	const uint8_t *p = qemu_take(c, 1);

	if (!p)
		return -EAGAIN;
	return *p == BITMAPS_EOS ? 0 : fail(ENOTSUP, "%s: QEMU stream: bitmaps of disks at offset %#llx: save it without the "
					    "capability dirty-bitmaps", c->src->name, (unsigned long long)c->pos - 1);
}

/* What machines have between the pages of memory: one of them at most. */
static const struct other {
	const char *name;
	int (*skip)(struct qemu_cursor *c);
} others[] = {
	{ "spapr/htab", skip_htab },
	{ "s390-storage_attributes", skip_attributes },
	{ "dirty-bitmap", skip_no_bitmaps },
};

/* virtio-mem since QEMU 8.0: where its memory is comes before all memory, then which parts of it are plugged in. */
static int load_virtio_mem(struct qemu_facts *f, struct qemu_cursor *c, const char *name)
{
	const uint8_t *p = qemu_peek(c, VIRTIO_MEM_BYTES);
	uint64_t blocks;

	if (!p || !qemu_add_region(f, name, p))
		return -EAGAIN;
	blocks = get_u64(p + 8, true) / get_u64(p + 16, true);
	c->pos += VIRTIO_MEM_BYTES + div_round_up(blocks, 64) * 8;
	return 0;
}

static bool is_early_virtio_mem(const char *name)
{
	const char *last = strrchr(name, '/');

	return last && !strcmp(last, "/virtio-mem-early");
}

/* A section with a name: that of memory, or the first of the devices. */
static int load_named(struct dump *d, struct savevm_walk *w, enum savevm_section type, uint64_t at)
{
	struct qemu_savevm *s = d->priv;
	uint32_t id, instance, version;
	char name[256];

	if (type == SECTION_FULL && s->ram.complete) {
		w->devices = at;
		return 0;
	}
	if (!take_u32(&w->c, &id) || !qemu_take_name(&w->c, name) || !take_u32(&w->c, &instance) ||
	    !take_u32(&w->c, &version))
		return -EAGAIN;
	for (size_t i = 0; i < ARRAY_SIZE(others) && type == SECTION_START; i++)
		if (!strcmp(name, others[i].name)) {
			w->other_id = id;
			w->other = &others[i];
			return w->other->skip(&w->c);
		}
	if (type == SECTION_FULL && !w->ram_begun && is_early_virtio_mem(name))
		return load_virtio_mem(&s->facts, &w->c, name);
	if (type != SECTION_START || strcmp(name, "ram"))
		return fail(ENOTSUP, "%s: QEMU stream: section \"%.64s\" at offset %#llx, before the end of the memory, is "
			    "not known", d->src->name, name, (unsigned long long)at);
	if (version != 4)
		return fail(ENOTSUP, "%s: QEMU stream: memory of version %u at offset %#llx: only 4 is known", d->src->name,
			    version, (unsigned long long)at);
	if (w->ram_begun)
		return -EAGAIN;
	w->ram_id = id;
	w->ram_begun = true;
	return qemu_ram_load(&s->ram, &s->machine, &w->c);
}

static int load_more(struct dump *d, struct savevm_walk *w, enum savevm_section type)
{
	struct qemu_savevm *s = d->priv;
	uint32_t id;
	int r;

	if (!take_u32(&w->c, &id))
		return -EAGAIN;
	if (w->other && id == w->other_id)
		return w->other->skip(&w->c);
	if (!w->ram_begun || id != w->ram_id || s->ram.complete)
		return -EAGAIN;
	r = qemu_ram_load(&s->ram, &s->machine, &w->c);
	if (!r && type == SECTION_END)
		s->ram.complete = true;
	return r;
}

/* Up to the devices. 0, also when the source ends or is damaged before: then the memory is not complete. */
static int walk_sections(struct dump *d, struct savevm_walk *w)
{
	struct qemu_savevm *s = d->priv;
	unsigned int others = 0;
	uint64_t at = 0;
	int r = 0;

	while (!r && !w->devices) {
		const uint8_t *p;

		at = w->c.pos;
		p = qemu_take(&w->c, 1);
		r = p ? 0 : -EAGAIN;
		if (r)
			break;
		switch (*p) {
		case SECTION_CONFIGURATION:
			r = others++ ? -EAGAIN : load_configuration(d, &s->machine, &w->c);
			break;
		case SECTION_START:
		case SECTION_FULL:
			r = load_named(d, w, *p, at);
			break;
		case SECTION_PART:
		case SECTION_END:
			r = load_more(d, w, *p);
			break;
		case SECTION_FOOTER:
			r = qemu_take(&w->c, 4) ? 0 : -EAGAIN;
			break;
		case SECTION_COMMAND:
			r = others++ > SECTIONS_MAX ? -EAGAIN : load_command(d, &w->c);
			break;
		case SECTION_EOF:
			if (s->ram.complete)
				return 0;
			/* fall through */
		default:
			r = -EAGAIN;
		}
	}
	if (r != -EAGAIN)
		return r;
	if (s->ram.complete)
		return 0;
	at = w->c.pos;
	if (!s->ram.nblocks)
		return fail(EIO, "%s: QEMU stream: %s at offset %#llx, before any memory", d->src->name,
			    at >= d->src->size ? "it ends" : "it is damaged", (unsigned long long)at);
	d->incomplete = true;
	log_warn("%s: the QEMU stream %s at offset %#llx; pages that come after are missing", d->src->name,
		 at + QEMU_NEAR_BYTES >= d->src->size ? "is cut short" : "is damaged", (unsigned long long)at);
	return 0;
}

static uint64_t end_pfn(const struct qemu_savevm *s, const struct qemu_piece *p)
{
	return (p->paddr + p->len) >> s->ram.page_shift;
}

/* The piece that has pfn, or the next one; pfn is below the end of the last. */
static const struct qemu_piece *find_piece(const struct qemu_savevm *s, uint64_t pfn)
{
	return &s->pieces[bisect_first(i, s->npieces - 1, end_pfn(s, &s->pieces[i]) > pfn)];
}

static struct qemu_at page_at(const struct qemu_savevm *s, const struct qemu_piece *p, uint64_t pfn)
{
	unsigned int shift = s->ram.page_shift;

	return (struct qemu_at){ &s->ram, p->block, p->block->first + (p->offset >> shift) + (pfn - (p->paddr >> shift)) };
}

static void savevm_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct qemu_savevm *s = ((const struct dump *)ps)->priv;
	const struct qemu_piece *p = find_piece(s, pfn);
	struct qemu_at at;

	if (pfn < p->paddr >> ps->page_shift) {
		*out = (struct page_run){ pfn, (p->paddr >> ps->page_shift) - pfn, PAGE_ABSENT, false };
		return;
	}
	at = page_at(s, p, pfn);
	qemu_pages_run(&at, out);
	out->first = pfn;
	out->count = min_u64(out->count, end_pfn(s, p) - pfn);
	if (out->state == PAGE_DATA)
		out->count = qemu_pages_alike(&at, ((const struct dump *)ps)->src, out->count);
}

/* Pages of one block may follow those of another. */
static int savevm_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	struct qemu_savevm *s = d->priv;
	char *out = buf;
	int r = 0;

	for (uint64_t n; count && !r; pfn += n, count -= n, out += n << ps->page_shift) {
		const struct qemu_piece *p = find_piece(s, pfn);
		struct qemu_at at = page_at(s, p, pfn);

		n = min_u64(count, end_pfn(s, p) - pfn);
		r = qemu_pages_read(&at, d->src, n, out, &s->damaged);
	}
	return r;
}

static uint64_t savevm_lost(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	const struct dump *d = (const struct dump *)ps;
	const struct qemu_savevm *s = d->priv;
	const struct qemu_piece *p = find_piece(s, pfn);
	struct qemu_at at = page_at(s, p, pfn);

	return qemu_pages_lost(&at, d->src, min_u64(count, end_pfn(s, p) - pfn));
}

static const struct pages_ops savevm_pages_ops = {
	.read = savevm_read,
	.run = savevm_run,
	.lost = savevm_lost,
};

static int check_header(const struct source *src)
{
	uint8_t h[HEADER_BYTES];
	uint32_t version;

	if (source_read(src, h, sizeof(h), 0))
		return fail(EIO, "%s: QEMU stream: the file ends inside its header", src->name);
	version = get_u32(h + 4, true);
	if (version != VERSION)
		return fail(ENOTSUP, "%s: QEMU stream of version %u: only version 3 is known", src->name, version);
	return 0;
}

static int savevm_open(struct dump *d)
{
	struct savevm_walk w = { .c = { .src = d->src, .pos = HEADER_BYTES } };
	struct qemu_savevm *s = calloc(1, sizeof(*s));
	const struct qemu_piece *last;
	int r;

	w.c.window = malloc(QEMU_WINDOW);
	d->priv = s;
	r = s && w.c.window ? check_header(d->src) : -ENOMEM;
	if (!r) {
		s->machine.page_shift = 12;
		r = walk_sections(d, &w);
	}
	free(w.c.window);
	if (!r)
		r = qemu_ram_finish(&s->ram);
	if (r)
		return r;
	qemu_machine_arch(d, s);
	r = qemu_devices_load(d, w.devices);
	if (!r)
		r = qemu_machine_layout(d, s);
	if (r)
		return r;
	last = &s->pieces[s->npieces - 1];
	d->pages.ops = &savevm_pages_ops;
	d->pages.page_shift = s->ram.page_shift;
	d->pages.max_pfn = (last->paddr + last->len) >> s->ram.page_shift;
	return qemu_devices_take_note(d);
}

static void savevm_close(struct dump *d)
{
	struct qemu_savevm *s = d->priv;

	if (s)
		qemu_ram_free(&s->ram);
	free(s);
	d->priv = NULL;
}

const struct dump_ops qemu_dump_ops = {
	.name = "qemu-savevm",
	.probe = savevm_probe,
	.open = savevm_open,
	.close = savevm_close,
};
