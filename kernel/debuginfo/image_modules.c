/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/image_modules.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define MAX_TRIES	65536u
#define MAX_APART	((uint64_t)4 << 30)	/* bytes: modules lie together, within reach of branches */

struct modules_search {
	const struct kernel *k;
	struct mapping image;
	uint64_t list, name, name_bytes, kobject_mod;	/* offsets in struct module */
	unsigned int tries;
	uint64_t found;
};

static bool find_layout(struct modules_search *s, const struct types *t)
{
	struct type module;
	struct type_member list, name, kobject, mod;

	if (types_find(t, NULL, "module", &module) || types_member(t, &module, "list", &list) ||
	    types_member(t, &module, "name", &name) || types_member(t, &module, "mkobj", &kobject) ||
	    types_member(t, &kobject.type, "mod", &mod))
		return false;
	s->list = list.offset;
	s->name = name.offset;
	s->name_bytes = min_u64(name.type.bytes, 64);
	s->kobject_mod = kobject.offset + mod.offset;
	return s->name_bytes > 1;
}

/* A name, and nothing behind it. */
static bool has_name(const struct modules_search *s, uint64_t module)
{
	char name[64];
	size_t n;

	if (kernel_read(s->k, module + s->name, name, s->name_bytes))
		return false;
	n = strnlen(name, s->name_bytes);
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return n && n < s->name_bytes && bytes_are_zero(name + n, s->name_bytes - n);
}

/* Is node in a struct module, whose object for sysfs points to it, and does it point back to the head? link: 0: by next; one
 * word: by prev. */
static bool is_module(const struct modules_search *s, uint64_t node, uint64_t link, uint64_t head)
{
	uint64_t module = kernel_wrap(s->k, node - s->list), back, self;

	return !kernel_read_word(s->k, kernel_wrap(s->k, node + link), &back) && back == head &&
	       !kernel_read_word(s->k, kernel_wrap(s->k, module + s->kobject_mod), &self) && self == module && has_name(s, module);
}

static int search_piece(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	struct modules_search *s = arg;
	unsigned int word = s->k->word_bytes;
	bool big = s->k->big_endian;

	for (size_t at = 0; at + 2 * word <= len && s->tries < MAX_TRIES; at += word) {
		uint64_t next = get_uint(bytes + at, word, big), prev = get_uint(bytes + at + word, word, big);

		if (next % word || prev % word || !next || !prev || (next < prev ? prev - next : next - prev) > MAX_APART ||
		    next - s->image.vaddr < s->image.len || prev - s->image.vaddr < s->image.len)
			continue;
		s->tries++;
		if (!is_module(s, next, word, vaddr + at) || !is_module(s, prev, 0, vaddr + at))
			continue;
		s->found = vaddr + at;
		return 1;
	}
	return 0;
}

int image_find_modules(const struct kernel *k, const struct types *t, uint64_t *vaddr)
{
	struct modules_search s = { .k = k };
	int r = find_layout(&s, t) ? image_range(k, &s.image, NULL) : -ENOENT;

	if (!r)
		r = image_each(k, image_data(k), k->word_bytes, search_piece, &s, NULL);
	if (r != 1)
		return r ? r : -ENOENT;
	*vaddr = s.found;
	return 0;
}
