/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole fake machine: sections, page structs, page tables; its classes, and all 32 levels as page sources, against an
 * array with one byte a page.
 */
#include <errno.h>
#include <stdlib.h>

#include "filter/level.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define SECTION	32768ull		/* pages: 128 MiB */
#define MAX_PFN	(5 * SECTION - 100)	/* five sections; the fourth has no page structs */
#define NO_SECTION 3
#define ROOTS	0x300000ull		/* physical: mem_section */
#define ROOT	0x301000ull
#define POINTER	0x302000ull
#define STRUCTS	0x2000000ull
#define SECTION_STRUCTS (SECTION * 64)

#define LRU		(1ull << 5)
#define HEAD		(1ull << 6)
#define PG_PRIVATE	(1ull << 13)
#define HWPOISON	(1ull << 22)
#define T_BUDDY		0xf0000000u
#define T_OFFLINE	0xf1000000u
#define T_HUGETLB	0xf4000000u

#define INFO \
	"SIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=24\nOFFSET(page._mapcount)=48\nOFFSET(page.private)=40\n" \
	"OFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\n" \
	"NUMBER(PG_swapbacked)=17\nNUMBER(PG_head_mask)=64\nLENGTH(zone.free_area)=18\n" \
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n" \
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n" \
	"SIZE(mem_section)=32\nOFFSET(mem_section.section_mem_map)=0\nNUMBER(SECTION_SIZE_BITS)=27\n"

enum model { VMEMMAP, DIRECT, BY_POINTER };

struct machine {
	enum model model;
	struct fake *f;
	struct kernel *k;
	char *text;
	struct memmap *m;
	struct pageclass rules;
	uint8_t *want;			/* classes of each pfn, bits 1 << enum page_class */
};

/* Where the struct of a page is in memory. Without vmemmap the arrays of the sections are not in order. */
static uint64_t struct_at(const struct machine *m, uint64_t pfn)
{
	uint64_t section = pfn / SECTION;

	if (m->model != VMEMMAP)
		section = 4 - section;
	return STRUCTS + section * SECTION_STRUCTS + pfn % SECTION * 64;
}

static void put(struct machine *m, uint64_t pfn, uint64_t flags, uint64_t mapping, uint32_t mapcount, uint64_t private)
{
	uint64_t at = struct_at(m, pfn);

	fake_u64(m->f, at, flags);
	fake_u64(m->f, at + 24, mapping);
	fake_u64(m->f, at + 40, private);
	fake_u32(m->f, at + 48, mapcount);
}

/* count pages with an order (of a compound page) behind a head like this; the classes that are wanted. */
static void put_pages(struct machine *m, uint64_t pfn, uint64_t count, unsigned int classes, uint64_t flags,
		      uint64_t mapping, uint32_t mapcount)
{
	put(m, pfn, flags | (count > 1 ? HEAD : 0), mapping, mapcount, 0);
	if (count > 1)
		fake_u64(m->f, struct_at(m, pfn + 1), (uint64_t)__builtin_ctzll(count));
	if (count > 1)
		fake_u64(m->f, struct_at(m, pfn + 1) + 8, 0xffffea0000000001);
	for (uint64_t i = pfn; i < pfn + count && i < MAX_PFN; i++)
		m->want[i] |= (uint8_t)classes;
}

static void put_free(struct machine *m, uint64_t pfn, unsigned int order)
{
	put(m, pfn, 0, 0, T_BUDDY, order);
	for (uint64_t i = pfn; i < pfn + (1ull << order) && i < MAX_PFN; i++)
		m->want[i] |= 1u << CLASS_FREE;
}

