/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes, integers and strings of kernels of all word sizes and byte orders; what is lost; processes. */
#include "kernel/object/reader.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define EACH_KIND(o) \
	for (size_t kind_ = 0; kind_ < ARRAY_SIZE(object_kinds) && (objects_new(&o, &object_kinds[kind_]), true); \
	     kind_++, objects_free(&o))

static void expect_error(struct kreader *r, int error, uint64_t vaddr)
{
	uint64_t lost = 0;

	assert_int_equal(kreader_take(r, &lost), error);
	if (error)
		assert_int_equal(lost, vaddr);
	assert_int_equal(kreader_take(r, NULL), 0);
}

static void test_integers(void **state)
{
	struct objects o;

	(void)state;
	EACH_KIND(o) {
		for (unsigned int bytes = 1; bytes <= 8; bytes++) {
			uint64_t value = 0xf1e2d3c4b5a69788 >> (64 - 8 * bytes), at = o.base + 0xffc;

			object_uint(&o, at, bytes, value);	/* most of them on two pages */
			assert_int_equal(kuint(objects_reader(&o), at, bytes), value);
			assert_int_equal(kint(o.r, at, bytes), bytes == 8 ? (int64_t)value : (int64_t)(value - (1ull << 8 * bytes)));
			object_uint(&o, at, bytes, value >> 1);
			assert_int_equal(kint(objects_reader(&o), at, bytes), value >> 1);
		}
		object_word(&o, o.base + 64, 0xffff888012345678);
		assert_int_equal(kptr(objects_reader(&o), o.base + 64), o.k.word_bytes == 8 ? 0xffff888012345678 : 0x12345678);
		expect_error(o.r, 0, 0);
		assert_int_equal(kreader_word(o.r), o.k.word_bytes);
		assert_ptr_equal(kreader_kernel(o.r), &o.k);
	}
}

static void test_losses(void **state)
{
	uint8_t buf[3 * 4096];
	struct objects o;
	uint64_t value = 1;

	(void)state;
	EACH_KIND(o) {
		const uint64_t end = o.base + OBJECT_PAGES * 4096;

		memset(fake_page(o.f, 3), 7, 4096);
		fake_set(o.f, 4, 1, PAGE_EXCLUDED);
		fake_damage(o.f, 6);

		/* each kind of loss, told where it begins; what is asked for across its border is zero altogether */
		memset(buf, 1, sizeof(buf));
		assert_int_equal(kread(o.r, o.base + 0x3fff, buf, 2), -ENODATA);
		assert_int_equal(buf[0] | buf[1], 0);
		expect_error(o.r, -ENODATA, o.base + 0x4000);
		assert_int_equal(kuint(o.r, o.base + 0x6010, 4), 0);
		expect_error(o.r, -EIO, o.base + 0x6010);
		assert_int_equal(kptr_at(o.r, 8, &value), -EFAULT);
		assert_int_equal(value, 0);
		expect_error(o.r, -EFAULT, 8);
		assert_int_equal(kptr(o.r, end - 1), 0);
		expect_error(o.r, -EFAULT, end);

		/* the first one stays, and hinders nobody */
		kuint(o.r, o.base + 0x4100, 1);
		kuint(o.r, o.base + 0x6000, 1);
		assert_int_equal(kuint(o.r, o.base + 0x3000, 1), 7);
		expect_error(o.r, -ENODATA, o.base + 0x4100);
		assert_int_equal(kreader_fail(o.r, -ELOOP, 77), -ELOOP);
		expect_error(o.r, -ELOOP, 77);

		/* parts, in lines and in bulk */
		memset(buf, 1, sizeof(buf));
		assert_int_equal(kread_part(o.r, o.base + 0x3ff0, buf, 100), 16);
		assert_int_equal(buf[15], 7);
		assert_int_equal(buf[16], 1);
		expect_error(o.r, -ENODATA, o.base + 0x4000);
		assert_int_equal(kread_part(o.r, o.base + 0x2000, buf, sizeof(buf)), 0x2000);
		assert_int_equal(buf[0x1000], 7);
		assert_int_equal(buf[0x2000], 1);
		expect_error(o.r, -ENODATA, o.base + 0x4000);
		assert_int_equal(kread_part(o.r, o.base + 0x1000, buf, sizeof(buf)), sizeof(buf));
		expect_error(o.r, 0, 0);
	}
}

