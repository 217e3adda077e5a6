/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/symtab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/vector.h"

/* The bucket that has the name, or the empty one where it would be. There are always empty ones. */
static uint32_t *bucket_of(const struct symtab *t, const char *name)
{
	for (uint32_t i = hash_string(name);; i++) {
		uint32_t *bucket = &t->buckets[i & t->mask];

		if (!*bucket || !strcmp(symtab_name(t, &t->entries[*bucket - 1]), name))
			return bucket;
	}
}

int symtab_add(struct symtab *t, uint64_t vaddr, uint64_t bytes, char type, const char *name, size_t len)
{
	int r = len > SYMTAB_MAX_NAME ? -EOVERFLOW :
		vector_reserve_max(t->names, t->names_len, t->names_cap, len + 2, UINT32_MAX);

	if (!r)
		r = vector_push_max(t->entries, t->n, t->cap, UINT32_MAX / 4, (struct symtab_entry){
			.vaddr = vaddr, .bytes = (uint32_t)min_u64(bytes, UINT32_MAX), .name = (uint32_t)t->names_len + 1,
		});
	if (r)
		return r;
	t->names[t->names_len++] = type;
	memcpy(t->names + t->names_len, name, len);
	t->names[t->names_len + len] = '\0';
	t->names_len += len + 1;
	return 0;
}

static int make_buckets(struct symtab *t, size_t n)
{
	uint32_t *buckets = calloc(n, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	free(t->buckets);
	t->buckets = buckets;
	t->mask = (uint32_t)(n - 1);
	return 0;
}

int symtab_add_first(struct symtab *t, uint64_t vaddr, const char *name, size_t len)
{
	uint32_t *bucket;
	int r;

	if (!t->buckets || t->n * 2 > t->mask) {
		if (make_buckets(t, t->buckets ? ((size_t)t->mask + 1) * 4 : 4096))
			return -ENOMEM;
		for (uint32_t i = 0; i < t->n; i++)
			*bucket_of(t, symtab_name(t, &t->entries[i])) = i + 1;
	}
	bucket = bucket_of(t, name);
	if (*bucket)
		return 0;
	r = symtab_add(t, vaddr, 0, '?', name, len);
	if (!r)
		*bucket = (uint32_t)t->n;
	return r;
}

/* Names are in the order in which the symbols came: that makes the sort stable. */
static int compare(const void *left, const void *right)
{
	const struct symtab_entry *a = left, *b = right;

	if (a->vaddr != b->vaddr)
		return a->vaddr < b->vaddr ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

static void sort(struct symtab *t)
{
	for (size_t i = 1; i < t->n; i++) {
		if (compare(&t->entries[i - 1], &t->entries[i]) > 0) {
			qsort(t->entries, t->n, sizeof(*t->entries), compare);
			return;
		}
	}
}

static bool is_global(const struct symtab *t, const struct symtab_entry *e)
{
	return symtab_type(t, e) >= 'A' && symtab_type(t, e) <= 'Z';
}

int symtab_finish(struct symtab *t)
{
	size_t buckets = 16;

	vector_trim(t->entries, t->n, t->cap);
	vector_trim(t->names, t->names_len, t->names_cap);
	sort(t);
	while (buckets < t->n + t->n / 2)
		buckets *= 2;
	if (make_buckets(t, buckets))
		return -ENOMEM;
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t *bucket = bucket_of(t, symtab_name(t, &t->entries[i]));

		if (!*bucket || (is_global(t, &t->entries[i]) && !is_global(t, &t->entries[*bucket - 1])))
			*bucket = i + 1;
	}
	return 0;
}

void symtab_free(struct symtab *t)
{
	free(t->entries);
	free(t->names);
	free(t->buckets);
	*t = (struct symtab){ 0 };
}

const struct symtab_entry *symtab_find(const struct symtab *t, const char *name)
{
	uint32_t *bucket = t->n ? bucket_of(t, name) : NULL;

	return bucket && *bucket ? &t->entries[*bucket - 1] : NULL;
}

const struct symtab_entry *symtab_at(const struct symtab *t, uint64_t vaddr)
{
	size_t above = bisect_first(i, t->n, t->entries[i].vaddr > vaddr);

	if (!above)
		return NULL;
	vaddr = t->entries[above - 1].vaddr;
	return &t->entries[bisect_first(i, above, t->entries[i].vaddr >= vaddr)];
}

int symtab_each(const struct symtab *t, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	int r = 0;

	for (size_t i = 0; i < t->n && !r; i++) {
		struct symbol symbol = symtab_symbol(t, &t->entries[i]);

		r = fn(arg, &symbol);
	}
	return r;
}

static int compare_names(const void *left, const void *right)
{
	const struct symtab_entry *a = *(const struct symtab_entry *const *)left, *b = *(const struct symtab_entry *const *)right;

	return a->name < b->name ? -1 : a->name > b->name;
}

/* The kernel has them by address, but for some. */
static bool came_by_address(const struct symtab *t, size_t names_end)
{
	uint32_t last = 0;

	for (size_t i = 0; i < t->n; i++) {
		uint32_t name = t->entries[i].name;

		if (name >= names_end)
			continue;
		if (name < last)
			return false;
		last = name;
	}
	return true;
}

static int each_below(const struct symtab *t, size_t names_end, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	int r = 0;

	for (size_t i = 0; i < t->n && !r; i++) {
		struct symbol symbol = symtab_symbol(t, &t->entries[i]);

		if (t->entries[i].name < names_end)
			r = fn(arg, &symbol);
	}
	return r;
}

int symtab_each_added(const struct symtab *t, size_t names_end, int (*fn)(void *arg, const struct symbol *sym), void *arg)
{
	const struct symtab_entry **order;
	size_t n = 0;
	int r = 0;

	if (came_by_address(t, names_end))
		return each_below(t, names_end, fn, arg);
	order = malloc(t->n * sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		if (t->entries[i].name < names_end)
			order[n++] = &t->entries[i];
	qsort(order, n, sizeof(*order), compare_names);
	for (size_t i = 0; i < n && !r; i++) {
		struct symbol symbol = symtab_symbol(t, order[i]);

		r = fn(arg, &symbol);
	}
	free(order);
	return r;
}