/* mem_section, and the page tables of vmemmap: one section by 4 KiB pages, the others by one of 2 MiB. */
static void put_sections(struct machine *m)
{
	struct fake_tables t = { .f = m->f, .levels = 4, .root = FAKE_ROOT, .next = 0x180000 };

	fake_u64(m->f, POINTER, FAKE_DIRECT + ROOTS);
	fake_u64(m->f, ROOTS, FAKE_DIRECT + ROOT);
	for (uint64_t i = 0; i < 5; i++) {
		uint64_t map = m->model == VMEMMAP ? FAKE_VMEMMAP :
			       FAKE_DIRECT + struct_at(m, i * SECTION) - i * SECTION_STRUCTS;

		if (i == NO_SECTION) {
			fake_u64(m->f, ROOT + i * 32, 0x8);	/* a nid, but not present */
			continue;
		}
		fake_u64(m->f, ROOT + i * 32, map | 0x2f);	/* flags up to bit 5, without bit 4 */
		if (m->model != VMEMMAP)
			continue;
		for (uint64_t at = 0; at < SECTION_STRUCTS; at += i == 1 ? 4096 : SECTION_STRUCTS)
			fake_map(&t, FAKE_VMEMMAP + i * SECTION_STRUCTS + at, STRUCTS + i * SECTION_STRUCTS + at, i != 1);
	}
}

static struct machine machine(enum model model, const char *more)
{
	struct machine m = { .model = model, .f = fake_new(12, MAX_PFN), .want = calloc(1, MAX_PFN) };
	char info[2000];
	const char *why = NULL;

	fake_set(m.f, 0, MAX_PFN, PAGE_ZERO);
	snprintf(info, sizeof(info), INFO "SYMBOL(mem_section)=%llx\n%s",
		 FAKE_DIRECT + (model == BY_POINTER ? POINTER : ROOTS), more);
	m.k = fake_kernel(m.f, 0, info, &m.text);
	put_sections(&m);
	assert(!pageclass_setup(&m.rules, m.k, &why));
	if (memmap_open(m.k, &m.m, &why)) {
		print_message("memmap: %s\n", why);
		abort();
	}
	return m;
}

static void done(struct machine *m)
{
	memmap_close(m->m);
	kernel_close(m->k);
	free(m->text);
	free(m->want);
	fake_free(m->f);
}

/* One of everything, in five chunks. */
static void populate(struct machine *m)
{
	put_pages(m, 100, 1, 1u << CLASS_CACHE, LRU, 0, 0);
	put_pages(m, 101, 1, 1u << CLASS_CACHE_PRIVATE, LRU | PG_PRIVATE, 0, 0);
	put_pages(m, 102, 1, 1u << CLASS_USER, LRU, 0xffff888000001001, 0);
	put_pages(m, 103, 1, m->rules.hwpoison ? 1u << CLASS_HWPOISON : 0, HWPOISON, 0, 0);
	put_free(m, 104, 3);
	put_pages(m, 121, 1, 1u << CLASS_OFFLINE, 0, 0, T_OFFLINE);
	put_pages(m, 128, 16, 1u << CLASS_CACHE, LRU, 0, 0);
	put_pages(m, 512, 512, 1u << CLASS_USER, 0, 0, T_HUGETLB);
	put_pages(m, 8191, 1, 1u << CLASS_CACHE, LRU, 0, 0);	/* both sides of a batch */
	put_pages(m, 8192, 4, 1u << CLASS_CACHE, LRU, 0, 0);
	put_pages(m, SECTION - 2, 2, 1u << CLASS_CACHE, LRU, 0, 0);
	put_pages(m, SECTION, 2, 1u << CLASS_USER, LRU, 1, 0);
	put_free(m, SECTION + 1024, 10);
	/* a page of 256 MiB: two chunks, the second of which has no page structs */
	put_pages(m, 2 * SECTION, 2 * SECTION, 1u << CLASS_USER, 0, 0, T_HUGETLB);
	/* a free block that reaches beyond the end of memory */
	put_free(m, 4 * SECTION, 16);
	put_pages(m, MAX_PFN - 1, 1, 1u << CLASS_CACHE, LRU, 0, 0);
}

static void compare(const struct machine *m, const struct classes *c)
{
	for (uint64_t pfn = 0; pfn < MAX_PFN; pfn++) {
		unsigned int have = 0;

		for (unsigned int i = 0; i < CLASSES; i++)
			have |= (unsigned int)bitmap_test(c->maps[i], pfn) << i;
		if (have != m->want[pfn])
			fail_msg("pfn %llu: classes %#x, not %#x", (unsigned long long)pfn, have, m->want[pfn]);
	}
}

