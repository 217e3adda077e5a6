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

/* Walks; each input ends in time whatever it is. */
static inline int any_kernel(const uint8_t *data, size_t size, void (*walk)(struct kreader *r, const struct knames *names, uint64_t vaddr))
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static struct memory m;
	struct mapping window = { 0, 0, PAGES * PAGE };
	struct kernel k = { .pages = &m.pages, .page_shift = 12, .has_space = true };
	struct any_era era;
	struct knames names = { .arg = &era, .place = any_place, .variable = any_variable };
	struct kreader *r;

	if (size < 4)
		return 0;
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + 4, min_u64(size - 4, PAGES * PAGE));
	k.word_bytes = data[0] & 1 ? 4 : 8;
	k.big_endian = data[0] & 2;
	era = (struct any_era){ .word = k.word_bytes, .without = data[1] };
	k.space = (struct space){ .arch = &arch_x86_64, .mem = &m.pages, .windows = &window, .nwindows = 1 };
	if (kreader_open(&k, &r))
		return 0;
	walk(r, &names, (uint64_t)(data[2] | data[3] << 8) % (PAGES * PAGE));
	kreader_close(r);
	return 0;
}

#endif
