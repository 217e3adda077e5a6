/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as that of a machine with Xen: its p2m, its page tables, its domains and page_info. Byte 0: switches; 1-80:
 * the note with the crash info; the rest: words of memory, each 2 bytes place and 8 bytes value, the high bit of the place
 * for a value that fills the rest of its page.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "filter/classify_frames.h"
#include "filter/domu.h"
#include "kernel/kernel.h"

#define PAGES 16u

#include "kernel/xen/xen.h"
#include "tests/fuzz/memory.h"

#define INFO_BYTES 80u
#define WORDS (PAGES * PAGE / 8)
/* What a run may take: the p2m of a hostile dump has 2^27 entries. */
#define MAX_PFNS 3000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
	"SYMBOL(domain_list)=ffff82d040001000\nSYMBOL(frame_table)=ffff82d040001008\nSYMBOL(pgd_l4)=ffff82d040002000\n"
	"SIZE(page_info)=32\nOFFSET(page_info.count_info)=8\nOFFSET(page_info._domain)=24\nSIZE(domain)=2304\n"
	"OFFSET(domain.domain_id)=0\nOFFSET(domain.next_in_list)=136\n";

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, pfn < PAGES ? PAGES - pfn : ps->max_pfn - pfn, pfn < PAGES ? PAGE_DATA : PAGE_ABSENT, false };
}

/* Each frame of dom0 is the same however it is asked for. */
static void look_at_dom0(const struct xen *x)
{
	_Atomic uint64_t pages_read = 0;
	struct xen_dom0 dom0;
	struct page_run run;
	uint8_t page[PAGE];

	xen_dom0_pages(x, &pages_read, &dom0);
	for (uint64_t pfn = 0; pfn < min_u64(x->dom0_pages, MAX_PFNS); pfn += run.count) {
		uint64_t mfns[XEN_P2M_ENTRIES], maddr;
		int r = xen_frames(x, pfn / XEN_P2M_ENTRIES * XEN_P2M_ENTRIES, mfns);
		int s = xen_machine_address(x, pfn * PAGE + 5, &maddr);

		if (!r && (mfns[pfn % XEN_P2M_ENTRIES] == XEN_NO_FRAME) != (s == -EFAULT))
			abort();
		if (!r && !s && maddr != mfns[pfn % XEN_P2M_ENTRIES] * PAGE + 5)
			abort();
		pages_run(&dom0.pages, pfn, &run);
		if (!run.count || (run.state == PAGE_DATA && (r || s)))
			abort();
		if (run.state == PAGE_DATA)
			pages_read_bytes(&dom0.pages, pfn * PAGE, PAGE, page, HOLES_FAIL);
	}
}

static void look_at_classes(const struct xen *x)
{
	struct classes c = { .unreadable = 0 };

	for (unsigned int i = 0; i < CLASSES; i++) {
		c.maps[i] = bitmap_new(x->dom0_pages);
		if (!c.maps[i] || bitmap_set_range(c.maps[i], 0, min_u64(x->dom0_pages, MAX_PFNS)))
			abort();
	}
	if (classify_frames(&c, x, x->mem->max_pfn))
		abort();
	for (unsigned int i = 0; i < CLASSES; i++) {
		if (bitmap_bits(c.maps[i]) != x->mem->max_pfn)
			abort();
		bitmap_free(c.maps[i]);
	}
}

static void look_at_owners(const struct xen *x)
{
	uint64_t wrong, all;
	struct bitmap *out;

	if (!domu_check(x, &wrong, &all) && (!all || wrong * 100 > all))
		abort();
	if (wrong > all || domu_find(x, x->mem, NULL, &out))
		abort();
	bitmap_index(out);
	if (bitmap_count(out) > PAGES)
		abort();
	bitmap_free(out);
}

static void put_words(struct memory *m, unsigned int place, uint64_t value)
{
	unsigned int i = place % WORDS;

	do {
		put_u64(&m->bytes[i * 8 / PAGE][i * 8 % PAGE], value, false);
		i++;
	} while (place >> 15 && i * 8 % PAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run };
	static struct memory m;
	uint8_t info[INFO_BYTES];
	const struct arch_note notes[] = {
		{ "Xen", 0x1000001, info, size > 1 && data[0] & 1 ? INFO_BYTES - 8 : INFO_BYTES },
		{ "VMCOREINFO_XEN", 0, (const uint8_t *)text, sizeof(text) },
	};
	const struct kernel_input in = {
		.pages = &m.pages, .elf_machine = 62, .elf_class = 64, .dump_name = "fuzz", .notes = notes, .nnotes = 2,
	};
	struct xen *x;

	if (size < 1 + INFO_BYTES)
		return 0;
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = data[0] & 2 ? 100000 : PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(info, data + 1, INFO_BYTES);
	for (size_t at = 1 + INFO_BYTES; at + 10 <= size; at += 10)
		put_words(&m, get_u16(data + at, false), get_u64(data + at + 2, false));
	if (xen_open(&in, &x) || !x)
		abort();
	look_at_dom0(x);
	if (x->dom0_pages && x->dom0_pages < 100 * MAX_PFNS)
		look_at_classes(x);
	if (x->has_owners)
		look_at_owners(x);
	xen_close(x);
	return 0;
}
