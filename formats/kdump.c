/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format: main header, sub header with notes, bitmap of the machine's pages, bitmap of the stored
 * pages, a descriptor for each stored page, page data. Everything but the data is in units of block_size.
 */
#include "formats/reader.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "base/log.h"
#include "formats/codec.h"
#include "formats/kdump_header.h"

#define DESC_BATCH 256u				/* descriptors looked at together */
#define WINDOW_BYTES ((size_t)256 << 10)	/* page data read together */
#define BITMAP_PIECE ((size_t)256 << 10)
#define BITMAP_BYTES_MAX ((uint64_t)8 << 30)	/* of one bitmap: 256 TiB of 4 KiB pages */
#define VMCOREINFO_MAX ((uint64_t)1 << 20)
#define CPUS_MAX 65536u

struct kdump {
	struct bitmap *exists, *stored;		/* by bit; exists == stored when the file has only one */
	uint64_t base_pfn;			/* pfn of bit 0 */
	uint64_t first_bit, end_bit;		/* bits that have a descriptor if stored: all but in a split member */
	uint64_t first_rank;			/* of first_bit */
	uint64_t desc_offset;			/* of the descriptor table */
	uint64_t zero_offset;			/* of the shared page of zeroes, or 0 */
	unsigned long damaged;			/* for fail_counted() */
};

struct page_desc {
	uint64_t offset;
	uint32_t size, flags;
};

static const struct {
	const char *machine;
	uint16_t elf_machine;
} machines[] = {
	{ "x86_64", EM_X86_64 }, { "i386", EM_386 }, { "i486", EM_386 }, { "i586", EM_386 }, { "i686", EM_386 },
	{ "aarch64", EM_AARCH64 }, { "arm", EM_ARM }, { "ppc64", EM_PPC64 }, { "ppc", EM_PPC },
	{ "s390", EM_S390 }, { "S390", EM_S390 }, { "riscv", EM_RISCV }, { "loongarch", EM_LOONGARCH },
	{ "mips", EM_MIPS }, { "ia64", EM_IA_64 }, { "alpha", 0x9026 }, { "sparc64", EM_SPARCV9 },
};

static uint16_t machine_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (!strncmp(name, machines[i].machine, strlen(machines[i].machine)))
			return machines[i].elf_machine;
	return 0;
}

/* Load len bytes of a bitmap. What lies beyond the end of the file is left clear. */
static int load_bitmap(struct dump *d, struct bitmap *bm, uint64_t off, uint64_t len)
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
	return r;
}

/*
 * Both bitmaps have bitmap_blocks / 2 blocks, whatever max_mapnr is. Very old diskdumps have a single one, which shows in
 * that half of the blocks would be too small.
 */