/* What is lost in much that is read at once is looked for once, not from each of the lines before it anew. */
static void test_lost_in_bulk(void **state)
{
	uint8_t *buf = malloc(OBJECT_PAGES * 4096);
	struct objects o;

	(void)state;
	assert_non_null(buf);
	EACH_KIND(o) {
		fake_damage(o.f, OBJECT_PAGES - 1);
		assert_int_equal(kread_part(o.r, o.base, buf, OBJECT_PAGES * 4096), (OBJECT_PAGES - 1) * 4096);
		expect_error(o.r, -EIO, o.base + (OBJECT_PAGES - 1) * 4096);
		assert_true(o.f->reads <= OBJECT_PAGES + 2);
	}
	free(buf);
}

/* A map that ends inside a line. */
static void test_short_window(void **state)
{
	struct objects o;
	char text[8];

	(void)state;
	EACH_KIND(o) {
		o.window.len = 0x1008;
		object_uint(&o, o.base + 0x1004, 4, 0x12345678);
		assert_int_equal(kuint(o.r, o.base + 0x1004, 4), 0x12345678);
		expect_error(o.r, 0, 0);
		kuint(o.r, o.base + 0x1006, 4);
		expect_error(o.r, -EFAULT, o.base + 0x1006);
		object_text(&o, o.base + 0x1004, "abc");
		assert_int_equal(kstring(o.r, o.base + 0x1004, text, sizeof(text)), 3);
		expect_error(o.r, 0, 0);
	}
}

static void test_strings(void **state)
{
	struct objects o;
	char buf[8192];

	(void)state;
	EACH_KIND(o) {
		object_text(&o, o.base + 0xffd, "across pages");
		memset(fake_page(o.f, 5), 'x', 4096);
		fake_set(o.f, 6, 1, PAGE_ABSENT);
		assert_int_equal(kstring(o.r, o.base + 0xffd, buf, sizeof(buf)), 12);
		assert_string_equal(buf, "across pages");
		assert_int_equal(kstring(o.r, o.base + 0xffd, buf, 7), 6);
		assert_string_equal(buf, "across");
		assert_int_equal(kstring(o.r, o.base + 0x2000, buf, 4), 0);
		assert_string_equal(buf, "");
		assert_int_equal(kstring(o.r, o.base, buf, 1), 0);
		buf[0] = 'b';
		assert_int_equal(kstring(o.r, o.base, buf, 0), 0);
		assert_int_equal(buf[0], 'b');
		expect_error(o.r, 0, 0);
		/* without an end, up to where it is lost */
		assert_int_equal(kstring(o.r, o.base + 0x5ff0, buf, 12), 11);
		expect_error(o.r, 0, 0);
		assert_int_equal(kstring(o.r, o.base + 0x5ff0, buf, sizeof(buf)), 16);
		assert_int_equal(strlen(buf), 16);
		expect_error(o.r, -ENODATA, o.base + 0x6000);
	}
}

/* On 32 bits addresses wrap; on 64 there is nothing at 0 either. */
static void test_wrap(void **state)
{
	struct objects o;

	(void)state;
	EACH_KIND(o) {
		o.window = (struct mapping){ o.k.word_bytes == 4 ? 0 : o.base, 0, OBJECT_PAGES * 4096 };
		object_uint(&o, o.base + 16, 4, 0x1234);
		assert_int_equal(kuint(o.r, o.k.word_bytes == 4 ? 0x100000010 : o.base + 16, 4), 0x1234);
		assert_int_equal(kuint(o.r, UINT64_MAX - 1, 4), 0);
		expect_error(o.r, -EFAULT, kernel_wrap(&o.k, UINT64_MAX - 1));
	}
}

