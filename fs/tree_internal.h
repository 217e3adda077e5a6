/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the tree share: tree_nodes.c (what a node is), tree.c (opening, names), tree_list.c (listings),
 * tree_files.c (stat and open), tree_paths.c (paths and links), tree_explain.c. Nobody else includes this.
 */
#ifndef VMCOREFS_FS_TREE_INTERNAL_H
#define VMCOREFS_FS_TREE_INTERNAL_H

#include "fs/interned.h"
#include "fs/rows.h"
#include "fs/text_cache.h"
#include "fs/tree.h"
#include "fs/views/engine.h"
#include "fs/views/row.h"

struct fs {
	struct engine *e;
	const struct view_family *const *families;	/* borrowed */
	struct rows *rows;
	struct interned *names;
	struct text_cache *texts;
	_Atomic uint64_t *bounds;	/* owned: of rows with costly texts, by number; 0: not asked for yet */
	struct fs_facts facts;
};

/* A node with what its functions want to know. */
struct place {
	const struct joined_row *joined;
	const struct view_row *row;
	struct view_at at;
	char name[VIEW_NAME_BYTES];
};

/* -ENOENT: there is no such node (the kernel may ask for one that was never looked up). */
int tree_place(struct fs *fs, struct node n, struct place *p);

static inline bool tree_is_missing(const struct fs *fs, const struct view_row *row)
{
	return row->missing && row->missing(fs->e);
}

static inline bool tree_is_link(const struct view_row *row)
{
	return row->type == VIEW_LINK || row->type == VIEW_PROC_LINK;
}

static inline enum tree_kind tree_kind_of(const struct view_row *row)
{
	return row->type == VIEW_FOLDER ? TREE_FOLDER : tree_is_link(row) ? TREE_LINK : TREE_FILE;
}

/* A text for one reader, made anew. */
int tree_render(struct fs *fs, struct node n, struct outbuf *out);
/* The text of a node that has one, made if need be; one reference for the caller. */
int tree_text(struct fs *fs, struct node n, struct text **out);

/* Where a part of a path leads from a folder, through links: as tree_resolve(). */
int tree_step(struct fs *fs, struct node dir, const char *name, struct node *out);

#endif
