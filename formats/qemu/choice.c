/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which blocks of QEMU's migration stream are memory. A block of memory has the id of the object that it comes from, so
 * any name; what is left when those of firmware and devices are taken away is memory. Memory that was plugged in looks no
 * different: how much the machine began with tells what it is.
 *
 * The stream has blocks by their size, those of equal size as they were made (QEMU: ram_block_add). Memory nodes are
 * numbered in the order of their addresses, and so are, as a rule, the objects that they are made of.
 */
#include "formats/qemu/qemu.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/outbuf.h"

#define OBJECTS "/objects/"
#define STEPS_MAX ((unsigned int)1 << 20)

/* Of the board itself. What belongs to a device that has an address, or to a file of the firmware, has a '/'. */
static const char *const no_memory[] = {
	"*.bios", "*.rom", "*.mrom", "*vram*", "*.flash*", "tpm-*", "*.fifo", "*.tag", "*.sram", "*.secure-ram",
};

const char *qemu_block_id(const struct qemu_block *b)
{
	const char *slash = strrchr(b->name, '/');

	return slash ? slash + 1 : b->name;
}

const struct qemu_block *qemu_find_block(const struct qemu_ram *ram, const char *name)
{
	for (size_t i = 0; i < ram->nblocks; i++)
		if (!strcmp(ram->blocks[i].name, name))
			return &ram->blocks[i];
	for (size_t i = 0; i < ram->nblocks; i++)
		if (!strcmp(qemu_block_id(&ram->blocks[i]), name))
			return &ram->blocks[i];
	return NULL;
}

static bool can_be_memory(const struct qemu_block *b)
{
	if (strchr(b->name, '/') && strncmp(b->name, OBJECTS, strlen(OBJECTS)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(no_memory); i++)
		if (!fnmatch(no_memory[i], qemu_block_id(b), 0))
			return false;
	return b->size;
}

bool qemu_memory_fits(const struct qemu_facts *f, uint64_t bytes)
{
	uint64_t mask = ((uint64_t)1 << 40) - ((uint64_t)1 << 16);	/* what the clock has room for */

	if (!f->below_4g || bytes < f->below_4g)
		return false;
	if (!f->above_4g && bytes - f->below_4g < (uint64_t)1 << 16)
		return true;
	return ((bytes - f->below_4g) & mask) == f->above_4g && bytes > f->below_4g;
}

/* The bytes of an id before the number that it ends with; *number: that number, -1: none. */
static size_t stem(const char *id, long *number)
{
	size_t n = strlen(id), end = n;

	while (n && end - n < 9 && isdigit((unsigned char)id[n - 1]))
		n--;
	*number = n < end ? strtol(id + n, NULL, 10) : -1;
	return n;
}

static bool same_stem(const struct qemu_block *a, const struct qemu_block *b)
{
	long an, bn;
	size_t a_len = stem(qemu_block_id(a), &an), b_len = stem(qemu_block_id(b), &bn);

	return a_len == b_len && an >= 0 && bn >= 0 && !memcmp(qemu_block_id(a), qemu_block_id(b), a_len);
}

static int compare_numbers(const void *a, const void *b)
{
	long an, bn;

	stem(qemu_block_id(*(const struct qemu_block *const *)a), &an);
	stem(qemu_block_id(*(const struct qemu_block *const *)b), &bn);
	return (an > bn) - (an < bn);
}

/* In the order of addresses. false: nothing tells it, and it matters. */
static bool sort_memory(struct qemu_choice *c)
{
	bool numbered = true, equal = true;

	for (size_t i = 1; i < c->n; i++) {
		numbered &= same_stem(c->memory[0], c->memory[i]);
		equal &= c->memory[0]->size == c->memory[i]->size;
	}
	if (numbered)
		qsort(c->memory, c->n, sizeof(c->memory[0]), compare_numbers);
	return numbered || equal;
}

/* The first of them, by the order that they are in, that together are as much as the machine began with. */
struct block_choice {
	const struct qemu_facts *facts;
	const struct qemu_block *const *from;
	size_t n;
	uint64_t least;			/* bytes that are wanted, or that and some TiB */
	bool taken[QEMU_MEMORY_MAX], found[QEMU_MEMORY_MAX];
	unsigned int solutions, steps;
};

/* bytes are taken of those before i; rest: bytes of i and those behind it. */
static void search(struct block_choice *s, size_t i, uint64_t bytes, uint64_t rest)
{
	if (s->steps++ > STEPS_MAX || s->solutions > 1 || bytes + rest < s->least)
		return;
	if (i == s->n) {
		if (qemu_memory_fits(s->facts, bytes) && !s->solutions++)
			memcpy(s->found, s->taken, sizeof(s->found));
		return;
	}
	s->taken[i] = true;
	search(s, i + 1, bytes + s->from[i]->size, rest - s->from[i]->size);
	s->taken[i] = false;
	search(s, i + 1, bytes, rest - s->from[i]->size);
}

/* Takes from candidates those that fit the clock. *sure: no others do. false: none do. */
static bool take_fitting(const struct qemu_facts *f, const struct qemu_block *const *from, size_t n,
			 struct qemu_choice *c, bool *sure)
{
	struct block_choice s = { .facts = f, .from = from, .n = n, .least = f->below_4g + f->above_4g };
	uint64_t all = 0;

	if (!f->below_4g)
		return false;
	for (size_t i = 0; i < n; i++)
		all += from[i]->size;
	search(&s, 0, 0, all);
	for (size_t i = 0; i < n && s.solutions; i++)
		if (s.found[i])
			c->memory[c->n++] = from[i];
	*sure = s.solutions == 1 && s.steps <= STEPS_MAX;
	return s.solutions;
}

/* The names of libvirt, or all when they differ in their number only. */
static bool take_alike(const struct qemu_block *const *from, size_t n, struct qemu_choice *c)
{
	const struct qemu_block *first = NULL;
	bool alike = true;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(qemu_block_id(from[i]), "ram-node0"))
			first = from[i];
		alike &= i == 0 || same_stem(from[0], from[i]);
	}
	if (!first && !alike)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!first || same_stem(first, from[i]))
			c->memory[c->n++] = from[i];
	return c->n;
}

