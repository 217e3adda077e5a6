/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a dump, or as a part of a set: open, walk the runs, notes and some pages, copy it. Work is bounded, so that
 * a timeout means a hang. For the fuzz targets of readers and of containers.
 */
#ifndef TESTS_FUZZ_DUMP_INPUT_H
#define TESTS_FUZZ_DUMP_INPUT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/workers.h"
#include "formats/find.h"
#include "formats/open.h"
#include "formats/reader/dump.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"
#include "formats/source/open.h"
#include "formats/write/kdump_copy.h"

#define RUNS_MAX 2000
#define READS_MAX 40
#define BUFFER_BYTES ((size_t)1 << 20)	/* read in bulk from a run; the largest page */

/* The same pages copied into a new file: its beginning and its end. */
static void copy_pages(const struct dump *d, uint8_t *buf)
{
	struct kdump_output o = { .codec = d->codec, .copy_raw = true, .big_endian = d->big_endian };
	struct layout *l;
	uint64_t n;

	if (kdump_copy(&d->pages, &d->pages, &o, NULL, &l))
		return;
	n = min_u64(layout_size(l), BUFFER_BYTES);
	layout_read(l, buf, n, 0);
	layout_read(l, buf, n, layout_size(l) - n);
	layout_unref(l);
}

static void read_notes(const struct dump *d)
{
	struct dump_note note;
	volatile uint8_t sink = 0;
	size_t pos = 0;

	while (dump_next_note(d, &pos, &note) == 1)
		for (size_t i = 0; i < note.desc_len; i++)
			sink ^= note.desc[i];
	(void)sink;
}

/* A read may go from one run into the next of the same state: wherever the pages are, they are those that are read alone. */
static void read_over_border(const struct pages *ps, uint64_t pfn, uint8_t *buf)
{
	size_t page = pages_size(ps);
	struct page_run before, after;

	if (!pfn || pfn >= ps->max_pfn || 4 * page > BUFFER_BYTES)
		return;
	pages_run(ps, pfn - 1, &before);
	pages_run(ps, pfn, &after);
	if (!page_is_kept(before.state) || after.state != before.state || pages_read(ps, pfn - 1, buf) ||
	    pages_read(ps, pfn, buf + page))
		return;
	if (pages_read_run(ps, pfn - 1, 2, buf + 2 * page) || memcmp(buf, buf + 2 * page, 2 * page))
		abort();
}

static void read_pages(const struct dump *d, uint8_t *buf)
{
	unsigned int runs = 0, reads = 0;
	struct page_run run;
	struct page_place places[300];

	for (uint64_t pfn = 0; pfn < d->pages.max_pfn && runs < RUNS_MAX; pfn += run.count, runs++) {
		pages_run(&d->pages, pfn, &run);
		if (!page_is_kept(run.state) || reads++ >= READS_MAX)
			continue;
		read_over_border(&d->pages, pfn, buf);
		pages_read_run(&d->pages, pfn, min_u64(run.count, BUFFER_BYTES >> d->pages.page_shift), buf);
		pages_read(&d->pages, pfn + run.count - 1, buf);
		pages_places(&d->pages, pfn, min_u64(run.count, ARRAY_SIZE(places)), places);
	}
	if (pages_breaches())
		abort();
}

/* The input as a file: what messages say does not matter. */
static const char *input_file(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];

	if (fd < 0) {
		/* The stream, not the descriptor: sanitizers and the fuzzer go on to report. */
		stderr = fopen("/dev/null", "w");
		fd = memfd_create("dump", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		workers_set_threads(1);
	}
	return ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size ? NULL : path;
}

/* only: this reader alone, NULL: any. Containers around it are unwrapped before. */
static int fuzz_dump_input(const uint8_t *data, size_t size, const struct dump_ops *only)
{
	static uint8_t *buf;
	const char *path = input_file(data, size);
	const struct dump_request req = { .paths = &path, .npaths = 1, .degraded = true };
	const struct dump_ops *ops;
	struct source *src;
	struct dump *d;

	if (!buf)
		buf = malloc(BUFFER_BYTES);
	if (!path)
		return 0;
	if (only) {
		if (source_open(path, &src))
			return 0;
		if (dump_find_format(src, &ops) || ops != only) {
			source_close(src);
			return 0;
		}
		source_close(src);
	}
	if (dump_open_files(&req, &d))
		return 0;
	read_notes(d);
	read_pages(d, buf);
	copy_pages(d, buf);
	dump_close(d);
	return 0;
}

#endif