/* A page that was read is not read again: not from the dump by the same kernel, nor from its cache by the same reader. */
static void test_kept(void **state)
{
	struct fake *f = fake_new(12, 0x400);
	unsigned long reads;
	struct kreader *r;
	struct kernel *k;
	char *text;

	(void)state;
	fake_set(f, 0, 0x400, PAGE_ZERO);
	fake_damage(f, 0x201);
	fake_u64(f, 0x200100, 42);
	fake_page(f, 0x201);
	k = fake_kernel(f, 0, "", &text);
	kernel_keep_pages(k);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(kreader_open(k, &r), 0);
		reads = f->reads;
		assert_int_equal(kuint(r, FAKE_DIRECT + 0x200100, 8), 42);
		assert_int_equal(kuint(r, FAKE_DIRECT + 0x201000, 8), 0);	/* damage is remembered too */
		expect_error(r, -EIO, FAKE_DIRECT + 0x201000);
		if (i)
			assert_int_equal(f->reads, reads);
		kreader_close(r);
	}
	/* memory becomes another: nothing of the old one is left */
	fake_u64(f, 0x200100, 43);
	kernel_set_pages(k, &f->pages);
	assert_int_equal(kreader_open(k, &r), 0);
	assert_int_equal(kuint(r, FAKE_DIRECT + 0x200100, 8), 43);
	kreader_close(r);
	kernel_close(k);
	free(text);
	fake_free(f);
}

/* The kernel's tables are lost: its image and the direct map are where they are. What tables say is not mapped, is not. */
static void test_lost_tables(void **state)
{
	struct fake *f = fake_new(12, 0x400);
	struct kreader *r;
	struct kernel *k;
	char *text;

	(void)state;
	fake_set(f, 0, 0x400, PAGE_ZERO);
	fake_u64(f, 0x3008, 42);
	k = fake_kernel(f, 0, "", &text);
	assert_int_equal(kreader_open(k, &r), 0);
	kuint(r, FAKE_TEXT + 0x400008, 8);
	expect_error(r, -EFAULT, FAKE_TEXT + 0x400008);
	kreader_close(r);
	for (uint64_t pfn = FAKE_ROOT >> 12; pfn < (FAKE_ROOT >> 12) + 4; pfn++)
		fake_set(f, pfn, 1, PAGE_EXCLUDED);
	assert_int_equal(kreader_open(k, &r), 0);
	assert_int_equal(kuint(r, FAKE_TEXT + 0x3008, 8), 42);
	expect_error(r, 0, 0);
	kuint(r, 0xffffc90000000000, 8);
	expect_error(r, -ENODATA, 0xffffc90000000000);
	kreader_close(r);
	assert_int_equal(kreader_open(k, &r), 0);
	kreader_by_tables(r);
	assert_int_equal(kuint(r, FAKE_TEXT + 0x3008, 8), 0);
	expect_error(r, -ENODATA, FAKE_TEXT + 0x3008);
	kreader_close(r);
	kernel_close(k);
	free(text);
	fake_free(f);
}

static void test_user(void **state)
{
	struct fake *f = fake_new(12, 0x400);
	struct fake_tables t;
	struct kreader *r;
	struct kernel *k;
	char *text, buf[32];

	(void)state;
	fake_set(f, 0, 0x400, PAGE_ZERO);
	t = fake_tables(f, 4, 0x300000);
	fake_map(&t, 0x400000, 0x200000, 0);
	fake_map(&t, 0x401000, 0x210000, 0);
	fake_map(&t, 0x402000, 0x220000, 0);
	fake_write(f, 0x200ffc, "user", 4);
	fake_write(f, 0x210000, " text", 6);
	fake_set(f, 0x220, 1, PAGE_EXCLUDED);
	k = fake_kernel(f, 0, "", &text);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(kreader_open_user(k, (i ? FAKE_DIRECT : 0) + 0x300000, &r), 0);
		assert_int_equal(kstring(r, 0x400ffc, buf, sizeof(buf)), 9);
		assert_string_equal(buf, "user text");
		expect_error(r, 0, 0);
		kuint(r, 0x402010, 4);
		expect_error(r, -ENODATA, 0x402010);
		kuint(r, 0x403000, 4);
		expect_error(r, -EFAULT, 0x403000);
		/* the kernel's windows and tables are not the process's */
		kuint(r, FAKE_DIRECT + 0x300000, 8);
		expect_error(r, -EFAULT, FAKE_DIRECT + 0x300000);
		kreader_close(r);
	}
	kernel_close(k);
	free(text);
	fake_free(f);
}

static void test_no_space(void **state)
{
	struct fake *f = fake_new(12, 1);
	struct kernel k = { .pages = &f->pages, .word_bytes = 8 };
	struct kreader *r;

	(void)state;
	assert_int_equal(kreader_open(&k, &r), -ENOTSUP);
	assert_int_equal(kreader_open_user(&k, 0x1000, &r), -ENOTSUP);
	kreader_close(NULL);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_lost_in_bulk),
		cmocka_unit_test(test_short_window),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_lost_tables),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_no_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
