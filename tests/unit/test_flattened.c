/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flattened streams against a plain array of bytes to which the records are applied one by one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/source.h"
#include "formats/source/open.h"
#include "formats/source/parts/extents.h"

#define LOGICAL 20000u

struct stream {
	int fd;
	char path[64];
	uint64_t size;
};

static void append(struct stream *s, const void *bytes, size_t n)
{
	assert_int_equal(pwrite(s->fd, bytes, n, (off_t)s->size), n);
	s->size += n;
}

static void append_record(struct stream *s, uint64_t offset, uint64_t size, const void *bytes)
{
	uint8_t head[16];

	put_u64(head, offset, true);
	put_u64(head + 8, size, true);
	append(s, head, sizeof(head));
	if (bytes)
		append(s, bytes, size);
}

static void start(struct stream *s)
{
	uint8_t header[4096] = "makedumpfile";

	s->fd = memfd_create("stream", 0);
	s->size = 0;
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", s->fd);
	put_u64(header + 16, 1, true);
	put_u64(header + 24, 1, true);
	append(s, header, sizeof(header));
}

static uint32_t next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

static void one_random_stream(uint32_t seed)
{
	static uint8_t want[LOGICAL], got[LOGICAL + 64], data[LOGICAL];
	uint32_t x = seed, records = 1 + next_random(&x) % 200, longest = 1 + next_random(&x) % 3000;
	uint64_t end = 0, last = 0;
	struct source *src;
	struct stream s;

	memset(want, 0, sizeof(want));
	start(&s);
	for (uint32_t i = 0; i < records; i++) {
		uint32_t off = next_random(&x) % LOGICAL, n = 1 + next_random(&x) % longest;

		/* most records of real streams go on where the one before ends */
		if (seed % 3 && next_random(&x) % 8)
			off = (uint32_t)(last % LOGICAL);
		n = (uint32_t)min_u64(n, LOGICAL - off);
		last = off + n;
		for (uint32_t j = 0; j < n; j++)
			data[j] = (uint8_t)next_random(&x);
		append_record(&s, off, n, data);
		memcpy(want + off, data, n);
		end = max_u64(end, off + n);
	}
	append_record(&s, UINT64_MAX, UINT64_MAX, NULL);
	assert_int_equal(source_open(s.path, &src), 0);
	assert_string_equal(src->container, "flattened");
	assert_false(src->truncated);
	assert_int_equal(src->size, end);
	assert_int_equal(source_read(src, got, end, 0), 0);
	assert_memory_equal(got, want, end);
	for (int i = 0; i < 50; i++) {
		uint32_t off = next_random(&x) % (uint32_t)end, n = 1 + next_random(&x) % 500;
		ssize_t r = source_read_some(src, got, n, off);

		assert_int_equal(r, min_u64(n, end - off));
		assert_memory_equal(got, want + off, (size_t)r);
	}
	assert_int_equal(source_read(src, got, 1, end), -EIO);
	assert_int_equal(source_read(src, got, 2, end - 1), -EIO);
	assert_int_equal(source_read_some(src, got, 2, end), 0);
	source_close(src);
	close(s.fd);
}

static void test_random_streams(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 500; seed++)
		one_random_stream(seed);
	print_message("# 500 random streams\n");
}

/* Cut at every byte: never an error, and what was read before the cut is there. */
static void test_cut_anywhere(void **state)
{
	struct source *src;
	struct stream s;
	uint8_t got[64];
	unsigned int cuts = 0;

	(void)state;
	start(&s);
	append_record(&s, 0, 20, "abcdefghijklmnopqrst");
	append_record(&s, 10, 20, "ABCDEFGHIJKLMNOPQRST");
	append_record(&s, UINT64_MAX, UINT64_MAX, NULL);
	for (uint64_t size = s.size - 1; size > 4096 + 16; size--, cuts++) {
		uint64_t first = min_u64(20, size - 4112), second = size > 4148 ? min_u64(20, size - 4148) : 0;

		assert_int_equal(ftruncate(s.fd, (off_t)size), 0);
		assert_int_equal(source_open(s.path, &src), 0);
		assert_true(src->truncated);
		assert_int_equal(src->size, max_u64(first, second ? 10 + second : 0));
		assert_int_equal(source_read(src, got, src->size, 0), 0);
		if (second)
			assert_memory_equal(got + 10, "ABCDEFGHIJKLMNOPQRST", second);
		source_close(src);
	}
	for (uint64_t size = 4112; size >= 16; size--, cuts++) {
		assert_int_equal(ftruncate(s.fd, (off_t)size), 0);
		assert_true(source_open(s.path, &src) < 0);
	}
	close(s.fd);
	print_message("# %u cuts\n", cuts);
}

