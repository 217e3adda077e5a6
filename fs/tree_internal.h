/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the tree share: tree.c (the table, names), tree_folders.c (folders whose names are numbers, notes),
 * tree_files.c (stat and open). Nobody else includes this.
 */
#ifndef VMCOREFS_FS_TREE_INTERNAL_H
#define VMCOREFS_FS_TREE_INTERNAL_H

#include "formats/reader/notes.h"
#include "fs/ranges.h"
#include "fs/tree.h"
#include "fs/views/engine.h"
#include "fs/views/texts.h"
#include "fs/walks.h"

enum entry_type {
	TEXT,			/* small, rendered once; its size is known from the first stat on */
	COSTLY_TEXT,		/* the same, but rendering it reads memory: stat shows an upper bound until it is open */
	LIVE,			/* changes */
	IMAGE,			/* of the whole dump */
	FOLDER,			/* see tree_folders.c */
	LEVEL_FOLDERS,		/* stands for level-0 to level-31 */
};

/* Why an entry is absent from this dump; NULL: it is there. */
typedef const char *missing_fn(const struct engine *e);

struct entry {
	const char *name, *help;
	enum entry_type type;
	render_fn *render;
	enum image_kind image;
	missing_fn *missing;
	bound_fn *bound;		/* COSTLY_TEXT: that upper bound */
};

/* THE table: every name at the top of the mount. */
extern const struct entry tree_entries[];
extern const size_t tree_nentries;
#define MAX_ENTRIES 32

struct level_file {
	const char *name;
	enum image_kind image;
	bool report;
	bool listed;			/* the others answer to their names: who walks the tree shall not compress for days */
};

/* What each level-N folder holds. */
extern const struct level_file tree_level_files[];
extern const size_t tree_nlevel_files;

struct text_slot {
	struct once once;
	struct text *text;
	_Atomic uint64_t bound;		/* of a COSTLY_TEXT; 0: not asked for yet */
};

struct fs {
	struct engine *e;
	struct ranges *ranges;
	struct walks *walks;
	struct fs_facts facts;
	struct once notes_once;		/* for what follows: a dump may have millions of notes */
	uint32_t *note_at;		/* owned: offsets of their headers */
	size_t nnotes;
	struct text_slot texts[MAX_ENTRIES];
	struct text_slot level_reports[WHOLE];
};

/* Why an entry is absent from this dump; NULL: it is there. */
const char *tree_missing_why(const struct fs *fs, const struct entry *en);
bool tree_is_folder(struct node n);
/* "level-31", "level-31+vmemmap": the number of the selection. */
bool tree_selection_of_name(const char *name, unsigned int *sel);
/* Number of folders that the root lists. */
unsigned int tree_root_folders(struct fs *fs);

/* tree_folders.c: what is in the folders of the table. As tree_lookup() and tree_list(). */
int folder_lookup(struct fs *fs, struct node dir, const char *name, struct node *out);
int folder_list(struct fs *fs, struct node dir, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e),
		void *arg);
/* The note with this number. -ENOENT, -ENOMEM. */
int folder_note(struct fs *fs, uint64_t index, struct dump_note *note);
/* tree_files.c: walk the tables, and keep the text for the stat and the open that follow. -EFAULT: there is nothing to show. */
int tree_walk(struct fs *fs, const struct range *walk);
/* The walk of a NODE_VTOP or NODE_VTOP_HIGH, as in the table of ranges. */
struct range folder_walk_of_node(struct node n);

#endif