static void test_sections(void **state)
{
	(void)state;
	for (enum model model = VMEMMAP; model <= BY_POINTER; model++) {
		struct machine m = machine(model, model == BY_POINTER ? "" : "LENGTH(mem_section)=2048\n");
		uint64_t pages = 0;

		/* neighbours with one array between them may be one section */
		for (size_t i = 0; i < m.m->nsections; i++) {
			const struct memmap_section *s = &m.m->sections[i];

			if (i)
				assert_true(s->first >= s[-1].first + s[-1].count);
			pages += s->count;
			for (uint64_t pfn = s->first; pfn < s->first + s->count; pfn += 1000) {
				uint64_t want = model == VMEMMAP ? FAKE_VMEMMAP + pfn * 64 : FAKE_DIRECT + struct_at(&m, pfn);

				assert_int_equal(s->vaddr + (pfn - s->first) * 64, want);
			}
		}
		assert_int_equal(pages, MAX_PFN - SECTION);
		done(&m);
	}
}

static void test_classes(void **state)
{
	(void)state;
	for (enum model model = VMEMMAP; model <= BY_POINTER; model++) {
		for (unsigned int threads = 1; threads <= 5; threads += 4) {
			struct machine m = machine(model, "NUMBER(PG_hwpoison)=22\n");
			struct progress progress = { 0 };
			struct classes *c = NULL;

			populate(&m);
			workers_set_threads(threads);
			assert_int_equal(classify_run(m.m, &m.rules, &progress, &c), 0);
			compare(&m, c);
			assert_int_equal(c->unreadable, 0);
			assert_true(progress.total > 0);
			assert_int_equal(progress.done, progress.total);
			classify_free(c);
			done(&m);
		}
	}
	classify_free(NULL);
	workers_set_threads(0);
}

/* FLATMEM may begin with page 1, so that nothing that is read at once begins where a compound page may. */
static void test_odd_first(void **state)
{
	struct machine m = machine(VMEMMAP, "NUMBER(PG_hwpoison)=22\n");
	struct classes *c = NULL;

	(void)state;
	populate(&m);
	m.m->sections[0].first++;
	m.m->sections[0].count--;
	m.m->sections[0].vaddr += 64;
	assert_int_equal(classify_run(m.m, &m.rules, NULL, &c), 0);
	compare(&m, c);
	classify_free(c);
	done(&m);
}

/* Page structs that are damaged, left out or not mapped: 64 pages each are in no class, and the others are as before. */
static void test_unreadable(void **state)
{
	(void)state;
	for (enum model model = VMEMMAP; model <= DIRECT; model++) {
		struct machine m = machine(model, "NUMBER(PG_hwpoison)=22\n");
		uint64_t lost = model == VMEMMAP ? 192 : 128;
		struct classes *c = NULL;

		populate(&m);
		for (uint64_t pfn = 4096; pfn < 4096 + 64; pfn++) {
			put(&m, pfn, LRU, 0, 0, 0);
			put(&m, pfn + 64, LRU, 0, 0, 0);
			put(&m, SECTION + 640 + pfn - 4096, LRU, 0, 0, 0);
			if (model != VMEMMAP)
				m.want[SECTION + 640 + pfn - 4096] = 1u << CLASS_CACHE;
		}
		fake_damage(m.f, struct_at(&m, 4096) >> 12);
		fake_set(m.f, struct_at(&m, 4096 + 64) >> 12, 1, PAGE_EXCLUDED);
		if (model == VMEMMAP) {
			struct fake_tables t = { .f = m.f, .levels = 4, .root = FAKE_ROOT, .next = 0x1f0000 };

			fake_u64(m.f, fake_entry(&t, FAKE_VMEMMAP + (SECTION + 640) * 64, 0), 0);
		}
		assert_int_equal(classify_run(m.m, &m.rules, NULL, &c), 0);
		compare(&m, c);
		assert_int_equal(c->unreadable, lost);
		classify_free(c);
		done(&m);
	}
}

