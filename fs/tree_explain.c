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

static int consider_entry(void *arg, const struct tree_entry *e)
{
	consider(arg, e->name);
	return 0;
}

/* Folders that have very many names are numbered: nothing is gained by comparing all. */
static bool has_few_names(struct node dir)
{
	return dir.kind == NODE_ROOT || dir.kind == NODE_LEVEL || dir.kind == NODE_SPLIT;
}

static void find_nearest(struct fs *fs, struct node dir, const char *name, struct nearest *near)
{
	size_t len = strlen(name);

	*near = (struct nearest){ .wanted = name, .best = len < 3 ? 0 : len < 5 ? 1 : 2 };
	if (!has_few_names(dir) || !near->best)
		return;
	tree_list(fs, dir, 0, consider_entry, near);
	/* who asks for one that is missing is told why */
	for (size_t i = 0; dir.kind == NODE_ROOT && i < tree_nentries; i++)
		if (tree_missing_why(fs, &tree_entries[i]))
			consider(near, tree_entries[i].name);
	for (size_t i = 0; dir.kind == NODE_LEVEL && i < tree_nlevel_files; i++)
		if (!tree_level_files[i].listed)
			consider(near, tree_level_files[i].name);
}

/* A name at the top that other dumps have: why not this one? NULL: there is no such name. */
static const char *why_not_here(const struct fs *fs, const char *name)
{
	unsigned int sel;

	for (size_t i = 0; i < tree_nentries; i++)
		if (!strcmp(tree_entries[i].name, name))
			return tree_missing_why(fs, &tree_entries[i]);
	if (!tree_selection_of_name(name, &sel) || engine_has_selection(fs->e, sel))
		return NULL;
	return fs->e->memmap ? "the page structs are not in large pages that are known here" : fs->e->why_no_classes;
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
			if (tree_lookup(fs, *dir, name, &next))
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
	struct node dir;
	size_t at, used;

	find_end(fs, path, &dir, name, &at);
	if (dir.kind == NODE_ROOT && r == -ENOENT)
		why = why_not_here(fs, name);
	if (why) {
		snprintf(buf, size, "not in this dump: %s", why);
		return;
	}
	used = (size_t)snprintf(buf, size, "%s", strerror(r == -EBADMSG ? EIO : -r));
	/* another number is not what was meant */
	if (r != -ENOENT || (dir.kind == NODE_ROOT && !strncmp(name, "level-", 6)))
		return;
	find_nearest(fs, dir, name, &near);
	for (size_t i = 0; i < near.n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%.*s%s", i ? ", " : "; did you mean ", (int)at, path,
					 near.names[i]);
	if (near.n && used < size)
		snprintf(buf + used, size - used, "?");
}
