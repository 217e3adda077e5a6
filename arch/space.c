/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/vector.h"

#define MAX_TABLES	65536		/* space_each(): of 512 entries; a loop in hostile tables ends here */
#define BATCH		512u		/* entries read at once */
#define MAX_ROOTS	((uint64_t)1 << 24)	/* candidates in space_find_root(): 32 TiB, one each 2 MiB */

#define REGION_SHIFT		61
#define REGION_INDEX_BITS	3
#define REGION_BITS		((uint64_t)7 << REGION_SHIFT)

int space_add_window(struct space *s, uint64_t vaddr, uint64_t paddr, uint64_t len)
{
	return vector_push(s->windows, s->nwindows, s->windows_cap, (struct mapping){ vaddr, paddr, len });
}

void space_close(struct space *s)
{
	free(s->windows);
	s->windows = NULL;
	s->nwindows = s->windows_cap = 0;
}

/* Address bits below the index of a level. */
static unsigned int level_shift(const struct radix *t, unsigned int level)
{
	unsigned int shift = t->page_shift;

	while (level)
		shift += t->bits[--level];
	return shift;
}

static unsigned int radix_va_bits(const struct radix *t)
{
	return level_shift(t, t->levels);
}

unsigned int space_va_bits(const struct space *s)
{
	return radix_va_bits(&s->tables);
}

static uint64_t low_bits(unsigned int n)
{
	return n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

/* Bits 63:56 without their tag. */
static uint64_t untagged(const struct space *s, uint64_t vaddr)
{
	if (!s->top_byte_ignored)
		return vaddr;
	return vaddr >> 55 & 1 ? vaddr | 0xff00000000000000 : vaddr & 0x00ffffffffffffff;
}

/* Does the tree have this address? */
static bool is_canonical(const struct radix *t, uint64_t vaddr)
{
	unsigned int bits = radix_va_bits(t);
	uint64_t above = ~low_bits(bits);

	switch (t->half) {
	case RADIX_LOW:
		return !(vaddr & above);
	case RADIX_HIGH:
		return (vaddr & above) == above;
	case RADIX_BASE:
		return (vaddr & above) == t->base;
	case RADIX_REGIONS:
		return !(vaddr & ~REGION_BITS & ~low_bits(bits - REGION_INDEX_BITS));
	default:
		above = ~low_bits(bits - 1);
		return !(vaddr & above) || (vaddr & above) == above;
	}
}

/* What the indices are taken from. */
static uint64_t tree_address(const struct radix *t, uint64_t vaddr)
{
	if (t->half != RADIX_REGIONS)
		return vaddr;
	return (vaddr & ~REGION_BITS) | vaddr >> REGION_SHIFT << (radix_va_bits(t) - REGION_INDEX_BITS);
}

/* The tree that has this address, or NULL. */
static const struct radix *tree_of(const struct space *s, uint64_t vaddr)
{
	if (is_canonical(&s->tables, vaddr))
		return &s->tables;
	return s->more.levels && is_canonical(&s->more, vaddr) ? &s->more : NULL;
}

static const char *level_name(const struct space *s, const struct radix *t, unsigned int level)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D", "PGD", "PGD" };

	if (s->arch->level_names)
		return s->arch->level_names[level];
	return level == t->levels - 1 ? "PGD" : names[level];
}

static unsigned int entry_bytes(const struct radix *t, unsigned int level)
{
	return level == 0 && t->last_entry_bytes ? t->last_entry_bytes : t->entry_bytes;
}

/* Bytes from vaddr to the end of w, if vaddr is in it. */
static uint64_t in_window(const struct mapping *w, uint64_t vaddr)
{
	return vaddr >= w->vaddr && vaddr - w->vaddr < w->len ? w->len - (vaddr - w->vaddr) : 0;
}

static bool walk_windows(const struct space *s, uint64_t vaddr, struct walk *w)
{
	for (size_t i = 0; i < s->nwindows; i++) {
		const struct mapping *m = &s->windows[i];

		w->page_bytes = in_window(m, vaddr);
		if (w->page_bytes) {
			w->window = true;
			w->paddr = m->paddr + (vaddr - m->vaddr);
			return true;
		}
	}
	return false;
}

/* What an entry maps that leads out of the guest's memory is nothing that can be read. */
static void decode(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr, struct entry_meaning *out)
{
	s->arch->decode(s, level, entry, vaddr, out);
	if (s->own_address && out->kind != ENTRY_NONE && s->own_address(s->own_arg, out->paddr, &out->paddr))
		out->kind = ENTRY_NONE;
}