static void put_ids(struct outbuf *o, const struct qemu_block *const *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_printf(o, "%s%s", i ? ":" : "", qemu_block_id(blocks[i]));
}

/* Blocks with the ids of -o ram=ID[:ID...]. */
static int take_named(const struct dump *d, const struct qemu_ram *ram, struct qemu_choice *c)
{
	char *copy = strdup(d->req->ram), *rest = copy, *id;
	int r = copy ? 0 : -ENOMEM;

	while (!r && (id = strsep(&rest, ":"))) {
		const struct qemu_block *b = qemu_find_block(ram, id);

		for (size_t i = 0; i < c->n; i++)
			if (b == c->memory[i])
				b = NULL;
		if (!b || c->n == QEMU_MEMORY_MAX)
			r = fail(EINVAL, "-o ram=%s: \"%s\" is %s of %s", d->req->ram, id, b ? "too many blocks" :
				 qemu_find_block(ram, id) ? "there twice, a block" : "no block", d->src->name);
		else
			c->memory[c->n++] = b;
	}
	free(copy);
	return r;
}

static int not_known(const struct dump *d, const struct qemu_savevm *s, const struct qemu_block *const *from, size_t n)
{
	struct outbuf ids = OUTBUF_INIT;
	const struct qemu_block *first = s->ram.blocks;
	int r;

	put_ids(&ids, n ? from : &first, n ? n : s->ram.nblocks > 0);
	r = fail(ENOTSUP, "%s: QEMU machine \"%.64s\": it is not known which blocks of its memory are RAM (\"%.200s\"%s): "
		 "-o ram=ID[:ID...] tells", d->src->name, s->machine.type, ids.len ? ids.data : "", n ? "" : ", ...");
	out_free(&ids);
	return r;
}

static void warn_of_doubt(const struct dump *d, const struct qemu_choice *c)
{
	struct outbuf ids = OUTBUF_INIT;

	put_ids(&ids, c->memory, c->n);
	log_warn("%s: the QEMU stream does not tell for sure which blocks are RAM, in which order: taken is -o ram=%.400s",
		 d->src->name, ids.len ? ids.data : "");
	out_free(&ids);
}

static bool has(const struct qemu_block *const *blocks, size_t n, const struct qemu_block *b)
{
	for (size_t i = 0; i < n; i++)
		if (blocks[i] == b)
			return true;
	return false;
}

/* The memory that a virtio-mem device has begins with the device's address. */
static bool is_of_region(const struct qemu_facts *f, const struct qemu_block *b)
{
	const char *slash = strrchr(b->name, '/');
	size_t n = slash ? (size_t)(slash - b->name) + 1 : 0;

	for (size_t i = 0; i < f->nregions && n; i++)
		if (!strncmp(f->regions[i].device, b->name, n))
			return true;
	return false;
}

int qemu_choose_memory(const struct dump *d, const struct qemu_savevm *s, const char *const *usual, struct qemu_choice *c)
{
	const struct qemu_block *candidates[QEMU_MEMORY_MAX];
	bool sure = true;
	size_t n = 0;
	int r = 0;

	c->n = c->nplugged = 0;
	c->bytes = 0;
	for (size_t i = 0; i < s->ram.nblocks && n < QEMU_MEMORY_MAX; i++)
		if (can_be_memory(&s->ram.blocks[i]))
			candidates[n++] = &s->ram.blocks[i];
	if (d->req->ram) {
		r = take_named(d, &s->ram, c);
	} else {
		for (; *usual && !c->n; usual++)
			if (qemu_find_block(&s->ram, *usual))
				c->memory[c->n++] = qemu_find_block(&s->ram, *usual);
		if (!c->n && !take_fitting(&s->facts, candidates, n, c, &sure)) {
			if (!take_alike(candidates, n, c))
				return not_known(d, s, candidates, n);
			sure = c->n == 1 || !strncmp(qemu_block_id(c->memory[0]), "ram-node", 8);
		}
		if (!sort_memory(c) || !sure)
			warn_of_doubt(d, c);
	}
	if (!r && !c->n)
		return not_known(d, s, candidates, n);
	for (size_t i = 0; i < c->n; i++)
		c->bytes += c->memory[i]->size;
	for (size_t i = 0; i < s->ram.nblocks && c->nplugged < QEMU_MEMORY_MAX; i++) {
		const struct qemu_block *b = &s->ram.blocks[i];

		if ((has(candidates, n, b) && !has(c->memory, c->n, b)) || is_of_region(&s->facts, b))
			c->plugged[c->nplugged++] = b;
	}
	return r;
}
