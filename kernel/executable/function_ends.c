/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/executable/function_ends.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/debuginfo/orc.h"
#include "kernel/object/bulk.h"
#include "kernel/object/reader.h"

#define ORC_MAX (1u << 22)		/* rows: kernels of today have 250,000 to 450,000 */
#define MAX_PADDING 128u		/* bytes; functions are aligned to 64 at the most */

struct function_ends {
	struct kreader *reader;		/* owned */
	uint16_t machine;
	uint8_t *places, *rows;		/* owned; of ORC; NULL: there is none */
	uint64_t vaddr;			/* of places */
	size_t n;
};

/* --- ORC ---------------------------------------------------------------------------------------------------------- */

static int read_orc(struct function_ends *e, const struct facts *f)
{
	const struct kernel *k = facts_kernel(f);
	struct knames names = facts_names(f);
	struct orc_table t;

	if (e->machine != EM_X86_64 || orc_table_find(&names, &t) || t.n > ORC_MAX)
		return 0;
	e->places = memory_malloc(t.n * ORC_IP_BYTES);
	e->rows = memory_malloc(t.n * ORC_ENTRY_BYTES);
	if (!e->places || !e->rows)
		return -ENOMEM;
	/* what is lost says nothing: rows that are not zero */
	kbulk_read(k, t.ips, e->places, t.n * ORC_IP_BYTES, 0);
	kbulk_read(k, t.entries, e->rows, t.n * ORC_ENTRY_BYTES, 0xff);
	e->vaddr = t.ips;
	e->n = t.n;
	return 0;
}

static uint64_t place(const struct function_ends *e, size_t i)
{
	return e->vaddr + i * ORC_IP_BYTES + (uint64_t)(int64_t)(int32_t)get_u32(e->places + i * ORC_IP_BYTES, false);
}

/* The last row below next, when it is in the function and says that nothing is known. */
static uint64_t end_by_orc(const struct function_ends *e, uint64_t vaddr, uint64_t next)
{
	size_t i = bisect_first(p, e->n, place(e, p) >= next);
	uint64_t at = i ? place(e, i - 1) : 0;

	return at > vaddr && at < next && bytes_are_zero(e->rows + (i - 1) * ORC_ENTRY_BYTES, ORC_ENTRY_BYTES) ? at : next;
}

/* --- padding ------------------------------------------------------------------------------------------------------ */

/* What fills up, as it lies in memory; of one machine the longest first. */
static const struct filling {
	uint16_t machine;
	uint8_t len;
	uint8_t bytes[11];
} fillings[] = {
	{ EM_X86_64, 11, { 0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 } },
	{ EM_X86_64, 10, { 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 } },
	{ EM_X86_64, 9, { 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 } },
	{ EM_X86_64, 8, { 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 } },
	{ EM_X86_64, 7, { 0x0f, 0x1f, 0x80, 0, 0, 0, 0 } },
	{ EM_X86_64, 6, { 0x66, 0x0f, 0x1f, 0x44, 0, 0 } },
	{ EM_X86_64, 5, { 0x0f, 0x1f, 0x44, 0, 0 } },
	{ EM_X86_64, 4, { 0x0f, 0x1f, 0x40, 0 } },
	{ EM_X86_64, 3, { 0x0f, 0x1f, 0 } },
	{ EM_X86_64, 2, { 0x66, 0x90 } },
	{ EM_X86_64, 1, { 0x90 } },
	{ EM_X86_64, 1, { 0xcc } },
	{ EM_386, 8, { 0x2e, 0x8d, 0xb4, 0x26, 0, 0, 0, 0 } },
	{ EM_386, 7, { 0x8d, 0xb4, 0x26, 0, 0, 0, 0 } },
	{ EM_386, 6, { 0x8d, 0xb6, 0, 0, 0, 0 } },
	{ EM_386, 5, { 0x2e, 0x8d, 0x74, 0x26, 0 } },
	{ EM_386, 4, { 0x8d, 0x74, 0x26, 0 } },
	{ EM_386, 3, { 0x8d, 0x76, 0 } },
	{ EM_386, 2, { 0x66, 0x90 } },
	{ EM_386, 1, { 0x90 } },
	{ EM_386, 1, { 0xcc } },
	{ EM_AARCH64, 4, { 0x1f, 0x20, 0x03, 0xd5 } },
	{ EM_AARCH64, 4, { 0 } },
	{ EM_ARM, 4, { 0x00, 0xf0, 0x20, 0xe3 } },
	{ EM_PPC64, 4, { 0x00, 0x00, 0x00, 0x60 } },
	{ EM_PPC64, 4, { 0x60, 0x00, 0x00, 0x00 } },
	{ EM_PPC64, 4, { 0x00, 0x00, 0x42, 0x60 } },
	{ EM_PPC64, 4, { 0x60, 0x42, 0x00, 0x00 } },
	{ EM_PPC64, 4, { 0 } },
	{ EM_S390, 2, { 0x07, 0x07 } },
	{ EM_S390, 2, { 0x07, 0x00 } },
	{ EM_RISCV, 4, { 0x13, 0x00, 0x00, 0x00 } },
	{ EM_RISCV, 2, { 0x01, 0x00 } },
};

/* How many of the n bytes at the end of a function are no filling. */
static size_t without_filling(uint16_t machine, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(fillings);) {
		const struct filling *f = &fillings[i++];

		if (f->machine != machine || f->len > n || memcmp(bytes + n - f->len, f->bytes, f->len))
			continue;
		n -= f->len;
		i = 0;
	}
	return n;
}

/* POWER: a nop behind a call is the call's: the linker may make an instruction of it. */
static bool ends_with_call(const struct function_ends *e, const uint8_t *bytes, size_t n)
{
	bool big = kreader_big_endian(e->reader);

	return e->machine == EM_PPC64 && n >= 4 && (get_u32(bytes + n - 4, big) & 0xfc000001) == 0x48000001;
}

static uint64_t end_by_filling(struct function_ends *e, uint64_t vaddr, uint64_t next)
{
	uint8_t tail[MAX_PADDING];
	size_t n = (size_t)min_u64(next - vaddr, sizeof(tail)), kept;

	if (kread(e->reader, next - n, tail, n)) {
		kreader_take(e->reader, NULL);
		return next;
	}
	kept = without_filling(e->machine, tail, n);
	if (kept < n && ends_with_call(e, tail, kept))
		kept += 4;
	return kept ? next - n + kept : next;
}

/* --- both --------------------------------------------------------------------------------------------------------- */

int function_ends_open(const struct facts *f, struct function_ends **out)
{
	const struct kernel *k = facts_kernel(f);
	struct function_ends *e = calloc(1, sizeof(*e));
	int r = e ? kreader_open(k, &e->reader) : -ENOMEM;

	if (!r) {
		e->machine = k->space.arch->elf_machine;
		r = read_orc(e, f);
	}
	if (r)
		function_ends_close(e);
	else
		*out = e;
	return r;
}

void function_ends_close(struct function_ends *e)
{
	if (!e)
		return;
	kreader_close(e->reader);
	free(e->places);
	free(e->rows);
	free(e);
}

uint64_t function_ends_find(struct function_ends *e, uint64_t vaddr, uint64_t next)
{
	return e->n ? end_by_orc(e, vaddr, next) : end_by_filling(e, vaddr, next);
}