int space_walk(const struct space *s, uint64_t vaddr, struct walk *w)
{
	struct entry_meaning at = { .kind = ENTRY_TABLE };
	const struct radix *t;

	vaddr = untagged(s, vaddr);
	w->nsteps = 0;
	w->window = false;
	w->end = WALK_MAPPED;
	if (walk_windows(s, vaddr, w))
		return 0;
	t = tree_of(s, vaddr);
	w->end = WALK_NO_TABLES;
	if (!t)
		return -EFAULT;
	at.paddr = t->root;
	for (unsigned int level = t->levels; level-- > 0;) {
		struct walk_step *step = &w->steps[w->nsteps];
		unsigned int shift = level_shift(t, level);
		uint64_t index = tree_address(t, vaddr) >> shift & low_bits(t->bits[level]);
		unsigned int bytes = entry_bytes(t, level);
		uint8_t raw[8];
		int r;

		if (!t->bits[level])
			continue;
		w->end = WALK_SHORT_TABLE;
		if (index < at.first || (at.end && index >= at.end))
			return -EFAULT;
		*step = (struct walk_step){
			.name = level_name(s, t, level), .level = level, .entry_paddr = at.paddr + index * bytes,
		};
		r = pages_read_bytes(s->mem, step->entry_paddr, bytes, raw, HOLES_FAIL);
		w->end = WALK_UNREADABLE;
		if (r)
			return r;
		step->entry = get_uint(raw, bytes, t->big_endian);
		w->nsteps++;
		decode(s, level, step->entry, vaddr, &at);
		w->end = WALK_NO_ENTRY;
		if (at.kind == ENTRY_NONE)
			return -EFAULT;
		if (at.kind == ENTRY_LEAF) {
			w->end = WALK_MAPPED;
			step->leaf = true;
			shift = at.leaf_shift ? at.leaf_shift : shift;
			w->page_bytes = (uint64_t)1 << shift;
			w->paddr = at.paddr | (vaddr & low_bits(shift));
			return 0;
		}
	}
	return -EFAULT;
}

struct each {
	const struct space *s;
	const struct radix *t;
	uint64_t first, last;
	int (*fn)(void *arg, const struct mapping *m);
	void *arg;
	unsigned int tables, max_tables;
};

/* The tables know the low bits of addresses, which tree_address() takes: those above are what the half says. */
static uint64_t full_address(const struct radix *t, uint64_t vaddr)
{
	unsigned int bits = radix_va_bits(t), below = bits - REGION_INDEX_BITS;

	switch (t->half) {
	case RADIX_LOW:
		return vaddr;
	case RADIX_HIGH:
		return vaddr | ~low_bits(bits);
	case RADIX_BASE:
		return vaddr | t->base;
	case RADIX_REGIONS:
		return (vaddr & low_bits(below)) | vaddr >> below << REGION_SHIFT;
	default:
		return vaddr >> (bits - 1) & 1 ? vaddr | ~low_bits(bits) : vaddr;
	}
}

static int each_in_table(struct each *e, const struct entry_meaning *table, unsigned int level, uint64_t vaddr);

/* An entry for several pages; those that are none are passed over. So many of them count as a table. */
static int each_page_of_entry(struct each *e, uint64_t entry, unsigned int level, uint64_t at, unsigned int page_shift)
{
	uint64_t page = (uint64_t)1 << page_shift, pages = (uint64_t)1 << (level_shift(e->t, level) - page_shift);
	int r = 0;

	for (uint64_t i = 0; i < pages && !r; i++) {
		struct mapping m = { full_address(e->t, at + i * page), 0, page };
		struct entry_meaning what;

		if (m.vaddr > e->last)
			return 0;
		if (i % 64 == 0 && ++e->tables > e->max_tables)
			return -ELOOP;
		decode(e->s, level, entry, m.vaddr, &what);
		m.paddr = what.paddr;
		if (what.kind == ENTRY_LEAF && m.vaddr + (page - 1) >= e->first)
			r = e->fn(e->arg, &m);
	}
	return r;
}

/* at: the tree address of what the entry maps. */
static int each_entry(struct each *e, uint64_t entry, unsigned int level, uint64_t at)
{
	struct entry_meaning what = { .first = 0 };
	uint64_t vaddr = full_address(e->t, at);

	decode(e->s, level, entry, vaddr, &what);
	if (what.leaf_shift)
		return each_page_of_entry(e, entry, level, at, what.leaf_shift);
	if (what.kind == ENTRY_LEAF) {
		struct mapping m = { vaddr, what.paddr, (uint64_t)1 << level_shift(e->t, level) };

		return e->fn(e->arg, &m);
	}
	return what.kind == ENTRY_TABLE && level ? each_in_table(e, &what, level - 1, at) : 0;
}

