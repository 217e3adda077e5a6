/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches that several threads pack: the file is the same whoever is first, and what fails ends it without descriptors
 * that lead nowhere. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/workers.h"
#include "formats/write/page_writer.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define PAGE		4096u
#define BATCH		32u
#define BATCHES		200u
#define PAGES		(BATCH * BATCHES)
#define DESCS		1000u			/* in the file: where they begin, */
#define ZERO		(DESCS + PAGES * KDUMP_DESC_BYTES + 77)
#define DATA		(ZERO + PAGE)
#define CAP		(DATA + PAGES * PAGE)

/* What is packed: of each page the size, or a mark. */
static uint32_t marks[PAGES], sizes[PAGES];

struct file {
	uint8_t *bytes;
	uint64_t end, puts, unaligned;
	uint64_t fail_put;		/* this one and those after it fail */
	_Atomic int inside;
	struct page_writer *w;
	uint64_t fail_item;
};

static uint8_t byte_of(uint64_t page)
{
	return (uint8_t)(page * 7 + 1);
}

static void plan(unsigned int zeroes)
{
	uint64_t seed = zeroes + 1;

	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t kind = fake_random(&seed) % 100;

		marks[i] = kind < zeroes ? MARK_ZERO : kind == 99 ? MARK_DAMAGED : 0;
		sizes[i] = marks[i] ? 0 : 1 + (uint32_t)(fake_random(&seed) % PAGE);
	}
}

static int put(void *arg, const void *buf, size_t n, uint64_t off)
{
	struct file *f = arg;

	assert(n && off + n <= CAP);
	assert(atomic_fetch_add(&f->inside, 1) == 0);	/* one at a time */
	if (f->puts++ >= f->fail_put) {
		atomic_fetch_sub(&f->inside, 1);
		return -ENOSPC;
	}
	if (off >= DATA)
		f->unaligned += (off % 65536 != 0) + ((off + n) % 65536 != 0);
	memcpy(f->bytes + off, buf, n);
	f->end = max_u64(f->end, off + n);
	atomic_fetch_sub(&f->inside, 1);
	return 0;
}

static int pack(void *arg, void *scratch, uint64_t item)
{
	const struct timespec moment = { .tv_nsec = 300000 };
	struct file *f = arg;
	struct page_batch *b;
	int r = page_writer_take(f->w, item, &b);

	(void)scratch;
	if (r)
		return r;
	if (item % 7 == 3)
		nanosleep(&moment, NULL);
	if (item == f->fail_item) {
		page_writer_fail(f->w, -EIO);
		return -EIO;
	}
	b->first = item * BATCH;
	for (uint64_t i = item * BATCH; i < (item + 1) * BATCH; i++, b->count++) {
		b->flags[b->count] = marks[i] ? marks[i] : 5;
		put_u32(b->descs + b->count * KDUMP_DESC_BYTES + 8, sizes[i], false);
		memset(b->data + b->used, byte_of(i), sizes[i]);
		b->used += sizes[i];
	}
	return page_writer_put(f->w, item);
}

static int write_file(struct file *f, unsigned int threads, uint64_t *end, uint64_t *damaged)
{
	struct page_sink sink = { .put = put, .arg = f };
	struct page_writer_input in = {
		.sink = &sink, .page_bytes = PAGE, .batch_pages = BATCH, .threads = threads,
		.desc_offset = DESCS, .zero_offset = ZERO, .data_offset = DATA,
	};
	struct workers_job job = { .run = pack, .arg = f, .items = BATCHES };
	int r, last;

	f->bytes = calloc(1, CAP);
	assert_non_null(f->bytes);
	workers_set_threads(threads);
	assert_int_equal(page_writer_new(&in, &f->w), 0);
	r = workers_run(&job);
	last = page_writer_finish(f->w, end, damaged);
	page_writer_free(f->w);
	workers_set_threads(0);
	return r ? r : last;
}

/* The descriptors from the first one on that are there; each leads to its data, which ends below end. */
static uint64_t check_descs(const struct file *f, uint64_t end)
{
	uint64_t at = DATA, n = 0;

	for (; n < PAGES; n++) {
		const uint8_t *d = f->bytes + DESCS + n * KDUMP_DESC_BYTES;
		uint64_t off = get_u64(d, false);
		uint32_t len = get_u32(d + 8, false);

		if (!off && !len) {
			if (marks[n] == MARK_DAMAGED)
				continue;
			break;
		}
		assert_int_equal(len, marks[n] == MARK_ZERO ? PAGE : sizes[n]);
		assert_int_equal(get_u32(d + 12, false), marks[n] ? 0 : 5);
		assert_int_equal(off, marks[n] == MARK_ZERO ? ZERO : at);
		if (marks[n])
			continue;
		assert_true(off + len <= end);
		for (uint32_t i = 0; i < len; i++)
			assert_true(f->bytes[off + i] == byte_of(n));
		at += len;
	}
	for (uint64_t i = DESCS + n * KDUMP_DESC_BYTES; i < ZERO; i++)
		assert_true(!f->bytes[i]);
	return n;
}

static void test_whole(void **state)
{
	static const unsigned int threads[] = { 1, 2, 5 }, zeroes[] = { 10, 90, 99 };

	(void)state;
	for (size_t z = 0; z < ARRAY_SIZE(zeroes); z++) {
		uint64_t puts = 0, bad = 0, bytes = 0;

		plan(zeroes[z]);
		for (uint64_t i = 0; i < PAGES; i++) {
			bad += marks[i] == MARK_DAMAGED;
			bytes += sizes[i];
		}
		for (size_t t = 0; t < ARRAY_SIZE(threads); t++) {
			struct file f = { .fail_put = UINT64_MAX, .fail_item = UINT64_MAX };
			uint64_t end, damaged;

			assert_int_equal(write_file(&f, threads[t], &end, &damaged), 0);
			assert_int_equal(end, DATA + bytes);
			assert_int_equal(damaged, bad);
			assert_int_equal(check_descs(&f, end), PAGES);
			/* the same pieces each time, fewer than batches, most of them at borders */
			assert_true(!t || f.puts == puts);
			puts = f.puts;
			assert_true(puts < BATCHES + PAGES * KDUMP_DESC_BYTES / 16384);
			assert_true(f.unaligned <= 2 * (2 + PAGES * KDUMP_DESC_BYTES / 16384));
			free(f.bytes);
		}
	}
}

/* No room from some piece on, for anything: what was put holds together. */
static void test_no_room(void **state)
{
	uint64_t end, damaged, most = 0;

	(void)state;
	plan(10);
	for (unsigned int threads = 1; threads < 4; threads++) {
		for (uint64_t fail = 0; fail < 60; fail += 7) {
			struct file f = { .fail_put = fail, .fail_item = UINT64_MAX };

			assert_int_equal(write_file(&f, threads, &end, &damaged), -ENOSPC);
			most = max_u64(most, check_descs(&f, f.end));
			free(f.bytes);
		}
	}
	assert_true(most > 1000);
}

/* A batch that cannot be packed: nobody waits for it for ever, and all before it is there but what was kept back. */
static void test_item_fails(void **state)
{
	uint64_t end, damaged, n;

	(void)state;
	plan(10);
	for (unsigned int threads = 1; threads < 5; threads++) {
		struct file f = { .fail_put = UINT64_MAX, .fail_item = 150 };

		assert_int_equal(write_file(&f, threads, &end, &damaged), -EIO);
		n = check_descs(&f, f.end);
		assert_true(n <= 150 * BATCH);
		assert_true(n >= 140 * BATCH - 65536 / 1000);
		free(f.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_item_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
