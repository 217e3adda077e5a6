/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stat(2) and open(2) of what is in the tree. */
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "fs/tree_internal.h"

struct text_arg {
	struct fs *fs;
	size_t index;			/* entry, or selection */
};

static int compute_text(void *arg)
{
	struct text_arg *a = arg;
	struct text **text = &a->fs->texts[a->index].text;
	struct outbuf out = OUTBUF_INIT;
	int r = tree_entries[a->index].render(a->fs->e, &out);

	if (r) {
		out_free(&out);
		return r;
	}
	text_unref(*text);
	*text = NULL;
	return text_new(&out, text);
}

static int compute_level_report(void *arg)
{
	struct text_arg *a = arg;
	struct text **text = &a->fs->level_reports[a->index].text;
	struct outbuf out = OUTBUF_INIT;
	int r = render_level_report(a->fs->e, (unsigned int)a->index, &out);

	if (r) {
		out_free(&out);
		return r;
	}
	text_unref(*text);
	*text = NULL;
	return text_new(&out, text);
}

static int entry_text(struct fs *fs, size_t index, struct text **out)
{
	struct text_arg arg = { fs, index };
	int r = once_run(&fs->texts[index].once, compute_text, &arg);

	*out = fs->texts[index].text;
	return r;
}

/* A text that is rendered anew for each who asks. */
static int vtop_text(struct fs *fs, const struct range *walk, struct text **out)
{
	struct outbuf buf = OUTBUF_INIT;
	struct fault_watch watch;
	int r;

	fault_watch_begin(&watch);
	r = render_vtop(fs->e, walk->kind == RANGE_WALK_ROOT ? &walk->len : NULL, walk->addr, &buf);
	r = fault_watch_result(&watch, r);
	if (r) {
		out_free(&buf);
		return r;
	}
	return text_new(&buf, out);
}

static int help_text(size_t index, struct text **out)
{
	struct outbuf buf = OUTBUF_INIT;

	out_printf(&buf, "%s\n", tree_entries[index].help);
	return text_new(&buf, out);
}

static void stat_text(const struct text *t, struct node_stat *st)
{
	st->size = st->data_bytes = t->len;
	st->final = true;
}

int tree_walk(struct fs *fs, const struct range *walk)
{
	struct text *t;
	int r = vtop_text(fs, walk, &t);

	if (!r)
		walks_keep(fs->walks, walk, t);
	return r;
}

static int stat_walk(struct fs *fs, const struct range *walk, struct node_stat *st)
{
	struct text *t;
	size_t len;
	int r;

	if (!walks_length(fs->walks, walk, &len)) {
		r = vtop_text(fs, walk, &t);
		if (r)
			return r;
		len = t->len;
		walks_keep(fs->walks, walk, t);
	}
	st->size = st->data_bytes = len;
	st->final = true;
	return 0;
}

static bool range_is_walk(const struct range *r)
{
	return r->kind == RANGE_WALK || r->kind == RANGE_WALK_ROOT;
}

static uint64_t known_bound(struct fs *fs, size_t index)
{
	return atomic_load_explicit(&fs->texts[index].bound, memory_order_relaxed);
}

/* The size of a costly text that is not open yet, or could not be made. Those with the same function have the same one. */
static uint64_t text_bound(struct fs *fs, size_t index)
{
	bound_fn *fn = tree_entries[index].bound;
	uint64_t bound = known_bound(fs, index);

	for (size_t i = 0; !bound && i < tree_nentries; i++)
		if (tree_entries[i].bound == fn)
			bound = known_bound(fs, i);
	if (!bound)
		bound = fn(fs->e);
	atomic_store_explicit(&fs->texts[index].bound, bound, memory_order_relaxed);
	return bound;
}

