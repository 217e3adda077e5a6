/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format: main header, sub header with notes, bitmap of the machine's pages, bitmap of the stored
 * pages, a descriptor for each stored page, page data. Everything but the data is in units of block_size.
 */
#include "formats/kdump/kdump.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/kdump/diskdump.h"
#include "formats/kdump/header.h"
#include "formats/reader/machine.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

#define BITMAP_PIECE ((size_t)256 << 10)
#define BITMAP_BYTES_MAX ((uint64_t)8 << 30)	/* of one bitmap: 256 TiB of 4 KiB pages */
#define VMCOREINFO_MAX ((uint64_t)1 << 20)
#define ERASEINFO_MAX ((uint64_t)64 << 20)
#define CPUS_MAX 65536u
#define FIRST_DESCS 16384u			/* among these one is looked for that was written */
#define SAMPLE_BATCHES 128u			/* of KDUMP_DESC_BATCH descriptors: at most twice as many are looked at */

/* Load len bytes of a bitmap. What lies beyond the end of the file is left clear; *loaded: bytes before it. */
static int load_bitmap(struct dump *d, struct bitmap *bm, uint64_t off, uint64_t len, uint64_t *loaded)
{
	uint8_t *piece = malloc(BITMAP_PIECE);
	uint64_t done = 0;
	ssize_t n;
	int r = 0;

	if (!piece)
		return -ENOMEM;
	for (; done < len && !r; done += (uint64_t)n) {
		n = source_read_some(d->src, piece, (size_t)min_u64(len - done, BITMAP_PIECE), off + done);
		if (n < 0) {
			r = fail((int)-n, "%s: bitmap at offset %#llx cannot be read: %s", d->src->name,
				 (unsigned long long)(off + done), strerror((int)-n));
			break;
		}
		if (n == 0) {
			d->incomplete = true;
			log_warn("%s: the file ends inside the bitmap at offset %#llx: pages from %#llx on are missing",
				 d->src->name, (unsigned long long)off, (unsigned long long)(done * 8));
			break;
		}
		r = bitmap_load(bm, done * 8, piece, (size_t)n);
	}
	free(piece);
	*loaded = done;
	return r;
}

/*
 * A writer that was stopped inside the bitmaps. What it had not listed as the machine's is cut off; what it had, is there,
 * but cannot be read: it must not look like pages that were left out on purpose. Page 0 stays in any case: a dump of no
 * pages would be none, and its headers tell whose it is.
 */
static int bitmaps_end_early(struct kdump *k, uint64_t exists_end, uint64_t stored_end, uint64_t *bits)
{
	if (exists_end >= *bits && stored_end >= *bits)
		return 0;
	k->lost_from = min_u64(exists_end, stored_end);
	*bits = max_u64(min_u64(exists_end, *bits), 1);
	return exists_end ? 0 : bitmap_set(k->exists, 0);
}

/*
 * Both bitmaps have bitmap_blocks / 2 blocks, whatever max_mapnr is. Very old diskdumps have a single one, which shows in
 * that half of the blocks would be too small.
 */
static int load_bitmaps(struct dump *d, const struct kdump_header *h, uint64_t *all_bits)
{
	struct kdump *k = d->priv;
	uint64_t bits = *all_bits, exists_bytes = 0, stored_bytes;
	uint64_t half = (uint64_t)(h->bitmap_blocks / 2) * h->block_size;
	uint64_t all = (uint64_t)h->bitmap_blocks * h->block_size;
	uint64_t start = (1 + (uint64_t)h->sub_blocks) * h->block_size, need = div_round_up(bits, 8);
	uint64_t in_file = min_u64(bits, start < d->src->size ? (d->src->size - start) * 8 : 0);
	bool two = need <= half;
	int r;

	if (need > BITMAP_BYTES_MAX)
		return fail(EIO, "%s: a bitmap of %llu bytes is not believed", d->src->name, (unsigned long long)need);
	/* A header that claims more than the file has costs no memory: bits beyond the end of a bitmap are clear. */
	in_file = max_u64(in_file, 1);
	k->exists = bitmap_new(in_file);
	k->stored = two ? bitmap_new(in_file) : k->exists;
	if (!k->exists || !k->stored)
		return -ENOMEM;
	r = load_bitmap(d, k->exists, start, need, &exists_bytes);
	stored_bytes = exists_bytes;
	if (!r && two)
		r = load_bitmap(d, k->stored, start + half, need, &stored_bytes);
	if (!r)
		r = bitmaps_end_early(k, exists_bytes * 8, stored_bytes * 8, all_bits);
	bitmap_index(k->stored);
	if (two)
		bitmap_index(k->exists);
	k->desc_offset = start + all;
	return r;
}