/* What cannot be read comes as 0xff, the rest of the same request as it is. */
static void test_read_structs(void **state)
{
	struct machine m = machine(VMEMMAP, "");
	uint8_t *buf = malloc(256 * 64), ones[64 * 64];
	uint64_t unreadable = 5;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (uint64_t pfn = SECTION; pfn < SECTION + 256; pfn++)
		put(&m, pfn, pfn, 2 * pfn, 3, 4);
	fake_damage(m.f, struct_at(&m, SECTION + 64) >> 12);
	fake_u64(m.f, fake_entry(&(struct fake_tables){ .f = m.f, .levels = 4, .root = FAKE_ROOT, .next = 0x1f0000 },
				 FAKE_VMEMMAP + (SECTION + 128) * 64, 0), 0);
	memset(buf, 0, 256 * 64);
	for (size_t i = 0; i < m.m->nsections; i++) {
		const struct memmap_section *s = &m.m->sections[i];

		if (s->first <= SECTION && s->first + s->count > SECTION)
			memmap_read(m.m, s, SECTION, 256, buf, &unreadable);
	}
	assert_int_equal(unreadable, 5 + 128);
	for (uint64_t i = 0; i < 256; i += 64) {
		if (i == 64 || i == 128)
			assert_memory_equal(buf + i * 64, ones, sizeof(ones));
		else
			assert_memory_equal(buf + i * 64, m.f->bytes[struct_at(&m, SECTION + i) >> 12], 4096);
	}
	free(buf);
	done(&m);
}

/* What a level leaves out of the classes: the columns of makedumpfile -d. */
static bool left_out(unsigned int level, unsigned int classes)
{
	if (classes & (1u << CLASS_HWPOISON | 1u << CLASS_OFFLINE))
		return true;
	return ((level & 2) && (classes & 1u << CLASS_CACHE)) ||
	       ((level & 4) && (classes & (1u << CLASS_CACHE | 1u << CLASS_CACHE_PRIVATE))) ||
	       ((level & 8) && (classes & 1u << CLASS_USER)) || ((level & 16) && (classes & 1u << CLASS_FREE));
}

static void test_levels(void **state)
{
	struct machine m = machine(VMEMMAP, "NUMBER(PG_hwpoison)=22\n");
	struct classes *c = NULL;
	uint8_t page[4096];

	(void)state;
	populate(&m);
	put_pages(&m, 5000, 1, 1u << CLASS_CACHE | 1u << CLASS_HWPOISON, LRU | HWPOISON, 0, 0);
	assert_int_equal(classify_run(m.m, &m.rules, NULL, &c), 0);
	/* what the dump lacks stays so */
	fake_set(m.f, 600, 50, PAGE_EXCLUDED);
	fake_set(m.f, 3 * SECTION, SECTION, PAGE_ABSENT);
	fake_fill(m.f, 9000);
	for (unsigned int level = 0; level < LEVELS; level++) {
		struct pages *ps = level_new(&m.f->pages, c, level, UINT64_MAX);
		struct page_run run;

		assert_non_null(ps);
		assert_true(classify_needed(&m.rules, level));
		assert_int_equal(ps->max_pfn, MAX_PFN);
		assert_int_equal(ps->page_shift, 12);
		for (uint64_t pfn = 0; pfn < MAX_PFN; pfn += run.count) {
			pages_run(ps, pfn, &run);
			assert_true(run.first == pfn && run.count <= MAX_PFN - pfn);
			for (uint64_t i = pfn; i < pfn + run.count; i++) {
				enum page_state want = (enum page_state)m.f->states[i];

				if (page_is_kept(want) && left_out(level, m.want[i]))
					want = PAGE_EXCLUDED;
				if (run.state != want)
					fail_msg("level %u, pfn %llu: state %d, not %d", level, (unsigned long long)i,
						 run.state, want);
			}
		}
		assert_int_equal(pages_read(ps, 9000, page), 0);
		assert_memory_equal(page, m.f->bytes[9000], 4096);
		assert_int_equal(pages_read(ps, 121, page), -ENODATA);
		assert_int_equal(pages_read(ps, 100, page), level & 6 ? -ENODATA : 0);
		level_free(ps);
	}
	level_free(NULL);
	classify_free(c);
	done(&m);
}

