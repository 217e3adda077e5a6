/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of QEMU's migration stream: an index of where they are, made in one walk over their headers.
 *
 * Pages come in the order of their addresses. So when the header that is n pages of data ahead is the one of the page
 * n pages ahead, what is between is taken for those n pages and is not looked at: the walk leaps over it, twice as far
 * each time. qemu_pages_read() looks at each header then, so that no other bytes are ever taken for a page.
 */
#include "formats/qemu/qemu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/qemu/ram.h"

#define MAPPED_VERSION 1u
#define MAPPED_HEADER 28u		/* QEMU: MappedRamHeader */
#define RECORDS_MAX ((uint64_t)1 << 34)
#define PAGES_MAX ((uint64_t)1 << 34)	/* of 4 KiB: 64 TiB */
#define OFFSET_MAX ((uint64_t)1 << 56)
#define LEAP_MAX ((uint64_t)1 << 20)
#define PIECES_FREE 500000u		/* places and stretches: one more for each 64 pages in the stream */
#define PATIENCE 3			/* seconds before the user is told why it takes so long */

struct loading {
	struct qemu_ram *ram;
	struct qemu_cursor *c;
	uint64_t page;			/* the one after it, in the number space of all blocks */
	uint64_t next;			/* offset of the payload that would go on with the last stretch */
	uint8_t fill;			/* of the last stretch */
	time_t started;			/* 0: the user was told */
};

static int damaged(const struct loading *l, const char *what)
{
	log_info("%s: QEMU stream: %s, before offset %#llx", l->c->src->name, what, (unsigned long long)l->c->pos);
	return -EAGAIN;
}

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct qemu_block *blocks = arg;

	return strcmp(blocks[*(const uint16_t *)a].name, blocks[*(const uint16_t *)b].name);
}

static const struct qemu_block *find_block(const struct qemu_ram *ram, const char *name)
{
	size_t at = bisect_first(i, ram->nblocks, strcmp(ram->blocks[ram->by_name[i]].name, name) >= 0);
	const struct qemu_block *b = at < ram->nblocks ? &ram->blocks[ram->by_name[at]] : NULL;

	return b && !strcmp(b->name, name) ? b : NULL;
}

/* mapped-ram: where the pages of the block are, and which of them. Offsets are those of the file that QEMU wrote to, in
 * which the stream need not be the first thing (libvirt): the first of them is that of the byte behind the header. */
static int load_mapped(struct loading *l, const struct qemu_machine *m, struct qemu_block *b)
{
	uint64_t pages = b->size >> l->ram->page_shift, bytes = div_round_up(pages, 64) * 8, end, bitmap, at;
	const struct source *src = l->c->src;
	const uint8_t *h = qemu_take(l->c, MAPPED_HEADER);
	uint8_t *buf;
	int r = 0;

	if (!h)
		return -EAGAIN;
	if (get_u32(h, true) != MAPPED_VERSION || get_u64(h + 4, true) != (uint64_t)1 << l->ram->page_shift)
		return fail(ENOTSUP, "%s: QEMU stream: mapped-ram header of version %u at offset %#llx, pages of %llu bytes",
			    src->name, get_u32(h, true), (unsigned long long)l->c->pos - MAPPED_HEADER,
			    (unsigned long long)get_u64(h + 4, true));
	bitmap = get_u64(h + 12, true);
	b->pages_offset = get_u64(h + 20, true);
	at = l->c->pos;
	if (!b->size || (!bitmap && !b->pages_offset)) {
		b->left_out = true;
		b->lost = false;
		return 0;
	}
	if (bitmap < at || b->pages_offset < bitmap || add_overflows(at, bytes, &end) || end > src->size)
		return damaged(l, "a mapped-ram header makes no sense");
	b->pages_offset -= bitmap - at;
	if (b->pages_offset < end || add_overflows(b->pages_offset, b->size, &l->c->pos) || l->c->pos >= OFFSET_MAX)
		return damaged(l, "a mapped-ram header makes no sense");
	buf = malloc(QEMU_WINDOW);
	if (!buf)
		return -ENOMEM;
	for (uint64_t done = 0, n; done < bytes && !r; done += n) {
		n = min_u64(bytes - done, QEMU_WINDOW);
		r = source_read(src, buf, n, at + done);
		if (r)
			r = fail(EIO, "%s: QEMU stream: the bitmap at offset %#llx cannot be read", src->name,
				 (unsigned long long)(at + done));
		if (r || bytes_are_zero(buf, n))
			continue;
		/* words of the machine that QEMU ran on: all that it runs machines fast on are little-endian */
		b->has_data = true;
		r = bitmap_load(l->ram->data, b->first + done * 8, buf, n);
	}
	free(buf);
	b->left_out = !b->has_data && m->ignore_shared;
	b->lost = r;
	return r;
}

