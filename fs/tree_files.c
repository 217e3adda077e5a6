/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stat(2), open(2) and readlink(2) of what is in the tree. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "fs/tree_internal.h"

#define PROC_LINK_SIZE 64	/* what procfs says of each of its own */

/* The size of a costly text that is not open yet, or could not be made. Those with the same function have the same one. */
static uint64_t text_bound(struct fs *fs, const struct joined_row *j)
{
	uint64_t bound = atomic_load_explicit(&fs->bounds[j->number], memory_order_relaxed);

	for (unsigned int i = 0; !bound && i < rows_end(fs->rows); i++) {
		const struct joined_row *other = rows_get(fs->rows, i);

		if (other && other->row->bound == j->row->bound)
			bound = atomic_load_explicit(&fs->bounds[i], memory_order_relaxed);
	}
	if (!bound)
		bound = j->row->bound(fs->e);
	atomic_store_explicit(&fs->bounds[j->number], bound, memory_order_relaxed);
	return bound;
}

bool tree_stat_is_known(struct fs *fs, struct node n)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);
	size_t len;

	switch (j ? j->row->type : VIEW_FOLDER) {
	case VIEW_FOLDER:
	case VIEW_PROC_TEXT:
	case VIEW_PROC_LINK:
	case VIEW_LIVE:
	case VIEW_BYTES:
		return true;
	case VIEW_COSTLY_TEXT:
		return text_cache_length(fs->texts, n, &len) ||
		       atomic_load_explicit(&fs->bounds[n.row], memory_order_relaxed);
	case VIEW_TEXT:
	case VIEW_LINK:
		return n.row == ROWS_README || text_cache_length(fs->texts, n, &len);
	case VIEW_IMAGE:
		break;
	}
	return false;
}

/* Links to a folder: its name, ".", and ".." of each folder that it lists; 1 where counting those would cost something. */
static unsigned int count_links(struct fs *fs, const struct place *p)
{
	const struct joined_row *j;
	unsigned int n = 2;

	ROWS_NAMES(fs->rows, p->joined, j)
		n += j->row->type == VIEW_FOLDER && !j->row->unlisted && !tree_is_missing(fs, j->row);
	ROWS_PATTERNS(fs->rows, p->joined, j) {
		uint64_t pos = 0, key;

		if (j->row->type != VIEW_FOLDER || !j->row->names->list)
			continue;
		if (!j->row->names->few)
			return 1;
		while (!j->row->names->list(fs->e, &p->at, &pos, &key))
			n++;
	}
	return n;
}

static int stat_text(struct fs *fs, struct node n, struct node_stat *st)
{
	struct text *t;
	size_t len;
	int r;

	if (!text_cache_length(fs->texts, n, &len)) {
		r = tree_text(fs, n, &t);
		if (r)
			return r;
		len = t->len;
		text_unref(t);
	}
	st->size = st->data_bytes = len;
	st->final = true;
	return 0;
}

static int stat_bytes(struct fs *fs, const struct place *p, struct node_stat *st)
{
	struct view_size size = { .final = true };
	int r = p->row->size(fs->e, &p->at, &size);

	st->size = size.size;
	st->data_bytes = size.data_bytes;
	st->final = size.final;
	st->slow = size.slow;
	return r;
}

int tree_stat(struct fs *fs, struct node n, struct node_stat *st)
{
	struct place p;
	size_t len;
	int r = tree_place(fs, n, &p);

	if (r)
		return r;
	*st = (struct node_stat){ .kind = tree_kind_of(p.row), .nlink = 1 };
	switch (p.row->type) {
	case VIEW_FOLDER:
		st->final = true;
		st->nlink = count_links(fs, &p);
		return 0;
	case VIEW_COSTLY_TEXT:
		st->final = text_cache_length(fs->texts, n, &len);
		st->slow = !text_cache_has(fs->texts, n);
		st->size = st->data_bytes = st->final ? len : text_bound(fs, p.joined);
		return 0;
	case VIEW_PROC_TEXT:
	case VIEW_LIVE:
		st->live = st->final = true;
		return 0;
	case VIEW_PROC_LINK:
		st->size = PROC_LINK_SIZE;
		st->final = true;
		return 0;
	case VIEW_TEXT:
	case VIEW_LINK:
		return stat_text(fs, n, st);
	case VIEW_IMAGE:
	case VIEW_BYTES:
		return stat_bytes(fs, &p, st);
	}
	return -ENOENT;
}

int tree_attributes(struct fs *fs, struct node n, struct view_attributes *out)
{
	struct place p;
	int r = tree_place(fs, n, &p);

	return r || !p.row->attributes ? r : p.row->attributes(fs->e, &p.at, out);
}

static int view_from_text(struct text *t, bool live, struct view **out)
{
	*out = view_of_text(t, live);
	return *out ? 0 : -ENOMEM;
}

/* A text for one reader. */
static int open_live(struct fs *fs, struct node n, struct view **out)
{
	struct outbuf buf = OUTBUF_INIT;
	struct text *t;
	int r = tree_render(fs, n, &buf);

	if (r)
		out_free(&buf);
	else
		r = text_new(&buf, &t);
	return r ? r : view_from_text(t, true, out);
}

int tree_open(struct fs *fs, struct node n, struct view **out)
{
	struct layout *l;
	struct place p;
	struct text *t;
	int r = tree_place(fs, n, &p);

	if (r)
		return r;
	switch (p.row->type) {
	case VIEW_FOLDER:
		return -EISDIR;
	case VIEW_LINK:
	case VIEW_PROC_LINK:
		return -ELOOP;
	case VIEW_LIVE:
		return open_live(fs, n, out);
	case VIEW_TEXT:
	case VIEW_COSTLY_TEXT:
	case VIEW_PROC_TEXT:
		if (p.row->is_live && p.row->is_live(fs->e))
			return open_live(fs, n, out);
		r = tree_text(fs, n, &t);
		return r ? r : view_from_text(t, p.row->type == VIEW_PROC_TEXT, out);
	case VIEW_IMAGE:
	case VIEW_BYTES:
		r = p.row->open(fs->e, &p.at, &l);
		if (r == -ENOMEM)
			return fail(ENOMEM, "%s: %s", p.row->path, strerror(ENOMEM));
		if (r)
			return r;
		*out = view_of_layout(l);
		return *out ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

int tree_readlink(struct fs *fs, struct node n, struct text **out)
{
	struct place p;
	int r = tree_place(fs, n, &p);

	if (!r && !tree_is_link(p.row))
		r = -EINVAL;
	return r ? r : tree_text(fs, n, out);
}

int tree_verdict(struct fs *fs, struct node n)
{
	struct place p;
	int r = tree_place(fs, n, &p);

	return r ? r : p.row->verdict ? p.row->verdict(fs->e, &p.at) : 0;
}

enum tree_content tree_content(struct fs *fs, struct node n)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);

	return j && j->row->type == VIEW_IMAGE ? CONTENT_IMAGE : j && j->row->type == VIEW_BYTES ? CONTENT_BYTES : CONTENT_TEXT;
}

int tree_stream(struct fs *fs, struct node n, struct output *out)
{
	struct place p;
	int r = tree_place(fs, n, &p);

	return r ? r : p.row->stream ? p.row->stream(fs->e, &p.at, out) : -ENOTSUP;
}
