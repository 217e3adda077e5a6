/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folders of the table: pfn, phys, virt and vtop answer any name of their form; notes lists its files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/views/names.h"
#include "fs/tree_internal.h"

#define RANGE_LIMIT ((uint64_t)1 << 40)		/* bytes in one phys/ or virt/ file */

struct range folder_walk_of_node(struct node n)
{
	uint64_t above = n.kind == NODE_VTOP_HIGH ? ~(((uint64_t)1 << NODE_KEY_BITS) - 1) : 0;

	return (struct range){ RANGE_WALK, n.key | above, 0 };
}

static struct node node_of_vaddr(uint64_t vaddr)
{
	return (struct node){ vaddr >> 63 ? NODE_VTOP_HIGH : NODE_VTOP, vaddr & (((uint64_t)1 << NODE_KEY_BITS) - 1) };
}

static bool folder_is(struct node dir, const char *name)
{
	return dir.kind == NODE_ENTRY && tree_entries[dir.key].type == FOLDER && !strcmp(tree_entries[dir.key].name, name);
}

static int find_notes(void *arg)
{
	struct fs *fs = arg;
	const struct dump *d = fs->e->dump;
	struct dump_note note;
	size_t pos = 0, n = 0;

	while (dump_next_note(d, &pos, &note))
		n++;
	fs->note_at = malloc(n ? n * sizeof(*fs->note_at) : 1);
	if (!fs->note_at)
		return -ENOMEM;
	for (pos = 0; fs->nnotes < n && dump_next_note(d, &pos, &note);)
		fs->note_at[fs->nnotes++] = (uint32_t)note.header_offset;
	return 0;
}

int folder_note(struct fs *fs, uint64_t index, struct dump_note *note)
{
	int r = once_run(&fs->notes_once, find_notes, fs);
	size_t pos;

	if (r || index >= fs->nnotes)
		return r ? r : -ENOENT;
	pos = fs->note_at[index];
	return dump_next_note(fs->e->dump, &pos, note) ? 0 : -ENOENT;
}

/* "00-CORE-1": place, name and type. Whatever cannot be in a file name becomes an underscore. */
static void note_name(const struct dump_note *note, uint64_t index, char *buf, size_t size)
{
	snprintf(buf, size, "%02llu-%s-%u", (unsigned long long)index, note->name, note->type);
	for (; *buf; buf++)
		if (*buf == '/' || *buf <= ' ' || *buf > '~')
			*buf = '_';
}

static int lookup_pfn(struct fs *fs, const char *name, struct node *out)
{
	const struct pages *ps = fs->e->pages;
	struct page_run run;
	uint64_t pfn;
	int r = name_number(name, &pfn);

	if (r)
		return r;
	pages_run(ps, pfn, &run);
	if (run.state == PAGE_ABSENT || pfn >> NODE_KEY_BITS)
		return -ENOENT;
	*out = (struct node){ NODE_PFN, pfn };
	return 0;
}

static int lookup_vtop(struct fs *fs, const char *name, struct node *out)
{
	struct range walk = { .kind = RANGE_WALK };
	bool has_root;
	int r = name_walk(name, &has_root, &walk.len, &walk.addr);

	if (!r) {
		walk.kind = has_root ? RANGE_WALK_ROOT : RANGE_WALK;
		r = tree_walk(fs, &walk);	/* the way to know whether there is anything to show */
	}
	if (r)
		return r;
	*out = node_of_vaddr(walk.addr);
	if (!has_root && folder_walk_of_node(*out).addr == walk.addr)
		return 0;
	out->kind = NODE_RANGE;
	return ranges_add(fs->ranges, &walk, &out->key);
}

static int lookup_range(struct fs *fs, bool virtual, const char *name, struct node *out)
{
	const struct pages *ps = fs->e->pages;
	struct range range = { .kind = virtual ? RANGE_VIRT : RANGE_PHYS };
	uint64_t paddr, span, end;
	struct page_run run;
	int r = name_range(name, &range.addr, &range.len);

	if (r)
		return r;
	if (!range.len)
		range.len = pages_size(ps) - (range.addr & (pages_size(ps) - 1));
	if (range.len > RANGE_LIMIT || add_overflows(range.addr, range.len - 1, &end))
		return -ENOENT;
	if (virtual) {
		r = space_vtop(&fs->e->kernel->space, range.addr, &paddr, &span);
		if (r)
			return r;
	} else {
		pages_run(ps, range.addr >> ps->page_shift, &run);
		if (run.state == PAGE_ABSENT)
			return -ENOENT;
	}
	out->kind = NODE_RANGE;
	return ranges_add(fs->ranges, &range, &out->key);
}

static int lookup_note(struct fs *fs, const char *name, struct node *out)
{
	struct dump_note note;
	uint64_t index;
	char buf[80];
	int r;

	/* the name begins with the place */
	if (*name < '0' || *name > '9')
		return -ENOENT;
	index = strtoull(name, NULL, 10);
	r = folder_note(fs, index, &note);
	if (r)
		return r;
	note_name(&note, index, buf, sizeof(buf));
	if (strcmp(name, buf))
		return -ENOENT;
	*out = (struct node){ NODE_NOTE, index };
	return 0;
}

int folder_lookup(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	if (tree_entries[dir.key].type != FOLDER)
		return -ENOTDIR;
	if (folder_is(dir, "notes"))
		return lookup_note(fs, name, out);
	if (!strcmp(name, "README")) {
		*out = (struct node){ NODE_HELP, dir.key };
		return 0;
	}
	if (folder_is(dir, "pfn"))
		return lookup_pfn(fs, name, out);
	if (folder_is(dir, "vtop"))
		return lookup_vtop(fs, name, out);
	return lookup_range(fs, folder_is(dir, "virt"), name, out);
}

static int list_notes(struct fs *fs, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	struct dump_note note;
	char name[80];
	int r;

	for (uint64_t i = from; !(r = folder_note(fs, i, &note)); i++) {
		struct tree_entry te = { .name = name, .node = { NODE_NOTE, i }, .next = i + 1 };

		note_name(&note, i, name, sizeof(name));
		if (emit(arg, &te))
			break;
	}
	return r == -ENOENT ? 0 : r;
}

int folder_list(struct fs *fs, struct node dir, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e),
		void *arg)
{
	struct tree_entry readme = { .name = "README", .node = { NODE_HELP, dir.key }, .next = 1 };

	if (folder_is(dir, "notes"))
		return list_notes(fs, from, emit, arg);
	if (!from)
		emit(arg, &readme);
	return 0;
}
