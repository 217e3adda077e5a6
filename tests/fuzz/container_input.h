/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a container: what is in it is read from the beginning, then at random, and both must agree. Work is
 * bounded: of what unpacks to a lot only the first and last bytes are read.
 */
#ifndef TESTS_FUZZ_CONTAINER_INPUT_H
#define TESTS_FUZZ_CONTAINER_INPUT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/workers.h"
#include "formats/source/parts/container.h"

#define CONTENT_MAX ((size_t)3 << 20)
#define PIECE 37001u
#define PIECES (CONTENT_MAX / PIECE + 1)

struct memory_source {
	struct source s;		/* first member */
	const uint8_t *data;
};

static ssize_t memory_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	memcpy(buf, ((const struct memory_source *)s)->data + off, n);
	return (ssize_t)n;
}

static void memory_close(struct source *s)
{
	(void)s;
}

static const struct source_ops memory_ops = { .read = memory_read, .close = memory_close };

static void read_container(const struct source *s)
{
	static uint8_t whole[CONTENT_MAX], buf[2 * PIECE];
	static bool good[PIECES];
	size_t size = (size_t)min_u64(s->size, CONTENT_MAX);
	uint32_t random = 12345;

	for (size_t at = 0; at < size; at += PIECE) {
		size_t n = (size_t)min_u64(PIECE, size - at);
		int r = source_read(s, whole + at, n, at);

		good[at / PIECE] = !r;
	}
	for (int i = 0; i < 60; i++) {
		size_t at, n;
		bool all = true;

		random = random * 1664525 + 1013904223;
		at = random % size;
		n = (size_t)min_u64(1 + (random >> 12) % (i % 4 ? 5000 : sizeof(buf)), size - at);
		for (size_t p = at / PIECE; p <= (at + n - 1) / PIECE; p++)
			all &= good[p];
		if (source_read(s, buf, n, at) ? all : all && memcmp(buf, whole + at, n))
			abort();
	}
	source_read_some(s, buf, sizeof(buf), s->size - min_u64(s->size, 5000));
	if (source_read_some(s, buf, 1, s->size) != 0)
		abort();
}

static int fuzz_container(const uint8_t *data, size_t size, const struct container_ops *ops)
{
	struct memory_source m = { .s = { .ops = &memory_ops, .name = "input", .size = size }, .data = data };
	struct source *s = NULL;
	static bool quiet;

	if (!quiet) {
		/* The stream, not the descriptor: sanitizers and the fuzzer go on to report. */
		stderr = fopen("/dev/null", "w");
		workers_set_threads(2);
		quiet = true;
	}
	if (!size || !ops->probe(&m.s) || ops->open(&m.s, &s))
		return 0;
	if (!s->size)
		abort();
	read_container(s);
	source_close(s);
	return 0;
}

#endif
