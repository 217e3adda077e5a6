/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths, and what they lead through. */
#include <errno.h>
#include <string.h>

#include "fs/tree_internal.h"

#define LINKS_MAX 40u		/* as Linux has it */

static int walk(struct fs *fs, struct node at, const char *path, unsigned int *links, struct node *out);

static bool is_link(struct fs *fs, struct node n)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);

	return j && tree_is_link(j->row);
}

/* What a link in dir leads to. */
static int follow(struct fs *fs, struct node dir, struct node link, unsigned int *links, struct node *out)
{
	struct text *t;
	int r = ++*links > LINKS_MAX ? -ELOOP : tree_readlink(fs, link, &t);

	if (r)
		return r;
	/* from the root of the machine that died, or of who looks on: not in here */
	r = !t->len || *t->data == '/' ? -ENOENT : walk(fs, dir, t->data, links, out);
	text_unref(t);
	return r;
}

static int step(struct fs *fs, struct node at, const char *name, unsigned int *links, struct node *out)
{
	struct node next;
	struct place p;
	int r;

	if (!strcmp(name, "..")) {
		r = tree_place(fs, at, &p);
		if (!r && p.row->type != VIEW_FOLDER)
			r = -ENOTDIR;
		*out = tree_parent(fs, at);
		return r;
	}
	r = tree_lookup(fs, at, name, &next);
	if (r)
		return r;
	if (is_link(fs, next))
		return follow(fs, at, next, links, out);
	*out = next;
	return 0;
}

static int walk(struct fs *fs, struct node at, const char *path, unsigned int *links, struct node *out)
{
	while (*path) {
		size_t len = strcspn(path, "/");
		char name[VIEW_NAME_BYTES];
		int r;

		if (len >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, path, len);
		name[len] = '\0';
		path += len + strspn(path + len, "/");
		if (!len || !strcmp(name, "."))
			continue;
		r = step(fs, at, name, links, &at);
		if (r)
			return r;
	}
	*out = at;
	return 0;
}

int tree_resolve(struct fs *fs, const char *path, struct node *out)
{
	unsigned int links = 0;

	return walk(fs, TREE_ROOT, path, &links, out);
}

int tree_step(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	unsigned int links = 0;

	return step(fs, dir, name, &links, out);
}