/* 16-byte records in reverse order, then all again: a million, in the time of a sort. */
static void test_many_records(void **state)
{
	const uint64_t n = 500000;
	uint8_t *all = malloc(2 * n * 32);
	struct timespec a, b;
	struct source *src;
	uint64_t value, back;
	struct stream s;

	(void)state;
	start(&s);
	for (uint64_t i = 0; i < 2 * n; i++) {
		uint64_t where = i < n ? n - 1 - i : i - n;

		value = i < n ? 0 : where;
		put_u64(all + i * 32, where * 16, true);
		put_u64(all + i * 32 + 8, 16, true);
		memcpy(all + i * 32 + 16, &value, 8);
		memcpy(all + i * 32 + 24, &value, 8);
	}
	append(&s, all, 2 * n * 32);
	append_record(&s, UINT64_MAX, UINT64_MAX, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_int_equal(source_open(s.path, &src), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	for (uint64_t i = 0; i < n; i += 997) {
		assert_int_equal(source_read(src, &back, 8, i * 16 + 8), 0);
		assert_int_equal(back, i);
	}
	source_close(src);
	close(s.fd);
	free(all);
	print_message("# 1000000 records: opened in %.0f ms\n",
		      (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	assert_true(b.tv_sec - a.tv_sec < 10);
}

static void test_lowest_offset_wins(void **state)
{
	struct extents x = { 0 };

	(void)state;
	extents_add(&x, 100, 100, 5000);
	extents_add(&x, 150, 10, 9000);
	extents_add(&x, 190, 50, 1000);
	extents_add(&x, 240, 10, 1050);
	extents_add(&x, 500, 0, 1);
	assert_int_equal(extents_resolve(&x, EXTENTS_LOWEST_OFFSET), 0);
	assert_int_equal(x.n, 2);
	assert_int_equal(x.list[0].start, 100);
	assert_int_equal(x.list[0].len, 90);
	assert_int_equal(x.list[0].offset, 5000);
	assert_int_equal(x.list[1].start, 190);
	assert_int_equal(x.list[1].len, 60);
	assert_int_equal(extents_find(&x, 0), 0);
	assert_int_equal(extents_find(&x, 189), 0);
	assert_int_equal(extents_find(&x, 190), 1);
	assert_int_equal(extents_find(&x, 250), 2);
	extents_free(&x);
	assert_int_equal(extents_resolve(&x, EXTENTS_LOWEST_OFFSET), 0);
	assert_int_equal(extents_find(&x, 0), 0);
}

/* As QEMU writes them: page data in records of nearly 16 KiB, and a record of descriptors for about 55 of those. What is
 * kept of them must be far less than the 8 pages or more that a record holds take of the budget of 1 byte a page. */
static void test_index_is_small(void **state)
{
	const uint64_t records = 200000;
	uint64_t data = 1 << 30, desc = 4096, file = 4096, at[64], where[64], together;
	struct extents x = { 0 };
	uint32_t seed = 1;

	(void)state;
	for (uint64_t i = 0; i < records; i++) {
		uint64_t *start = i % 56 == 55 ? &desc : &data, len = i % 56 == 55 ? 16384 : 16384 - next_random(&seed) % 2000;

		file += 16;
		if (i % (records / 64) == 0) {
			at[i / (records / 64)] = file + 9;
			where[i / (records / 64)] = *start + 9;
		}
		assert_int_equal(extents_add_record(&x, *start, len, file), 0);
		*start += len;
		file += len;
	}
	assert_int_equal(extents_resolve(&x, EXTENTS_HIGHEST_OFFSET), 0);
	for (int i = 0; i < 64; i++) {
		const struct extent *e = &x.list[extents_find(&x, where[i])];

		assert_int_equal(extents_offset(&x, e, where[i], &together), at[i]);
		assert_in_range(together, 16384 - 2000 - 9, 16384 - 9);
	}
	assert_true(x.n * sizeof(*x.list) + x.nlengths * sizeof(*x.lengths) < 6 * records);
	extents_free(&x);
}

static void test_what_cannot_be_opened(void **state)
{
	char path[] = "/tmp/vmcorefs-empty.XXXXXX";
	struct source *src;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(source_open("/no/such/file", &src), -ENOENT);
	assert_int_equal(source_open("/tmp", &src), -EISDIR);
	assert_int_equal(source_open("/dev/null", &src), -ENOTSUP);
	assert_int_equal(source_open(path, &src), -EIO);
	unlink(path);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_streams),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_many_records),
		cmocka_unit_test(test_lowest_offset_wins),
		cmocka_unit_test(test_index_is_small),
		cmocka_unit_test(test_what_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