bool tree_stat_is_known(struct fs *fs, struct node n)
{
	const struct once *once;

	if (tree_is_folder(n))
		return true;
	if (n.kind != NODE_ENTRY || n.key >= tree_nentries)
		return n.kind == NODE_NOTE || n.kind == NODE_HELP;
	once = &fs->texts[n.key].once;
	switch (tree_entries[n.key].type) {
	case COSTLY_TEXT:
		return once_done(once) || known_bound(fs, n.key);
	case TEXT:
		return once_done(once);
	default:
		return tree_entries[n.key].type == LIVE;
	}
}

static int stat_entry(struct fs *fs, size_t index, struct node_stat *st)
{
	const struct entry *en = &tree_entries[index];
	struct text *t;
	int r;

	switch (en->type) {
	case IMAGE:
		st->final = engine_image_size(fs->e, WHOLE, en->image, &st->size, &st->data_bytes);
		return 0;
	case LIVE:
		st->live = st->final = true;
		return 0;
	case COSTLY_TEXT:
		if (!once_done(&fs->texts[index].once) || !fs->texts[index].text) {
			st->size = st->data_bytes = text_bound(fs, index);
			return 0;
		}
		/* fall through */
	default:
		r = entry_text(fs, index, &t);
		if (!r)
			stat_text(t, st);
		return r;
	}
}

static int stat_level_file(struct fs *fs, uint64_t key, struct node_stat *st)
{
	const struct level_file *f = &tree_level_files[key & 0xff];
	unsigned int sel = (unsigned int)(key >> 8);
	struct text_slot *slot = &fs->level_reports[sel];

	if (!f->report) {
		st->final = engine_image_size(fs->e, sel, f->image, &st->size, &st->data_bytes);
	} else if (once_done(&slot->once) && slot->text) {
		stat_text(slot->text, st);
	} else {
		st->size = st->data_bytes = bound_report(fs->e);
	}
	return 0;
}

/* What is in the key of a NODE_SPLIT_PART; the kernel may ask for one that was never looked up. */
struct split_part {
	unsigned int sel, parts, part;		/* part: from 0 on */
};

static int split_part_of_key(const struct fs *fs, uint64_t key, struct split_part *p)
{
	if (key >> 16 >= WHOLE || !engine_has_selection(fs->e, (unsigned int)(key >> 16)) ||
	    !engine_has_split(fs->e, key >> 8 & 0xff) || !(key & 0xff) || (key & 0xff) > (key >> 8 & 0xff))
		return -ENOENT;
	*p = (struct split_part){ (unsigned int)(key >> 16), key >> 8 & 0xff, (unsigned int)(key & 0xff) - 1 };
	return 0;
}

int tree_stat(struct fs *fs, struct node n, struct node_stat *st)
{
	const struct pages *ps = fs->e->pages;
	struct split_part p;
	struct dump_note note;
	struct text *t;
	struct range range;
	int r = 0;

	*st = (struct node_stat){ .nlink = 1 };
	if (n.kind == NODE_ENTRY && n.key >= tree_nentries)
		return -ENOENT;
	if (tree_is_folder(n)) {
		st->dir = st->final = true;
		st->nlink = 2;
		if (n.kind == NODE_ROOT)
			st->nlink += tree_root_folders(fs);
		return 0;
	}
	switch (n.kind) {
	case NODE_ENTRY:
		return stat_entry(fs, n.key, st);
	case NODE_LEVEL_FILE:
		if (n.key >> 8 >= WHOLE || (n.key & 0xff) >= tree_nlevel_files)
			return -ENOENT;
		return stat_level_file(fs, n.key, st);
	case NODE_SPLIT_PART:
		r = split_part_of_key(fs, n.key, &p);
		if (!r)
			st->final = engine_split_size(fs->e, p.sel, p.parts, p.part, &st->size, &st->data_bytes);
		return r;
	case NODE_PFN:
		st->size = st->data_bytes = pages_size(ps);
		break;
	case NODE_RANGE:
		r = ranges_get(fs->ranges, n.key, &range);
		if (!r && range_is_walk(&range))
			return stat_walk(fs, &range, st);
		st->size = st->data_bytes = r ? 0 : range.len;
		break;
	case NODE_NOTE:
		r = folder_note(fs, n.key, &note);
		st->size = st->data_bytes = r ? 0 : note.desc_len;
		break;
	case NODE_VTOP:
	case NODE_VTOP_HIGH:
		range = folder_walk_of_node(n);
		return stat_walk(fs, &range, st);
	case NODE_HELP:
		r = n.key < tree_nentries ? help_text(n.key, &t) : -ENOENT;
		if (!r) {
			stat_text(t, st);
			text_unref(t);
		}
		return r;
	default:
		return -ENOENT;
	}
	st->final = true;
	return r;
}