/* Without PG_hwpoison a level that asks for no class needs no pass, and leaves out no offline pages either. */
static void test_needed(void **state)
{
	struct machine m = machine(VMEMMAP, "");
	struct pageclass rules = m.rules;

	(void)state;
	for (unsigned int level = 0; level < LEVELS; level++) {
		assert_int_equal(classify_needed(&rules, level), level >= 2);
		if (level < 2)
			assert_int_equal(level_classes(&rules, level), 0);
		else
			assert_true(level_classes(&rules, level) & 1u << CLASS_OFFLINE);
	}
	rules.has_buddy = false;
	assert_false(classify_needed(&rules, 16));
	assert_false(classify_needed(&rules, 17));
	assert_true(classify_needed(&rules, 18));
	rules.hwpoison = 1;
	assert_true(classify_needed(&rules, 0));
	done(&m);
}

/* A level without classes is the dump itself. */
static void test_no_classes(void **state)
{
	struct fake *f = fake_new(12, 100);
	uint64_t counts[PAGE_DATA + 1];
	struct pages *ps;

	(void)state;
	for (uint64_t pfn = 10; pfn < 30; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 50, 10, PAGE_EXCLUDED);
	ps = level_new(&f->pages, NULL, 1, UINT64_MAX);
	pages_count(ps, counts);
	assert_int_equal(counts[PAGE_DATA], 20);
	assert_int_equal(counts[PAGE_EXCLUDED], 10);
	level_free(ps);
	fake_free(f);
}

/* A level may end before the dump does, also inside a run; its zero pages then do too. */
static void test_cut_off(void **state)
{
	struct fake *f = fake_new(12, 100);
	uint64_t counts[PAGE_DATA + 1];
	struct pages *level, *ps = NULL;
	struct page_run run;
	uint8_t page[4096];

	(void)state;
	for (uint64_t pfn = 0; pfn < 100; pfn++)
		fake_fill(f, pfn);
	memset(f->bytes[40], 0, 4096);
	memset(f->bytes[60], 0, 4096);
	level = level_new(&f->pages, NULL, 1, 50);
	assert_int_equal(level->max_pfn, 50);
	pages_run(level, 10, &run);
	assert_int_equal(run.count, 40);
	pages_run(level, 50, &run);
	assert_int_equal(run.state, PAGE_ABSENT);
	assert_int_equal(pages_read(level, 49, page), 0);
	assert_int_equal(pages_read(level, 50, page), -ENODATA);
	assert_int_equal(level_find_zero(level, NULL, &ps), 0);
	pages_count(ps, counts);
	assert_int_equal(counts[PAGE_DATA], 49);
	assert_int_equal(counts[PAGE_EXCLUDED], 1);
	level_free(ps);
	level_free(level);
	fake_free(f);
}

static void test_counts(void **state)
{
	struct machine m = machine(DIRECT, "NUMBER(PG_hwpoison)=22\n");
	struct classes *c = NULL;
	struct class_counts n;

	(void)state;
	populate(&m);
	/* poisoned cache counts as cache */
	put_pages(&m, 5000, 1, 1u << CLASS_CACHE | 1u << CLASS_HWPOISON, LRU | HWPOISON, 0, 0);
	assert_int_equal(classify_run(m.m, &m.rules, NULL, &c), 0);
	fake_set(m.f, 128, 6, PAGE_EXCLUDED);		/* six of the folio of 16 */
	fake_set(m.f, 3 * SECTION, SECTION, PAGE_ABSENT);
	classify_count(c, &m.f->pages, &n);
	/* the last page of memory is in a free block and looks like cache: free comes first */
	assert_int_equal(n.pages[CLASS_CACHE], 1 + 10 + 1 + 4 + 2 + 1);
	assert_int_equal(n.pages[CLASS_CACHE_PRIVATE], 1);
	assert_int_equal(n.pages[CLASS_USER], 1 + 512 + 2 + SECTION);
	assert_int_equal(n.pages[CLASS_FREE], 8 + 1024 + MAX_PFN - 4 * SECTION);
	assert_int_equal(n.pages[CLASS_HWPOISON], 1);
	assert_int_equal(n.pages[CLASS_OFFLINE], 1);
	assert_int_equal(n.other, MAX_PFN - SECTION - 6 - (19 + 1 + 515 + SECTION + 1032 + MAX_PFN - 4 * SECTION + 2));
	classify_free(c);
	done(&m);
}

