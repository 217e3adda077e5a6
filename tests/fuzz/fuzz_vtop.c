/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of any content. Byte 0: levels and other switches; 1-8: an address; the rest: memory, of which the first
 * page is the top table. Entries are made to point into this memory by the low bits of their address more often than not.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/bytes.h"

#define PAGES 8u

#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, 1, pfn < PAGES ? PAGE_DATA : PAGE_ABSENT, false };
	if (pfn >= PAGES)
		out->count = ps->max_pfn - pfn;
}

struct order {
	uint64_t next, first, last, calls;
};

static int in_order(void *arg, const struct mapping *m)
{
	struct order *o = arg;

	if (m->vaddr < o->next || m->vaddr > o->last || m->vaddr + (m->len - 1) < o->first || m->paddr % m->len ||
	    m->vaddr % m->len)
		abort();
	o->next = m->vaddr + m->len;
	/* bounds the run; the bound of each() itself is the unit test's */
	return ++o->calls == 20000 || !o->next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run };
	static struct memory m;
	struct space s = {
		.arch = &arch_x86_64, .mem = &m.pages,
		.tables = { .page_shift = 12, .bits = { 9, 9, 9, 9, 9 }, .entry_bytes = 8 },
	};
	uint64_t vaddr, paddr, span, half;
	struct mapping direct;
	struct order o = { 0 };
	struct walk w;
	char flags[40];
	uint8_t buf[64];
	bool slow;
	int r;

	if (size < 9)
		return 0;
	slow = size % 64 == 10;	/* all of the tables: a tenth of a second when they lead round and round */
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = data[0] & 2 ? (uint64_t)1 << 40 : PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + 9, min_u64(size - 9, sizeof(m.bytes)));
	for (unsigned int i = 0; data[0] & 4 && i < sizeof(m.bytes); i += 8) {
		uint8_t *e = &m.bytes[i / PAGE][i % PAGE];

		put_u64(e, get_u64(e, false) & ~(uint64_t)0x000fffffffff8000, false);	/* tables among the eight pages */
	}
	s.tables.levels = data[0] & 1 ? 5 : 4;
	s.pa_mask = 0x000ffffffffff000 & ~(data[0] & 8 ? (uint64_t)1 << 47 : 0);
	vaddr = get_u64(data + 1, false);
	r = space_walk(&s, vaddr, &w);
	if (r != 0 && r != -EFAULT && r != -ENODATA)
		abort();
	if ((w.end == WALK_MAPPED) != !r || (w.end == WALK_UNREADABLE) != (r == -ENODATA) ||
	    (w.end == WALK_NO_ENTRY && !w.nsteps) || (w.end == WALK_UNREADABLE && w.nsteps >= WALK_MAX_STEPS))
		abort();
	if (w.nsteps > s.tables.levels)
		abort();
	for (unsigned int i = 0; i < w.nsteps; i++) {
		s.arch->describe(&s, w.steps[i].level, w.steps[i].entry, flags, data[0] % sizeof(flags) + 1);
		if (!w.steps[i].name)
			abort();
	}
	if (space_vtop(&s, vaddr, &paddr, &span) != r)
		abort();
	if (!r && (paddr != w.paddr || !span || span > w.page_bytes || (paddr + span) % w.page_bytes))
		abort();
	space_read(&s, vaddr, buf, sizeof(buf));
	half = (uint64_t)1 << (s.tables.levels == 5 ? 56 : 47);
	o.first = vaddr & (half - 1);
	o.last = half - 1;
	if (vaddr >> 63) {
		o.first |= -half;
		o.last = UINT64_MAX;
	}
	if (!slow)
		o.last = min_u64(o.last, o.first + 0x3ffffff);
	r = space_each(&s, o.first, o.last, in_order, &o);
	if (r != 0 && r != 1 && r != -ELOOP)
		abort();
	if (slow)
		space_direct_map(&s, &direct);
	return 0;
}
