/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a folder lists. An entry's place: the names of the table, then those of each pattern in turn. */
#include <errno.h>

#include "fs/tree_internal.h"

#define PATTERN_SHIFT 32	/* places of each pattern but the first begin at a multiple of this power of two */

struct tree_listing {
	struct fs *fs;
	struct node dir;
	struct place place;
	uint64_t from;
	int (*emit)(void *arg, const struct tree_entry *e);
	void *arg;
	bool stopped;
};

/* The entry at place i. */
static void emit_entry(struct tree_listing *l, const struct joined_row *j, const char *name, uint64_t key, uint64_t next)
{
	const struct tree_entry te = {
		.name = name, .node = { j->number, key }, .kind = tree_kind_of(j->row), .next = next,
	};

	l->stopped = l->emit(l->arg, &te);
}

/* Those of a pattern, whose places begin at base. */
static int list_pattern(struct tree_listing *l, const struct joined_row *j, uint64_t base)
{
	const struct names_ops *names = j->row->names;
	uint64_t pos = l->from > base ? l->from - base : 0, key;
	char name[VIEW_NAME_BYTES];
	int r = 0;

	while (!l->stopped && pos >> PATTERN_SHIFT == 0 && !(r = names->list(l->fs->e, &l->place.at, &pos, &key))) {
		r = names->format(l->fs->e, key, name, sizeof(name));
		if (!r)
			emit_entry(l, j, name, key, base + pos);
		else if (r != -ENOENT)
			return r;
	}
	return l->stopped || pos >> PATTERN_SHIFT || r == -ENOENT ? 0 : r;
}

int tree_list(struct fs *fs, struct node dir, uint64_t from,
	      int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	struct tree_listing l = { .fs = fs, .dir = dir, .from = from, .emit = emit, .arg = arg };
	const struct joined_row *j;
	uint64_t at = 0, pattern = 0;
	int r = tree_place(fs, dir, &l.place);

	if (!r && l.place.row->type != VIEW_FOLDER)
		r = -ENOTDIR;
	if (r)
		return r;
	if (l.place.joined->has_readme) {
		if (at++ >= from)
			emit_entry(&l, rows_get(fs->rows, ROWS_README), "README", l.place.joined->number, at);
	}
	ROWS_NAMES(fs->rows, l.place.joined, j) {
		if (at++ < from || l.stopped || j->row->unlisted || tree_is_missing(fs, j->row))
			continue;
		emit_entry(&l, j, j->name, dir.key, at);
	}
	ROWS_PATTERNS(fs->rows, l.place.joined, j) {
		uint64_t base = at + (pattern << PATTERN_SHIFT);

		if (!j->row->names->list)
			continue;
		pattern++;
		if (l.stopped || from >= at + (pattern << PATTERN_SHIFT) || tree_is_missing(fs, j->row))
			continue;
		r = list_pattern(&l, j, base);
		if (r)
			return r;
	}
	return 0;
}
