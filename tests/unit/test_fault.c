/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passing faults: nobody remembers one, nobody takes one for damage, and what failed works when it is tried again. */
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cache.h"
#include "base/fault.h"
#include "base/once.h"
#include "base/repage.h"
#include "base/workers.h"
#include "filter/level.h"
#include "formats/source/parts/chunks.h"
#include "formats/write/elf.h"
#include "formats/write/flattened.h"
#include "formats/write/kdump.h"
#include "formats/write/lime.h"
#include "fs/views/estimate.h"
#include "tests/unit/fake.h"
#include "tests/unit/layout_file.h"
#include "tests/unit/unit.h"

static const int passing[] = { -EAGAIN, -ETIMEDOUT, -ENOSPC, -ENOMEM, -EINTR, -EDQUOT, -EMFILE, -ESTALE, -ECANCELED };

#define PAGES 1000u

/* The pages of a source that has trouble: reads that touch pfn fail with code, folded to EIO if so wished, times times. */
static struct {
	_Atomic int times;
	int code;
	bool folded;
	uint64_t pfn;
} trouble;

static int trouble_now(void)
{
	if (atomic_fetch_sub(&trouble.times, 1) <= 0) {
		atomic_fetch_add(&trouble.times, 1);
		return 0;
	}
	if (!trouble.folded)
		return trouble.code;
	fault_note(trouble.code);	/* as a source does, below a reader that says EIO */
	return -EIO;
}

static int troubled_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	int r = trouble.pfn >= pfn && trouble.pfn - pfn < count ? trouble_now() : 0;

	return r ? r : fake_read(ps, pfn, count, buf);
}

static struct fake *memory(void)
{
	struct fake *f = fake_new(12, PAGES);

	f->ops.read = troubled_read;
	for (uint64_t pfn = 0; pfn < PAGES; pfn++)
		if (pfn % 3 == 2)
			fake_set(f, pfn, 1, pfn % 2 ? PAGE_EXCLUDED : PAGE_DATA);
		else
			fake_fill(f, pfn);
	return f;
}

/* Each job is asked with each code, once as it is and once folded; then it works, and makes what it makes without trouble. */
static void all_codes(int (*job)(const struct fake *f, struct layout **out), bool has_layout)
{
	struct fake *f = memory();
	struct layout *want = NULL, *l = NULL;
	uint8_t *good = NULL, *bytes;

	trouble.pfn = 501;
	trouble.times = 0;
	assert_int_equal(job(f, &want), 0);
	if (has_layout)
		good = layout_bytes(want);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(passing); i++) {
		trouble.code = passing[i / 2];
		trouble.folded = i % 2;
		trouble.times = 1;
		assert_int_equal(job(f, &l), trouble.code);
		assert_int_equal(trouble.times, 0);
		assert_int_equal(job(f, &l), 0);
		if (!has_layout)
			continue;
		assert_int_equal(layout_size(l), layout_size(want));
		bytes = layout_bytes(l);
		assert_memory_equal(bytes, good, layout_size(want));
		free(bytes);
		layout_unref(l);
	}
	/* damage is damage */
	trouble.times = 2;
	trouble.code = -EIO;
	trouble.folded = false;
	assert_int_equal(job(f, &l), 0);
	assert_true(trouble.times < 2);
	if (has_layout)
		layout_unref(l);
	layout_unref(want);
	free(good);
	fake_free(f);
}

static int do_kdump(const struct fake *f, struct layout **out)
{
	struct kdump_output o = { .codec = CODEC_ZLIB, .nr_cpus = 1, .word_bytes = 8 };

	return write_kdump(&f->pages, &f->pages, &o, NULL, out);
}

static int do_flattened(const struct fake *f, struct layout **out)
{
	struct kdump_output o = { .codec = CODEC_LZO, .nr_cpus = 1, .word_bytes = 8 };

	return write_flattened(&f->pages, &f->pages, &o, NULL, out);
}

static int do_zero(const struct fake *f, struct layout **out)
{
	struct pages *without;
	int r = level_find_zero(&f->pages, NULL, &without);

	(void)out;
	if (!r) {
		/* pages of zeroes, of which 501 is none */
		assert_int_equal(pages_kept(without), 2 * PAGES / 3 + 1);
		level_free(without);
	}
	return r;
}

static int do_estimate(const struct fake *f, struct layout **out)
{
	static struct estimate e;

	(void)out;
	return estimate_run(&f->pages, NULL, NULL, &e);
}

static void test_kdump(void **state) { (void)state; all_codes(do_kdump, true); }
static void test_flattened(void **state) { (void)state; all_codes(do_flattened, true); }
static void test_zero_pages(void **state) { (void)state; all_codes(do_zero, false); }
static void test_estimate(void **state) { (void)state; all_codes(do_estimate, false); }