static int load_bitmaps(struct dump *d, const struct kdump_header *h, uint64_t bits)
{
	struct kdump *k = d->priv;
	uint64_t half = (uint64_t)(h->bitmap_blocks / 2) * h->block_size;
	uint64_t all = (uint64_t)h->bitmap_blocks * h->block_size;
	uint64_t start = (1 + (uint64_t)h->sub_blocks) * h->block_size, need = div_round_up(bits, 8);
	uint64_t in_file = min_u64(bits, start < d->src->size ? (d->src->size - start) * 8 : 0);
	bool two = need <= half;
	int r;

	if (need > BITMAP_BYTES_MAX)
		return fail(EIO, "%s: a bitmap of %llu bytes is not believed", d->src->name, (unsigned long long)need);
	/* A header that claims more than the file has costs no memory: bits beyond the end of a bitmap are clear. */
	k->exists = bitmap_new(in_file);
	k->stored = two ? bitmap_new(in_file) : k->exists;
	if (!k->exists || !k->stored)
		return -ENOMEM;
	r = load_bitmap(d, k->exists, start, need);
	if (!r && two)
		r = load_bitmap(d, k->stored, start + half, need);
	if (!r)
		r = bitmap_index(k->stored);
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

static void limit_to_split(struct dump *d, const struct kdump_header *h, uint64_t bits)
{
	struct kdump *k = d->priv;

	k->end_bit = bits;
	if (!h->split)
		return;
	k->first_bit = min_u64(h->start_pfn, bits);
	k->end_bit = max_u64(k->first_bit, min_u64(h->end_pfn, bits));
	k->first_rank = bitmap_rank(k->stored, k->first_bit);
	log_warn("%s: one part of a split set: it has pages %#llx to %#llx only", d->src->name,
		 (unsigned long long)(k->base_pfn + k->first_bit), (unsigned long long)(k->base_pfn + k->end_bit));
}

/* At level bit 1 makedumpfile starts the data with one page of zeroes that all zero pages share. */
static void find_zero_page(struct dump *d, const struct kdump_header *h)
{
	struct kdump *k = d->priv;
	uint64_t off = k->desc_offset + bitmap_count(k->stored) * KDUMP_DESC_SIZE;
	void *page;

	if (!(h->dump_level & 1))
		return;
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
	text = malloc(len);
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

static void take_claims(struct dump *d, const struct kdump_header *h)
{
	static const enum codec codecs[] = { CODEC_ZLIB, CODEC_LZO, CODEC_SNAPPY, CODEC_ZSTD };

	d->big_endian = h->big_endian;
	d->elf_class = h->word * 8;
	d->elf_machine = machine_number(h->uts[4]);
	memcpy(d->uts, h->uts, sizeof(d->uts));
	d->timestamp = h->timestamp;
	d->header_version = h->version;
	d->status = h->status;
	d->dump_level = h->dump_level;
	d->has_phys_base = true;
	d->phys_base = h->phys_base;
	d->nr_cpus = h->nr_cpus <= CPUS_MAX ? h->nr_cpus : 0;
	if (h->offset_eraseinfo && h->size_eraseinfo) {
		d->eraseinfo_offset = h->offset_eraseinfo;
		d->eraseinfo_len = h->size_eraseinfo;
	}
	for (size_t i = 0; i < ARRAY_SIZE(codecs) && !d->codec; i++)
		if (h->status & codecs[i])
			d->codec = codecs[i];
	/* the forerunner used this bit for "compressed" */
	if (!h->diskdump && (h->status & KDUMP_STATUS_INCOMPLETE)) {
		d->incomplete = true;
		log_warn("%s: its writer marked the dump as incomplete", d->src->name);
	}
}

static int page_error(const struct dump *d, uint64_t pfn, uint64_t off, int err, const char *what)
{
	struct kdump *k = d->priv;

	return fail_counted(&k->damaged, err, "%s: page %#llx at offset %#llx: %s", d->src->name,
			    (unsigned long long)pfn, (unsigned long long)off, what);
}

static int read_desc_table(const struct dump *d, uint64_t off, size_t n, struct page_desc *descs)
{
	uint8_t raw[DESC_BATCH * KDUMP_DESC_SIZE];
	int r;

	r = source_read(d->src, raw, n * KDUMP_DESC_SIZE, off);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *b = raw + i * KDUMP_DESC_SIZE;

		descs[i].offset = get_u64(b, d->big_endian);
		descs[i].size = get_u32(b + 8, d->big_endian);
		descs[i].flags = get_u32(b + 12, d->big_endian);
	}
	return 0;
}

static int read_descs(const struct dump *d, uint64_t pfn, size_t n, struct page_desc *descs)
{
	const struct kdump *k = d->priv;
	uint64_t index = bitmap_rank(k->stored, pfn - k->base_pfn) - k->first_rank;
	uint64_t off = k->desc_offset + index * KDUMP_DESC_SIZE;

	if (read_desc_table(d, off, n, descs))
		return page_error(d, pfn, off, EIO, "its descriptor cannot be read");
	return 0;
}

/* Is the file as long as its last descriptors say, and were they written at all? */
static void check_data_end(struct dump *d)
{
	struct kdump *k = d->priv;
	struct page_desc descs[DESC_BATCH];
	uint64_t count = bitmap_rank(k->stored, k->end_bit) - k->first_rank, end;
	size_t n = (size_t)min_u64(count, DESC_BATCH);
	const char *what = NULL;

	if (d->incomplete || !n)
		return;
	if (read_desc_table(d, k->desc_offset + (count - n) * KDUMP_DESC_SIZE, n, descs))
		what = "the file ends inside the page descriptors";
	for (size_t i = 0; i < n && !what; i++) {
		if (!descs[i].offset)
			what = "its writer stopped before the end";
		else if (add_overflows(descs[i].offset, descs[i].size, &end) || end > d->src->size)
			what = "the file ends inside the page data";
	}
	if (!what)
		return;
	d->incomplete = true;
	log_warn("%s: truncated: %s; some pages cannot be read", d->src->name, what);
}

/* 0, or says what is wrong with a descriptor. */
static int check_desc(const struct dump *d, uint64_t pfn, const struct page_desc *desc)
{
	uint64_t page_size = pages_size(&d->pages), end;

	if (!desc->offset || !desc->size)
		return page_error(d, pfn, desc->offset, EIO, "was not written (incomplete dump)");
	if (desc->size > page_size || (desc->flags == CODEC_NONE && desc->size != page_size))
		return page_error(d, pfn, desc->offset, EIO, "impossible size in its descriptor");
	if (!codec_name((enum codec)desc->flags))
		return page_error(d, pfn, desc->offset, ENOTSUP, "unknown compression");
	if (add_overflows(desc->offset, desc->size, &end) || end > d->src->size)
		return page_error(d, pfn, desc->offset, EIO, "beyond the end of the file");
	return 0;
}

/* Page data of consecutive pages lies together, so it is read together. */
struct window {
	uint8_t *bytes;			/* borrowed from the codec context */
	uint64_t start;
	size_t len;
};

static bool same_data(const struct page_desc *a, const struct page_desc *b)
{
	return a->offset == b->offset && a->size == b->size && a->flags == b->flags;
}

/*
 * Read from descs[0]'s data on as far as the following pages go on there. Descriptors in between that point back, to the
 * shared page of zeroes, do not end the window.
 */
static int fill_window(const struct dump *d, struct window *w, const struct page_desc *descs, size_t n)
{
	uint64_t end = descs[0].offset + descs[0].size;

	for (size_t i = 1; i < n; i++) {
		if (descs[i].offset != end || descs[i].size > pages_size(&d->pages))
			continue;
		if (end + descs[i].size - descs[0].offset > WINDOW_BYTES || end + descs[i].size > d->src->size)
			break;
		end += descs[i].size;
	}
	w->start = descs[0].offset;
	w->len = (size_t)(end - w->start);
	return source_read(d->src, w->bytes, w->len, w->start);
}

/* Uncompressed pages one after the other go straight to the caller: how many there are from descs[0] on. */
static size_t raw_run(const struct dump *d, const struct page_desc *descs, size_t n)
{
	uint64_t page_size = pages_size(&d->pages);
	size_t run = 0;

	while (run < n && descs[run].flags == CODEC_NONE && descs[run].size == page_size &&
	       descs[run].offset == descs[0].offset + run * page_size &&
	       descs[run].offset + page_size <= d->src->size)
		run++;
	return run;
}

static int read_batch(const struct dump *d, struct codec_ctx *ctx, struct window *w, uint64_t pfn, size_t n,
		      const struct page_desc *descs, uint8_t *out)
{
	const struct kdump *k = d->priv;
	size_t page_size = pages_size(&d->pages), shared = n, done;
	int r;

	for (size_t i = 0; i < n; i += done, out += done * page_size) {
		const struct page_desc *desc = &descs[i];

		done = 1;
		r = check_desc(d, pfn + i, desc);
		if (r)
			return r;
		if (k->zero_offset && desc->offset == k->zero_offset && desc->flags == CODEC_NONE) {
			memset(out, 0, page_size);
			continue;
		}
		/* pages that share their data: the offset steps back, as a rule to a page of zeroes */
		if (shared < i && same_data(desc, &descs[shared])) {
			memcpy(out, out - (i - shared) * page_size, page_size);
			continue;
		}
		if (i && desc->offset <= descs[i - 1].offset)
			shared = i;
		if (desc->flags == CODEC_NONE) {
			done = raw_run(d, desc, n - i);
			r = source_read(d->src, out, done * page_size, desc->offset);
			if (r)
				return page_error(d, pfn + i, desc->offset, EIO, "cannot be read");
			continue;
		}
		if (desc->offset < w->start || desc->offset + desc->size > w->start + w->len) {
			r = fill_window(d, w, desc, n - i);
			if (r) {
				w->len = 0;
				return page_error(d, pfn + i, desc->offset, EIO, "cannot be read");
			}
		}
		r = codec_decompress(ctx, (enum codec)desc->flags, w->bytes + (desc->offset - w->start), desc->size,
				     out, page_size);
		if (r == -ENOMEM)
			return r;
		if (r)
			return page_error(d, pfn + i, desc->offset, -r, "its compressed data is damaged");
	}
	return 0;
}

static int kdump_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct dump *d = (const struct dump *)ps;
	struct codec_ctx *ctx = codec_ctx_thread();
	struct page_desc descs[DESC_BATCH];
	struct window w = { 0 };
	uint8_t *out = buf;
	size_t n;
	int r = 0;

	if (!ctx)
		return -ENOMEM;
	w.bytes = codec_ctx_buffer(ctx, max_u64(WINDOW_BYTES, pages_size(ps)));
	if (!w.bytes)
		return -ENOMEM;
	for (; count && !r; pfn += n, count -= n, out += n << ps->page_shift) {
		n = (size_t)min_u64(count, DESC_BATCH);
		r = read_descs(d, pfn, n, descs);
		if (!r)
			r = read_batch(d, ctx, &w, pfn, n, descs, out);
	}
	return r;
}