static void test_find_zero(void **state)
{
	struct fake *f = fake_new(12, 3 * SECTION);
	struct progress progress = { 0 };
	struct pages *level, *ps = NULL;
	uint8_t page[4096];
	uint64_t seed = 5;

	(void)state;
	for (uint64_t pfn = 1000; pfn < 2000; pfn++) {
		fake_page(f, pfn);
		if (fake_random(&seed) % 3)		/* one byte that is not zero, anywhere */
			f->bytes[pfn][fake_random(&seed) % 4096] = 1;
	}
	for (uint64_t pfn = SECTION - 100; pfn < SECTION + 100; pfn++)
		fake_page(f, pfn)[4095] = pfn % 2;
	fake_set(f, 2 * SECTION, 5000, PAGE_ZERO);
	fake_set(f, 2 * SECTION + 5000, 10, PAGE_EXCLUDED);
	memset(f->bytes[1500], 0, 4096);
	fake_damage(f, 1500);				/* cannot be read: not known to be zero */
	level = level_new(&f->pages, NULL, 1, UINT64_MAX);
	assert_int_equal(level_find_zero(level, &progress, &ps), 0);
	assert_int_equal(progress.done, progress.total);
	for (uint64_t pfn = 0; pfn < 3 * SECTION; pfn++) {
		enum page_state want = (enum page_state)f->states[pfn];
		struct page_run run;

		if (want == PAGE_ZERO || (want == PAGE_DATA && pfn != 1500 && bytes_are_zero(f->bytes[pfn], 4096)))
			want = PAGE_EXCLUDED;
		pages_run(ps, pfn, &run);
		if (run.state != want)
			fail_msg("pfn %llu: state %d, not %d", (unsigned long long)pfn, run.state, want);
	}
	assert_int_equal(pages_read(ps, 1500, page), -EIO);
	assert_int_equal(pages_read(ps, SECTION + 1, page), 0);
	assert_int_equal(page[4095], 1);
	assert_int_equal(pages_read(ps, SECTION, page), -ENODATA);
	level_free(ps);
	level_free(level);
	fake_free(f);
}

/* Memory models that are not known, and ones that make no sense. */
static void test_memmap_fails(void **state)
{
	static const struct { const char *lines; int error; } bad[] = {
		{ "SIZE(mem_section)=x", -ENOTSUP }, { "OFFSET(mem_section.section_mem_map)=x", -ENOTSUP },
		{ "SIZE(mem_section)=0", -EIO }, { "SIZE(mem_section)=8192", -EIO }, { "NUMBER(SECTION_SIZE_BITS)=12", -EIO },
		{ "NUMBER(SECTION_SIZE_BITS)=64", -EIO }, { "OFFSET(mem_section.section_mem_map)=25", -EIO },
		{ "OFFSET(mem_section.section_mem_map)=-8", -EIO }, { "LENGTH(mem_section)=0", -EIO },
		{ "SYMBOL(mem_section)=x", -ENOTSUP }, { "SIZE(page)=x", -ENOTSUP },
	};
	struct machine m = machine(VMEMMAP, "");
	struct memmap *map = NULL;
	const char *why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct kernel k = *m.k;
		char *text = NULL;
		int n = asprintf(&text, "%s\n%s", bad[i].lines, m.k->vmci.text), r;

		k.vmci.text = text;
		k.vmci.len = (size_t)n;
		why = NULL;
		r = memmap_open(&k, &map, &why);
		if (r != bad[i].error || !why)
			fail_msg("%s: %d, %s", bad[i].lines, r, why ? why : "no reason");
		free(text);
	}
	fake_u64(m.f, ROOTS, 0x1234);			/* no kernel address */
	assert_true(memmap_open(m.k, &map, &why) < 0);
	fake_u64(m.f, ROOTS, 0xffffc90000000000);	/* not mapped */
	assert_true(memmap_open(m.k, &map, &why) < 0);
	fake_u64(m.f, ROOTS, 0);			/* no section at all */
	assert_true(memmap_open(m.k, &map, &why) < 0);
	fake_u64(m.f, ROOTS, FAKE_DIRECT + ROOT);
	fake_u64(m.f, ROOT, 0x1000 | 3);		/* page structs at a user address */
	assert_true(memmap_open(m.k, &map, &why) < 0);
	memmap_close(NULL);
	done(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_odd_first),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_read_structs),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_no_classes),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_find_zero),
		cmocka_unit_test(test_memmap_fails),
	};

	return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
