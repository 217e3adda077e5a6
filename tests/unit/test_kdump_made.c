/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps written by tests/mkdump: the hand-made cases of tests/mkdump.d/cases.desc, and kdump-compressed in every header
 * version, ABI, byte order and codec. What a reader must find comes from the generator (write_expect).
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "formats/find.h"
#include "formats/reader/dump.h"
#include "formats/source/open.h"

enum { EXPECT_OPEN_FAILS = 1, EXPECT_INCOMPLETE = 2, EXPECT_VMCOREINFO = 4 };
enum { EXPECT_ZERO = 2, EXPECT_DATA = 3, EXPECT_EIO = 4 };

static char folder[] = "/tmp/vmcorefs-made.XXXXXX";

static void generate(const char *descriptions)
{
	char command[1024];

	snprintf(command, sizeof(command), "tests/mkdump --many %s %s >/dev/null", descriptions, folder);
	assert_int_equal(system(command), 0);
}

static void expect_page(const struct dump *d, uint64_t pfn, uint64_t want, const uint8_t *bytes, uint8_t *page)
{
	size_t size = pages_size(&d->pages);
	struct page_place place;
	struct page_run run;
	uint8_t *stored;
	int r;

	pages_run(&d->pages, pfn, &run);
	if (want < EXPECT_ZERO) {
		assert_int_equal(run.state, want);
		return;
	}
	assert_int_equal(run.state, PAGE_DATA);
	r = pages_read(&d->pages, pfn, page);
	pages_places(&d->pages, pfn, 1, &place);
	if (want == EXPECT_EIO) {
		assert_true(r == -EIO || r == -EBADMSG || r == -ENOTSUP);
		return;
	}
	assert_int_equal(r, 0);
	if (want == EXPECT_ZERO)
		assert_true(bytes_are_zero(page, size));
	else
		assert_memory_equal(page, bytes, size);
	if (!pages_tell_places(&d->pages))
		return;
	if (place.zero) {
		assert_true(bytes_are_zero(page, size));
		return;
	}
	assert_in_range(place.len, 1, size);
	stored = malloc(size);
	assert_int_equal(source_read(place.src, stored, place.len, place.offset), 0);
	memset(page, 0xee, size);
	assert_int_equal(codec_decompress(codec_ctx_thread(), place.codec, stored, place.len, page, size), 0);
	if (want == EXPECT_DATA)
		assert_memory_equal(page, bytes, size);
	free(stored);
}

/* Every stored run as a whole must be what its pages are one by one, unless one of them is damaged. */
static void expect_bulk(const struct dump *d)
{
	size_t size = pages_size(&d->pages);
	uint8_t *page = malloc(size), *all;
	struct page_run run;

	for (uint64_t pfn = 0; pfn < d->pages.max_pfn; pfn += run.count) {
		int bulk, single = 0;

		pages_run(&d->pages, pfn, &run);
		if (run.state != PAGE_DATA)
			continue;
		assert_true(run.count < 100000);
		all = malloc(run.count * size);
		bulk = pages_read_run(&d->pages, pfn, run.count, all);
		for (uint64_t i = 0; i < run.count; i++) {
			int r = pages_read(&d->pages, pfn + i, page);

			if (r)
				single = r;
			else if (!bulk)
				assert_memory_equal(page, all + i * size, size);
		}
		assert_true(!bulk == !single);
		free(all);
	}
	free(page);
}

static void check(const char *name)
{
	char path[512];
	uint8_t *page, *bytes;
	uint64_t head[4], record[2], listed = 0, counts[PAGE_DATA + 1];
	struct source *src;
	struct dump *d = NULL;
	FILE *f;
	int r;

	snprintf(path, sizeof(path), "%s/%s.expect", folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(head, sizeof(head), 1, f), 1);
	path[strlen(path) - strlen(".expect")] = 0;
	r = source_open(path, &src);
	if (!r)
		r = dump_open(src, NULL, &d);
	if (head[0] & EXPECT_OPEN_FAILS) {
		assert_true(r < 0);
		fclose(f);
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(d->incomplete, !!(head[0] & EXPECT_INCOMPLETE));
	assert_int_equal(pages_size(&d->pages), head[1]);
	assert_int_equal(d->elf_class, head[2]);
	assert_int_equal(d->big_endian, head[3]);
	if (head[0] & EXPECT_VMCOREINFO) {
		assert_non_null(d->vmcoreinfo);
		assert_memory_equal(d->vmcoreinfo, "OSRELEASE=6.1.0", 15);
	}
	page = malloc(head[1]);
	bytes = malloc(head[1]);
	while (fread(record, sizeof(record), 1, f) == 1) {
		listed++;
		if (record[1] == EXPECT_DATA)
			assert_int_equal(fread(bytes, head[1], 1, f), 1);
		expect_page(d, record[0], record[1], bytes, page);
	}
	pages_count(&d->pages, counts);
	assert_int_equal(counts[PAGE_EXCLUDED] + counts[PAGE_DATA], listed);
	expect_bulk(d);
	free(page);
	free(bytes);
	fclose(f);
	dump_close(d);
}

/* Checks and removes all dumps in the folder. */
static unsigned int check_all(void)
{
	struct dirent **names;
	unsigned int checked = 0;
	char path[PATH_MAX];
	int n = scandir(folder, &names, NULL, alphasort);

	assert_true(n > 2);
	for (int i = 0; i < n; i++) {
		char *name = names[i]->d_name;

		if (!fnmatch("*.expect", name, 0)) {
			name[strlen(name) - strlen(".expect")] = 0;
			fprintf(stderr, "# %s\n", name);
			check(name);
			checked++;
			snprintf(path, sizeof(path), "%s/%s", folder, name);
			unlink(path);
			snprintf(path, sizeof(path), "%s/%s.expect", folder, name);
			unlink(path);
		}
		free(names[i]);
	}
	free(names);
	return checked;
}

static void test_cases(void **state)
{
	(void)state;
	generate("tests/mkdump.d/cases.desc");
	print_message("# %u hand-made cases\n", check_all());
}

static void test_matrix(void **state)
{
	static const char *const abis[] = { "64", "32", "32padded", "32time64", "32padded-time64" };
	static const char *const machines[] = { "x86_64", "i686", "armv7l", "i686", "ppc" };
	static const char *const codecs[] = { "none", "zlib", "lzo", "snappy", "zstd", "mixed" };
	char path[512];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/matrix.desc", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "vmcoreinfo OSRELEASE=6.1.0\nnote CORE 1 0011223344\npage 0 text first\npage 7-9 random 1\n"
		"page 10-12 number\npage 13 zero\npage 100-110 number\nexclude 111-200\nphys_base 0\n");
	for (int version = 1; version <= 6; version++)
		for (size_t a = 0; a < ARRAY_SIZE(abis); a++)
			for (size_t c = 0; c < ARRAY_SIZE(codecs); c++)
				for (int big = 0; big <= 1; big++)
					fprintf(f, "=== v%d-%s-%s-%s\nversion %d\nabi %s\nmachine %s\ncodec %s\nendian %s\n",
						version, abis[a], codecs[c], big ? "be" : "le", version, abis[a],
						machines[a], codecs[c], big ? "big" : "little");
	fclose(f);
	generate(path);
	unlink(path);
	print_message("# %u dumps: versions x ABIs x codecs x byte orders\n", check_all());
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_matrix),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