static int kdump_stored(const struct pages *ps, uint64_t pfn, void *buf, size_t *len, enum codec *codec)
{
	const struct dump *d = (const struct dump *)ps;
	struct page_desc desc;
	int r;

	r = read_descs(d, pfn, 1, &desc);
	if (!r)
		r = check_desc(d, pfn, &desc);
	if (r)
		return r;
	r = source_read(d->src, buf, desc.size, desc.offset);
	if (r)
		return page_error(d, pfn, desc.offset, EIO, "cannot be read");
	*len = desc.size;
	*codec = (enum codec)desc.flags;
	return 0;
}

/* As bitmap_run(), for a bitmap that is cut off before bit number end. */
static uint64_t run_of_bits(const struct bitmap *bm, uint64_t bit, uint64_t end, bool *value)
{
	uint64_t n;

	*value = false;
	if (bit >= bitmap_bits(bm))
		return end - bit;
	n = bitmap_run(bm, bit, value);
	return !*value && bit + n == bitmap_bits(bm) ? end - bit : n;
}

static void kdump_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct kdump *k = ((const struct dump *)ps)->priv;
	uint64_t bit = pfn - k->base_pfn, end = ps->max_pfn - k->base_pfn, stored_run, exists_run;
	bool stored, exists;

	if (pfn < k->base_pfn) {
		*out = (struct page_run){ pfn, k->base_pfn - pfn, PAGE_ABSENT };
		return;
	}
	stored_run = run_of_bits(k->stored, bit, end, &stored);
	if (stored && bit >= k->first_bit && bit < k->end_bit) {
		*out = (struct page_run){ pfn, min_u64(stored_run, k->end_bit - bit), PAGE_DATA };
		return;
	}
	exists_run = run_of_bits(k->exists, bit, end, &exists);
	out->first = pfn;
	out->state = exists || stored ? PAGE_EXCLUDED : PAGE_ABSENT;
	out->count = min_u64(stored_run, exists_run);
	if (bit < k->first_bit)
		out->count = min_u64(out->count, k->first_bit - bit);
}

