/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kdump-compressed reader under threads, and every header byte damaged. Other cases: test_kdump_made.c. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "formats/find.h"
#include "formats/reader/dump.h"
#include "formats/source/open.h"

#define BLOCK 4096u
#define PAGES 3000u
#define DESC_AT ((uint64_t)4 * BLOCK)	/* header, sub header, two bitmaps of one block */

static void page_contents(uint64_t pfn, uint64_t *page)
{
	for (unsigned int i = 0; i < BLOCK / 8; i++)
		page[i] = pfn * 1000 + i / 8;
}

/* Version 6, 64-bit, little-endian; every third page is left out. */
static uint64_t make_dump(int fd)
{
	uint8_t head[DESC_AT] = "KDUMP   ", *desc = calloc(PAGES, 24), packed[BLOCK];
	uint64_t page[BLOCK / 8], at, stored = 0;

	put_u32(head + 8, 6, false);
	put_u32(head + 424, CODEC_ZLIB, false);
	put_u32(head + 428, BLOCK, false);
	put_u32(head + 432, 1, false);
	put_u32(head + 436, 2, false);
	put_u32(head + 440, PAGES, false);
	put_u32(head + 460, 2, false);
	put_u64(head + BLOCK + 96, PAGES, false);
	for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
		head[2 * BLOCK + pfn / 8] |= (uint8_t)(1u << (pfn % 8));
		if (pfn % 3) {
			head[3 * BLOCK + pfn / 8] |= (uint8_t)(1u << (pfn % 8));
			stored++;
		}
	}
	at = DESC_AT + stored * 24;
	stored = 0;
	for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
		enum codec codec = codecs[pfn % CODECS];
		const void *from = packed;
		ssize_t n;

		if (pfn % 3 == 0)
			continue;
		page_contents(pfn, page);
		n = codec_compress(codec_ctx_thread(), codec, page, BLOCK, packed);
		if (n <= 0) {
			n = BLOCK;
			from = page;
			codec = CODEC_NONE;
		}
		assert_int_equal(pwrite(fd, from, (size_t)n, (off_t)at), n);
		put_u64(desc + stored * 24, at, false);
		put_u32(desc + stored * 24 + 8, (uint32_t)n, false);
		put_u32(desc + stored * 24 + 12, codec, false);
		at += (uint64_t)n;
		stored++;
	}
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_int_equal(pwrite(fd, desc, stored * 24, DESC_AT), stored * 24);
	free(desc);
	return at;
}

struct reader {
	const struct dump *d;
	uint32_t seed;
	unsigned int wrong;
};

static void *read_at_random(void *arg)
{
	struct reader *r = arg;
	uint64_t page[BLOCK / 8], want[BLOCK / 8];

	for (int i = 0; i < 20000; i++) {
		uint64_t pfn = (r->seed = r->seed * 1664525 + 1013904223) % PAGES;
		int e = pages_read(&r->d->pages, pfn, page);

		page_contents(pfn, want);
		if (pfn % 3 == 0)
			r->wrong += e != -ENODATA;
		else
			r->wrong += e || memcmp(page, want, BLOCK) != 0;
	}
	return NULL;
}

static struct dump *open_fd(int fd)
{
	struct source *src;
	struct dump *d;
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (source_open(path, &src) || dump_open(src, NULL, &d))
		return NULL;
	return d;
}

static void test_threads(void **state)
{
	struct reader readers[4];
	pthread_t threads[4];
	int fd = memfd_create("kdump", 0);
	struct dump *d;

	(void)state;
	make_dump(fd);
	d = open_fd(fd);
	assert_non_null(d);
	for (unsigned int i = 0; i < 4; i++) {
		readers[i] = (struct reader){ .d = d, .seed = i };
		assert_int_equal(pthread_create(&threads[i], NULL, read_at_random, &readers[i]), 0);
	}
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(readers[i].wrong, 0);
	}
	dump_close(d);
	close(fd);
	print_message("# 80000 reads by 4 threads\n");
}

/* Each header byte in turn is set to three other values: a message or an open dump, whose pages can be asked for. */
static void test_every_header_byte(void **state)
{
	static const uint8_t values[] = { 0x00, 0x80, 0xff };
	unsigned int opened = 0, refused = 0;
	uint64_t page[131072];		/* the largest block */
	int fd = memfd_create("kdump", 0);
	FILE *quiet = fopen("/dev/null", "w"), *loud = stderr;

	(void)state;
	make_dump(fd);
	stderr = quiet;
	for (off_t at = 0; at < BLOCK + 104; at++) {
		uint8_t old;

		if (at == 464)
			at = BLOCK;
		assert_int_equal(pread(fd, &old, 1, at), 1);
		for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
			struct page_run run;
			struct dump *d;

			assert_int_equal(pwrite(fd, &values[v], 1, at), 1);
			d = open_fd(fd);
			opened += d != NULL;
			refused += d == NULL;
			for (uint64_t pfn = 0, n = 0; d && pfn < d->pages.max_pfn && n < 5; pfn += run.count, n++) {
				pages_run(&d->pages, pfn, &run);
				pages_read(&d->pages, pfn, page);
			}
			dump_close(d);
		}
		assert_int_equal(pwrite(fd, &old, 1, at), 1);
	}
	stderr = loud;
	fclose(quiet);
	close(fd);
	print_message("# %u damaged headers opened, %u refused\n", opened, refused);
	assert_true(opened > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_every_header_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
