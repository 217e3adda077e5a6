/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a kernel with any word size and byte order, which objects are put into; and names for its members.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_OBJECT_H
#define VMCOREFS_TESTS_UNIT_FAKE_OBJECT_H

#include "arch/x86_64.h"
#include "kernel/object/fields.h"
#include "tests/unit/fake.h"

#define OBJECT_PAGES 64u

/* The four kinds of kernels. */
static const struct object_kind {
	unsigned int word;
	bool big;
} object_kinds[] = { { 8, false }, { 8, true }, { 4, false }, { 4, true } };

struct objects {
	struct fake *f;
	struct kernel k;
	struct mapping window;		/* all of the memory */
	uint64_t base;			/* its first address */
	struct kreader *r;
};

/* All pages are there, full of zeroes. */
static inline void objects_new(struct objects *o, const struct object_kind *kind)
{
	*o = (struct objects){ .f = fake_new(12, OBJECT_PAGES) };
	for (uint64_t i = 0; i < OBJECT_PAGES; i++)
		fake_page(o->f, i);
	o->base = kind->word == 8 ? 0xffff888000000000 : 0xc0000000;
	o->window = (struct mapping){ o->base, 0, OBJECT_PAGES * 4096 };
	o->k = (struct kernel){
		.pages = &o->f->pages, .word_bytes = kind->word, .big_endian = kind->big, .page_shift = 12, .has_space = true,
		.space = { .arch = &arch_x86_64, .mem = &o->f->pages, .windows = &o->window, .nwindows = 1 },
	};
	assert(!kreader_open(&o->k, &o->r));
}

static inline void objects_free(struct objects *o)
{
	kreader_close(o->r);
	fake_free(o->f);
}

/* The reader has copies: what is put after it has read is seen by a new one. */
static inline struct kreader *objects_reader(struct objects *o)
{
	kreader_close(o->r);
	assert(!kreader_open(&o->k, &o->r));
	return o->r;
}

static inline void object_uint(struct objects *o, uint64_t vaddr, unsigned int bytes, uint64_t value)
{
	uint8_t raw[8];

	for (unsigned int i = 0; i < bytes; i++)
		raw[o->k.big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
	fake_write(o->f, vaddr - o->base, raw, bytes);
}

static inline void object_word(struct objects *o, uint64_t vaddr, uint64_t value)
{
	object_uint(o, vaddr, o->k.word_bytes, value);
}

static inline void object_text(struct objects *o, uint64_t vaddr, const char *text)
{
	fake_write(o->f, vaddr - o->base, text, strlen(text) + 1);
}

/* Names as a table: "type.path" or "type". The one without a name is the last. */
struct object_name {
	const char *name;
	struct kplace at;
};

/* Adds one to a table, which has room for another and the end. Returns where it is to be changed. */
static inline struct kplace *fake_name_add(struct object_name *table, const char *name, uint64_t offset, uint64_t bytes)
{
	while (table->name)
		table++;
	*table = (struct object_name){ name, { .offset = offset, .bytes = bytes } };
	return &table->at;
}

static inline int fake_place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	size_t len = strlen(type);

	for (const struct object_name *n = arg; n->name; n++) {
		if (strncmp(n->name, type, len) || strcmp(n->name + len + (n->name[len] == '.'), path))
			continue;
		*out = n->at;
		return out->bytes == UINT64_MAX ? -EIO : 0;
	}
	return -ENOENT;
}

/* A variable's address is its offset. */
static inline int fake_variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	struct kplace at = { 0 };
	int r = fake_place(arg, name, "", &at);

	*vaddr = at.offset;
	*bytes = at.bytes;
	return r;
}

static inline struct knames fake_names(const struct object_name *table)
{
	return (struct knames){ .arg = table, .place = fake_place, .variable = fake_variable };
}

#endif