static const struct pages_ops kdump_pages_ops = {
	.read = kdump_read,
	.run = kdump_run,
	.stored = kdump_stored,
};

static int kdump_open(struct dump *d)
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
	take_claims(d, &h);
	d->pages.page_shift = page_shift_of(h.block_size);
	bits = believable_bits(d, &h);
	if (!bits)
		return fail(EIO, "%s: the kdump header says that the machine has no memory", d->src->name);
	r = load_bitmaps(d, &h, bits);
	if (!r)
		r = load_notes(d, &h);
	if (r)
		return r;
	/* makedumpfile on 32-bit ARM counts pages from the start of memory; QEMU does not, and leaves sysname empty. */
	if (d->elf_machine == EM_ARM && !strcmp(h.uts[0], "Linux"))
		k->base_pfn = (uint32_t)h.phys_base >> d->pages.page_shift;
	d->pages.max_pfn = k->base_pfn + bits;
	limit_to_split(d, &h, bits);
	find_zero_page(d, &h);
	check_data_end(d);
	return 0;
}

static void kdump_close(struct dump *d)
{
	struct kdump *k = d->priv;

	if (!k)
		return;
	if (k->exists != k->stored)
		bitmap_free(k->exists);
	bitmap_free(k->stored);
	free(k);
	d->priv = NULL;
}

const struct dump_ops kdump_dump_ops = {
	.name = "kdump-compressed",
	.probe = kdump_signature,
	.open = kdump_open,
	.close = kdump_close,
};
