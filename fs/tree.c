/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/families.h"
#include "fs/tree_internal.h"

#define TEXT_BYTES ((size_t)16 << 20)	/* of texts that nobody has open */
#define TEXT_LENGTHS 16384		/* of texts that are gone */

int fs_open(const struct fs_options *opt, struct fs **out)
{
	const struct engine_options engine = {
		.dump = opt->dump,
		.excluded = opt->excluded, .codec = opt->compress,
		.vmcoreinfo_file = opt->vmcoreinfo_file, .vmlinux = opt->vmlinux, .vmlinux_path = opt->vmlinux_path,
		.erase_file = opt->erase_file,
		.which = opt->which, .text_paddr = opt->text_paddr,
		.xen = opt->xen, .exclude_domu = opt->exclude_domu, .xen_vmcoreinfo_file = opt->xen_vmcoreinfo_file,
		.spool_limit = opt->spool_limit, .warn_spool = opt->warn_spool, .sandbox = opt->sandbox,
	};
	struct fs *fs = calloc(1, sizeof(*fs));
	int r = -ENOMEM;

	if (!fs)
		return r;
	fs->families = opt->families ? opt->families : families;
	fs->rows = rows_new(fs->families);
	fs->names = interned_new();
	fs->texts = text_cache_new(TEXT_BYTES, TEXT_LENGTHS);
	fs->bounds = fs->rows ? calloc(rows_end(fs->rows), sizeof(*fs->bounds)) : NULL;
	if (fs->bounds && fs->names && fs->texts)
		r = engine_open(&engine, &fs->e);
	if (r) {
		fs_close(fs);
		return r;
	}
	fs->facts = (struct fs_facts){
		.dump_size = fs->e->dump->src->size,
		.mtime = fs->e->dump->src->mtime,
		.block_size = (unsigned int)pages_size(fs->e->pages),
	};
	*out = fs;
	return 0;
}

void fs_close(struct fs *fs)
{
	if (!fs)
		return;
	text_cache_free(fs->texts);
	interned_free(fs->names);
	rows_free(fs->rows);
	free(fs->bounds);
	engine_close(fs->e);
	free(fs);
}

struct engine *fs_engine(struct fs *fs)
{
	return fs->e;
}

void fs_facts(const struct fs *fs, struct fs_facts *out)
{
	*out = fs->facts;
}

/* Where a name of a pattern leads. */
static int lookup_pattern(struct fs *fs, const struct place *dir, const struct joined_row *j, const char *name,
			  struct node *out)
{
	const struct names_ops *names = j->row->names;
	char text[VIEW_NAME_BYTES];
	struct text *made;
	int r;

	out->row = j->number;
	if (tree_is_missing(fs, j->row))
		return -ENOENT;
	if (!names->text) {
		r = names->parse(fs->e, &dir->at, name, &out->key);
	} else {
		r = names->text(fs->e, &dir->at, name, text, sizeof(text));
		if (!r)
			r = interned_add(fs->names, j->number, dir->at.key, text, &out->key);
	}
	if (r || !j->row->there_if_made)
		return r;
	r = tree_text(fs, *out, &made);
	if (r)
		tree_forget(fs, *out, 1);
	else
		text_unref(made);
	return r;
}

/* Of two answers to a name the one that tells more: that it is of no form is the least. */
static int worse(int a, int b)
{
	return a == -EINVAL || (a == -ENOENT && b != -EINVAL) ? b : a;
}

int tree_lookup(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	return tree_lookup_for(fs, dir, name, 0, out);
}

bool tree_is_of_caller(struct fs *fs, struct node n)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);

	return j && j->row->of_caller;
}

bool tree_has_of_caller(struct fs *fs, struct node dir)
{
	const struct joined_row *folder = rows_get(fs->rows, dir.row), *j;

	if (folder)
		ROWS_PATTERNS(fs->rows, folder, j)
			if (j->row->of_caller)
				return true;
	return false;
}

int tree_lookup_for(struct fs *fs, struct node dir, const char *name, uint32_t caller, struct node *out)
{
	const struct joined_row *j;
	struct place p;
	struct node n;
	int r = tree_place(fs, dir, &p), result;

	if (r)
		return r;
	if (p.row->type != VIEW_FOLDER)
		return -ENOTDIR;
	p.at.caller = caller;
	ROWS_NAMES(fs->rows, p.joined, j) {
		if (strcmp(j->name, name))
			continue;
		if (tree_is_missing(fs, j->row))
			return -ENOENT;
		*out = (struct node){ j->number, dir.key };
		return 0;
	}
	if (p.joined->has_readme && !strcmp(name, "README")) {
		*out = (struct node){ ROWS_README, p.joined->number };
		return 0;
	}
	result = p.joined->first_pattern ? -EINVAL : -ENOENT;
	ROWS_PATTERNS(fs->rows, p.joined, j) {
		r = lookup_pattern(fs, &p, j, name, &n);
		if (!r) {
			*out = n;
			return 0;
		}
		result = worse(result, r);
	}
	return result;
}

void tree_forget(struct fs *fs, struct node n, uint64_t nlookup)
{
	const struct joined_row *j = rows_get(fs->rows, n.row);

	if (j && j->row->names && j->row->names->text)
		interned_forget(fs->names, n.key, nlookup);
}

struct node tree_parent(struct fs *fs, struct node dir)
{
	const struct joined_row *j = rows_get(fs->rows, dir.row), *folder;
	struct place p;

	if (!j || j->row->type != VIEW_FOLDER || tree_place(fs, dir, &p))
		return TREE_ROOT;
	folder = rows_get(fs->rows, j->folder);
	if (folder->keyed == ROWS_ROOT)
		return (struct node){ folder->number, 0 };
	if (!j->row->names)
		return (struct node){ folder->number, dir.key };
	return (struct node){ folder->number, j->row->names->text ? p.at.key : j->row->names->parent(dir.key) };
}
