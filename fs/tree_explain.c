/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to tell a user who asked for a name that is not there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "fs/tree_internal.h"

#define NAME_MAX_BYTES 256u
#define NEAR_MAX 3u			/* names that are offered */

/* Insertions, deletions, replacements and swaps of neighbours between two names, or more than limit. */
static unsigned int distance(const char *a, const char *b, unsigned int limit)
{
	unsigned int rows[3][NAME_MAX_BYTES + 1];
	size_t na = strlen(a), nb = strlen(b);

	if (nb > NAME_MAX_BYTES || (na > nb ? na - nb : nb - na) > limit)
		return limit + 1;
	for (size_t k = 0; k <= nb; k++)
		rows[0][k] = (unsigned int)k;
	for (size_t i = 1; i <= na; i++) {
		unsigned int *above = rows[(i - 1) % 3], *row = rows[i % 3], *two = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t k = 1; k <= nb; k++) {
			unsigned int best = above[k - 1] + (a[i - 1] != b[k - 1]);

			if (above[k] + 1 < best)
				best = above[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && two[k - 2] + 1 < best)
				best = two[k - 2] + 1;
			row[k] = best;
		}
	}
	return rows[na % 3][nb];
}

/* The names of a folder that are most like another one. */
struct nearest {
	const char *wanted;
	unsigned int best;		/* distance of those in names; above it nothing is like it */
	char names[NEAR_MAX][NAME_MAX_BYTES];
	size_t n;
};

static void consider(struct nearest *near, const char *name)
{
	size_t len = strlen(near->wanted);
	unsigned int d = distance(near->wanted, name, near->best);

	if (!strcasecmp(near->wanted, name) || (len >= 3 && !strncmp(near->wanted, name, len)))
		d = 1;
	if (d > near->best || (d == near->best && near->n == NEAR_MAX) || strlen(name) >= NAME_MAX_BYTES)
		return;
	if (d < near->best)
		near->n = 0;
	near->best = d;
	snprintf(near->names[near->n++], NAME_MAX_BYTES, "%s", name);
}

/* Not the names of a pattern that has many: nothing is gained by comparing numbers. */
static void consider_names(struct fs *fs, const struct place *dir, struct nearest *near)
{
	const struct joined_row *j;

	/* what is listed first, then what is not, and what is missing: who asks for that one is told why */
	ROWS_NAMES(fs->rows, dir->joined, j)
		if (!j->row->unlisted && !tree_is_missing(fs, j->row))
			consider(near, j->name);
	ROWS_PATTERNS(fs->rows, dir->joined, j) {
		char name[NAME_MAX_BYTES];
		uint64_t pos = 0, key;

		while (j->row->names->few && !j->row->names->list(fs->e, &dir->at, &pos, &key))
			if (!j->row->names->format(fs->e, key, name, sizeof(name)))
				consider(near, name);
	}
	ROWS_NAMES(fs->rows, dir->joined, j)
		if (j->row->unlisted || tree_is_missing(fs, j->row))
			consider(near, j->name);
}

/* Does a name begin as those of a pattern do? Another number is not what was meant. */
static bool is_like_pattern(struct fs *fs, const struct place *dir, const char *name)
{
	const struct joined_row *j;
	size_t len;

	ROWS_PATTERNS(fs->rows, dir->joined, j) {
		len = strcspn(j->name, "<[");
		if (len && !strncmp(name, j->name, len))
			return true;
	}
	return false;
}

static void find_nearest(struct fs *fs, const struct place *dir, const char *name, struct nearest *near)
{
	size_t len = strlen(name);

	*near = (struct nearest){ .wanted = name, .best = len < 3 ? 0 : len < 5 ? 1 : 2 };
	if (near->best && !is_like_pattern(fs, dir, name))
		consider_names(fs, dir, near);
}

/* A name that other dumps have: why not this one? NULL: there is no such name. */
static const char *why_not_here(const struct fs *fs, const struct place *dir, const char *name)
{
	const struct joined_row *j;
	const char *why;

	ROWS_NAMES(fs->rows, dir->joined, j)
		if (!strcmp(j->name, name))
			return j->row->missing ? j->row->missing(fs->e) : NULL;
	ROWS_PATTERNS(fs->rows, dir->joined, j) {
		why = j->row->names->why_not ? j->row->names->why_not(fs->e, name) : NULL;
		if (why)
			return why;
	}
	return NULL;
}

/* The folder where the path ends to be known, and the name that is not in it. *at: where that name is in the path. */
static void find_end(struct fs *fs, const char *path, struct node *dir, char *name, size_t *at)
{
	const char *p = path;
	struct node next;

	*dir = TREE_ROOT;
	for (;;) {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		*at = (size_t)(p - path);
		snprintf(name, NAME_MAX_BYTES, "%.*s", (int)min_u64(len, NAME_MAX_BYTES), p);
		if (!len)
			return;
		if (strcmp(name, ".")) {
			if (tree_step(fs, *dir, name, &next))
				return;
			*dir = next;
		}
		p += len;
	}
}

void tree_explain(struct fs *fs, const char *path, int r, char *buf, size_t size)
{
	char name[NAME_MAX_BYTES];
	struct nearest near;
	const char *why = NULL;
	struct place place;
	struct node dir, link;
	struct text *to;
	size_t at, used;

	find_end(fs, path, &dir, name, &at);
	if (!tree_lookup(fs, dir, name, &link) && !tree_readlink(fs, link, &to)) {
		snprintf(buf, size, "is a link that leads to nothing in here: %.*s", (int)to->len, to->data);
		text_unref(to);
		return;
	}
	used = (size_t)snprintf(buf, size, "%s", strerror(r == -EBADMSG ? EIO : -r));
	if (r != -ENOENT || tree_place(fs, dir, &place))
		return;
	why = why_not_here(fs, &place, name);
	if (why) {
		snprintf(buf, size, "not in this dump: %s", why);
		return;
	}
	find_nearest(fs, &place, name, &near);
	for (size_t i = 0; i < near.n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%.*s%s", i ? ", " : "; did you mean ", (int)at, path,
					 near.names[i]);
	if (near.n && used < size)
		snprintf(buf + used, size - used, "?");
}
