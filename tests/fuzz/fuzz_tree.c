/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a path in the mount of a real dump, and as the number of a node: what is there has a number that leads back to it,
 * can be asked about, and is in a folder.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree_internal.h"
#include "tests/unit/tree_rows.h"

#define DUMP "tests/corpus/tiny61.kdump"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One with the rows of the program, one with those that have all that rows can have. */
static struct fs *open_tree(const struct view_family *const *list)
{
	static const char *paths[] = { DUMP };
	struct fs_options opt = { .dump = { .paths = paths, .npaths = 1 }, .compress = -1, .families = list };
	struct fs *fs;

	if (fs_open(&opt, &fs))
		exit(1);
	return fs;
}

/* What any number may be asked. Nothing that is computed of the whole dump. */
static void ask(struct fs *fs, struct node n)
{
	struct node_stat st;
	struct node again;
	struct text *t;

	if (node_from_ino(node_to_ino(n), &again) || again.row != n.row || again.key != n.key)
		abort();
	tree_stat_is_known(fs, n);
	tree_content(fs, n);
	if (!tree_stat(fs, n, &st)) {
		again = tree_parent(fs, n);
		if (tree_stat(fs, again, &st) || st.kind != TREE_FOLDER)
			abort();
	}
	if (!tree_readlink(fs, n, &t))
		text_unref(t);
}

static void try_path(struct fs *fs, const char *path)
{
	char why[512], name[VIEW_NAME_BYTES];
	struct node n, dir = TREE_ROOT, next;
	int r = tree_resolve(fs, path, &n);

	if (!r)
		ask(fs, n);
	else
		tree_explain(fs, path, r, why, sizeof(why));
	/* the same as the kernel does it, with names that have no end in a slash, and forgotten again */
	snprintf(name, sizeof(name), "%.*s", (int)min_u64(strcspn(path, "/"), sizeof(name) - 1), path);
	if (!tree_lookup(fs, dir, name, &next)) {
		ask(fs, next);
		tree_forget(fs, next, 1);
	}
}

static void try_number(struct fs *fs, uint64_t ino)
{
	struct node n;

	if (!node_from_ino(ino, &n))
		ask(fs, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct view_family *const list[] = { &test_family, NULL };
	static struct fs *trees[2];
	char path[PATH_MAX];
	uint64_t ino = 0;

	if (!trees[0]) {
		trees[0] = open_tree(NULL);
		trees[1] = open_tree(list);
	}
	if (size >= sizeof(path))
		return 0;
	memcpy(path, data, size);
	path[size] = '\0';
	memcpy(&ino, data, size < sizeof(ino) ? size : sizeof(ino));
	for (int i = 0; i < 2; i++) {
		try_path(trees[i], path);
		try_number(trees[i], ino);
		/* rows that are there */
		try_number(trees[i], (ino & 0x00ff3fffffffffff) | (uint64_t)(ino & 1 ? ino >> 62 : 0x40 + (ino >> 62)) << 56);
	}
	return 0;
}
