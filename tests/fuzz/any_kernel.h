/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as a kernel's, for targets that try walkers. The first byte of the input: 1: words of 4 bytes, 2: big-endian; the
 * second: which members there are; two more: an address; the rest is memory from address 0 on, zeroes behind it. Members are where
 * their names' sums say, each a word long.
 */
#ifndef VMCOREFS_TESTS_FUZZ_ANY_KERNEL_H
#define VMCOREFS_TESTS_FUZZ_ANY_KERNEL_H

#include <errno.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "kernel/object/fields.h"

#define PAGES 16u

#include "tests/fuzz/memory.h"

struct any_era {
	unsigned int word;
	uint8_t without;		/* members whose sum has this remainder are missing */
};

static inline unsigned int any_sum(const char *a, const char *b)
{
	unsigned int n = 0;

	while (*a)
		n = n * 31 + (unsigned char)*a++;
	while (*b)
		n = n * 31 + (unsigned char)*b++;
	return n;
}

static inline int any_place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	const struct any_era *era = arg;
	unsigned int n = any_sum(type, path);

	if (*path && n % 29 == era->without % 64)
		return -ENOENT;
	*out = (struct kplace){ .offset = *path ? n % 16 * era->word : 0, .bytes = *path ? era->word : 128, .count = 2,
				.element_bytes = era->word };
	return 0;
}

static inline int any_variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	(void)arg;
	*vaddr = any_sum(name, "") % 64 * 8;
	*bytes = 0;
	return 0;
}

/* A reader of n bytes from address 0 on, zeroes behind them. kind: the input's first byte. NULL: no memory. One at a time. */
static inline struct kreader *any_memory(uint8_t kind, const uint8_t *bytes, size_t n, struct kernel *k)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static struct mapping window = { 0, 0, PAGES * PAGE };
	static struct memory m;
	struct kreader *r;

	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, bytes, min_u64(n, PAGES * PAGE));
	*k = (struct kernel){
		.pages = &m.pages, .page_shift = 12, .has_space = true, .word_bytes = kind & 1 ? 4 : 8, .big_endian = kind & 2,
		.space = { .arch = &arch_x86_64, .mem = &m.pages, .windows = &window, .nwindows = 1 },
	};
	return kreader_open(k, &r) ? NULL : r;
}

/* Walks; each input ends in time whatever it is. */
static inline int any_kernel(const uint8_t *data, size_t size, void (*walk)(struct kreader *r, const struct knames *names, uint64_t vaddr))
{
	struct any_era era;
	struct knames names = { .arg = &era, .place = any_place, .variable = any_variable };
	struct kernel k;
	struct kreader *r = size < 4 ? NULL : any_memory(data[0], data + 4, size - 4, &k);

	if (!r)
		return 0;
	era = (struct any_era){ .word = k.word_bytes, .without = data[1] };
	walk(r, &names, (uint64_t)(data[2] | data[3] << 8) % (PAGES * PAGE));
	kreader_close(r);
	return 0;
}

#endif
