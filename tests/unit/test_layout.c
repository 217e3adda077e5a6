/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layouts: any read is a part of the whole file; seek is what a map of all bytes says. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/layout.h"
#include "base/workers.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define P 4096u

struct want {
	uint8_t *bytes, *data;		/* data: 1 where a byte is data, 0 where it is a hole */
	uint64_t size;
	uint64_t borders[64];
	size_t nborders;
};

static void want_add(struct want *w, const void *bytes, uint64_t len, int data)
{
	w->bytes = realloc(w->bytes, w->size + len + 1);
	w->data = realloc(w->data, w->size + len + 1);
	if (bytes)
		memcpy(w->bytes + w->size, bytes, len);
	else
		memset(w->bytes + w->size, 0, len);
	memset(w->data + w->size, data, len);
	w->size += len;
	w->borders[w->nborders++] = w->size;
}

static int count_up(const void *arg, void *buf, size_t n, uint64_t off)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = (uint8_t)((off + i) * 3 + *(const uint8_t *)arg);
	return 0;
}

static int always_fails(const void *arg, void *buf, size_t n, uint64_t off)
{
	(void)arg;
	(void)buf;
	(void)n;
	(void)off;
	return -EBADMSG;
}

/* pfn 0..2 data, 3..4 absent, 5 zero, 6 data, 7..9 excluded, 10..11 data, beyond: nothing */
static struct fake *memory(void)
{
	struct fake *f = fake_new(12, 12);

	for (uint64_t pfn = 0; pfn < 12; pfn++)
		if (pfn < 3 || pfn == 6 || pfn > 9)
			fake_fill(f, pfn);
	fake_set(f, 5, 1, PAGE_ZERO);
	fake_set(f, 7, 3, PAGE_EXCLUDED);
	return f;
}

static void want_memory(struct want *w, struct fake *f, uint64_t paddr, uint64_t len)
{
	while (len) {
		uint64_t pfn = paddr / P, part = min_u64(P - paddr % P, len);
		int data = pfn < f->pages.max_pfn && f->states[pfn] == PAGE_DATA;

		want_add(w, data ? f->bytes[pfn] + paddr % P : NULL, part, data);
		paddr += part;
		len -= part;
	}
}

static struct layout *build(struct fake *f, struct want *w)
{
	static const uint8_t salt = 9;
	struct layout *l = layout_new();
	uint8_t raw[5000];
	char head[] = "header";

	assert_non_null(l);
	assert_int_equal(layout_add_zero(l, 0), 0);
	assert_int_equal(layout_add_bytes(l, head, sizeof(head)), 0);
	want_add(w, head, sizeof(head), 1);
	head[0] = 'x';			/* the layout has its own copy */
	assert_int_equal(layout_add_bytes(l, NULL, 0), 0);
	assert_int_equal(layout_add_zero(l, 10000), 0);
	want_add(w, NULL, 10000, 0);
	assert_int_equal(layout_add_zero(l, 1), 0);
	want_add(w, NULL, 1, 0);
	assert_int_equal(layout_add_pages(l, &f->pages, 0, 12 * P, HOLES_ZERO), 0);
	want_memory(w, f, 0, 12 * P);
	assert_int_equal(layout_add_call(l, count_up, &salt, 5000), 0);
	assert_int_equal(count_up(&salt, raw, sizeof(raw), 0), 0);
	want_add(w, raw, sizeof(raw), 1);
	/* from the middle of a page to the middle of another one, and beyond the end of memory */
	assert_int_equal(layout_add_pages(l, &f->pages, 2 * P + 100, 5 * P, HOLES_ZERO), 0);
	want_memory(w, f, 2 * P + 100, 5 * P);
	assert_int_equal(layout_add_pages(l, &f->pages, 11 * P + 4000, 2 * P, HOLES_ZERO), 0);
	want_memory(w, f, 11 * P + 4000, 2 * P);
	assert_int_equal(layout_add_bytes(l, "end", 3), 0);
	want_add(w, "end", 3, 1);
	return l;
}

static void free_want(struct want *w)
{
	free(w->bytes);
	free(w->data);
}

static void check_read(struct layout *l, const struct want *w, uint64_t from, uint64_t to)
{
	uint8_t *buf;

	if (from > to || to > w->size)
		return;
	buf = malloc(to - from + 1);
	buf[to - from] = 0xa5;
	assert_int_equal(layout_read(l, buf, to - from, from), 0);
	assert_memory_equal(buf, w->bytes + from, to - from);
	assert_int_equal(buf[to - from], 0xa5);
	free(buf);
}