/* Number of bits that the bitmaps can have; a larger claim is cut down. */
static uint64_t believable_bits(const struct dump *d, const struct kdump_header *h)
{
	uint64_t all = (uint64_t)h->bitmap_blocks * h->block_size * 8;
	uint64_t half = (uint64_t)(h->bitmap_blocks / 2) * h->block_size * 8;

	if (h->max_mapnr <= all)
		return h->max_mapnr;
	log_warn("%s: the header claims %llu pages, its bitmaps have room for %llu", d->src->name,
		 (unsigned long long)h->max_mapnr, (unsigned long long)half);
	return half;
}

static void limit_to_split(struct dump *d, uint64_t bits)
{
	struct kdump *k = d->priv;
	const struct kdump_header *h = &k->header;

	k->first_bit = 0;
	k->first_rank = 0;
	k->end_bit = bits;
	if (!h->split)
		return;
	k->first_bit = min_u64(h->start_pfn, bits);
	k->end_bit = max_u64(k->first_bit, min_u64(h->end_pfn, bits));
	k->first_rank = bitmap_rank(k->stored, k->first_bit);
}

/*
 * At level bit 1 makedumpfile starts the data with one page of zeroes that all zero pages share; so do QEMU, and
 * write_kdump() at every level.
 */
static void find_zero_page(struct dump *d, const struct kdump_header *h)
{
	struct kdump *k = d->priv;
	uint64_t off = k->desc_offset + bitmap_count(k->stored) * KDUMP_DESC_BYTES;
	void *page;

	page = malloc(h->block_size);
	if (page && !source_read(d->src, page, h->block_size, off) && bytes_are_zero(page, h->block_size))
		k->zero_offset = off;
	free(page);
}

static int load_notes(struct dump *d, const struct kdump_header *h)
{
	uint64_t len = min_u64(h->size_vmcoreinfo, VMCOREINFO_MAX);
	char *text;
	int r = 0;

	if (h->offset_note && h->size_note)
		r = dump_add_notes(d, h->offset_note, h->size_note);
	if (!r)
		r = dump_find_vmcoreinfo(d);
	if (r || d->vmcoreinfo || !h->offset_vmcoreinfo || !len)
		return r;
	text = memory_malloc(len);
	if (!text)
		return -ENOMEM;
	if (!source_read(d->src, text, len, h->offset_vmcoreinfo)) {
		r = dump_set_vmcoreinfo(d, text, len);
	} else {
		d->incomplete = true;
		log_warn("%s: VMCOREINFO at offset %#llx cannot be read", d->src->name,
			 (unsigned long long)h->offset_vmcoreinfo);
	}
	free(text);
	return r;
}

/* Behind the page data. A file made of an ELF dump has its earlier part once more among the notes. */
static int load_eraseinfo(struct dump *d, const struct kdump_header *h)
{
	uint64_t len = min_u64(h->size_eraseinfo, ERASEINFO_MAX);
	char *text;
	int r = 0;

	if (!h->offset_eraseinfo || !len)
		return dump_find_eraseinfo(d);
	text = memory_malloc(len);
	if (!text)
		return -ENOMEM;
	if (!source_read(d->src, text, len, h->offset_eraseinfo)) {
		r = dump_add_eraseinfo(d, text, len);
	} else {
		d->incomplete = true;
		log_warn("%s: the list of what was erased, at offset %#llx, cannot be read", d->src->name,
			 (unsigned long long)h->offset_eraseinfo);
	}
	free(text);
	return r;
}

static void take_claims(struct dump *d, const struct kdump_header *h)
{
	d->big_endian = h->big_endian;
	d->elf_class = h->word * 8;
	d->elf_machine = machine_number(h->uts[4]);
	memcpy(d->uts, h->uts, sizeof(d->uts));
	d->timestamp = h->timestamp;
	d->header_version = h->version;
	d->status = h->status;
	d->dump_level = h->dump_level;
	d->has_phys_base = !h->sub_lost;
	d->phys_base = h->phys_base;
	if (h->sub_lost) {
		d->incomplete = true;
		log_warn("%s: the kdump sub header was lost, and with it the dump's notes", d->src->name);
	}
	d->nr_cpus = h->nr_cpus <= CPUS_MAX ? h->nr_cpus : 0;
	for (size_t i = 0; i < CODECS && !d->codec; i++)
		if (h->status & codecs[i])
			d->codec = codecs[i];
	if (h->diskdump) {
		diskdump_claims(d, h);
		return;
	}
	d->without_vmemmap = h->status & KDUMP_STATUS_NO_VMEMMAP;
	if (h->status & KDUMP_STATUS_INCOMPLETE) {
		d->incomplete = true;
		log_warn("%s: its writer marked the dump as incomplete", d->src->name);
	}
}

