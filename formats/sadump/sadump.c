/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/sadump/sadump.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"

#define SIGNATURE "sadump\0"			/* with the string's own NUL: 8 bytes */
#define BLOCK_MIN 4096u
#define BLOCK_MAX ((uint32_t)1 << PAGE_SHIFT_MAX)
#define MAGIC_OFFSET 168u			/* in the partition header: a chain of numbers fills the rest of its block */
#define DUMP_HEADER_BYTES 120u
#define BITMAP_BITS_MAX ((uint64_t)1 << 34)	/* pages that are believed: 64 TiB of 4 KiB */
#define BITMAP_PIECE ((size_t)256 << 10)

static int has_signature(const struct source *src, uint64_t off)
{
	uint8_t b[sizeof(SIGNATURE)];
	ssize_t n = source_read_some(src, b, sizeof(b), off);

	return n < 0 ? (int)n : n == sizeof(b) && !memcmp(b, SIGNATURE, sizeof(b));
}

int sadump_probe(const struct source *src)
{
	int r = has_signature(src, 0);

	return r ? r : has_signature(src, BLOCK_MIN);
}

/* The block is as long as the chain goes on. *len: bytes from the start of the header to where it breaks. */
static int follow_magic(const struct source *src, uint64_t offset, uint32_t *len)
{
	uint8_t buf[BLOCK_MIN];
	uint32_t last = 0;

	for (*len = 0; *len <= BLOCK_MAX; *len += sizeof(buf)) {
		ssize_t n = source_read_some(src, buf, sizeof(buf), offset + *len);

		if (n < 0)
			return (int)n;
		for (uint32_t i = *len ? 0 : MAGIC_OFFSET; i < sizeof(buf); i += 4) {
			bool first = !*len && i == MAGIC_OFFSET;
			uint32_t magic = i + 4 <= n ? get_u32(buf + i, false) : 0;

			if (i + 4 > n || (!first && magic != (last + 7) * 11)) {
				*len += i;
				return 0;
			}
			last = magic;
		}
	}
	return 0;
}

int sadump_read_partition(const struct source *src, struct sadump_partition *p)
{
	uint8_t b[MAGIC_OFFSET];
	int r = has_signature(src, 0);

	p->offset = r ? 0 : BLOCK_MIN;
	if (source_read(src, b, sizeof(b), p->offset))
		return fail(EIO, "%s: the file ends inside the sadump partition header", src->name);
	memcpy(p->system, b + 88, sizeof(p->system));
	memcpy(p->disk_set, b + 104, sizeof(p->disk_set));
	memcpy(p->volume, b + 120, sizeof(p->volume));
	memcpy(p->time, b + 136, sizeof(p->time));
	p->set_disk = p->offset ? 0 : get_u32(b + 152, false);
	p->used = get_u64(b + 160, false);
	r = follow_magic(src, p->offset, &p->block_size);
	if (r)
		return fail(-r, "%s: the sadump partition header cannot be read: %s", src->name, strerror(-r));
	if (!page_shift_of(p->block_size))
		return fail(EIO, "%s: no sadump partition header at offset %#llx: its magic numbers end after %u bytes",
			    src->name, (unsigned long long)p->offset, p->block_size);
	if (p->set_disk > SADUMP_DISKS_MAX)
		return fail(EIO, "%s: the sadump partition header says disk %u of a set: there are at most %u", src->name,
			    p->set_disk, SADUMP_DISKS_MAX);
	return 0;
}

/* Bit 7 of a byte is the first page, elsewhere it is bit 0. */
static void reverse_bits(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t b = bytes[i];

		b = (uint8_t)((b & 0x55) << 1 | (b & 0xaa) >> 1);
		b = (uint8_t)((b & 0x33) << 2 | (b & 0xcc) >> 2);
		bytes[i] = (uint8_t)(b << 4 | b >> 4);
	}
}

/* Without the whole of it nobody knows where a page is. */
static int load_bitmap(const struct dump *d, const char *what, uint64_t off, uint64_t bits, struct bitmap **out)
{
	uint64_t bytes = div_round_up(bits, 8), end;
	uint8_t *piece;
	int r = 0;

	if (add_overflows(off, bytes, &end) || end > d->src->size)
		return fail(EIO, "%s: the file ends inside the %s at offset %#llx, which has %llu bytes", d->src->name, what,
			    (unsigned long long)off, (unsigned long long)bytes);
	piece = malloc(BITMAP_PIECE);
	*out = bitmap_new(bits);
	if (!piece || !*out)
		r = -ENOMEM;
	for (uint64_t done = 0, n; done < bytes && !r; done += n) {
		n = min_u64(bytes - done, BITMAP_PIECE);
		if (source_read(d->src, piece, (size_t)n, off + done)) {
			r = fail(EIO, "%s: the %s cannot be read at offset %#llx", d->src->name, what,
				 (unsigned long long)(off + done));
			break;
		}
		reverse_bits(piece, (size_t)n);
		r = bitmap_load(*out, done * 8, piece, (size_t)n);
	}
	free(piece);
	if (!r)
		bitmap_index(*out);
	return r;
}