static int add_block(struct loading *l, uint64_t *left)
{
	struct qemu_ram *ram = l->ram;
	struct qemu_block *b = &ram->blocks[ram->nblocks];
	const uint8_t *p;

	if (ram->nblocks == QEMU_BLOCKS_MAX)
		return damaged(l, "too many blocks of memory");
	if (!qemu_take_name(l->c, b->name))
		return -EAGAIN;
	p = qemu_take(l->c, 8);
	if (!p)
		return -EAGAIN;
	b->size = get_u64(p, true);
	b->first = ram->npages;
	b->lost = ram->mapped;
	if (b->size > *left || b->size >> ram->page_shift > PAGES_MAX || ram->npages > PAGES_MAX)
		return damaged(l, "a block of memory is larger than all memory");
	*left -= b->size;
	/* what is behind the last whole page of a small ROM nobody looks at */
	ram->npages = round_up_u64(ram->npages + div_round_up(b->size, (uint64_t)1 << ram->page_shift), 64);
	b->size = round_up_u64(b->size, (uint64_t)1 << ram->page_shift);
	ram->nblocks++;
	return 0;
}

/* The blocks whose sizes are total bytes together. */
static int load_blocks(struct loading *l, const struct qemu_machine *m, uint64_t total)
{
	struct qemu_ram *ram = l->ram;
	uint64_t pages;
	int r = 0;

	if (ram->blocks)
		return damaged(l, "a second list of memory blocks");
	ram->page_shift = m->page_shift;
	ram->mapped = m->mapped_ram;
	ram->blocks = calloc(QEMU_BLOCKS_MAX, sizeof(*ram->blocks));
	ram->by_name = calloc(QEMU_BLOCKS_MAX, sizeof(*ram->by_name));
	/* sparse bitmaps: 8 bytes for 32768 bits that are not set */
	pages = min_u64(total >> ram->page_shift, PAGES_MAX) + 128 * (uint64_t)QEMU_BLOCKS_MAX;
	ram->data = bitmap_new(ram->mapped ? pages : min_u64(l->c->src->size / (QEMU_PAGE_HEADER + 1) + 1, RECORDS_MAX));
	if (!ram->blocks || !ram->by_name || !ram->data)
		return -ENOMEM;
	while (total && !r) {
		r = add_block(l, &total);
		if (!r && m->ignore_shared)
			r = qemu_take(l->c, 8) ? 0 : -EAGAIN;
		if (!r && ram->mapped)
			r = load_mapped(l, m, &ram->blocks[ram->nblocks - 1]);
	}
	for (size_t i = 0; i < ram->nblocks; i++)
		ram->by_name[i] = (uint16_t)i;
	qsort_r(ram->by_name, ram->nblocks, sizeof(*ram->by_name), compare_names, ram->blocks);
	return r;
}

static int add_stretch(struct loading *l, uint64_t payload, uint8_t fill)
{
	struct qemu_ram *ram = l->ram;

	l->fill = fill;
	return vector_push(ram->stretches, ram->nstretches, ram->stretches_cap,
			   (struct qemu_stretch){ ram->nrecords, payload | (uint64_t)fill << 56 });
}

/* count records of pages from page on, whole ones or one byte; payload: where the first of them is. */
static int add_records(struct loading *l, uint64_t page, uint64_t count, bool whole, uint8_t fill, uint64_t payload)
{
	struct qemu_ram *ram = l->ram;
	struct extent *last = ram->places.n ? &ram->places.list[ram->places.n - 1] : NULL;
	uint64_t each = QEMU_PAGE_HEADER + (whole ? (uint64_t)1 << ram->page_shift : 1);
	int r = 0;

	if (count > bitmap_bits(ram->data) - ram->nrecords || payload >= OFFSET_MAX - count * each)
		return damaged(l, "too many pages");
	if (payload != l->next || fill != l->fill || !ram->nstretches)
		r = add_stretch(l, payload, fill);
	if (!r && whole)
		r = bitmap_set_range(ram->data, ram->nrecords, count);
	if (!r && last && last->start + last->len == page && last->offset + last->len == ram->nrecords)
		last->len += count;
	else if (!r)
		r = extents_add(&ram->places, page, count, ram->nrecords);
	ram->nrecords += count;
	l->page = page + count;
	l->next = payload + count * each;
	if (!r && ram->nstretches + ram->places.n > PIECES_FREE + ram->nrecords / 64)
		r = fail(ENOTSUP, "%s: QEMU stream: at offset %#llx memory was written again in more than %zu pieces: "
			 "stop the guest before it is saved", l->c->src->name, (unsigned long long)payload, ram->places.n);
	return r;
}

/* Is there, n pages of data behind offset at, the header of the page that would come then? */
static bool is_ahead(struct loading *l, uint64_t at, uint64_t n)
{
	uint64_t each = QEMU_PAGE_HEADER + ((uint64_t)1 << l->ram->page_shift);
	const uint8_t *h;

	if (l->page - l->ram->block->first + n >= l->ram->block->size >> l->ram->page_shift ||
	    at + (n + 1) * each > l->c->src->size)
		return false;
	l->c->pos = at + n * each;
	h = qemu_peek(l->c, QEMU_PAGE_HEADER);
	return h && get_u64(h, true) == qemu_page_header(l->ram, l->ram->block, l->page + n, QEMU_RAM_PAGE);
}

