/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LKCD, the Linux Kernel Crash Dump project's format, versions 1 to 10: headers. Their fields: vmdump.h and dump.h of its
 * patches, as crash and libkdumpfile have them. 4 was never released.
 */
#include "formats/lkcd/lkcd.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/machine.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

#define MAGIC 0xa8190173618f23edu
#define MAGIC_LIVE 0xa8190173618f23cdu		/* the machine went on running */
#define MAGIC_BYTES 8u
#define HEADER_BYTES 742u			/* the longest one */
#define PANIC_BYTES 256u
#define UTS_FIELD 65u
#define FIRST_RECORD 65536u			/* up to version 8, and where a later one does not say */
#define FIRST_RECORD_MAX ((uint64_t)1 << 30)
#define BUFFER_SIZE_OFFSET 734u			/* from version 9 on: where the first record is */
#define MCLX_CACHE_BYTES 32768u			/* behind the header: offsets of some records */
#define ASM_MAGIC 0xdeaddeadu
#define CPUS_MAX 1024u

/* From offset 48 on the header depends on the version, and on the size of a long. */
struct lkcd_layout {
	uint8_t version_min, version_max, word;	/* word: 0: any */
	uint16_t num_pages, panic, time, time_word, uts, compress, end;
};

static const struct lkcd_layout layouts[] = {
	{ 1, 1, 4, 56, 60, 316, 4, 324, 0, 714 },
	{ 1, 1, 8, 56, 60, 320, 8, 336, 0, 726 },
	{ 2, 7, 4, 48, 52, 308, 4, 316, 712, 724 },
	{ 2, 7, 8, 48, 52, 312, 8, 328, 728, 740 },
	{ 8, 10, 0, 48, 52, 308, 8, 324, 722, 734 },
};

static bool magic_at(const uint8_t *b, bool big)
{
	uint64_t magic = get_u64(b, big);

	return magic == MAGIC || magic == MAGIC_LIVE;
}

static int lkcd_probe(const struct source *src)
{
	uint8_t b[MAGIC_BYTES];
	ssize_t r = source_read_some(src, b, sizeof(b), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(b) && (magic_at(b, false) || magic_at(b, true));
}

static bool uts_sane(const uint8_t *uts)
{
	for (unsigned int i = 0; i < 5; i++)
		if (uts[i * UTS_FIELD + UTS_FIELD - 1])
			return false;
	return !strcmp((const char *)uts, "Linux") && uts[2 * UTS_FIELD] && uts[4 * UTS_FIELD];
}

/* The last one of a version where the strings of utsname(2) are, else the first one. NULL: no such version. */
static const struct lkcd_layout *find_layout(uint32_t version, const uint8_t *b)
{
	const struct lkcd_layout *first = NULL;

	if (version == 4)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct lkcd_layout *l = &layouts[i];

		if (version < l->version_min || version > l->version_max)
			continue;
		if (uts_sane(b + l->uts))
			return l;
		if (!first)
			first = l;
	}
	return first;
}

static void take_claims(struct dump *d, const struct lkcd_layout *l, const uint8_t *b)
{
	struct lkcd *k = d->priv;
	unsigned int word = l->word;

	d->header_version = (int)k->version;
	d->timestamp = l->time_word == 8 ? (int64_t)get_u64(b + l->time, d->big_endian) :
					   (int64_t)get_u32(b + l->time, d->big_endian);
	memcpy(d->panic, b + l->panic, sizeof(d->panic) - 1);
	if (uts_sane(b + l->uts)) {
		for (unsigned int i = 0; i < 6; i++)
			memcpy(d->uts[i], b + l->uts + i * UTS_FIELD, UTS_FIELD - 1);
		d->elf_machine = machine_number(d->uts[4]);
		word = word ? word : machine_word(d->uts[4]);
	}
	if (!d->elf_machine) {
		d->elf_machine = d->req->elf_machine;
		d->told |= TOLD_ARCH;
	}
	d->elf_class = word == 4 ? 32 : 64;
	k->header_size = get_u32(b + 12, d->big_endian);
	k->num_pages = get_u32(b + l->num_pages, d->big_endian);
}