static bool is_written(const struct dump *d, const struct kdump_desc *desc)
{
	uint64_t end;

	return desc->offset && !add_overflows(desc->offset, desc->size, &end) && end <= d->src->size;
}

/* How many of so many descriptors lead nowhere. Of a large table a sample is looked at. */
static uint64_t count_lost(const struct dump *d, uint64_t count, bool *exact)
{
	const struct kdump *k = d->priv;
	struct kdump_desc descs[KDUMP_DESC_BATCH];
	uint64_t step = max_u64(div_round_up(count, KDUMP_DESC_BATCH) / SAMPLE_BATCHES, 1) * KDUMP_DESC_BATCH;
	uint64_t seen = 0, lost = 0;

	for (uint64_t at = 0; at < count; at += step) {
		size_t n = (size_t)min_u64(count - at, KDUMP_DESC_BATCH);
		bool there = !kdump_read_descs(d, k->desc_offset + at * KDUMP_DESC_BYTES, n, descs);

		for (size_t i = 0; i < n; i++)
			lost += !there || !is_written(d, &descs[i]);
		seen += n;
	}
	*exact = seen == count;
	return *exact ? lost : lost * count / seen;
}

/* Is the file as long as its last descriptors say, and were they written at all? */
static void check_data_end(struct dump *d)
{
	struct kdump *k = d->priv;
	struct kdump_desc descs[KDUMP_DESC_BATCH];
	uint64_t count = bitmap_rank(k->stored, k->end_bit) - k->first_rank, lost;
	size_t n = (size_t)min_u64(count, KDUMP_DESC_BATCH);
	const char *what = NULL;
	bool exact;

	if (d->incomplete || !n)
		return;
	if (kdump_read_descs(d, k->desc_offset + (count - n) * KDUMP_DESC_BYTES, n, descs))
		what = "the file ends inside the page descriptors";
	for (size_t i = 0; i < n && !what; i++) {
		if (!descs[i].offset)
			what = "its writer stopped before the end";
		else if (!is_written(d, &descs[i]))
			what = "the file ends inside the page data";
	}
	if (!what)
		return;
	d->incomplete = true;
	lost = count_lost(d, count, &exact);
	log_warn("%s: truncated: %s; %s%llu of %llu pages cannot be read", d->src->name, what, exact ? "" : "about ",
		 (unsigned long long)lost, (unsigned long long)count);
}

/* Bytes of the descriptor table by the first descriptor that was written; UINT64_MAX: none was, of the first ones. */
static uint64_t find_table_len(const struct dump *d)
{
	const struct kdump *k = d->priv;
	struct kdump_desc descs[KDUMP_DESC_BATCH];
	uint64_t count = min_u64(bitmap_rank(k->stored, k->end_bit) - k->first_rank, FIRST_DESCS), len, n;

	for (uint64_t done = 0; done < count; done += n) {
		n = min_u64(count - done, KDUMP_DESC_BATCH);
		if (kdump_read_descs(d, k->desc_offset + done * KDUMP_DESC_BYTES, (size_t)n, descs))
			break;
		for (uint64_t i = 0; i < n; i++) {
			if (descs[i].offset <= k->desc_offset)
				continue;
			len = descs[i].offset - k->desc_offset;
			/* no block is a multiple of a descriptor: here the page of zeroes comes first */
			if (len > pages_size(&d->pages) && (len - pages_size(&d->pages)) % KDUMP_DESC_BYTES == 0)
				len -= pages_size(&d->pages);
			return len;
		}
	}
	return UINT64_MAX;
}

/* First bit behind the last that is set. */
static uint64_t end_of_bits(const struct bitmap *bm, uint64_t bits)
{
	return bisect_first(i, bits, bitmap_rank(bm, i) == bitmap_count(bm));
}

/*
 * makedumpfile in cyclic mode writes the second bitmap a piece at a time, each before its pages, but leaves room for all
 * descriptors from the start. So where a writer was stopped and there is more room than bits are set, bits are missing.
 * It may have been stopped between two pieces, which shows in nothing else; then a block or less is no sign: some other
 * writer may align its data.
 */
