/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of one architecture: entries of either size and byte order in fake memory, setup() by a text of
 * VMCOREINFO, and what a walk must come to.
 */
#ifndef VMCOREFS_TESTS_UNIT_ARCH_UNIT_H
#define VMCOREFS_TESTS_UNIT_ARCH_UNIT_H

#include "arch/arch.h"
#include "kernel/vmcoreinfo.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static inline void put_entry(struct fake *f, uint64_t paddr, uint64_t v, unsigned int bytes, bool big)
{
	uint8_t raw[8];

	if (bytes == 4)
		put_u32(raw, (uint32_t)v, big);
	else
		put_u64(raw, v, big);
	fake_write(f, paddr, raw, bytes);
}

/* Physical memory of zeroes from page first on: tables in it have no entries but those that a test writes. */
static inline struct fake *fake_memory(unsigned int page_shift, uint64_t pages, uint64_t first, uint64_t count)
{
	struct fake *f = fake_new(page_shift, pages);

	fake_set(f, first, count, PAGE_ZERO);
	return f;
}

static inline int text_symbol(const void *arg, const char *name, uint64_t *v) { return vmci_symbol(arg, name, v); }
static inline int text_number(const void *arg, const char *name, uint64_t *v) { return vmci_number(arg, name, v); }
static inline int text_size(const void *arg, const char *name, uint64_t *v) { return vmci_size(arg, name, v); }
static inline int text_offset(const void *arg, const char *name, uint64_t *v) { return vmci_offset(arg, name, v); }
static inline int text_plain(const void *arg, const char *name, uint64_t *v) { return vmci_plain_hex(arg, name, v); }

static inline int text_config(const void *arg, const char *name)
{
	const char *value;
	size_t len;

	return vmci_get(arg, name, &value, &len);
}

/* more: what else the dump says; its functions and page_shift are set here. */
static inline int setup_by(struct space *s, const struct arch *arch, const struct fake *f, const char *text,
			   struct arch_query more, const char **why)
{
	struct vmcoreinfo v = { text, strlen(text) };

	more.arg = &v;
	more.symbol = text_symbol;
	more.number = text_number;
	more.size = text_size;
	more.offset = text_offset;
	more.plain = text_plain;
	more.config = text_config;
	if (!more.page_shift)
		more.page_shift = f->pages.page_shift;
	*s = (struct space){ .arch = arch, .mem = &f->pages };
	return arch->setup(s, &more, why);
}

static inline void expect_walk(const struct space *s, uint64_t vaddr, uint64_t want_paddr, uint64_t page_bytes)
{
	uint64_t paddr = 0, span = 0;
	struct walk w;

	assert_int_equal(space_vtop(s, vaddr, &paddr, &span), 0);
	assert_int_equal(paddr, want_paddr);
	assert_int_equal(span, page_bytes - vaddr % page_bytes);
	assert_int_equal(space_walk(s, vaddr, &w), 0);
	assert_int_equal(w.page_bytes, page_bytes);
	assert_true(w.nsteps && w.steps[w.nsteps - 1].leaf);
}

/* Through a window, not the tables. */
static inline void expect_window(const struct space *s, uint64_t vaddr, uint64_t want_paddr)
{
	struct walk w;

	assert_int_equal(space_walk(s, vaddr, &w), 0);
	assert_true(w.window);
	assert_int_equal(w.paddr, want_paddr);
}

static inline void expect_walk_error(const struct space *s, uint64_t vaddr, int error)
{
	uint64_t paddr, span;

	assert_int_equal(space_vtop(s, vaddr, &paddr, &span), error);
}

static inline void expect_flags(const struct space *s, unsigned int level, uint64_t entry, const char *want)
{
	char flags[128];

	s->arch->describe(s, level, entry, flags, sizeof(flags));
	assert_string_equal(flags, want);
	/* what does not fit is left out, and nothing is written behind the buffer */
	for (size_t size = 1; size < 20; size++) {
		memset(flags, 'x', sizeof(flags));
		s->arch->describe(s, level, entry, flags, size);
		assert_non_null(memchr(flags, '\0', size));
		assert_int_equal(flags[size], 'x');
	}
}

struct leaves {
	struct mapping list[16];
	size_t n;
};

static inline int see_leaf(void *arg, const struct mapping *m)
{
	struct leaves *s = arg;

	if (s->n < ARRAY_SIZE(s->list))
		s->list[s->n] = *m;
	s->n++;
	return 0;
}

static inline void expect_leaf(const struct mapping *m, uint64_t vaddr, uint64_t paddr, uint64_t len)
{
	assert_int_equal(m->vaddr, vaddr);
	assert_int_equal(m->paddr, paddr);
	assert_int_equal(m->len, len);
}

#endif
