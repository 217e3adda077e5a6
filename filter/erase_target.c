/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase_target.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define STRING_MAX	1024u			/* makedumpfile's */
#define PIECES_MAX	((size_t)1 << 23)
#define BYTES_MAX	((uint64_t)1 << 40)	/* a larger size in the dump's memory is damage */
#define WALKED_PAGES	64u			/* up to so many are looked up one by one */

void erase_warn(struct erase_run *ev, const struct erase_word *w, const char *what, uint64_t number, const char *unit)
{
	log_warn("%s:%u:%u: %s: %s (%llu %s%s)", ev->c.name, w->pos.line, w->pos.column, w->text, what,
		 (unsigned long long)number, unit, number == 1 ? "" : "s");
	ev->warnings++;
}

static int resolve_nullify(struct erase_run *ev, struct erase_pos pos, struct erase_target *t)
{
	struct type element = t->where.type;

	if (t->where.of_var && !t->where.nsteps && ev->var_is_pointed_to) {
		t->pointer_to_element = true;
		t->bytes = ev->c.kernel->arch->elf_class / 8;
		return 0;
	}
	if (element.kind == TYPE_ARRAY && types_target(ev->c.types, &t->where.type, &element))
		element.kind = TYPE_VOID;
	if (element.kind != TYPE_POINTER || !t->where.type.bytes)
		return access_fail(&ev->c, pos, "'nullify' is for pointers, and '%s' is none", t->command->path.text);
	t->bytes = t->where.type.bytes;
	return 0;
}

/* No size is given: that of the type. */
static int resolve_type_size(struct erase_run *ev, struct erase_pos pos, struct erase_target *t, bool pointer)
{
	const struct type *type = &t->where.type;

	if (pointer && type->kind == TYPE_VOID)
		return access_fail(&ev->c, pos, "'%s' is a void pointer: say 'size' or 'nullify'", t->command->path.text);
	if (!type->bytes)
		return access_fail(&ev->c, pos, "the size of '%s' is not known: say it with 'size'", t->command->path.text);
	if (pointer && type->kind == TYPE_INT && type->is_char)
		t->size = SIZE_STRING;
	t->bytes = type->bytes;
	return 0;
}

static int resolve_size_at(struct erase_run *ev, struct erase_target *t)
{
	const struct erase_word *w = &t->command->bytes_of;
	const struct type *type = &t->size_at.type;
	int r = access_resolve(&ev->c, w, access_depth(w), &t->size_at);

	if (!r)
		r = access_deref(&ev->c, w->pos, true, &t->size_at);
	if (r)
		return r;
	if (type->kind != TYPE_INT || !type->bytes || type->bytes > 8)
		return access_fail(&ev->c, w->pos, "'%s' is no integer that could be a size", w->text);
	t->size = SIZE_READ;
	return 0;
}

int erase_target_resolve(struct erase_run *ev, const struct erase_command *command, struct erase_target *t)
{
	const struct erase_word *path = &command->path;
	size_t depth = access_depth(path);
	char name[ERASE_NAME_MAX + 1];
	struct erase_pos pos = access_name(path, depth - 1, name);
	bool pointer;
	int r;

	*t = (struct erase_target){ .command = command };
	r = access_resolve(&ev->c, path, depth, &t->where);
	if (r)
		return r;
	if (command->extent == ERASE_NULLIFY)
		return resolve_nullify(ev, pos, t);
	pointer = t->where.type.kind == TYPE_POINTER;
	r = access_deref(&ev->c, pos, false, &t->where);
	if (r)
		return r;
	switch (command->extent) {
	case ERASE_BYTES:
		t->bytes = command->bytes;
		return 0;
	case ERASE_BYTES_OF:
		return resolve_size_at(ev, t);
	default:
		return resolve_type_size(ev, pos, t, pointer);
	}
}

/* -ENODATA: the string is not in the dump. */
static int string_length(struct erase_run *ev, struct erase_target *t, uint64_t vaddr, uint64_t *bytes)
{
	char text[STRING_MAX];
	uint64_t n = kread_part(ev->c.reader, vaddr, text, sizeof(text));
	int r = kreader_take(ev->c.reader, NULL);

	if (!n)
		return r;
	*bytes = strnlen(text, n);
	t->long_strings += *bytes == n;
	return 0;
}