/* All leaves below one table that maps from (tree address) vaddr on. Depth is bounded by the number of levels. */
static int each_in_table(struct each *e, const struct entry_meaning *table, unsigned int level, uint64_t vaddr)
{
	const struct radix *t = e->t;
	unsigned int shift, end, bytes;
	uint8_t raw[BATCH * 8];

	while (level && !t->bits[level])
		level--;
	shift = level_shift(t, level);
	bytes = entry_bytes(t, level);
	end = 1u << t->bits[level];
	if (table->end && table->end < end)
		end = table->end;
	/* a table of more entries counts as so many: it is time that is to be bounded */
	e->tables += end > BATCH ? end / BATCH : 1;
	if (e->tables > e->max_tables)
		return -ELOOP;
	for (unsigned int i = table->first; i < end; i++) {
		unsigned int at = i % BATCH;
		uint64_t start = full_address(t, vaddr | (uint64_t)i << shift), n;
		int r;

		if (start + low_bits(shift) < e->first)
			continue;
		if (start > e->last)
			break;
		n = min_u64(BATCH - at, end - i);
		if (pages_read_bytes(e->s->mem, table->paddr + (uint64_t)i * bytes, n * bytes, raw, HOLES_FAIL)) {
			i += (unsigned int)n - 1;
			continue;
		}
		for (unsigned int k = 0; k < n; k++, i++) {
			start = vaddr | (uint64_t)i << shift;
			if (full_address(t, start) > e->last)
				return 0;
			r = each_entry(e, get_uint(raw + k * bytes, bytes, t->big_endian), level, start);
			if (r)
				return r;
		}
		i--;
	}
	return 0;
}

static int each_window(struct each *e, const struct mapping *w)
{
	struct mapping m = *w;

	if (!w->len || w->vaddr > e->last || w->vaddr + (w->len - 1) < e->first)
		return 0;
	if (m.vaddr < e->first) {
		m.paddr += e->first - m.vaddr;
		m.len -= e->first - m.vaddr;
		m.vaddr = e->first;
	}
	if (e->last - m.vaddr < m.len - 1)
		m.len = e->last - m.vaddr + 1;
	return e->fn(e->arg, &m);
}

int space_each(const struct space *s, uint64_t first, uint64_t last, int (*fn)(void *arg, const struct mapping *m),
	       void *arg)
{
	struct each e = { .s = s, .first = first, .last = last, .fn = fn, .arg = arg, .max_tables = MAX_TABLES };
	const struct radix *const trees[] = { &s->tables, &s->more };
	int r = 0;

	if (s->max_tables)
		e.max_tables = s->max_tables;
	/* only one half at a time: table order is address order inside a half */
	if (s->tables.half == RADIX_SIGNED && first >> 63 != last >> 63)
		return -EINVAL;
	for (size_t i = 0; i < s->nwindows && !r; i++)
		r = each_window(&e, &s->windows[i]);
	for (size_t i = 0; i < ARRAY_SIZE(trees) && !r; i++) {
		struct entry_meaning top = { .kind = ENTRY_TABLE, .paddr = trees[i]->root };

		e.t = trees[i];
		if (e.t->levels)
			r = each_in_table(&e, &top, e.t->levels - 1, 0);
	}
	return r;
}

int space_vtop(const struct space *s, uint64_t vaddr, uint64_t *paddr, uint64_t *span)
{
	struct walk w;
	int r = space_walk(s, vaddr, &w);

	if (r)
		return r;
	vaddr = untagged(s, vaddr);
	*paddr = w.paddr;
	*span = w.window ? w.page_bytes : w.page_bytes - (vaddr & (w.page_bytes - 1));
	return 0;
}

bool space_maps(const struct space *s, uint64_t vaddr, uint64_t paddr)
{
	uint64_t at, span;

	return !space_vtop(s, vaddr, &at, &span) && at == paddr;
}

static int take_mapping(void *arg, const struct mapping *m)
{
	*(struct mapping *)arg = *m;
	return 1;
}

int space_first(const struct space *s, uint64_t first, uint64_t last, struct mapping *out)
{
	return space_each(s, first, last, take_mapping, out) == 1 ? 0 : -ENOENT;
}

int space_read(const struct space *s, uint64_t vaddr, void *buf, uint64_t n)
{
	char *at = buf;

	while (n) {
		uint64_t paddr, span;
		int r = space_vtop(s, vaddr, &paddr, &span);

		if (r)
			return r;
		span = min_u64(span, n);
		r = pages_read_bytes(s->mem, paddr, span, at, HOLES_FAIL);
		if (r)
			return r;
		at += span;
		vaddr += span;
		n -= span;
	}
	return 0;
}

