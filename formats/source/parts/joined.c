/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/parts/joined.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"

struct joined {
	struct source s;		/* first member */
	struct joined_piece *pieces;	/* owned */
	uint64_t *starts;		/* owned: of each piece in the whole */
	size_t n;
	bool owns;
};

/* Index of the piece that has byte off, which is below the size. */
static size_t find_piece(const struct joined *j, uint64_t off)
{
	return bisect_from(i, 1, j->n, j->starts[i] > off) - 1;
}

static ssize_t joined_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct joined *j = (const struct joined *)s;
	size_t done = 0;

	for (size_t i = find_piece(j, off); i < j->n && done < n; i++) {
		const struct joined_piece *p = &j->pieces[i];
		uint64_t at = off + done - j->starts[i], want;
		ssize_t r;

		if (at >= p->len)
			continue;
		want = min_u64(n - done, p->len - at);
		r = source_read_some(p->src, (char *)buf + done, want, p->offset + at);
		if (r < 0)
			return r;
		done += (size_t)r;
		if ((uint64_t)r < want)
			break;		/* a piece that is cut off: what follows does not move up */
	}
	return (ssize_t)done;
}

static bool is_again(const struct joined_piece *pieces, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (pieces[k].src == pieces[i].src)
			return true;
	return false;
}

static void close_all(const struct joined_piece *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_again(pieces, i))
			source_close(pieces[i].src);
}

static void joined_close(struct source *s)
{
	struct joined *j = (struct joined *)s;

	if (j->owns)
		close_all(j->pieces, j->n);
	free(j->pieces);
	free(j->starts);
	free(j);
}

static const struct source_ops joined_ops = {
	.read = joined_read,
	.close = joined_close,
};

struct source *joined_new(const struct joined_piece *pieces, size_t n, bool owns)
{
	struct joined *j = calloc(1, sizeof(*j));

	if (j) {
		j->pieces = calloc(n, sizeof(*j->pieces));
		j->starts = calloc(n, sizeof(*j->starts));
	}
	if (!j || !j->pieces || !j->starts) {
		if (owns)
			close_all(pieces, n);
		if (j) {
			j->owns = false;
			joined_close(&j->s);
		}
		return NULL;
	}
	memcpy(j->pieces, pieces, n * sizeof(*pieces));
	j->n = n;
	j->owns = owns;
	j->s = (struct source){ .ops = &joined_ops, .name = pieces[0].src->name };
	memcpy(j->s.container, pieces[0].src->container, sizeof(j->s.container));
	for (size_t i = 0; i < n; i++) {
		j->starts[i] = j->s.size;
		if (add_overflows(j->s.size, pieces[i].len, &j->s.size))
			j->s.size = UINT64_MAX;
		j->s.mtime = pieces[i].src->mtime > j->s.mtime ? pieces[i].src->mtime : j->s.mtime;
		j->s.truncated |= pieces[i].src->truncated;
	}
	return &j->s;
}