/* The integer, with a sign if its type has one. -EINVAL: below 0, or so large that it is damaged. */
static int read_size(struct erase_run *ev, const struct access *a, uint64_t vaddr, uint64_t *bytes)
{
	unsigned int width = a->bits ? a->bits : (unsigned int)a->type.bytes * 8, shift = a->bit_offset;
	uint64_t value;
	int r = access_read(&ev->c, vaddr, a->type.bytes, &value);

	if (r)
		return r;
	if (a->bits && ev->c.kernel->big_endian)
		shift = (unsigned int)a->type.bytes * 8 - min_u64(a->bit_offset + a->bits, a->type.bytes * 8);
	value = shift < 64 ? value >> shift : 0;
	if (width < 64)
		value &= ((uint64_t)1 << width) - 1;
	*bytes = value;
	return (a->type.is_signed && width && value >> (width - 1)) || value > BYTES_MAX ? -EINVAL : 0;
}

static int find_size(struct erase_run *ev, struct erase_target *t, uint64_t element, uint64_t vaddr, uint64_t *bytes)
{
	uint64_t at;
	int r;

	*bytes = t->bytes;
	if (t->size == SIZE_STRING)
		return string_length(ev, t, vaddr, bytes);
	if (t->size == SIZE_FIXED)
		return 0;
	r = access_walk(&ev->c, &t->size_at, element, &at);
	return r ? r : read_size(ev, &t->size_at, at, bytes);
}

struct covering {
	struct erase_list *list;
	uint64_t first, last, covered;
};

static int cover(void *arg, const struct mapping *m)
{
	struct covering *c = arg;
	uint64_t from = max_u64(m->vaddr, c->first), to = min_u64(m->vaddr + (m->len - 1), c->last);

	if (from > to)
		return 0;
	if (c->list->npieces == PIECES_MAX)
		return -EFBIG;
	c->covered += to - from + 1;
	return erase_list_piece(c->list, m->paddr + (from - m->vaddr), to - from + 1);
}

/* Each page where it is: pages that follow one another need not do so in physical memory. */
static int erase_memory(struct erase_run *ev, struct erase_target *t, uint64_t vaddr, uint64_t bytes)
{
	const struct space *s = &ev->c.kernel->space;
	uint64_t page = pages_size(ev->c.kernel->pages), next;
	struct covering c = { .list = ev->list, .first = vaddr, .last = vaddr + min_u64(bytes - 1, UINT64_MAX - vaddr) };
	int r = erase_list_entry(ev->list, t->command->path.text, t->command->extent == ERASE_NULLIFY);

	if (!r && bytes / page > WALKED_PAGES)
		r = space_each(s, c.first, c.last, cover, &c);
	for (uint64_t at = vaddr; !r && bytes / page <= WALKED_PAGES && at >= vaddr && at <= c.last; at = next) {
		struct mapping m = { .vaddr = at };

		next = at + (page - at % page);
		if (space_vtop(s, at, &m.paddr, &m.len))
			continue;
		r = cover(&c, &m);
		next = at + m.len;
	}
	if (r == -ENOMEM)
		return r;
	if (r == -EFBIG)
		return fail(EFBIG, "%s:%u:%u: more than %zu pieces of memory to erase", ev->c.name,
			    t->command->path.pos.line, t->command->path.pos.column, PIECES_MAX);
	t->unmapped += c.covered != c.last - c.first + 1;
	return 0;
}

int erase_target_run(struct erase_run *ev, struct erase_target *t, uint64_t element, uint64_t slot)
{
	uint64_t vaddr = slot, bytes = t->bytes;
	int r = t->pointer_to_element ? !slot : access_walk(&ev->c, &t->where, element, &vaddr);

	if (!r)
		r = find_size(ev, t, element, vaddr, &bytes);
	if (r == -EINVAL)
		t->bad_sizes++;
	else if (r < 0 && r != -ENOMEM)
		t->unread++;
	if (r)
		return r == -ENOMEM ? r : 0;
	return bytes ? erase_memory(ev, t, vaddr, bytes) : 0;
}

void erase_target_report(struct erase_run *ev, const struct erase_target *t)
{
	const struct erase_word *w = &t->command->path;

	if (t->unread)
		erase_warn(ev, w, "what leads there cannot be read: it is not erased", t->unread, "time");
	if (t->bad_sizes)
		erase_warn(ev, &t->command->bytes_of, "no believable size: nothing is erased by it", t->bad_sizes, "time");
	if (t->long_strings)
		erase_warn(ev, w, "a string is longer than can be told: the rest of it is not erased", t->long_strings, "time");
	if (t->unmapped)
		erase_warn(ev, w, "a part of it is not mapped: this part is not erased", t->unmapped, "time");
}
