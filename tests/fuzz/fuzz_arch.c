/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every row of arches[]: setup by facts of any kind, then walks through tables of any content. Byte 0: the row; 1: page size
 * of the kernel and switches; 2, 3: its version; 4-11: an address; 12-75: numbers, of which each question gets one; the
 * rest: memory from physical address 0 on.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

#define PAGES 16u
#define NUMBERS 8u
#define HEADER (12 + NUMBERS * 8)

#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, PAGES - pfn, PAGE_DATA, false };
	if (pfn >= PAGES)
		*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_ABSENT, false };
}

/* A name's number: any of the input's, or none. */
static int ask(const void *arg, const char *name, uint64_t *value)
{
	const uint8_t *numbers = arg;
	unsigned int hash = 0;

	while (*name)
		hash = hash * 31 + (unsigned char)*name++;
	*value = get_u64(numbers + hash % NUMBERS * 8, false);
	return *value ? 0 : -ENOENT;
}

static int ask_config(const void *arg, const char *name)
{
	uint64_t value;

	return ask(arg, name, &value) || value & 1 ? -ENOENT : 0;
}

struct seen {
	const struct space *s;
	uint64_t first, last, calls;
};

/* What space_each() shows is what a walk finds. */
static int see(void *arg, const struct mapping *m)
{
	struct seen *seen = arg;
	struct walk w;

	if (!m->len || m->vaddr > seen->last || m->vaddr + (m->len - 1) < seen->first)
		abort();
	if (space_walk(seen->s, m->vaddr, &w))
		abort();
	if (w.paddr != m->paddr && !w.window)
		abort();
	return ++seen->calls == 2000;
}

static void walk(const struct space *s, uint64_t vaddr, size_t flags_size)
{
	uint64_t paddr, span;
	struct walk w;
	char flags[160];
	uint8_t buf[64];
	int r = space_walk(s, vaddr, &w);

	if (r != 0 && r != -EFAULT && r != -ENODATA)
		abort();
	if ((w.end == WALK_MAPPED) != !r || (w.end == WALK_UNREADABLE) != (r == -ENODATA) ||
	    (w.end == WALK_NO_ENTRY && !w.nsteps) || (w.end == WALK_UNREADABLE && w.nsteps >= WALK_MAX_STEPS))
		abort();
	if (w.nsteps > WALK_MAX_STEPS || (!r && !w.window && !w.steps[w.nsteps - 1].leaf))
		abort();
	for (unsigned int i = 0; i < w.nsteps; i++) {
		memset(flags, 'x', sizeof(flags));
		s->arch->describe(s, w.steps[i].level, w.steps[i].entry, flags, flags_size);
		if (!w.steps[i].name || !memchr(flags, '\0', flags_size) || flags[flags_size] != 'x')
			abort();
	}
	if (space_vtop(s, vaddr, &paddr, &span) != r || (!r && (paddr != w.paddr || !span || span > w.page_bytes)))
		abort();
	space_read(s, vaddr, buf, sizeof(buf));
}

static void each(const struct space *s, uint64_t vaddr, uint64_t bytes)
{
	struct seen seen = { .s = s, .first = vaddr, .last = vaddr + (bytes - 1) };
	int r;

	if (seen.last < seen.first || seen.first >> 63 != seen.last >> 63)
		seen.last = seen.first | (bytes - 1);
	r = space_each(s, seen.first, seen.last, see, &seen);
	if (r != 0 && r != 1 && r != -ELOOP)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run };
	static const uint8_t shifts[] = { 12, 13, 14, 16 };
	static struct memory m;
	struct arch_query q = { .arg = data + 12, .symbol = ask, .number = ask, .size = ask, .offset = ask,
				.plain = ask, .config = ask_config };
	struct mapping segments[2], direct;
	static const struct arch_note notes[] = { { "CORE", 1, NULL, 0 }, { "QEMU", 0, NULL, 0 }, { "LINUX", 0x304, NULL, 0 } };
	struct arch_note note = notes[size % ARRAY_SIZE(notes)];
	struct space s, user;
	const char *why = NULL;
	uint64_t vaddr;
	size_t rows = 0;

	if (size < HEADER)
		return 0;
	while (arches[rows])
		rows++;
	s = (struct space){ .arch = arches[data[0] % rows], .mem = &m.pages };
	if (!s.arch->setup)
		return 0;
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + HEADER, min_u64(size - HEADER, sizeof(m.bytes)));
	q.page_shift = shifts[data[1] & 3];
	q.version = ARCH_VERSION(data[2] % 8u, data[3] % 20u, 13);
	q.has_phys_base = data[1] & 4;
	q.phys_base = q.has_phys_base ? get_u64(data + 12, false) & 0xffff : 0;
	vaddr = get_u64(data + 4, false);
	segments[0] = (struct mapping){ get_u64(data + 20, false) & ~(uint64_t)0xfff, 0, 0x10000 };
	segments[1] = (struct mapping){ vaddr, get_u64(data + 28, false), 0x10000 };
	q.segments = segments;
	q.nsegments = data[1] & 8 ? 2 : 0;
	note.desc = data + HEADER;
	note.len = size - HEADER;
	q.notes = &note;
	q.nnotes = data[1] & 16 ? 1 : 0;
	if (!s.arch->setup(&s, &q, &why)) {
		walk(&s, vaddr, data[3] % 60u + 1);
		each(&s, vaddr & ~(uint64_t)0xfff, data[1] & 64 ? 0x10000000 : 0x1000000);
		/* it may walk all of the tables, which takes long when they lead round and round */
		if (data[1] >> 5 == 1)
			space_direct_map(&s, &direct);
		if (!space_user(&s, get_u64(data + 36, false), vaddr, &user)) {
			walk(&user, vaddr, 40);
			each(&user, vaddr & ~(uint64_t)0xfff, 0x1000000);
		}
	} else if (!why) {
		abort();
	}
	space_close(&s);
	s = (struct space){ .arch = s.arch, .mem = &m.pages };
	if (s.arch->bare && s.arch->user_space && !s.arch->bare(&s, &q) &&
	    !space_user(&s, get_u64(data + 36, false), vaddr, &user))
		walk(&user, vaddr, 40);
	return 0;
}
