/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/percpu_symbols.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

struct percpu_section {
	const struct symbols *known;
	struct symtab *out;
	uint64_t start, bytes;
	size_t told, same;		/* variables that are known, and agree about the start */
};

/* The start by majority vote: a static variable may have the name of another symbol. */
static int vote(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct percpu_section *s = arg;
	struct symbol known;

	s->bytes = max_u64(s->bytes, offset + bytes);
	if (symbols_find(s->known, name, &known))
		return 0;
	if (!s->same)
		s->start = known.vaddr - offset;
	s->told++;
	s->same += known.vaddr - offset == s->start ? 1 : (size_t)-1;
	return 0;
}

static int count(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct percpu_section *s = arg;
	struct symbol known;

	(void)bytes;
	s->same += !symbols_find(s->known, name, &known) && known.vaddr - offset == s->start;
	return 0;
}

static int add(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct percpu_section *s = arg;
	size_t len = strlen(name);
	struct symbol known;

	if (!len || len > SYMTAB_MAX_NAME || !symbols_find(s->known, name, &known))
		return 0;
	return symtab_add(s->out, s->start + offset, bytes, 'D', name, len);
}

int percpu_symbols(const struct types *t, const struct symbols *known, struct symtab *out)
{
	struct percpu_section s = { .known = known, .out = out };
	int r;

	types_each_percpu(t, vote, &s);
	s.same = 0;
	types_each_percpu(t, count, &s);
	if (s.same * 2 <= s.told || s.start + s.bytes < s.start)
		return -ENOENT;
	r = symtab_add(out, s.start, 0, 'D', PERCPU_START, strlen(PERCPU_START));
	if (!r)
		r = types_each_percpu(t, add, &s);
	return r ? r : symtab_add(out, s.start + s.bytes, 0, 'D', PERCPU_END, strlen(PERCPU_END));
}
