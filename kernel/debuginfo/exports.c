/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No symbol says where the tables are. Names that every kernel exports are looked for in the image, then what refers to
 * them: an entry, whose neighbours are the table.
 *
 * struct kernel_symbol is two words, since 5.4 three: value, name, namespace. The words are pointers; or, where
 * CONFIG_HAVE_ARCH_PREL32_RELOCATIONS (since 4.19), 32-bit distances from their own places.
 */
#include "kernel/debuginfo/exports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define MAX_ANCHORS	64u
#define MAX_TRIES	64u
#define MAX_LOOKS	8u
#define AROUND		((uint64_t)1 << 20)	/* bytes: the tables and the names of today's kernels are a fourth of it */
#define MAX_PART	(4 * AROUND)
#define MIN_ENTRIES	64u
#define MAX_NAME	511u

struct ksymtab_form {
	unsigned int word;		/* bytes */
	bool relative;
	unsigned int words;
};

/* A part of the image, what cannot be read is zeroes. */
struct part {
	uint64_t vaddr;
	size_t len;
	uint8_t *bytes;
};

struct exports_search {
	const struct kernel *k;
	const struct symtab *known;
	struct symtab *out;
	struct mapping image;
	uint64_t anchors[MAX_ANCHORS], lowest, highest;		/* where these names are */
	size_t nanchors, tries, looks;
	struct part names, entries;	/* around one of them, and around an entry */
	struct part near;		/* around some of them */
	struct ksymtab_form form;
};

/* --- one entry ---------------------------------------------------------------------------------------------------- */

/* What the word at, whose address is vaddr, refers to. */
static uint64_t target(const struct exports_search *s, const struct ksymtab_form *f, const uint8_t *at, uint64_t vaddr)
{
	if (f->relative)
		return kernel_wrap(s->k, vaddr + (uint64_t)(int64_t)(int32_t)get_u32(at, s->k->big_endian));
	return get_uint(at, f->word, s->k->big_endian);
}

static bool is_name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$';
}

/* The entry at offset at of s->entries; NULL: it is none. */
static const char *entry_at(const struct exports_search *s, size_t at, uint64_t *value)
{
	const struct ksymtab_form *f = &s->form;
	const uint8_t *raw = s->entries.bytes + at;
	uint64_t vaddr = s->entries.vaddr + at, name = target(s, f, raw + f->word, vaddr + f->word) - s->names.vaddr;
	size_t len = 0;

	if (name >= s->names.len)
		return NULL;
	while (len <= MAX_NAME && name + len < s->names.len && is_name_byte(s->names.bytes[name + len]))
		len++;
	if (!len || len > MAX_NAME || name + len == s->names.len || s->names.bytes[name + len])
		return NULL;
	*value = target(s, f, raw, vaddr);
	return (const char *)s->names.bytes + name;
}

/* --- a table ------------------------------------------------------------------------------------------------------ */

/* From lowest - AROUND to highest + AROUND, inside the image. */
static int place_part(const struct exports_search *s, uint64_t lowest, uint64_t highest, struct part *p)
{
	p->vaddr = lowest - min_u64(AROUND, lowest - s->image.vaddr);
	p->len = (size_t)min_u64(highest - p->vaddr + AROUND, min_u64(s->image.vaddr + s->image.len - p->vaddr, MAX_PART));
	if (!p->bytes)
		p->bytes = malloc(MAX_PART);
	return p->bytes ? 0 : -ENOMEM;
}

/* What both have is not read again. */
static int read_part(const struct exports_search *s, uint64_t around, struct part *p)
{
	uint64_t first, end;
	int r = place_part(s, around, around, p);

	if (r)
		return r;
	first = max_u64(p->vaddr, s->near.vaddr);
	end = min_u64(p->vaddr + p->len, s->near.vaddr + s->near.len);
	if (first >= end)
		first = end = p->vaddr;
	image_read_zeroed(s->k, p->vaddr, p->bytes, first - p->vaddr);
	if (end > first)
		memcpy(p->bytes + (first - p->vaddr), s->near.bytes + (first - s->near.vaddr), end - first);
	image_read_zeroed(s->k, end, p->bytes + (end - p->vaddr), p->vaddr + p->len - end);
	return 0;
}

/* Does the table say of functions what kallsyms say? */
static bool agrees(const struct exports_search *s, size_t first, size_t end, size_t step)
{
	size_t both = 0, same = 0;

	for (size_t at = first; at < end; at += step) {
		uint64_t value;
		const char *name = entry_at(s, at, &value);
		const struct symtab_entry *e = name ? symtab_find(s->known, name) : NULL;

		both += e != NULL;
		same += e && e->vaddr == value;
	}
	return same * 10 >= both * 9;
}

static int add(const struct exports_search *s, size_t first, size_t end, size_t step)
{
	int r = 0;

	for (size_t at = first; at < end && !r; at += step) {
		uint64_t value;
		const char *name = entry_at(s, at, &value);

		/* per-CPU variables of x86_64 before 6.15 are no addresses */
		if (name && !symtab_find(s->known, name))
			r = symtab_add(s->out, value, 0, value - s->image.vaddr < s->image.len ? 'D' : 'A', name, strlen(name));
	}
	return r;
}

