/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Over arch_unit.h: many entries of 8 bytes at once, where a check failed, loops.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_UNIT_WALKS_H
#define VMCOREFS_TESTS_UNIT_WALKS_H

#include <stdio.h>
#include <time.h>

#include "tests/unit/arch_unit.h"

/* One entry of a table: hand-made numbers. */
struct put {
	uint64_t paddr, value;
};

static inline void put_entries(struct fake *f, const struct put *p, size_t n, bool big_endian)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t raw[8];

		put_u64(raw, p[i].value, big_endian);
		fake_write(f, p[i].paddr, raw, sizeof(raw));
	}
}
#define PUT(f, big_endian, ...) \
	put_entries(f, (const struct put[]){ __VA_ARGS__ }, \
		    sizeof((const struct put[]){ __VA_ARGS__ }) / sizeof(struct put), big_endian)

static inline void expect_at(const char *file, int line, const struct space *s, uint64_t vaddr, uint64_t want,
			     uint64_t page_bytes)
{
	uint64_t paddr = 0, span = 0;
	int r = space_vtop(s, vaddr, &paddr, &span);

	if (r || paddr != want || span != page_bytes - (vaddr & (page_bytes - 1))) {
		print_message("%s:%d: %#llx: %d, %#llx, span %#llx\n", file, line, (unsigned long long)vaddr, r,
			      (unsigned long long)paddr, (unsigned long long)span);
		fail();
	}
}
#define expect(s, vaddr, paddr, page_bytes) expect_at(__FILE__, __LINE__, s, vaddr, paddr, page_bytes)

static inline int walk_error(const struct space *s, uint64_t vaddr)
{
	uint64_t paddr, span;

	return space_vtop(s, vaddr, &paddr, &span);
}
#define expect_error(s, vaddr, error) assert_int_equal(walk_error(s, vaddr), error)

/* As setup_by(); more: NULL: nothing. */
static inline int setup_from(const struct arch *arch, struct fake *f, const char *text, unsigned int version,
			     unsigned int page_shift, const struct arch_query *more, struct space *s)
{
	struct arch_query q = more ? *more : (struct arch_query){ .arg = NULL };
	const char *why = NULL;
	int r;

	q.version = version;
	q.page_shift = page_shift;
	r = setup_by(s, arch, f, text, q, &why);
	if (r)
		assert_non_null(why);
	return r;
}

static inline int count_mappings(void *arg, const struct mapping *m)
{
	(void)m;
	++*(uint64_t *)arg;
	return 0;
}

/* Tables that lead round and round: all of them end. */
static inline void expect_bounded(const struct space *s, uint64_t first, uint64_t last)
{
	struct timespec a, b;
	uint64_t calls = 0;
	struct walk w;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_int_equal(space_each(s, first, last, count_mappings, &calls), -ELOOP);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	assert_true(b.tv_sec - a.tv_sec < 60);
	space_walk(s, first, &w);
	assert_true(w.nsteps <= s->tables.levels);
}

#endif