static int view_from_text(struct text *t, bool live, struct view **out)
{
	*out = view_of_text(t, live);
	return *out ? 0 : -ENOMEM;
}

static int view_from_layout(struct layout *l, struct view **out)
{
	*out = view_of_layout(l);
	return *out ? 0 : -ENOMEM;
}

static int open_image(struct fs *fs, unsigned int sel, enum image_kind kind, struct view **out)
{
	struct layout *l;
	int r = engine_image(fs->e, sel, kind, &l);

	return r ? r : view_from_layout(l, out);
}

static int open_entry(struct fs *fs, size_t index, struct view **out)
{
	const struct entry *en = &tree_entries[index];
	struct outbuf buf = OUTBUF_INIT;
	struct text *t;
	int r;

	if (en->type == IMAGE)
		return open_image(fs, WHOLE, en->image, out);
	if (en->type == LIVE) {
		en->render(fs->e, &buf);
		r = text_new(&buf, &t);
		return r ? r : view_from_text(t, true, out);
	}
	r = entry_text(fs, index, &t);
	return r ? r : view_from_text(text_ref(t), false, out);
}

static int open_level_file(struct fs *fs, uint64_t key, struct view **out)
{
	const struct level_file *f = &tree_level_files[key & 0xff];
	unsigned int sel = (unsigned int)(key >> 8);
	struct text_arg arg = { fs, sel };
	int r;

	if (!f->report)
		return open_image(fs, sel, f->image, out);
	r = once_run(&fs->level_reports[sel].once, compute_level_report, &arg);
	return r ? r : view_from_text(text_ref(fs->level_reports[sel].text), false, out);
}

static int open_split_part(struct fs *fs, uint64_t key, struct view **out)
{
	struct split_part p;
	struct layout *l;
	int r = split_part_of_key(fs, key, &p);

	if (!r)
		r = engine_split_image(fs->e, p.sel, p.parts, p.part, &l);
	return r ? r : view_from_layout(l, out);
}

/* A layout of one piece: physical memory. */
static int open_physical(struct fs *fs, uint64_t paddr, uint64_t len, struct view **out)
{
	struct layout *l = layout_new();
	int r = l ? layout_add_pages(l, fs->e->pages, paddr, len, HOLES_FAIL) : -ENOMEM;

	if (r) {
		layout_unref(l);
		return r;
	}
	return view_from_layout(l, out);
}

struct virtual_range {
	const struct kernel *k;
	uint64_t vaddr;
};

static int read_virtual(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct virtual_range *v = arg;

	return kernel_read(v->k, v->vaddr + off, buf, n);
}

static int open_virtual(struct fs *fs, uint64_t vaddr, uint64_t len, struct view **out)
{
	struct virtual_range *v = malloc(sizeof(*v));
	struct layout *l = layout_new();
	int r = -ENOMEM;

	if (!v || !l || layout_own(l, v, free)) {
		free(v);
		layout_unref(l);
		return r;
	}
	*v = (struct virtual_range){ fs->e->kernel, vaddr };
	r = layout_add_call(l, read_virtual, v, len);
	if (r) {
		layout_unref(l);
		return r;
	}
	return view_from_layout(l, out);
}