/* The word at vaddr refers to the name at anchor. 1: it is the name of an entry, and the whole table was taken. */
static int try_table(struct exports_search *s, uint64_t vaddr, uint64_t anchor, const struct ksymtab_form *f)
{
	size_t step = (size_t)f->word * f->words, first, end, at;
	uint64_t entry = vaddr - f->word, value;
	int r;

	if (entry < s->image.vaddr || s->image.vaddr + s->image.len - entry < step)
		return 0;
	r = read_part(s, anchor, &s->names);
	if (!r)
		r = read_part(s, entry, &s->entries);
	if (r)
		return r;
	s->form = *f;
	at = (size_t)(entry - s->entries.vaddr);
	for (first = at; first >= step && entry_at(s, first - step, &value); first -= step)
		;
	for (end = at; s->entries.len - end >= step && entry_at(s, end, &value); end += step)
		;
	if ((end - first) / step < MIN_ENTRIES || !agrees(s, first, end, step))
		return 0;
	r = add(s, first, end, step);
	return r ? r : 1;
}

/* --- the image ---------------------------------------------------------------------------------------------------- */

static int try_reference(struct exports_search *s, uint64_t vaddr, uint64_t to, unsigned int word, bool relative)
{
	int r = 0;

	for (size_t i = 0; i < s->nanchors && !r; i++)
		for (unsigned int words = 3; s->anchors[i] == to && words >= 2 && !r && s->tries < MAX_TRIES; words--) {
			s->tries++;
			r = try_table(s, vaddr, to, &(struct ksymtab_form){ word, relative, words });
		}
	return r;
}

static int find_references(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	struct exports_search *s = arg;
	unsigned int word = s->k->word_bytes;
	uint64_t span = s->highest - s->lowest;
	bool big = s->k->big_endian;
	int r = 0;

	for (size_t at = 0; at + 4 <= len && !r; at += 4) {
		uint64_t to = kernel_wrap(s->k, vaddr + at + (uint64_t)(int64_t)(int32_t)get_u32(bytes + at, big));

		if (to - s->lowest <= span)
			r = try_reference(s, vaddr + at, to, 4, true);
		if (r || (vaddr + at) % word || len - at < word)
			continue;
		to = get_uint(bytes + at, word, big);
		if (to - s->lowest <= span)
			r = try_reference(s, vaddr + at, to, word, false);
	}
	return r;
}

/* The tables are in front of the names. Round the anchors from first on, which one piece of the image has. */
static int look_near(struct exports_search *s, size_t first)
{
	uint64_t lowest = s->anchors[first], highest = lowest;
	int r;

	if (s->looks == MAX_LOOKS)
		return 0;
	s->looks++;
	for (size_t i = first; i < s->nanchors; i++) {
		lowest = min_u64(lowest, s->anchors[i]);
		highest = max_u64(highest, s->anchors[i]);
	}
	s->near.len = 0;
	r = place_part(s, lowest, highest, &s->near);
	if (r)
		return r;
	s->near.vaddr &= -(uint64_t)8;
	image_read_zeroed(s->k, s->near.vaddr, s->near.bytes, s->near.len);
	return find_references(s, s->near.vaddr, s->near.bytes, s->near.len);
}

static int find_names(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	/* with the NUL; linkers share the tails of strings, so that nothing is known of what is in front */
	static const char *const names[] = { "init_task", "jiffies_64", "init_uts_ns", "loops_per_jiffy", "system_state" };
	struct exports_search *s = arg;
	size_t before = s->nanchors;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i]) + 1;
		const uint8_t *at = bytes;

		while (s->nanchors < MAX_ANCHORS && (at = memmem(at, len - (size_t)(at - bytes), names[i], n))) {
			uint64_t its = vaddr + (uint64_t)(at++ - bytes);

			s->lowest = s->nanchors ? min_u64(s->lowest, its) : its;
			s->highest = s->nanchors ? max_u64(s->highest, its) : its;
			s->anchors[s->nanchors++] = its;
		}
	}
	return s->nanchors > before ? look_near(s, before) : 0;
}

int exports_read(const struct kernel *k, const struct symtab *known, struct symtab *out)
{
	struct exports_search s = { .k = k, .known = known, .out = out };
	const struct symtab_entry *text = symtab_find(known, "_etext");
	int r = image_range(k, &s.image, NULL);

	/* behind the code */
	if (!r)
		r = image_each(k, text ? text->vaddr : 0, 32, find_names, &s, NULL);
	s.near.len = 0;
	if (!r && s.nanchors)
		r = image_each(k, 0, 0, find_references, &s, NULL);
	free(s.near.bytes);
	free(s.names.bytes);
	free(s.entries.bytes);
	return r == 1 ? 0 : r ? r : -ENOENT;
}
