/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO found in memory: the kernel's own text, and neither remnants nor copies of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/opening/open.h"
#include "kernel/opening/search.h"
#include "kernel/opening/texts.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static const char good[] = "OSRELEASE=6.1.0\nPAGESIZE=4096\nSIZE(list_head)=16\nSIZE(page)=64\nSYMBOL(_stext)=ffffffff81000000\n";

static void put(struct fake *f, uint64_t pfn, const char *text)
{
	memset(fake_page(f, pfn), 0, pages_size(&f->pages));
	fake_write(f, pfn << f->pages.page_shift, text, strlen(text));
}

static void expect(struct fake *f, const char *want, uint64_t want_pfn)
{
	struct kernel_texts found;
	int r = texts_search(&f->pages, 0, f->pages.max_pfn, &found);

	assert_int_equal(r, want ? 0 : -ENOENT);
	assert_int_equal(found.n, want ? 1 : 0);
	if (want) {
		assert_string_equal(found.list[0].text, want);
		assert_int_equal(found.list[0].vmci.len, strlen(want));
		assert_int_equal(found.list[0].paddr, want_pfn << f->pages.page_shift);
	}
	texts_free(&found);
}

static void test_found(void **state)
{
	(void)state;
	for (unsigned int shift = 12; shift <= 16; shift += 4) {
		struct fake *f = fake_new(shift, 2000);

		expect(f, NULL, 0);
		for (uint64_t pfn = 100; pfn < 1800; pfn += 3)
			fake_fill(f, pfn);
		expect(f, NULL, 0);
		put(f, 1500, good);
		expect(f, good, 1500);
		fake_free(f);
	}
}

/* A page of the dump that holds several of the kernel's: each of them may be it, none between them. */
static void test_large_blocks(void **state)
{
	(void)state;
	for (unsigned int at = 0; at <= 0xf000; at += 0x800) {
		struct fake *f = fake_new(16, 10);
		struct kernel_texts found;
		int r;

		fake_page(f, 7);
		fake_write(f, 0x70000 + at, good, strlen(good));
		r = texts_search(&f->pages, 0, f->pages.max_pfn, &found);
		assert_int_equal(r, at % 0x1000 ? -ENOENT : 0);
		if (!r) {
			assert_int_equal(found.list[0].paddr, 0x70000 + at);
			assert_string_equal(found.list[0].text, good);
		}
		texts_free(&found);
		fake_free(f);
	}
}

/* First and last page of memory, of a run, and pages on both sides of a batch. */
static void test_borders(void **state)
{
	static const uint64_t pfns[] = { 0, 255, 256, 257, 511, 512, 999 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pfns); i++) {
		struct fake *f = fake_new(12, 1000);

		fake_set(f, 0, 1000, PAGE_ZERO);
		put(f, pfns[i], good);
		expect(f, good, pfns[i]);
		fake_free(f);
	}
}

static void test_remnants(void **state)
{
	static const char *const remnants[] = {
		"OSRELEASE=",
		"OSRELEASE=6.1.0\n",
		"OSRELEASE=6.1.0\nPAGESIZE=4096\n",			/* cut short */
		"OSRELEASE=%s\nPAGESIZE=%ld\nSIZE(list_head)=%d\nSIZE(page)=%d\n",	/* the format strings */
		"xOSRELEASE=6.1.0\nPAGESIZE=4096\nSIZE(list_head)=16\nSIZE(page)=64\n",
		"OSRELEASE=6.1.0\n\x01PAGESIZE=4096\nSIZE(list_head)=16\nSIZE(page)=64\n",
	};
	struct fake *f = fake_new(12, 1000);

	(void)state;
	for (uint64_t i = 0; i < ARRAY_SIZE(remnants); i++)
		put(f, 10 + i, remnants[i]);
	/* not at the start of a page */
	fake_write(f, (500 << 12) + 64, good, sizeof(good) - 1);
	expect(f, NULL, 0);
	put(f, 700, good);
	expect(f, good, 700);
	fake_free(f);
}

/* A last line that is cut off does not belong to the text. */
static void test_cut_line(void **state)
{
	struct fake *f = fake_new(12, 100);
	char text[300];

	(void)state;
	snprintf(text, sizeof(text), "%sNUMBER(cut)=12", good);
	put(f, 3, text);
	expect(f, good, 3);
	fake_free(f);
}

/* A text that fills its page. */
static void test_full_page(void **state)
{
	struct fake *f = fake_new(12, 100);
	char text[4097];

	(void)state;
	snprintf(text, sizeof(text), "%s", good);
	memset(text + strlen(text), 'x', sizeof(text) - 1 - strlen(text));
	text[4095] = '\n';
	text[4096] = '\0';
	put(f, 50, text);
	fake_fill(f, 51);
	expect(f, text, 50);
	fake_free(f);
}

/* Two kernels: the one that crashed has a CRASHTIME; else the longer text, in either order. */
static void test_copies(void **state)
{
	char longer[400], crashed[400];

	(void)state;
	snprintf(longer, sizeof(longer), "%sSIZE(zone)=1664\nSIZE(free_area)=104\nSIZE(and_more)=8\n", good);
	snprintf(crashed, sizeof(crashed), "%sCRASHTIME=1700000000\n", good);
	assert_true(strlen(longer) > strlen(crashed));
	for (int swap = 0; swap <= 1; swap++) {
		struct fake *f = fake_new(12, 1000);
		uint64_t first = swap ? 900 : 100, second = swap ? 100 : 900;

		put(f, first, good);
		put(f, second, longer);
		expect(f, longer, second);
		put(f, first, crashed);
		expect(f, crashed, first);
		/* the same text twice: the lower one */
		put(f, second, crashed);
		expect(f, crashed, 100);
		fake_free(f);
	}
}

/* Damaged and excluded pages around it do not hide it. */
static void test_damage(void **state)
{
	struct fake *f = fake_new(12, 1000);

	(void)state;
	for (uint64_t pfn = 0; pfn < 1000; pfn++)
		fake_fill(f, pfn);
	put(f, 301, good);
	for (uint64_t pfn = 290; pfn < 301; pfn++)
		fake_damage(f, pfn);
	fake_damage(f, 302);
	fake_set(f, 303, 5, PAGE_EXCLUDED);
	expect(f, good, 301);
	fake_damage(f, 301);
	expect(f, NULL, 0);
	fake_free(f);
}

/* kernel_open() searches only when it got no text, and tells where it found it. */
static void test_kernel_open(void **state)
{
	struct fake *f = fake_new(12, 1000);
	struct kernel_input in = { .pages = &f->pages };
	struct kernel *k;

	(void)state;
	put(f, 77, good);
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_string_equal(k->release, "6.1.0");
	assert_int_equal(k->vmci_paddr, 77 << 12);
	assert_false(k->has_space);
	assert_non_null(k->why_no_space);
	kernel_close(k);
	in.vmcoreinfo = "OSRELEASE=5.4\nCRASHTIME=12\n";
	in.vmcoreinfo_len = strlen(in.vmcoreinfo);
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_string_equal(k->release, "5.4");
	assert_int_equal(k->crash_time, 12);
	assert_null(k->vmci_found);
	kernel_close(k);
	fake_free(f);
	f = fake_new(12, 10);
	in = (struct kernel_input){ .pages = &f->pages };
	assert_int_equal(kernel_open(&in, &k), 0);
	assert_null(k->vmci.text);
	assert_non_null(k->why_no_space);
	kernel_close(k);
	kernel_close(NULL);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_large_blocks),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_remnants),
		cmocka_unit_test(test_cut_line),
		cmocka_unit_test(test_full_page),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_kernel_open),
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