static void test_read(void **state)
{
	struct fake *f = memory();
	struct want w = { 0 };
	struct layout *l = build(f, &w);
	uint64_t seed = 3, data = 0;
	uint8_t byte;

	(void)state;
	assert_int_equal(layout_size(l), w.size);
	for (uint64_t i = 0; i < w.size; i++)
		data += w.data[i];
	assert_int_equal(layout_data_bytes(l), data);
	check_read(l, &w, 0, w.size);
	for (size_t i = 0; i < w.nborders; i++)
		for (size_t j = i; j < w.nborders; j++)
			for (int d = -1; d <= 1; d++)
				for (int e = -1; e <= 1; e++)
					check_read(l, &w, w.borders[i] + (uint64_t)d, w.borders[j] + (uint64_t)e);
	for (int i = 0; i < 2000; i++) {
		uint64_t a = fake_random(&seed) % (w.size + 1), b = fake_random(&seed) % (w.size + 1);

		check_read(l, &w, min_u64(a, b), max_u64(a, b));
	}
	assert_int_equal(layout_read(l, &byte, 0, w.size), 0);
	assert_int_equal(layout_read(l, &byte, 1, w.size), -EINVAL);
	assert_int_equal(layout_read(l, &byte, 2, w.size - 1), -EINVAL);
	assert_int_equal(layout_read(l, &byte, SIZE_MAX, 1), -EINVAL);
	assert_int_equal(layout_read(l, &byte, 1, UINT64_MAX), -EINVAL);
	layout_unref(l);
	free_want(&w);
	fake_free(f);
}

static void test_seek(void **state)
{
	struct fake *f = memory();
	struct want w = { 0 };
	struct layout *l = build(f, &w);
	uint64_t next[2] = { w.size, UINT64_MAX };	/* hole at the end; no data there */

	(void)state;
	for (uint64_t at = w.size; at-- > 0;) {
		next[w.data[at]] = at;
		for (int data = 0; data <= 1; data++) {
			uint64_t off = at;
			int r = layout_seek(l, data, &off);

			if (next[data] == UINT64_MAX) {
				assert_int_equal(r, -ENXIO);
			} else {
				assert_int_equal(r, 0);
				assert_int_equal(off, next[data]);
			}
		}
	}
	for (int data = 0; data <= 1; data++) {
		uint64_t off = w.size;

		assert_int_equal(layout_seek(l, data, &off), -ENXIO);
		off = UINT64_MAX;
		assert_int_equal(layout_seek(l, data, &off), -ENXIO);
	}
	layout_unref(l);
	free_want(&w);
	fake_free(f);
}

/* A file that ends in a hole: no data behind its last byte of data. */
static void test_seek_hole_at_end(void **state)
{
	struct layout *l = layout_new();
	uint64_t off = 4;

	(void)state;
	layout_add_bytes(l, "data", 4);
	layout_add_zero(l, 100);
	assert_int_equal(layout_seek(l, 1, &off), -ENXIO);
	off = 2;
	assert_int_equal(layout_seek(l, 0, &off), 0);
	assert_int_equal(off, 4);
	off = 103;
	assert_int_equal(layout_seek(l, 0, &off), 0);
	assert_int_equal(off, 103);
	layout_unref(l);
}

static void test_empty(void **state)
{
	struct layout *l = layout_new();
	uint64_t off = 0;

	(void)state;
	assert_int_equal(layout_size(l), 0);
	assert_int_equal(layout_read(l, &off, 0, 0), 0);
	assert_int_equal(layout_read(l, &off, 1, 0), -EINVAL);
	assert_int_equal(layout_seek(l, 1, &off), -ENXIO);
	assert_int_equal(layout_seek(l, 0, &off), -ENXIO);
	layout_unref(l);
	layout_unref(NULL);
}

static void test_errors(void **state)
{
	struct fake *f = memory();
	struct layout *l = layout_new();
	uint8_t buf[4 * P];

	(void)state;
	fake_damage(f, 1);
	assert_int_equal(layout_add_bytes(l, "abcd", 4), 0);
	assert_int_equal(layout_add_pages(l, &f->pages, 0, 4 * P, HOLES_FAIL), 0);
	assert_int_equal(layout_add_call(l, always_fails, NULL, 10), 0);
	assert_int_equal(layout_read(l, buf, P + 4, 0), 0);
	assert_int_equal(layout_read(l, buf, 2, P + 3), -EIO);		/* the damaged page */
	assert_int_equal(layout_read(l, buf, P, 2 * P + 4), 0);
	assert_int_equal(layout_read(l, buf, P + 1, 2 * P + 4), -ENODATA);	/* the absent page */
	assert_int_equal(layout_read(l, buf, 1, 4 * P + 4), -EBADMSG);
	/* with this policy absent pages are no holes */
	assert_int_equal(layout_data_bytes(l), 4 + 4 * P + 10);
	layout_unref(l);
	fake_free(f);
}