static int take_compression(struct dump *d, const struct lkcd_layout *l, const uint8_t *b)
{
	struct lkcd *k = d->priv;
	uint32_t compress = k->version < 5 ? LKCD_RLE : get_u32(b + l->compress, d->big_endian);

	if (compress > LKCD_ZLIB)
		return fail(ENOTSUP, "%s: LKCD compression %u is not known", d->src->name, compress);
	k->compression = (enum lkcd_compression)compress;
	d->codec = compress == LKCD_ZLIB ? CODEC_ZLIB : CODEC_NONE;
	return 0;
}

static bool record_at(const struct dump *d, uint64_t off)
{
	uint8_t bytes[LKCD_RECORD];
	struct lkcd_window w = { .src = d->src, .bytes = bytes, .size = sizeof(bytes) };
	struct lkcd_record r;
	uint64_t pfn;

	return lkcd_record_get(&w, off, d->big_endian, &r) && lkcd_record_sane(d, &r) &&
	       ((r.flags & LKCD_END) || (r.size && lkcd_record_pfn(d, &r, &pfn)));
}

/* Version 9 says how large the header's block is. crash, which never looks there, and old writers expect it at 64 KiB. */
static int find_first_record(struct dump *d, const uint8_t *b, uint64_t len)
{
	struct lkcd *k = d->priv;
	uint64_t said = k->version >= 9 && len >= HEADER_BYTES ? get_u64(b + BUFFER_SIZE_OFFSET, d->big_endian) : 0;

	k->data_offset = FIRST_RECORD;
	if (said >= HEADER_BYTES && said <= FIRST_RECORD_MAX && said != FIRST_RECORD && record_at(d, said))
		k->data_offset = said;
	else if (said && said != FIRST_RECORD)
		log_warn("%s: there is no page at offset %#llx, where the header says", d->src->name,
			 (unsigned long long)said);
	if (k->data_offset + LKCD_RECORD > d->src->size)
		return fail(EIO, "%s: the file ends before its first page, which is at offset %#llx", d->src->name,
			    (unsigned long long)k->data_offset);
	return 0;
}

static int read_header(struct dump *d)
{
	uint8_t b[HEADER_BYTES] = { 0 };
	ssize_t n = source_read_some(d->src, b, sizeof(b), 0);
	const struct lkcd_layout *l;
	struct lkcd *k = d->priv;
	uint32_t version, page_size;
	int r;

	if (n < 0)
		return fail((int)-n, "%s: cannot be read: %s", d->src->name, strerror((int)-n));
	d->big_endian = magic_at(b, true);
	version = get_u32(b + 8, d->big_endian);
	k->mclx = version & (LKCD_MCLX_V0 | LKCD_MCLX_V1);
	k->version = version & ~k->mclx;
	if (k->mclx)
		d->format = k->mclx & LKCD_MCLX_V1 ? "lkcd (MCLX 1)" : "lkcd (MCLX 0)";
	l = find_layout(k->version, b);
	if (n < 12 || (l && n < l->end))
		return fail(EIO, "%s: the file ends inside the LKCD header", d->src->name);
	if (!l)
		return fail(ENOTSUP, "%s: LKCD version %u is not known", d->src->name, k->version);
	page_size = get_u32(b + 20, d->big_endian);
	d->pages.page_shift = page_shift_of(page_size);
	if (!d->pages.page_shift)
		return fail(EIO, "%s: the LKCD header says that a page has %u bytes", d->src->name, page_size);
	take_claims(d, l, b);
	r = take_compression(d, l, b);
	return r ? r : find_first_record(d, b, (uint64_t)n);
}

/* --- registers: dump_header_asm_t, behind the header */

struct asm_layout {
	uint16_t machine, word, regs, words, num_cpus, smp_regs;
};