/* What is not made before it is read: the read fails with the code, and the next one is right. */
static void read_twice(struct layout *l)
{
	uint8_t *good, *bytes = malloc(layout_size(l));

	trouble.pfn = 501;
	trouble.times = 0;
	good = layout_bytes(l);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(passing); i++) {
		trouble.code = passing[i / 2];
		trouble.folded = i % 2;
		trouble.times = 1;
		assert_int_equal(layout_read(l, bytes, layout_size(l), 0), trouble.code);
		assert_int_equal(layout_read(l, bytes, layout_size(l), 0), 0);
		assert_memory_equal(bytes, good, layout_size(l));
	}
	free(bytes);
	free(good);
	layout_unref(l);
}

static bool yes(const struct pages *ps)
{
	(void)ps;
	return true;
}

static void test_images(void **state)
{
	struct elf_output elf = { .machine = 62, .elf_class = 2, .holes = HOLES_ZERO };
	struct fake *f = memory();
	struct pages *larger = repage_new(&f->pages, 16), *smaller = repage_new(&f->pages, 10);
	struct layout *l;

	(void)state;
	assert_int_equal(write_elf(&f->pages, &elf, &l), 0);
	read_twice(l);
	assert_int_equal(write_elf(larger, &elf, &l), 0);
	read_twice(l);
	assert_int_equal(write_elf(smaller, &elf, &l), 0);
	read_twice(l);
	assert_int_equal(write_lime(&f->pages, false, &l), 0);
	read_twice(l);
	f->ops.compressed = yes;	/* read by several threads */
	assert_int_equal(write_elf(&f->pages, &elf, &l), 0);
	read_twice(l);
	repage_free(larger);
	repage_free(smaller);
	fake_free(f);
}

/* --- pages that are copied as they are stored, from a source in trouble */

static ssize_t source_bytes(const struct source *s, void *buf, size_t n, uint64_t off)
{
	int r = off <= 501 * 100 && off + n > 501 * 100 ? trouble_now() : 0;

	(void)s;
	memset(buf, (int)(off / 100), n);
	return r ? r : (ssize_t)n;
}

static const struct source_ops source_ops = { .read = source_bytes };
static struct source stored = { .ops = &source_ops, .name = "stored", .size = 100 * PAGES };

/* Of so few bytes that they are looked at, as they may be zero. */
static void places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	(void)ps;
	for (uint64_t i = 0; i < count; i++)
		out[i] = (struct page_place){ .src = &stored, .offset = (pfn + i) * 100, .len = 100, .codec = CODEC_ZLIB };
}

static void test_copied(void **state)
{
	struct fake *f = memory();
	struct layout *l;

	(void)state;
	f->ops.places = places;
	trouble.folded = false;
	trouble.pfn = PAGES;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		trouble.code = passing[i];
		trouble.times = 1;
		assert_int_equal(do_kdump(f, &l), trouble.code);
		assert_int_equal(do_kdump(f, &l), 0);
		layout_unref(l);
	}
	fake_free(f);
}

/* --- sources and caches */

static ssize_t make_chunk(const void *arg, uint64_t key, uint8_t *data, size_t len)
{
	uint8_t byte;

	(void)arg;
	if (source_read(&stored, &byte, 1, 501 * 100))
		return key % 2 ? -EIO : 10;		/* damaged, or the first 10 bytes */
	memset(data, (int)key, len);
	return (ssize_t)len;
}

static void test_cache(void **state)
{
	const struct cache_block *b;
	struct cache *c = cache_new(1 << 20, make_chunk, NULL);

	(void)state;
	trouble.folded = false;
	for (uint64_t i = 0; i < 2 * ARRAY_SIZE(passing); i++) {
		trouble.code = passing[i / 2];
		trouble.times = 1;
		assert_int_equal(cache_get(c, i, 100, &b), trouble.code);
		assert_int_equal(cache_get(c, i, 100, &b), 0);
		assert_int_equal(b->good, 100);
		cache_put(c, b);
	}
	/* damage is remembered as far as it goes */
	trouble.code = -EIO;
	trouble.times = 1;
	assert_int_equal(cache_get(c, 100, 100, &b), 0);
	assert_int_equal(b->good, 10);
	cache_put(c, b);
	assert_int_equal(cache_get(c, 100, 100, &b), 0);
	assert_int_equal(b->good, 10);
	cache_put(c, b);
	cache_free(c);
}

/* A container around stored, in one chunk of which trouble is. */
static ssize_t decode(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	if (source_read(c->inner, out, len, i * 1000))
		return chunked_damaged(c, i, "cannot be read");
	return (ssize_t)len;
}

static void nothing(struct chunked *c)
{
	(void)c;
}

static void close_nothing(struct source *s)
{
	(void)s;
}

static void test_container(void **state)
{
	static const struct chunked_ops ops = { .decode = decode, .free = nothing };
	static const struct source_ops inner_ops = { .read = source_bytes, .close = close_nothing };
	struct source inner = { .ops = &inner_ops, .name = "inner", .size = 100 * PAGES };

	(void)state;
	trouble.folded = false;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		struct chunked c = { 0 };
		uint8_t buf[500];

		chunked_init(&c, &ops, &inner, "test");
		for (unsigned int chunk = 0; chunk < 100; chunk++)
			assert_int_equal(chunked_add(&c, 1000, chunk * 1000, 0), 0);
		assert_int_equal(chunked_finish(&c, 100000), 0);
		trouble.code = passing[i];
		trouble.times = 1;
		assert_int_equal(source_read(&c.s, buf, 500, 50000), trouble.code);
		assert_int_equal(c.damaged, 0);
		assert_int_equal(source_read(&c.s, buf, 500, 50000), 0);
		chunked_close(&c);
	}
}

