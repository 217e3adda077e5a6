/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/s390/header.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define VERSION_WITH_CPUS 5u		/* of plain dumps; extended ones always have them */
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

int s390_probe(const struct source *src)
{
	uint8_t magic[8];
	ssize_t n = source_read_some(src, magic, sizeof(magic), 0);

	if (n < 0)
		return (int)n;
	return n == sizeof(magic) && (get_u64(magic, true) == S390_MAGIC_PLAIN || get_u64(magic, true) == S390_MAGIC_EXTENDED);
}

int s390_check_header(const struct source *src, const struct s390_header *h)
{
	const char *name = src->name;

	if (src->size < S390_HEADER_BYTES)
		return fail(EIO, "%s: the file ends inside the header of the s390 dump", name);
	if (h->header_size != S390_HEADER_BYTES || h->page_size != S390_PAGE)
		return fail(EIO, "%s: header of %u bytes, pages of %u bytes: no such s390 dump", name, h->header_size,
			    h->page_size);
	if (h->arch != S390_ARCH_31_BIT && h->arch != S390_ARCH_64_BIT)
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

void s390_check_end(struct dump *d, const struct s390_header *h, uint64_t off)
{
	uint8_t b[S390_END_BYTES];
	const char *what = NULL;

	if (source_read(d->src, b, sizeof(b), off))
		what = "the file is truncated: it has no end marker";
	else if (memcmp(b, "DUMP_END", 8))
		what = "no end marker";
	else if (get_u64(b + 8, true) < h->tod)
		what = "the end marker is that of an older dump";
	if (!what)
		return;
	d->incomplete = true;
	log_warn("%s: %s at offset %#llx: the dump is incomplete", d->src->name, what, (unsigned long long)off);
}
