/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/kdump/header.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/machine.h"
#include "formats/reader/reader.h"

#define HEADER_MIN 452u			/* the smallest variant without its pointer array */
#define HEADER_MAX 464u
#define SUB_HEADER_MAX 104u
#define UTS_MACHINE (KDUMP_UTS + 4 * KDUMP_UTS_FIELD)
#define UTS_END (KDUMP_UTS + 6 * KDUMP_UTS_FIELD)
#define SUB_BLOCKS_MAX ((uint64_t)1 << 20)

int kdump_signature(const struct source *src)
{
	char sig[KDUMP_SIGNATURE_BYTES];
	ssize_t r = source_read_some(src, sig, sizeof(sig), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(sig) && (!memcmp(sig, KDUMP_SIGNATURE, sizeof(sig)) || !memcmp(sig, "DISKDUMP", sizeof(sig)));
}

static uint64_t get_word(const uint8_t *p, unsigned int word, bool be)
{
	return word == 8 ? get_u64(p, be) : get_u32(p, be);
}

static void decode_main(const uint8_t *b, const struct kdump_abi *abi, bool be, struct kdump_header *h)
{
	const uint8_t *s = b + abi->status;

	*h = (struct kdump_header){
		.diskdump = !memcmp(b, "DISKDUMP", KDUMP_SIGNATURE_BYTES),
		.big_endian = be,
		.word = abi->word,
		.version = (int32_t)get_u32(b + 8, be),
		.status = get_u32(s, be),
		.block_size = get_u32(s + KDUMP_BLOCK_SIZE, be),
		.sub_blocks = get_u32(s + KDUMP_SUB_BLOCKS, be),
		.bitmap_blocks = get_u32(s + KDUMP_BITMAP_BLOCKS, be),
		.max_mapnr = get_u32(s + KDUMP_MAX_MAPNR, be),
		.max_mapnr_32 = get_u32(s + KDUMP_MAX_MAPNR, be),
		.current_cpu = get_u32(s + KDUMP_CURRENT_CPU, be),
		.nr_cpus = get_u32(s + KDUMP_NR_CPUS, be),
		.timestamp = abi->time_word == 8 ? (int64_t)get_u64(b + abi->time, be) :
						   (int64_t)get_u32(b + abi->time, be),
	};
	h->semantics = h->diskdump ? 0 : h->version < 1 || h->version > KDUMP_VERSION ? KDUMP_VERSION : h->version;
}

/* kdump's: the versions each added fields. */
static void decode_sub(const uint8_t *b, const struct kdump_abi *abi, struct kdump_header *h)
{
	unsigned int word = abi->word;
	bool be = h->big_endian;

	if (!h->semantics)
		return;
	h->phys_base = get_word(b, word, be);
	if (h->semantics >= 1)
		h->dump_level = get_u32(b + word, be);
	if (h->semantics >= 2) {
		h->split = get_u32(b + word + 4, be) != 0;
		h->start_pfn = get_word(b + abi->start_pfn, word, be);
		h->end_pfn = get_word(b + abi->start_pfn + word, word, be);
	}
	if (h->semantics >= 3) {
		h->offset_vmcoreinfo = get_u64(b + abi->vmcoreinfo, be);
		h->size_vmcoreinfo = get_word(b + abi->vmcoreinfo + 8, word, be);
	}
	if (h->semantics >= 4) {
		h->offset_note = get_u64(b + abi->note, be);
		h->size_note = get_word(b + abi->note + 8, word, be);
	}
	if (h->semantics >= 5) {
		h->offset_eraseinfo = get_u64(b + abi->eraseinfo, be);
		h->size_eraseinfo = get_word(b + abi->eraseinfo + 8, word, be);
	}
	if (h->semantics >= 6) {
		h->max_mapnr = get_u64(b + abi->start_pfn_64 + 16, be);
		if (h->split) {
			h->start_pfn = get_u64(b + abi->start_pfn_64, be);
			h->end_pfn = get_u64(b + abi->start_pfn_64 + 8, be);
		}
	}
}

/* Does [off, off + len) lie behind the sub header, or is it unused? Writers put notes and VMCOREINFO there. */
static bool in_sub_blocks(const struct kdump_header *h, uint64_t off, uint64_t len)
{
	uint64_t end;

	if (!off && !len)
		return true;
	return off > h->block_size && !add_overflows(off, len, &end) &&
	       end <= (1 + (uint64_t)h->sub_blocks) * h->block_size;
}

/*
 * How well a variant explains the bytes; < 0: not at all. In a file of another variant block_size shows some other field,
 * such as the low half of the 64-bit tv_usec, so a power of two alone proves little.
 */
static int judge(const struct source *src, const uint8_t *b, const struct kdump_abi *abi, bool be, struct kdump_header *h)
{
	uint64_t blocks, max_mapnr_32;
	unsigned int word = machine_word((const char *)b + UTS_MACHINE);
	uint8_t sub[SUB_HEADER_MAX] = { 0 };
	uint64_t usec;			/* of diskdump: nanoseconds */
	int score = 0;

	decode_main(b, abi, be, h);
	if (!page_shift_of(h->block_size) || !h->sub_blocks || h->sub_blocks > SUB_BLOCKS_MAX)
		return -1;
	max_mapnr_32 = h->max_mapnr;
	/* a machine without memory is a strange one, but a header all the same */
	if (!h->bitmap_blocks && max_mapnr_32)
		return -1;
	if (source_read_some(src, sub, sizeof(sub), h->block_size) < 0)
		return -1;
	decode_sub(sub, abi, h);

	if (h->version >= 0 && h->version <= KDUMP_VERSION)
		score += 4;
	if (word && word == abi->word)
		score += 2;
	usec = get_word(b + abi->time + abi->time_word, abi->time_word, be);
	score += usec < (h->diskdump ? 1000000000 : 1000000);
	score += !(h->status & ~KDUMP_STATUS_KNOWN);
	score += h->nr_cpus < 65536;
	score += bytes_are_zero(b + UTS_END, abi->time - UTS_END);

	blocks = div_round_up(div_round_up(h->max_mapnr, 8), h->block_size);
	if (blocks && blocks <= h->bitmap_blocks)
		score += 2;
	if (blocks && 2 * blocks == h->bitmap_blocks)
		score += 4;
	if ((1 + (uint64_t)h->sub_blocks + h->bitmap_blocks) * h->block_size <= src->size)
		score += 2;
	if (h->semantics >= 6 && min_u64(h->max_mapnr, UINT32_MAX) == max_mapnr_32)
		score += 4;
	if (h->semantics >= 3 && in_sub_blocks(h, h->offset_vmcoreinfo, h->size_vmcoreinfo))
		score += 2;
	if (h->semantics >= 4 && in_sub_blocks(h, h->offset_note, h->size_note))
		score += 2;
	return score;
}

/*
 * makedumpfile before 1.6.9 on kernels from 5.11 copied utsname from 4 bytes too far: the first string lost its first
 * four characters and every other one starts 4 bytes early.
 */
static void decode_uts(const uint8_t *b, struct kdump_header *h)
{
	bool shifted = !memcmp(b + KDUMP_UTS, "x\0\0", 3);

	for (unsigned int i = 0; i < 6; i++) {
		const char *from = (const char *)b + KDUMP_UTS + i * KDUMP_UTS_FIELD - (shifted && i ? 4 : 0);

		memcpy(h->uts[i], from, KDUMP_UTS_FIELD - 1);
		h->uts[i][KDUMP_UTS_FIELD - 1] = 0;
	}
	if (shifted)
		memcpy(h->uts[0], "Linux", sizeof("Linux"));
}

/* What ends there too has lost all: its writer was stopped before the sub header. */
static bool is_sub_zero(const struct source *src, const struct kdump_header *h)
{
	uint8_t sub[SUB_HEADER_MAX];

	if (src->size <= (uint64_t)h->block_size * (1 + (uint64_t)h->sub_blocks))
		return false;
	return !source_read(src, sub, sizeof(sub), h->block_size) && bytes_are_zero(sub, sizeof(sub));
}

int kdump_header_read(const struct source *src, struct kdump_header *h)
{
	uint8_t b[HEADER_MAX] = { 0 };
	struct kdump_header guess;
	ssize_t n = source_read_some(src, b, sizeof(b), 0);
	int best = -1, score;

	if (n < 0)
		return fail((int)-n, "%s: cannot be read: %s", src->name, strerror((int)-n));
	if ((size_t)n < HEADER_MIN)
		return fail(EIO, "%s: the file ends inside the kdump header", src->name);
	for (size_t i = 0; i < KDUMP_ABIS; i++) {
		for (int be = 0; be <= 1; be++) {
			score = judge(src, b, &kdump_abis[i], be, &guess);
			if (score > best) {
				best = score;
				*h = guess;
			}
		}
	}
	if (best < 0)
		return fail(EIO, "%s: the kdump header makes no sense in any word size and byte order", src->name);
	if (src->size < (uint64_t)h->block_size + SUB_HEADER_MAX)
		return fail(EIO, "%s: the file ends inside the kdump sub header", src->name);
	/* both headers have it: without the block of the second one, pages can be read all the same */
	h->sub_lost = !h->max_mapnr && h->max_mapnr_32 && is_sub_zero(src, h);
	if (h->sub_lost)
		h->max_mapnr = h->max_mapnr_32;
	if (h->version > KDUMP_VERSION)
		log_warn("%s: kdump header version %d is newer than the %d known here", src->name, h->version,
			 KDUMP_VERSION);
	decode_uts(b, h);
	return 0;
}