/* Compressed pages: a large read is the work of several threads, a small one is not, and neither reads a page too much. */
static _Atomic uint64_t pages_seen;
static _Atomic int at_once, most_at_once;

static int slow_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	int now = ++at_once;

	while (now > most_at_once)
		most_at_once = now;
	pages_seen += count;
	usleep(20000);
	at_once--;
	return fake_read(ps, pfn, count, buf);
}

static bool always(const struct pages *ps)
{
	(void)ps;
	return true;
}

static void test_compressed(void **state)
{
	struct fake *f = fake_new(12, 1000);
	struct layout *l = layout_new();
	uint8_t *buf = malloc(1000 * P);

	(void)state;
	for (uint64_t pfn = 0; pfn < 1000; pfn++)
		if (pfn < 100 || pfn > 110)
			fake_fill(f, pfn);
	f->ops.read = slow_read;
	f->ops.compressed = always;
	assert_int_equal(layout_add_bytes(l, "abc", 3), 0);
	assert_int_equal(layout_add_pages(l, &f->pages, 0, 1000 * P, HOLES_ZERO), 0);
	workers_set_threads(4);
	for (size_t i = 0; i < 3; i++) {
		static const struct { uint64_t off, n, pages; } reads[] = {
			{ 3 + 700 * P, 64 * P, 64 }, { 3 + 90 * P + 5, 100 * P, 101 - 11 }, { 3 + 7 * P + 100, 2 * P, 3 },
		};

		pages_seen = most_at_once = 0;
		assert_int_equal(layout_read(l, buf, reads[i].n, reads[i].off), 0);
		assert_int_equal(pages_seen, reads[i].pages);
		assert_true(i == 2 ? most_at_once == 1 : most_at_once > 1);
		for (uint64_t k = 0; k < reads[i].n; k++) {
			uint64_t at = reads[i].off - 3 + k;

			assert_int_equal(buf[k], f->bytes[at / P] ? f->bytes[at / P][at % P] : 0);
		}
	}
	fake_damage(f, 750);
	assert_int_equal(layout_read(l, buf, 64 * P, 3 + 700 * P), -EIO);
	assert_int_equal(layout_read(l, buf, P, 3 + 749 * P), 0);
	workers_set_threads(0);
	layout_unref(l);
	free(buf);
	fake_free(f);
}

static void test_too_big(void **state)
{
	struct fake *f = memory();
	struct layout *l = layout_new();
	uint64_t off = 0;

	(void)state;
	assert_int_equal(layout_add_zero(l, INT64_MAX - 10), 0);
	assert_int_equal(layout_add_zero(l, 11), -EFBIG);
	assert_int_equal(layout_add_bytes(l, "0123456789abcdef", 16), -EFBIG);
	assert_int_equal(layout_add_call(l, count_up, NULL, UINT64_MAX), -EFBIG);
	assert_int_equal(layout_add_pages(l, &f->pages, 0, 4096, HOLES_ZERO), -EFBIG);
	assert_int_equal(layout_add_pages(l, &f->pages, UINT64_MAX, 2, HOLES_ZERO), -EFBIG);
	assert_int_equal(layout_size(l), INT64_MAX - 10);
	assert_int_equal(layout_add_bytes(l, "0123456789", 10), 0);
	assert_int_equal(layout_size(l), INT64_MAX);
	assert_int_equal(layout_data_bytes(l), 10);
	assert_int_equal(layout_seek(l, 1, &off), 0);
	assert_int_equal(off, INT64_MAX - 10);
	layout_unref(l);
	fake_free(f);
}

static void destroy(void *arg)
{
	++*(int *)arg;
}

static void test_references(void **state)
{
	struct layout *l = layout_new();
	int destroyed[1000] = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(layout_own(l, &destroyed[i], destroy), 0);
	assert_ptr_equal(layout_ref(l), l);
	layout_unref(l);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(destroyed[i], 0);
	layout_unref(l);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(destroyed[i], 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_seek_hole_at_end),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
