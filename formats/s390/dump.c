/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-alone dumps of s390, written to DASD or tape by the dump tools that zipl installs, or converted by zgetdump.
 *
 * Plain: header, memory from address 0 on, end marker. Extended: segments of memory, see ext.c.
 */
#include "formats/s390/dump.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"

#define VERSION_WITH_CPUS 5u		/* of plain dumps; extended ones always have them */
#define ARCH_31_BIT	1u
#define ARCH_64_BIT	2u
/* Seconds from 1900, when the TOD clock is 0, to 1970. Bit 51 of the clock is a microsecond. */
#define TOD_EPOCH	2208988800ll
#define TOD_SHIFT	12
#define ENTRY_BYTES_MAX	(1u << 24)	/* that are believed; zipl's tools write 1 MiB */

int s390_read_header(const struct source *src, struct s390_header *out)
{
	uint8_t b[S390_HEADER_BYTES];
	ssize_t n = source_read_some(src, b, sizeof(b), 0);
	uint64_t magic;

	if (n < 0)
		return fail((int)-n, "%s: cannot be read: %s", src->name, strerror((int)-n));
	if (n < 8)
		return 0;
	magic = get_u64(b, true);
	if (magic != S390_MAGIC_PLAIN && magic != S390_MAGIC_EXTENDED)
		return 0;
	memset(b + n, 0, sizeof(b) - (size_t)n);
	*out = (struct s390_header){
		.extended = magic == S390_MAGIC_EXTENDED,
		.version = get_u32(b + 0x8, true),
		.header_size = get_u32(b + 0xc, true),
		.page_size = get_u32(b + 0x14, true),
		.memory_end = get_u64(b + 0x18, true),
		.tod = get_u64(b + 0x38, true),
		.arch = get_u32(b + 0x48, true),
		.volume = get_u32(b + 0x4c, true),
		.ncpus = get_u16(b + 0x5d, true),
		.is_volume = b[0x5c] && get_u64(b + S390_VOLUME_SIGN, true) == magic,
		.zipl_time = get_u64(b + 0x208, true),
	};
	/* zlib_version_s390 and zlib_entry_size */
	if (out->extended && b[0x61])
		out->entry_bytes = get_u32(b + 0x62, true);
	if (!out->extended && out->version < VERSION_WITH_CPUS)
		out->ncpus = 0;
	for (unsigned int i = 0; i < S390_CPUS_MAX; i++)
		out->lowcores[i] = get_u32(b + 0x800 + 4 * i, true);
	return 1;
}

static int s390_probe(const struct source *src)
{
	uint8_t magic[8];
	ssize_t n = source_read_some(src, magic, sizeof(magic), 0);

	if (n < 0)
		return (int)n;
	return n == sizeof(magic) && (get_u64(magic, true) == S390_MAGIC_PLAIN || get_u64(magic, true) == S390_MAGIC_EXTENDED);
}

static int check_header(const struct dump *d, const struct s390_header *h)
{
	const char *name = d->src->name;

	if (d->src->size < S390_HEADER_BYTES)
		return fail(EIO, "%s: the file ends inside the header of the s390 dump", name);
	if (h->header_size != S390_HEADER_BYTES || h->page_size != S390_PAGE)
		return fail(EIO, "%s: header of %u bytes, pages of %u bytes: no such s390 dump", name, h->header_size,
			    h->page_size);
	if (h->arch != ARCH_31_BIT && h->arch != ARCH_64_BIT)
		return fail(EIO, "%s: architecture %u in the header of the s390 dump: no such thing", name, h->arch);
	if (!h->memory_end)
		return fail(EIO, "%s: the header of the s390 dump says that there is no memory%s", name,
			    h->is_volume ? ": the volume was prepared for dumps, but not used" : "");
	if (h->memory_end % S390_PAGE || h->memory_end > UINT64_MAX >> 1)
		return fail(EIO, "%s: the header of the s390 dump says that memory ends at %#llx, which cannot be", name,
			    (unsigned long long)h->memory_end);
	if (h->entry_bytes % S390_PAGE || h->entry_bytes > ENTRY_BYTES_MAX)
		return fail(EIO, "%s: compressed pieces of %u bytes: no such s390 dump", name, h->entry_bytes);
	return 0;
}

void s390_check_end(struct dump *d, uint64_t off)
{
	const struct s390_dump *s = d->priv;
	uint8_t b[S390_END_BYTES];
	const char *what = NULL;

	if (source_read(d->src, b, sizeof(b), off))
		what = "the file is truncated: it has no end marker";
	else if (memcmp(b, "DUMP_END", 8))
		what = "no end marker";
	else if (get_u64(b + 8, true) < s->header.tod)
		what = "the end marker is that of an older dump";
	if (!what)
		return;
	d->incomplete = true;
	log_warn("%s: %s at offset %#llx: the dump is incomplete", d->src->name, what, (unsigned long long)off);
}

static int open_plain(struct dump *d, const struct s390_header *h)
{
	struct byte_pages *b = d->priv;
	int r = byte_pages_add(b, 0, h->memory_end, S390_HEADER_BYTES, h->memory_end);

	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (r)
		return r;
	if (d->src->size < S390_HEADER_BYTES + h->memory_end) {
		d->incomplete = true;
		log_warn("%s: the file is truncated: its header describes %llu bytes, it has %llu", d->src->name,
			 (unsigned long long)(S390_HEADER_BYTES + h->memory_end + S390_END_BYTES),
			 (unsigned long long)d->src->size);
		return 0;
	}
	s390_check_end(d, S390_HEADER_BYTES + h->memory_end);
	return 0;
}

static int s390_open(struct dump *d)
{
	struct s390_dump *s = calloc(1, sizeof(*s));
	const struct s390_header *h;
	int r;

	d->priv = s;
	if (!s)
		return -ENOMEM;
	h = &s->header;
	r = s390_read_header(d->src, &s->header);
	if (r >= 0)
		r = check_header(d, h);
	if (r)
		return r;
	d->elf_machine = EM_S390;
	d->elf_class = h->arch == ARCH_64_BIT ? 64 : 32;
	d->big_endian = true;
	d->pages.page_shift = PAGE_SHIFT_MIN;
	if (h->extended)
		d->format = "s390-extended";
	if (h->tod >> TOD_SHIFT > (uint64_t)TOD_EPOCH * 1000000)
		d->timestamp = (int64_t)((h->tod >> TOD_SHIFT) / 1000000) - TOD_EPOCH;
	r = h->extended ? s390_segments_open(d) : open_plain(d, h);
	if (!r)
		r = s390_add_cpus(d, h);
	if (!r)
		r = s390_find_vmcoreinfo(d);
	return r;
}

static void s390_close(struct dump *d)
{
	struct s390_dump *s = d->priv;

	if (!s)
		return;
	byte_pages_free(&s->bytes);
	s390_segments_free(s->segments);
	free(s);
	d->priv = NULL;
}

const struct dump_ops s390_dump_ops = {
	.name = "s390",
	.probe = s390_probe,
	.open = s390_open,
	.open_set = s390_open_set,
	.is_part = s390_is_part,
	.close = s390_close,
};