/* Version 0 counts pages in 32 bits, 1 in 64. What comes after 1 is not known; makedumpfile takes it for 1 too. */
static uint64_t count_pages(const struct dump *d, const uint8_t *header, uint64_t room)
{
	uint32_t version = get_u32(header + 8, false);
	uint64_t pages = version ? get_u64(header + 88, false) : get_u32(header + 60, false);

	if (version > 1)
		log_warn("%s: sadump header version %u is not known: read as version 1", d->src->name, version);
	if (pages <= room)
		return pages;
	log_warn("%s: the sadump header claims %llu pages, its bitmaps have room for %llu", d->src->name,
		 (unsigned long long)pages, (unsigned long long)room);
	return room;
}

static int load_bitmaps(struct dump *d, const uint8_t *header, uint64_t at, uint32_t block)
{
	struct sadump *s = d->priv;
	uint64_t ram = (uint64_t)get_u32(header + 52, false) * block, dumped = (uint64_t)get_u32(header + 56, false) * block;
	uint64_t pages = count_pages(d, header, min_u64(ram, dumped) * 8);
	int r;

	if (!pages)
		return fail(EIO, "%s: the sadump header says that the machine has no memory", d->src->name);
	if (pages > BITMAP_BITS_MAX)
		return fail(EIO, "%s: a machine of %llu pages is not believed", d->src->name, (unsigned long long)pages);
	r = load_bitmap(d, "bitmap of the machine's pages", at, pages, &s->ram);
	if (!r)
		r = load_bitmap(d, "bitmap of the dumped pages", at + ram, pages, &s->dumped);
	if (r)
		return r;
	d->pages.max_pfn = pages;
	s->headers_end = at + ram + dumped;
	s->data_bytes = bitmap_count(s->dumped) * block;
	return 0;
}

int sadump_load(struct dump *d, const struct sadump_partition *p, uint64_t header_at)
{
	uint8_t header[DUMP_HEADER_BYTES];
	uint32_t block = p->block_size;
	uint64_t sub_at = header_at + block, sub_bytes;
	int r;

	d->pages.ops = &sadump_pages_ops;
	d->pages.page_shift = page_shift_of(block);
	d->priv = calloc(1, sizeof(struct sadump));
	if (!d->priv)
		return -ENOMEM;
	if (source_read(d->src, header, sizeof(header), header_at))
		return fail(EIO, "%s: the file ends inside the sadump dump header at offset %#llx", d->src->name,
			    (unsigned long long)header_at);
	if (memcmp(header, SIGNATURE, sizeof(SIGNATURE)))
		return fail(EIO, "%s: no sadump dump header at offset %#llx", d->src->name, (unsigned long long)header_at);
	if (get_u32(header + 40, false) != block)
		return fail(EIO, "%s: the sadump dump header has blocks of %u bytes, the partition header of %u", d->src->name,
			    get_u32(header + 40, false), block);
	sub_bytes = (uint64_t)get_u32(header + 48, false) * block;
	d->timestamp = sadump_time(header + 16);
	if (!d->timestamp)
		d->timestamp = sadump_time(p->time);
	r = load_bitmaps(d, header, sub_at + sub_bytes, block);
	return r ? r : sadump_load_cpus(d, sub_at, sub_bytes, get_u32(header + 80, false));
}

/* Only the first medium has the headers; that others follow shows in nothing but that this one ends too early. */
static int check_medium(const struct dump *d, const struct sadump_partition *p)
{
	uint8_t b[52];

	if (source_read(d->src, b, sizeof(b), 0))
		return fail(EIO, "%s: the sadump media header cannot be read", d->src->name);
	if (memcmp(b, p->system, SADUMP_GUID_BYTES) || memcmp(b + 16, p->disk_set, SADUMP_GUID_BYTES))
		return fail(EIO, "%s: the sadump media header and the partition header are of different dumps", d->src->name);
	if (b[48] != 1)
		return fail(ENOTSUP, "%s: medium %u of a sadump media backup: only one that is on a single medium can be read",
			    d->src->name, b[48]);
	return 0;
}

/* One partition, or a media backup of such or of a disk set: that has no disk set header. */
int sadump_open(struct dump *d)
{
	struct sadump_partition p;
	struct sadump *s;
	int r = sadump_read_partition(d->src, &p);

	if (!r && p.offset)
		r = check_medium(d, &p);
	if (!r && p.offset && p.block_size != BLOCK_MIN)
		r = fail(ENOTSUP, "%s: a sadump media backup with blocks of %u bytes", d->src->name, p.block_size);
	if (!r)
		r = sadump_load(d, &p, p.offset + p.block_size);
	if (r)
		return r;
	s = d->priv;
	s->pieces[0] = (struct sadump_piece){ .src = d->src, .offset = s->headers_end, .len = s->data_bytes };
	s->npieces = 1;
	sadump_check_data_end(d);
	return 0;
}

void sadump_close(struct dump *d)
{
	struct sadump *s = d->priv;

	if (!s)
		return;
	bitmap_free(s->ram);
	bitmap_free(s->dumped);
	free(s);
	d->priv = NULL;
}