struct root_search {
	struct space *s;
	uint64_t vaddr, align, tries;
};

/* Walk the candidates of a run of pages: those whose low bits are right. */
static int find_root_in_run(void *arg, uint64_t first, uint64_t count)
{
	struct root_search *f = arg;
	struct space *s = f->s;
	uint64_t start = first << s->mem->page_shift, end = (first + count) << s->mem->page_shift;

	/* the first address from start on that is vaddr + n * align */
	for (uint64_t at = start + ((f->vaddr - start) & (f->align - 1)); at >= start && at < end; at += f->align) {
		if (!f->tries--)
			return -ENOENT;
		s->tables.root = at;
		if (space_maps(s, f->vaddr, at))
			return 1;
	}
	return 0;
}

int space_find_root(struct space *s, uint64_t root_vaddr, uint64_t align)
{
	struct root_search f = { .s = s, .vaddr = root_vaddr, .align = align, .tries = MAX_ROOTS };
	int r = pages_each_readable(s->mem, find_root_in_run, &f);

	return r == 1 ? 0 : r < 0 ? r : -ENOENT;
}

/* The entry that more than half of a table's are; 0: there is none, or it cannot be read. */
static uint64_t most_common_entry(const struct space *s, uint64_t paddr, size_t n)
{
	size_t size = n * s->tables.entry_bytes, votes = 0;
	uint8_t *raw = malloc(size);
	uint64_t most = 0;

	if (raw && !pages_read_bytes(s->mem, paddr, size, raw, HOLES_FAIL)) {
		/* whatever is in the majority outlives all others */
		for (size_t i = 0; i < n; i++) {
			uint64_t entry = get_uint(raw + i * s->tables.entry_bytes, s->tables.entry_bytes, s->tables.big_endian);

			if (!votes)
				most = entry;
			votes = entry == most ? votes + 1 : votes - 1;
		}
		votes = 0;
		for (size_t i = 0; i < n; i++)
			votes += get_uint(raw + i * s->tables.entry_bytes, s->tables.entry_bytes, s->tables.big_endian) == most;
	}
	free(raw);
	return votes > n / 2 ? most : 0;
}

int space_learn_empty(struct space *s, unsigned int bits, bool (*pointer)(uint64_t entry, uint64_t *paddr),
		      unsigned int *levels)
{
	uint64_t chain[WALK_MAX_STEPS - 1], paddr = s->tables.root;
	unsigned int n = 0;

	while (n < ARRAY_SIZE(chain)) {
		chain[n] = most_common_entry(s, paddr, (size_t)1 << bits);
		if (!pointer(chain[n], &paddr))
			break;
		n++;
	}
	if (!n || n == ARRAY_SIZE(chain))
		return -ENOENT;
	*levels = n + 1;
	for (unsigned int i = 0; i < n; i++)
		s->empty[n - i] = chain[i];
	return 0;
}

void space_with_root(const struct space *kernel, uint64_t root, enum radix_half half, struct space *out)
{
	*out = *kernel;
	out->windows = NULL;
	out->nwindows = 0;
	out->text_vaddr = out->text_paddr = out->text_len = 0;
	out->direct = (struct mapping){ 0 };
	out->tables.root = root;
	out->tables.half = half;
	out->tables.base = 0;
	out->more.levels = 0;
}

int space_user(const struct space *kernel, uint64_t pgd, uint64_t vaddr, struct space *out)
{
	int r = kernel->arch->user_space ? kernel->arch->user_space(kernel, pgd, out) : -ENOTSUP;
	struct radix other;

	if (r)
		return r;
	vaddr = untagged(kernel, vaddr);
	other = out->tables;
	other.half = kernel->tables.half;
	other.base = kernel->tables.base;
	if (!is_canonical(&out->tables, vaddr) && is_canonical(&other, vaddr))
		out->tables = other;
	return 0;
}

int space_direct_map(const struct space *s, struct mapping *out)
{
	*out = s->direct;
	if (out->len)
		return 0;
	return s->arch->direct_map ? s->arch->direct_map(s, out) : -ENOENT;
}

void entry_describe(uint64_t entry, const struct entry_flag *flags, size_t n, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		int len;

		if ((entry & flags[i].mask) != flags[i].value)
			continue;
		len = snprintf(buf + used, size - used, "%s%s", used ? " " : "", flags[i].name);
		if (len < 0 || (size_t)len >= size - used)
			return;
		used += (size_t)len;
	}
}