/* A page of data was just taken, and pages of data may follow. Those up to one whose header is there are records. */
static int leap(struct loading *l)
{
	uint64_t each = QEMU_PAGE_HEADER + ((uint64_t)1 << l->ram->page_shift);
	uint64_t at = l->c->pos, n = 0, step = 1;

	for (; step <= LEAP_MAX && is_ahead(l, at, n + step - 1); step *= 2)
		n += step;
	for (step /= 2; step; step /= 2)
		if (is_ahead(l, at, n + step - 1))
			n += step;
	l->c->pos = at + n * each;
	return n ? add_records(l, l->page, n, true, 0, at + QEMU_PAGE_HEADER) : 0;
}

static int load_page(struct loading *l, uint64_t header)
{
	struct qemu_ram *ram = l->ram;
	uint64_t page_bytes = (uint64_t)1 << ram->page_shift, addr = header & ~(page_bytes - 1), payload;
	bool whole = header & QEMU_RAM_PAGE;
	const uint8_t *p;
	char name[256];
	int r;

	if (!(header & QEMU_RAM_CONTINUE)) {
		if (!qemu_take_name(l->c, name))
			return -EAGAIN;
		ram->block = find_block(ram, name);
	}
	if (!ram->block || addr >= ram->block->size)
		return damaged(l, "a page of no block of memory");
	payload = l->c->pos;
	p = whole ? NULL : qemu_take(l->c, 1);
	if (whole ? payload > l->c->src->size || l->c->src->size - payload < page_bytes : !p)
		return -EAGAIN;
	r = add_records(l, ram->block->first + (addr >> ram->page_shift), 1, whole, whole ? 0 : *p, payload);
	if (r || !whole)
		return r;
	l->c->pos += page_bytes;
	return leap(l);
}

static int not_done(const struct loading *l, const char *what)
{
	return fail(ENOTSUP, "%s: QEMU stream: %s at offset %#llx; save it without, or with the capability mapped-ram",
		    l->c->src->name, what, (unsigned long long)l->c->pos - QEMU_PAGE_HEADER);
}

static void tell_patience(struct loading *l)
{
	if (!l->started || time(NULL) - l->started < PATIENCE)
		return;
	log_notice("%s: reading through the QEMU stream to find its pages; a stream with mapped-ram opens at once",
		 l->c->src->name);
	l->started = 0;
}

int qemu_ram_load(struct qemu_ram *ram, const struct qemu_machine *m, struct qemu_cursor *c)
{
	struct loading l = { .ram = ram, .c = c, .started = time(NULL) };
	uint64_t mask = ((uint64_t)1 << m->page_shift) - 1;
	int r = 0;

	for (unsigned int n = 0; !r; n++) {
		const uint8_t *p = qemu_take(c, QEMU_PAGE_HEADER);
		uint64_t header = p ? get_u64(p, true) : 0, flags = header & mask;

		if (!p)
			return -EAGAIN;
		if (flags == QEMU_RAM_EOS)
			return 0;
		if (!(n % 4096))
			tell_patience(&l);
		flags &= ~(uint64_t)QEMU_RAM_CONTINUE;
		if (flags == QEMU_RAM_MEM_SIZE)
			r = load_blocks(&l, m, header & ~mask);
		else if (!ram->nblocks)
			r = damaged(&l, "pages before the list of memory blocks");
		else if (ram->mapped && flags == QEMU_RAM_MULTIFD_FLUSH)
			continue;
		else if (ram->mapped)
			r = damaged(&l, "pages in a stream whose pages have places of their own");
		else if (flags == QEMU_RAM_PAGE || flags == QEMU_RAM_ZERO)
			r = load_page(&l, header);
		else if (flags == QEMU_RAM_XBZRLE)
			r = not_done(&l, "pages as differences (XBZRLE)");
		else if (flags == QEMU_RAM_COMPRESSED)
			r = not_done(&l, "compressed pages");
		else if (flags == QEMU_RAM_MULTIFD_FLUSH)
			r = not_done(&l, "pages in other streams (multifd)");
		else
			r = damaged(&l, "no header of a page");
	}
	return r;
}

int qemu_ram_finish(struct qemu_ram *ram)
{
	if (ram->data)
		bitmap_index(ram->data);
	/* QEMU writes the bitmaps when all pages are written. */
	for (size_t i = 0; i < ram->nblocks && ram->mapped && !ram->complete; i++)
		ram->blocks[i].lost |= !ram->blocks[i].has_data;
	return extents_resolve(&ram->places, EXTENTS_HIGHEST_OFFSET);
}

void qemu_ram_free(struct qemu_ram *ram)
{
	free(ram->blocks);
	free(ram->by_name);
	free(ram->stretches);
	bitmap_free(ram->data);
	extents_free(&ram->places);
}
