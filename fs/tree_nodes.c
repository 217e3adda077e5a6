/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node is, and its text. */
#include <errno.h>

#include "fs/tree_internal.h"

/* at.key and at.text of a node whose key is one of k's. */
static int place_key(struct fs *fs, const struct joined_row *k, uint64_t key, struct place *p)
{
	const struct names_ops *names = k->row->names;

	if (k->number == ROWS_ROOT)
		return key ? -ENOENT : 0;
	if (names->text) {
		p->at.text = p->name;
		return interned_get(fs->names, k->number, key, &p->at.key, p->name, sizeof(p->name));
	}
	p->at.key = key;
	return names->format(fs->e, key, p->name, sizeof(p->name));
}

int tree_place(struct fs *fs, struct node n, struct place *p)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);

	if (!j)
		return -ENOENT;
	p->joined = j;
	p->row = j->row;
	p->at = (struct view_at){ .row = j->row };
	if (n.row != ROWS_README)
		return place_key(fs, rows_get(fs->rows, j->keyed), n.key, p);
	j = n.key < rows_end(fs->rows) ? rows_get(fs->rows, (unsigned int)n.key) : NULL;
	return j && j->has_readme ? 0 : -ENOENT;
}

int tree_render(struct fs *fs, struct node n, struct outbuf *out)
{
	struct place p;
	int r = tree_place(fs, n, &p);

	if (r)
		return r;
	if (n.row != ROWS_README)
		return p.row->render(fs->e, &p.at, out);
	out_printf(out, "%s\n", rows_get(fs->rows, (unsigned int)n.key)->row->help);
	return 0;
}

struct text_of {
	struct fs *fs;
	struct node node;
};

static int make_text(void *arg, struct outbuf *out)
{
	const struct text_of *t = arg;

	return tree_render(t->fs, t->node, out);
}

int tree_text(struct fs *fs, struct node n, struct text **out)
{
	struct text_of arg = { fs, n };

	return text_cache_get(fs->texts, n, make_text, &arg, out);
}
