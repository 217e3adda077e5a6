/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define LINE_SHIFT	12
#define LINE_BYTES	((uint64_t)1 << LINE_SHIFT)
#define LINES		16u

/* A part of a page, of the smallest size that pages have. */
struct line {
	uint64_t vaddr;
	bool valid;
	uint8_t bytes[LINE_BYTES];
};

struct kreader {
	const struct kernel *k;		/* borrowed */
	const struct space *space;	/* the kernel's, or own */
	struct space own;
	bool by_tables;			/* see kreader_by_tables() */
	int error;			/* the first one that was not taken */
	uint64_t lost;			/* where */
	struct line lines[LINES];
};

static int new_reader(const struct kernel *k, struct kreader **out)
{
	struct kreader *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->k = k;
	r->space = &k->space;
	r->by_tables = false;
	r->error = 0;
	for (unsigned int i = 0; i < LINES; i++)
		r->lines[i].valid = false;
	*out = r;
	return 0;
}

int kreader_open(const struct kernel *k, struct kreader **out)
{
	return k->has_space ? new_reader(k, out) : -ENOTSUP;
}

int kernel_user_space(const struct kernel *k, uint64_t pgd, uint64_t vaddr, struct space *out)
{
	uint64_t paddr, span;

	if (!k->has_space && !k->can_walk)
		return -ENOTSUP;
	if (k->has_space && !space_vtop(&k->space, pgd, &paddr, &span))
		pgd = paddr;
	return space_user(&k->space, pgd, vaddr, out);
}

int kreader_open_user(const struct kernel *k, uint64_t pgd, struct kreader **out)
{
	int r = new_reader(k, out);

	if (r)
		return r;
	r = kernel_user_space(k, pgd, 0, &(*out)->own);
	if (r) {
		kreader_close(*out);
		return r;
	}
	(*out)->space = &(*out)->own;
	return 0;
}

void kreader_close(struct kreader *r)
{
	free(r);
}

void kreader_by_tables(struct kreader *r)
{
	r->by_tables = true;
}

const struct kernel *kreader_kernel(const struct kreader *r)
{
	return r->k;
}

unsigned int kreader_word(const struct kreader *r)
{
	return r->k->word_bytes;
}

bool kreader_big_endian(const struct kreader *r)
{
	return r->k->big_endian;
}

int kreader_take(struct kreader *r, uint64_t *vaddr)
{
	int error = r->error;

	if (error && vaddr)
		*vaddr = r->lost;
	r->error = 0;
	return error;
}

int kreader_fail(struct kreader *r, int error, uint64_t vaddr)
{
	if (!r->error) {
		r->error = error;
		r->lost = vaddr;
	}
	return error;
}

static int read_memory(const struct kreader *r, uint64_t vaddr, void *buf, uint64_t n)
{
	bool placed = !r->by_tables && r->space != &r->own;

	return placed ? kernel_read_placed(r->k, vaddr, buf, n) : space_read(r->space, vaddr, buf, n);
}

/* The whole of a line, or the error. */
static int get_line(struct kreader *r, uint64_t vaddr, const struct line **out)
{
	uint64_t start = vaddr & ~(LINE_BYTES - 1);
	struct line *line = &r->lines[(vaddr >> LINE_SHIFT ^ vaddr >> (LINE_SHIFT + 4)) % LINES];
	int error;

	*out = line;
	if (line->valid && line->vaddr == start)
		return 0;
	line->valid = false;
	error = read_memory(r, start, line->bytes, LINE_BYTES);
	if (error)
		return error;
	line->vaddr = start;
	line->valid = true;
	return 0;
}

/* Up to the end of a line: how many, of n > 0 bytes at vaddr, that were read; or the error. */
static int64_t read_some(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n)
{
	uint64_t in_line = vaddr & (LINE_BYTES - 1), part = min_u64(n, LINE_BYTES - in_line);
	const struct line *line;
	int error = get_line(r, vaddr, &line);

	if (!error)
		memcpy(buf, line->bytes + in_line, part);
	else if (part < LINE_BYTES)	/* what is mapped may end inside a line */
		error = read_memory(r, vaddr, buf, part);
	return error ? error : (int64_t)part;
}

/* Bytes that were read, all of them unless *error. */
static uint64_t read_all(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n, int *error)
{
	bool bulk = true;	/* whole lines at once, until that fails: what is lost is then found line by line */
	uint64_t done = 0;

	*error = 0;
	while (done < n) {
		uint64_t at = kernel_wrap(r->k, vaddr + done), lines = (n - done) & ~(LINE_BYTES - 1);
		int64_t part;

		if (bulk && !(at & (LINE_BYTES - 1)) && lines >= 2 * LINE_BYTES) {
			bulk = !read_memory(r, at, (char *)buf + done, lines);
			if (bulk) {
				done += lines;
				continue;
			}
		}
		part = read_some(r, at, (char *)buf + done, n - done);
		if (part < 0) {
			*error = kreader_fail(r, (int)part, at);
			break;
		}
		done += (uint64_t)part;
	}
	return done;
}

int kread(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n)
{
	int error;

	read_all(r, vaddr, buf, n, &error);
	if (error)
		memset(buf, 0, n);
	return error;
}

uint64_t kread_part(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n)
{
	int error;

	return read_all(r, vaddr, buf, n, &error);
}

/* Of 1 to 8 bytes. */
static uint64_t value_of(const uint8_t *raw, unsigned int bytes, bool big)
{
	uint64_t value = 0;

	if (!(bytes & (bytes - 1)))
		return get_uint(raw, bytes, big);
	for (unsigned int i = 0; i < bytes; i++)
		value = value << 8 | raw[big ? i : bytes - 1 - i];
	return value;
}

uint64_t kuint(struct kreader *r, uint64_t vaddr, unsigned int bytes)
{
	uint8_t raw[8];

	return kread(r, vaddr, raw, bytes) ? 0 : value_of(raw, bytes, r->k->big_endian);
}

int64_t kint(struct kreader *r, uint64_t vaddr, unsigned int bytes)
{
	unsigned int above = 64 - 8 * bytes;

	return (int64_t)(kuint(r, vaddr, bytes) << above) >> above;
}

uint64_t kptr(struct kreader *r, uint64_t vaddr)
{
	return kuint(r, vaddr, r->k->word_bytes);
}

int kptr_at(struct kreader *r, uint64_t vaddr, uint64_t *out)
{
	uint8_t raw[8];
	int error = kread(r, vaddr, raw, r->k->word_bytes);

	*out = error ? 0 : get_uint(raw, r->k->word_bytes, r->k->big_endian);
	return error;
}

size_t kstring(struct kreader *r, uint64_t vaddr, char *buf, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		uint64_t at = kernel_wrap(r->k, vaddr + len), part = min_u64(size - 1 - len, LINE_BYTES - at % LINE_BYTES);
		int64_t have = read_some(r, at, buf + len, part);
		size_t n;

		/* the line cannot be had, but maybe the string ends before what is lost */
		if (have < 0)
			have = read_some(r, at, buf + len, part = 1);
		if (have < 0) {
			kreader_fail(r, (int)have, at);
			break;
		}
		n = strnlen(buf + len, (size_t)have);
		len += n;
		if (n < part)
			break;
	}
	if (size)
		buf[len] = '\0';
	return len;
}