/* The walk that a node stands for. false: it is another view. */
static bool walk_of_node(struct fs *fs, struct node n, struct range *walk)
{
	if (n.kind == NODE_VTOP || n.kind == NODE_VTOP_HIGH) {
		*walk = folder_walk_of_node(n);
		return true;
	}
	return n.kind == NODE_RANGE && !ranges_get(fs->ranges, n.key, walk) && range_is_walk(walk);
}

int tree_verdict(struct fs *fs, struct node n)
{
	struct range walk;

	if (!walk_of_node(fs, n, &walk))
		return 0;
	return vtop_verdict(fs->e, walk.kind == RANGE_WALK_ROOT ? &walk.len : NULL, walk.addr);
}

static int open_walk(struct fs *fs, const struct range *walk, struct view **out)
{
	struct text *t = walks_take(fs->walks, walk);
	int r = t ? 0 : vtop_text(fs, walk, &t);

	return r ? r : view_from_text(t, false, out);
}

static int open_note(struct fs *fs, uint64_t index, struct view **out)
{
	struct outbuf buf = OUTBUF_INIT;
	struct dump_note note;
	struct text *t;
	int r = folder_note(fs, index, &note);

	if (r)
		return r;
	out_write(&buf, note.desc, note.desc_len);
	r = text_new(&buf, &t);
	return r ? r : view_from_text(t, false, out);
}

int tree_open(struct fs *fs, struct node n, struct view **out)
{
	unsigned int shift = fs->e->pages->page_shift;
	struct range range;
	struct text *t;
	int r;

	if (tree_is_folder(n))
		return -EISDIR;
	switch (n.kind) {
	case NODE_ENTRY:
		return n.key < tree_nentries ? open_entry(fs, n.key, out) : -ENOENT;
	case NODE_LEVEL_FILE:
		return open_level_file(fs, n.key, out);
	case NODE_SPLIT_PART:
		return open_split_part(fs, n.key, out);
	case NODE_PFN:
		return open_physical(fs, n.key << shift, (uint64_t)1 << shift, out);
	case NODE_RANGE:
		r = ranges_get(fs->ranges, n.key, &range);
		if (r)
			return r;
		if (range_is_walk(&range))
			return open_walk(fs, &range, out);
		return range.kind == RANGE_VIRT ? open_virtual(fs, range.addr, range.len, out) :
		       open_physical(fs, range.addr, range.len, out);
	case NODE_VTOP:
	case NODE_VTOP_HIGH:
		range = folder_walk_of_node(n);
		return open_walk(fs, &range, out);
	case NODE_HELP:
		r = help_text(n.key, &t);
		return r ? r : view_from_text(t, false, out);
	case NODE_NOTE:
		return open_note(fs, n.key, out);
	default:
		return -ENOENT;
	}
}

enum tree_content tree_content(struct node n)
{
	if ((n.kind == NODE_ENTRY && tree_entries[n.key].type == IMAGE) || n.kind == NODE_SPLIT_PART ||
	    (n.kind == NODE_LEVEL_FILE && !tree_level_files[n.key & 0xff].report))
		return CONTENT_IMAGE;
	return n.kind == NODE_PFN || n.kind == NODE_RANGE || n.kind == NODE_NOTE ? CONTENT_BYTES : CONTENT_TEXT;
}

int tree_stream(struct fs *fs, struct node n, struct output *out)
{
	struct split_part p;

	if (n.kind == NODE_ENTRY && n.key < tree_nentries && tree_entries[n.key].type == IMAGE)
		return engine_stream(fs->e, WHOLE, tree_entries[n.key].image, out);
	if (n.kind == NODE_LEVEL_FILE && !tree_level_files[n.key & 0xff].report)
		return engine_stream(fs->e, (unsigned int)(n.key >> 8), tree_level_files[n.key & 0xff].image, out);
	if (n.kind == NODE_SPLIT_PART && !split_part_of_key(fs, n.key, &p))
		return engine_split_stream(fs->e, p.sel, p.parts, p.part, out);
	return -ENOTSUP;
}