static void check_bitmap_end(struct dump *d)
{
	struct kdump *k = d->priv;
	uint64_t bits = d->pages.max_pfn - k->base_pfn, len = find_table_len(d);
	uint64_t used = bitmap_count(k->stored) * KDUMP_DESC_BYTES;

	if (k->exists == k->stored || k->lost_from < bits || len / KDUMP_DESC_BYTES * KDUMP_DESC_BYTES <= used)
		return;
	if (!d->incomplete && (len == UINT64_MAX || len - used <= pages_size(&d->pages)))
		return;
	d->incomplete = true;
	k->lost_from = end_of_bits(k->stored, bits);
	if (bitmap_count(k->exists) > bitmap_rank(k->exists, k->lost_from))
		log_warn("%s: the list of the stored pages may end too early: %llu pages from %#llx on cannot be read",
			 d->src->name,
			 (unsigned long long)(bitmap_count(k->exists) - bitmap_rank(k->exists, k->lost_from)),
			 (unsigned long long)(k->lost_from + k->base_pfn));
}

/*
 * No page is stored, but there are pages: the block with the second bitmap was never written, or was lost in a copy. It
 * must not look like a dump from which everything was left out.
 */
static void check_empty_bitmap(struct dump *d)
{
	struct kdump *k = d->priv;
	struct kdump_desc first;

	if (bitmap_count(k->stored) || kdump_read_descs(d, k->desc_offset, 1, &first))
		return;
	if (first.offset <= k->desc_offset || first.offset >= d->src->size || !first.size || first.size > pages_size(&d->pages))
		return;
	d->incomplete = true;
	k->lost_from = 0;
	log_warn("%s: the list of the stored pages is empty, but there are pages: the list was lost, and none can be read",
		 d->src->name);
}

bool kdump_is_part(const struct dump *d)
{
	return ((const struct kdump *)d->priv)->header.split;
}

int kdump_is_part_file(const struct source *src)
{
	struct kdump_header h = { 0 };
	int r = kdump_header_read(src, &h);

	return r ? r : h.split;
}

static void free_bitmaps(struct kdump *k)
{
	if (k->shares_bitmaps)
		return;
	if (k->exists != k->stored)
		bitmap_free(k->exists);
	bitmap_free(k->stored);
}

bool kdump_share_bitmaps(struct dump *d, const struct dump *other)
{
	struct kdump *k = d->priv;
	const struct kdump *o = other->priv;

	if (!bitmap_equal(k->stored, o->stored, k->lost_from) || !bitmap_equal(k->exists, o->exists, k->lost_from))
		return false;
	free_bitmaps(k);
	k->exists = o->exists;
	k->stored = o->stored;
	k->lost_from = o->lost_from;
	k->base_pfn = o->base_pfn;
	k->shares_bitmaps = true;
	d->pages.max_pfn = other->pages.max_pfn;
	limit_to_split(d, d->pages.max_pfn - k->base_pfn);
	return true;
}

int kdump_open(struct dump *d)
{
	struct kdump_header h = { 0 };
	struct kdump *k;
	uint64_t bits;
	int r;

	d->pages.ops = &kdump_pages_ops;
	d->priv = k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	r = kdump_header_read(d->src, &h);
	if (r)
		return r;
	k->header = h;
	take_claims(d, &h);
	r = codec_load(d->codec);
	if (r)
		return r;
	d->pages.page_shift = page_shift_of(h.block_size);
	bits = believable_bits(d, &h);
	if (!bits)
		return fail(EIO, "%s: the kdump header says that the machine has no memory", d->src->name);
	k->lost_from = UINT64_MAX;
	r = load_bitmaps(d, &h, &bits);
	if (!r && h.diskdump)
		r = diskdump_add_registers(d, &h);
	if (!r)
		r = load_notes(d, &h);
	if (!r)
		r = load_eraseinfo(d, &h);
	if (r)
		return r;
	/* makedumpfile on 32-bit ARM counts pages from the start of memory; QEMU does not, and leaves sysname empty. */
	if (d->elf_machine == EM_ARM && !strcmp(h.uts[0], "Linux"))
		k->base_pfn = (uint32_t)h.phys_base >> d->pages.page_shift;
	d->pages.max_pfn = k->base_pfn + bits;
	limit_to_split(d, bits);
	find_zero_page(d, &h);
	check_data_end(d);
	check_bitmap_end(d);
	check_empty_bitmap(d);
	return 0;
}

void kdump_close(struct dump *d)
{
	struct kdump *k = d->priv;

	if (!k)
		return;
	free_bitmaps(k);
	free(k);
	d->priv = NULL;
}