static const struct asm_layout asm_layouts[] = {
	{ EM_X86_64, 8, 16, 21, 184, 192 },
	{ EM_386, 4, 24, 15, 84, 92 },
};

/* struct pt_regs to struct elf_prstatus (include/linux/elfcore.h) */
static int add_prstatus(struct dump *d, const struct asm_layout *l, const uint8_t *regs, unsigned int cpu)
{
	uint8_t desc[336] = { 0 };
	size_t at = l->word == 8 ? 112 : 72, size = l->word == 8 ? 336 : 144;

	put_u32(desc + (l->word == 8 ? 32 : 24), cpu + 1, d->big_endian);	/* pr_pid: not known, but no two alike */
	if (l->word == 8) {
		memcpy(desc + at, regs, (size_t)l->words * 8);		/* the same order; the rest is not known */
	} else {
		memcpy(desc + at, regs, 9 * 4);				/* ebx to es; fs and gs are not known */
		memcpy(desc + at + 11 * 4, regs + 9 * 4, 6 * 4);	/* orig_eax to ss */
	}
	return dump_add_note(d, "CORE", NT_PRSTATUS, desc, size);
}

/* Registers of n CPUs, as many as the file has. */
static int add_cpus(struct dump *d, const struct asm_layout *l, uint64_t at, const uint8_t *dumping_regs, uint32_t n,
		    uint32_t dumping)
{
	const struct lkcd *k = d->priv;
	size_t bytes = (size_t)l->words * l->word;
	uint8_t regs[21 * 8];
	int r = 0;

	for (uint32_t cpu = 0; cpu < n && !r; cpu++, at += bytes) {
		if (at + bytes > k->data_offset || source_read(d->src, regs, bytes, at))
			break;
		if (cpu == dumping && bytes_are_zero(regs, bytes))
			memcpy(regs, dumping_regs, bytes);
		r = add_prstatus(d, l, regs, cpu);
	}
	return r;
}

/* Nothing else depends on them: what is not there is left out. */
static int read_registers(struct dump *d)
{
	const struct asm_layout *l = NULL;
	const struct lkcd *k = d->priv;
	uint64_t at = k->header_size + (uint64_t)(k->mclx & LKCD_MCLX_V1 ? MCLX_CACHE_BYTES : 0);
	uint8_t b[192];
	uint32_t cpus;

	for (size_t i = 0; i < ARRAY_SIZE(asm_layouts); i++)
		if (asm_layouts[i].machine == d->elf_machine)
			l = &asm_layouts[i];
	if (!l || k->version < 2 || at + l->smp_regs > k->data_offset || source_read(d->src, b, l->smp_regs, at) ||
	    get_u64(b, d->big_endian) != ASM_MAGIC)
		return 0;
	cpus = get_u32(b + l->num_cpus, d->big_endian);
	if (k->version < 8 || !cpus || cpus > CPUS_MAX)
		return bytes_are_zero(b + l->regs, (size_t)l->words * l->word) ? 0 : add_prstatus(d, l, b + l->regs, 0);
	d->nr_cpus = cpus;
	return add_cpus(d, l, at + l->smp_regs, b + l->regs, cpus, get_u32(b + l->num_cpus + 4, d->big_endian));
}

static int lkcd_open(struct dump *d)
{
	int r;

	d->priv = calloc(1, sizeof(struct lkcd));
	if (!d->priv)
		return -ENOMEM;
	d->pages.ops = &lkcd_pages_ops;
	r = read_header(d);
	if (!r)
		r = read_registers(d);
	return r ? r : lkcd_index(d);
}

static void lkcd_close(struct dump *d)
{
	struct lkcd *k = d->priv;

	if (k)
		free(k->runs);
	free(k);
	d->priv = NULL;
}

const struct dump_ops lkcd_dump_ops = {
	.name = "lkcd",
	.probe = lkcd_probe,
	.open = lkcd_open,
	.close = lkcd_close,
};