/* --- once, workers, watches */

static int may_fail(void *arg)
{
	struct source *s = arg;
	uint8_t byte;

	source_read(s, &byte, 1, 501 * 100);	/* and says nothing of it: the fact is "missing" */
	return trouble.folded ? -ENOENT : 0;
}

static void test_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(passing); i++) {
		struct once o = ONCE_INIT;
		int r = i % 2 ? -ENOENT : 0;

		trouble.code = passing[i / 2];
		trouble.times = 2;
		trouble.folded = false;
		assert_int_equal(once_run(&o, may_fail, &stored), trouble.code);
		assert_false(once_done(&o));
		assert_int_equal(once_run(&o, may_fail, &stored), trouble.code);
		trouble.folded = i % 2;
		assert_int_equal(once_run(&o, may_fail, &stored), r);
		assert_true(once_done(&o));
		trouble.times = 1;
		assert_int_equal(once_run(&o, may_fail, &stored), r);
	}
}

static int item(void *arg, void *scratch, uint64_t i)
{
	(void)scratch;
	return i == 77 ? may_fail(arg) : 0;
}

static int shared_item(void *arg, uint64_t i)
{
	return item(arg, NULL, i);
}

static void test_workers(void **state)
{
	struct workers_job job = { .run = item, .arg = &stored, .items = 1000 };
	struct fault_watch w;

	(void)state;
	trouble.folded = false;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		trouble.code = passing[i];
		trouble.times = 1;
		fault_watch_begin(&w);
		assert_int_equal(workers_run(&job), trouble.code);
		assert_int_equal(fault_watch_end(&w), trouble.code);
		assert_int_equal(workers_run(&job), 0);
		/* of short ones the caller learns it, in whatever thread they were */
		trouble.times = 1;
		fault_watch_begin(&w);
		assert_int_equal(workers_share(shared_item, &stored, 1000), 0);
		assert_int_equal(fault_watch_end(&w), trouble.code);
		fault_watch_begin(&w);
		assert_int_equal(workers_share(shared_item, &stored, 1000), 0);
		assert_int_equal(fault_watch_end(&w), 0);
	}
}

static void test_watches(void **state)
{
	struct fault_watch outer, inner;
	unsigned long count = 0;
	uint8_t byte;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		assert_true(error_is_passing(passing[i]));
	assert_false(error_is_passing(0));
	assert_false(error_is_passing(-EIO));
	assert_false(error_is_passing(-EBADMSG));
	assert_false(error_is_passing(-ENODATA));
	assert_false(error_is_passing(-ENOENT));
	assert_false(error_is_passing(-ENOTSUP));
	assert_false(error_is_passing(EAGAIN));

	fault_note(-EAGAIN);			/* nobody watches */
	assert_int_equal(fault_seen(), 0);
	fault_watch_begin(&outer);
	fault_note(-EIO);
	assert_int_equal(fault_seen(), 0);
	fault_watch_begin(&inner);
	fault_note(-ETIMEDOUT);
	fault_note(-ENOMEM);
	assert_int_equal(fault_seen(), -ETIMEDOUT);
	fault_watch_drop(&inner);
	assert_int_equal(fault_seen(), 0);
	assert_int_equal(fail_counted(&count, EIO, "damage"), -EIO);
	assert_int_equal(count, 1);
	fault_watch_begin(&inner);
	fault_note(-ENOSPC);
	assert_int_equal(fail_counted(&count, EIO, "not damage"), -ENOSPC);
	assert_int_equal(count, 1);
	assert_int_equal(fail_counted(&count, ETIMEDOUT, "said once, by who knows"), -ETIMEDOUT);
	assert_int_equal(count, 2);
	assert_int_equal(fault_watch_result(&inner, -EIO), -ENOSPC);
	/* what has failed so far is asked no more: a server that does not answer costs seconds each time */
	trouble.times = 1;
	assert_int_equal(source_read(&stored, &byte, 1, 501 * 100), -ENOSPC);
	assert_int_equal(trouble.times, 1);
	assert_int_equal(fault_watch_end(&outer), -ENOSPC);
	assert_int_equal(fault_seen(), 0);
	trouble.times = 0;
	assert_int_equal(source_read(&stored, &byte, 1, 501 * 100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watches),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_workers),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_zero_pages),
		cmocka_unit_test(test_estimate),
		cmocka_unit_test(test_kdump),
		cmocka_unit_test(test_flattened),
		cmocka_unit_test(test_copied),
		cmocka_unit_test(test_images),
	};

	log_set_level(LOG_LVL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
