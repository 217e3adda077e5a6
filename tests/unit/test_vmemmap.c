/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of page structs can go when pages are left out. */
#include <stdlib.h>

#include "filter/vmemmap.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define SECTION	32768ull		/* pages: 128 MiB; 2 MiB of structs of 64 bytes */
#define MAX_PFN	(3 * SECTION)
#define STRUCTS	0x2000000ull		/* physical address of those of page 0 */
#define LARGE	0x200000ull

/* Sections 0 and 2 are mapped by large pages, section 1 by small ones. */
struct machine {
	struct fake *f;
	struct kernel *k;
	char *text;
	struct memmap_section sections[3];
	struct memmap m;
};

static void machine_open(struct machine *m, uint64_t struct_bytes)
{
	struct fake_tables t;

	*m = (struct machine){ .f = fake_new(12, MAX_PFN) };
	fake_set(m->f, 0, MAX_PFN, PAGE_ZERO);
	m->k = fake_kernel(m->f, 0, "", &m->text);
	t = (struct fake_tables){ .f = m->f, .levels = 4, .root = FAKE_ROOT, .next = 0x180000 };
	for (uint64_t i = 0; i < 3; i++) {
		for (uint64_t at = 0; at < LARGE; at += i == 1 ? 4096 : LARGE)
			fake_map(&t, FAKE_VMEMMAP + i * LARGE + at, STRUCTS + i * LARGE + at, i != 1);
		m->sections[i] = (struct memmap_section){ i * SECTION, SECTION, FAKE_VMEMMAP + i * SECTION * struct_bytes };
	}
	m->m = (struct memmap){ .kernel = m->k, .struct_bytes = struct_bytes, .sections = m->sections, .nsections = 3 };
}

static void machine_close(struct machine *m)
{
	kernel_close(m->k);
	free(m->text);
	fake_free(m->f);
}

/* The pages of structs that can go are those of from to end - 1, counted from the first one; n pairs. */
static void expect(struct machine *m, const uint64_t (*ranges)[2], size_t n)
{
	struct bitmap *out;

	assert_int_equal(vmemmap_find(&m->m, &m->f->pages, &out), 0);
	for (uint64_t pfn = 0; pfn < MAX_PFN; pfn++) {
		bool want = false;

		for (size_t i = 0; i < n; i++)
			want |= pfn >= STRUCTS / 4096 + ranges[i][0] && pfn < STRUCTS / 4096 + ranges[i][1];
		if (bitmap_test(out, pfn) != want)
			fail_msg("page %llu of structs: %d", (unsigned long long)(pfn - STRUCTS / 4096), !want);
	}
	bitmap_free(out);
}

static void test_runs(void **state)
{
	const uint64_t want[][2] = { { 10, 12 }, { 20, 26 }, { 500, 512 }, { 1024, 1030 } };
	struct machine m;

	(void)state;
	machine_open(&m, 64);
	assert_true(vmemmap_known(&m.m));
	expect(&m, NULL, 0);
	/* 64 structs a page: two pages, with some before and behind */
	fake_set(m.f, 640 - 30, 128 + 60, PAGE_EXCLUDED);
	/* a run told in parts */
	m.f->run_limit = 50;
	fake_set(m.f, 1280, 6 * 64, PAGE_EXCLUDED);
	/* one page alone is kept; so are two when one page of memory is kept, or is none */
	fake_set(m.f, 2560, 64, PAGE_EXCLUDED);
	fake_set(m.f, 3200, 128, PAGE_EXCLUDED);
	fake_set(m.f, 3263, 1, PAGE_ZERO);
	fake_set(m.f, 3840, 128, PAGE_EXCLUDED);
	fake_set(m.f, 3967, 1, PAGE_ABSENT);
	/* into section 1, whose structs are in small pages, and through it to section 2 */
	fake_set(m.f, 500 * 64, 12 * 64 + SECTION + 6 * 64, PAGE_EXCLUDED);
	expect(&m, want, 4);
	machine_close(&m);
}

/* Structs that lie across pages: a page is needed by all whose bytes it has. */
static void test_odd_size(void **state)
{
	/* structs of 1000 to 2023 take bytes 56000 to 113343: pages 13.67 to 27.67 */
	const uint64_t want[][2] = { { 14, 27 } };
	struct machine m;

	(void)state;
	machine_open(&m, 56);
	fake_set(m.f, 1000, 1024, PAGE_EXCLUDED);
	expect(&m, want, 1);
	machine_close(&m);
}

static void test_odd_maps(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, 64);
	fake_set(m.f, 1024, SECTION - 1024, PAGE_EXCLUDED);	/* not the page tables */
	/* nothing is there; in small pages; at the end of the address space */
	m.sections[0].vaddr = FAKE_VMEMMAP + (1ull << 40);
	expect(&m, NULL, 0);
	assert_false(vmemmap_known(&m.m));
	m.sections[0].vaddr = FAKE_VMEMMAP + LARGE;
	expect(&m, NULL, 0);
	assert_false(vmemmap_known(&m.m));
	m.sections[0].vaddr = UINT64_MAX - 0xfff;
	expect(&m, NULL, 0);
	m.k->arch = NULL;
	assert_false(vmemmap_known(&m.m));
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_odd_size),
		cmocka_unit_test(test_odd_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
