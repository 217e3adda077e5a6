/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any page structs. Byte 0: era and a level; 1: which pages of the array are missing; the rest: the page structs of 1000
 * pages, in pages of their own behind fixed tables. All classes, two levels, and counts that add up.
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "filter/level.h"
#include "kernel/opening/open.h"

#define PAGE 4096u
#define STRUCTS 4u		/* first page of the array */
#define MAX_PFN 1000u
#define PAGES (STRUCTS + MAX_PFN * 64 / PAGE + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COMMON PAGE_FACTS "SYMBOL(mem_section)=ffff888000002000\nSIZE(mem_section)=32\n" \
	"OFFSET(mem_section.section_mem_map)=0\n"
#define PAGE_FACTS \
	"SYMBOL(swapper_pg_dir)=ffffffff80000000\nNUMBER(phys_base)=0\nSIZE(page)=64\nOFFSET(page.flags)=0\n" \
	"OFFSET(page.mapping)=24\nOFFSET(page._mapcount)=48\nOFFSET(page.private)=40\nNUMBER(PG_lru)=5\n" \
	"NUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=22\n" \
	"NUMBER(PG_head_mask)=64\nOFFSET(page.compound_head)=8\n"

static const char *const infos[] = {
	COMMON "LENGTH(zone.free_area)=11\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\nNUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
	"NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\nNUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-150994944\n",
	COMMON "NUMBER(PG_hugetlb)=8\nNUMBER(PG_slab)=9\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n",
	COMMON "OFFSET(folio._folio_dtor)=80\nOFFSET(folio._folio_order)=81\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n",
	COMMON "OFFSET(page.compound_dtor)=16\nOFFSET(page.compound_order)=18\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"
	"LENGTH(zone.free_area)=63\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128\n",
	"OSRELEASE=3.2.0\n" COMMON "OFFSET(page.lru)=48\nOFFSET(list_head.next)=0\nOFFSET(list_head.prev)=8\n"
	"SYMBOL(free_huge_page)=ffffffff80001000\n",
	/* the first page of page structs is the node data too */
	PAGE_FACTS "SYMBOL(contig_page_data)=ffff888000004000\nOFFSET(pglist_data.node_mem_map)=0\n"
	"OFFSET(pglist_data.node_start_pfn)=8\nOFFSET(pglist_data.node_spanned_pages)=16\n",
	PAGE_FACTS "SYMBOL(pgdat_list)=ffff888000004000\nOFFSET(pglist_data.node_mem_map)=0\n"
	"OFFSET(pglist_data.node_start_pfn)=8\nOFFSET(pglist_data.node_spanned_pages)=16\nOFFSET(pglist_data.pgdat_next)=24\n",
};

struct memory {
	struct pages pages;
	uint8_t missing;
	uint8_t bytes[PAGES][PAGE];
};

static int memory_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	const struct memory *m = (const struct memory *)ps;

	for (uint64_t i = 0; i < count; i++) {
		if (pfn + i >= MAX_PFN)
			abort();
		if (pfn + i < PAGES)
			memcpy((char *)buf + i * PAGE, m->bytes[pfn + i], PAGE);
		else
			memset((char *)buf + i * PAGE, 0, PAGE);
	}
	return 0;
}

static enum page_state state_of(const struct memory *m, uint64_t pfn)
{
	if (pfn >= STRUCTS && pfn < STRUCTS + 8 && m->missing >> (pfn - STRUCTS) & 1)
		return PAGE_EXCLUDED;
	return pfn % 100 == 99 ? PAGE_ABSENT : PAGE_DATA;
}

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct memory *m = (const struct memory *)ps;

	*out = (struct page_run){ pfn, 1, state_of(m, pfn), false };
	if (pfn >= STRUCTS + 8 && pfn % 100 != 99)
		out->count = min_u64(99 - pfn % 100, ps->max_pfn - pfn);
}

/* What a level keeps is what the classes say, and the dump's other pages stay as they are. */
static void check_level(const struct memory *m, const struct classes *c, unsigned int level)
{
	unsigned int wanted = level_classes(&c->rules, level);
	struct pages *ps = level_new(&m->pages, c, level, MAX_PFN);
	struct page_run run;

	for (uint64_t pfn = 0; pfn < MAX_PFN; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (run.first != pfn || !run.count || run.count > MAX_PFN - pfn)
			abort();
		for (uint64_t i = pfn; i < pfn + run.count; i++) {
			enum page_state want = state_of(m, i);

			for (unsigned int class = 0; class < CLASSES && want == PAGE_DATA; class++)
				if ((wanted & 1u << class) && bitmap_test(c->maps[class], i))
					want = PAGE_EXCLUDED;
			if (run.state != want)
				abort();
		}
	}
	level_free(ps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run };
	static struct memory m;
	struct kernel_input in = { .pages = &m.pages, .elf_machine = EM_X86_64 };
	struct class_counts n;
	struct pageclass rules;
	struct classes *c;
	struct memmap *map;
	const char *why;
	struct kernel *k;
	uint64_t sum, counts[PAGE_DATA + 1];

	if (size < 2)
		return 0;
	log_set_level(LOG_LVL_ERR);
	workers_set_threads(1);
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = MAX_PFN };
	m.missing = data[1];
	memset(m.bytes, 0, sizeof(m.bytes));
	put_u64(m.bytes[0] + 0x111 * 8, 0x1067, false);
	put_u64(m.bytes[1], 0xe3, false);
	put_u64(m.bytes[2], 0xffff888000003000, false);
	put_u64(m.bytes[3], 0xffff888000004000 | 3, false);
	memcpy(m.bytes[STRUCTS], data + 2, min_u64(size - 2, MAX_PFN * 64));
	in.vmcoreinfo = infos[data[0] % ARRAY_SIZE(infos)];
	in.vmcoreinfo_len = strlen(in.vmcoreinfo);
	if (kernel_open(&in, &k))
		return 0;
	if (pageclass_setup(&rules, k, &why))
		abort();
	if (memmap_open(k, &map, &why)) {
		if (strstr(in.vmcoreinfo, "mem_section"))
			abort();
		kernel_close(k);
		return 0;
	}
	if (!classify_run(map, &rules, NULL, &c)) {
		check_level(&m, c, data[0] >> 3);
		check_level(&m, c, LEVELS - 1);
		classify_count(c, &m.pages, &n);
		pages_count(&m.pages, counts);
		sum = n.other;
		for (unsigned int i = 0; i < CLASSES; i++)
			sum += n.pages[i];
		if (sum != counts[PAGE_DATA])
			abort();
		/* the same machine has as many unreadable structs each time */
		if (map->kernel->vmci.text != infos[5] && map->kernel->vmci.text != infos[6] &&
		    c->unreadable != 64ull * (unsigned int)__builtin_popcount(m.missing))
			abort();
		classify_free(c);
	}
	memmap_close(map);
	kernel_close(k);
	return 0;
}
