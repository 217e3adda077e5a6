/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fs/names.h"
#include "fs/ranges.h"
#include "fs/views/engine.h"
#include "fs/views/texts.h"
#include "kernel/printk.h"

enum entry_type {
	TEXT,			/* small, rendered once; its size is known from the first stat on */
	SCAN_TEXT,		/* the same, but rendering it costs a scan: stat shows an upper bound until it is open */
	LIVE,			/* changes */
	IMAGE,			/* of the whole dump */
	FOLDER,			/* see folders[] */
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
};

static render_fn render_readme, render_info_missing;
static missing_fn missing_dmesg, missing_vmcoreinfo, missing_space, missing_classes, missing_notes;

/* THE table: every name at the top of the mount. */
static const struct entry entries[] = {
	{ .name = "README", .help = "what is in here, what it costs, commands to try", .type = TEXT, .render = render_readme },
	{ .name = "info", .help = "the dump and its kernel, as key: value", .type = TEXT, .render = render_info_missing },
	{ .name = "dmesg", .help = "the kernel log", .type = TEXT, .render = render_dmesg, .missing = missing_dmesg },
	{ .name = "vmcoreinfo", .help = "the VMCOREINFO text", .type = TEXT, .render = render_vmcoreinfo, .missing = missing_vmcoreinfo },
	{ .name = "elf", .help = "ELF core of all stored memory, for gdb, crash and drgn", .type = IMAGE, .image = IMAGE_ELF },
	{ .name = "kdump-compressed", .help = "the same as makedumpfile writes it; opening it compresses everything once", .type = IMAGE,
	  .image = IMAGE_KDUMP },
	{ .name = "raw", .help = "physical memory, file offset = physical address, with holes", .type = IMAGE, .image = IMAGE_RAW },
	{ .name = "report", .help = "pages by class, and what each level keeps; reads all page structs", .type = SCAN_TEXT,
	  .render = render_report, .missing = missing_classes },
	{ .name = "progress", .help = "what is being computed now", .type = LIVE, .render = render_progress },
	{ .name = "notes", .help = "the ELF notes, one file each", .type = FOLDER, .missing = missing_notes },
	{ .name = "pfn", .help = "pfn/<n>: one page frame, n decimal or 0x hex", .type = FOLDER },
	{ .name = "phys", .help = "phys/<addr>[+<len>]: bytes at a physical address; one page without <len>", .type = FOLDER },
	{ .name = "virt", .help = "virt/<addr>[+<len>]: bytes at a kernel virtual address", .type = FOLDER, .missing = missing_space },
	{ .name = "vtop", .help = "vtop/<addr>: the page-table walk of an address", .type = FOLDER, .missing = missing_space },
	{ .name = "level-<0..31>", .help = "{dump,elf,raw,report}: what makedumpfile -d <n> keeps", .type = LEVEL_FOLDERS },
};

struct level_file {
	const char *name;
	enum image_kind image;
	bool report;
};

static const struct level_file level_files[] = {
	{ "dump", IMAGE_KDUMP, false },
	{ "elf", IMAGE_ELF, false },
	{ "raw", IMAGE_RAW, false },
	{ "report", IMAGES, true },
};

/* Texts whose stat must not start a scan claim this size until they are open. */
#define SCAN_TEXT_BOUND 4096

#define RANGE_LIMIT ((uint64_t)1 << 40)		/* bytes in one phys/ or virt/ file */

struct text_slot {
	struct once once;
	struct text *text;
};

struct fs {
	struct engine *e;
	struct ranges *ranges;
	struct fs_facts facts;
	struct text_slot texts[ARRAY_SIZE(entries)];
	struct text_slot level_reports[LEVELS];
};

/* --- what is missing ---------------------------------------------------------------------------------------------- */

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static const char *missing_dmesg(const struct engine *e)
{
	if (!e->kernel->has_space)
		return e->kernel->why_no_space;
	return printk_kind(e->kernel) ? NULL : "VMCOREINFO does not tell where the log is";
}

static const char *missing_vmcoreinfo(const struct engine *e)
{
	return e->kernel->vmci.text ? NULL : "the dump has no VMCOREINFO, and none was found in its memory";
}

static const char *missing_classes(const struct engine *e)
{
	return e->memmap ? NULL : e->why_no_classes;
}

static const char *missing_notes(const struct engine *e)
{
	return e->dump->notes_len ? NULL : "the dump has no ELF notes";
}

static const char *missing_why(const struct fs *fs, const struct entry *en)
{
	return en->missing ? en->missing(fs->e) : NULL;
}

static int render_info_missing(struct engine *e, struct outbuf *out)
{
	int r = render_info(e, out);

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		const char *why = entries[i].missing ? entries[i].missing(e) : NULL;

		if (why)
			out_printf(out, "missing: %s: %s\n", entries[i].name, why);
	}
	if (!e->memmap)
		out_printf(out, "missing: levels other than 0 and 1: %s\n", e->why_no_classes);
	return r;
}

static int render_readme(struct engine *e, struct outbuf *out)
{
	out_printf(out, "This is %s, mounted by vmcorefs: a kernel crash dump as files.\n"
		   "Everything here is read-only and computed when it is read.\n\n", e->path);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		const char *why = entries[i].missing ? entries[i].missing(e) : NULL;

		out_printf(out, "  %-18s %s%s%s%s\n", entries[i].name, entries[i].help, why ? " (missing: " : "",
			   why ? why : "", why ? ")" : "");
	}
	out_printf(out, "\nTo try, from this folder:\n\n"
		   "  cat info\n"
		   "  grep -i -e oops -e panic dmesg\n"
		   "  cp level-31/dump /somewhere/vmcore.filtered    # as makedumpfile -c -d 31 makes it\n"
		   "  crash /path/to/vmlinux elf\n"
		   "  cat vtop/0xffffffff81000000\n\n"
		   "level-1 and level-31 are listed; any level from level-0 to level-31 can be opened. The folders pfn,\n"
		   "phys, virt and vtop answer any name of their form and list none. The sizes of level-N/dump, level-N/elf\n"
		   "and kdump-compressed are upper bounds until they are opened for the first time, and exact from then on.\n");
	return 0;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

int fs_open(const struct fs_options *opt, struct fs **out)
{
	struct fs *fs = calloc(1, sizeof(*fs));
	int r;

	if (!fs)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(fs->texts); i++)
		fs->texts[i].once = (struct once)ONCE_INIT;
	for (size_t i = 0; i < LEVELS; i++)
		fs->level_reports[i].once = (struct once)ONCE_INIT;
	fs->ranges = ranges_new();
	r = fs->ranges ? engine_open(opt->dump_path, opt->excluded, opt->compress, &fs->e) : -ENOMEM;
	if (r) {
		fs_close(fs);
		return r;
	}
	fs->facts = (struct fs_facts){
		.dump_path = opt->dump_path,
		.dump_size = fs->e->dump->src->size,
		.mtime = fs->e->dump->src->mtime,
		.block_size = (unsigned int)pages_size(&fs->e->dump->pages),
	};
	*out = fs;
	return 0;
}

void fs_close(struct fs *fs)
{
	if (!fs)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fs->texts); i++)
		text_unref(fs->texts[i].text);
	for (size_t i = 0; i < LEVELS; i++)
		text_unref(fs->level_reports[i].text);
	ranges_free(fs->ranges);
	engine_close(fs->e);
	free(fs);
}

void fs_facts(const struct fs *fs, struct fs_facts *out)
{
	*out = fs->facts;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

struct text_arg {
	struct fs *fs;
	size_t index;			/* entry, or level */
};

static int compute_text(void *arg)
{
	struct text_arg *a = arg;
	struct outbuf out = OUTBUF_INIT;
	int r = entries[a->index].render(a->fs->e, &out);

	if (r) {
		out_free(&out);
		return r;
	}
	return text_new(&out, &a->fs->texts[a->index].text);
}

static int compute_level_report(void *arg)
{
	struct text_arg *a = arg;
	struct outbuf out = OUTBUF_INIT;
	int r = render_level_report(a->fs->e, (unsigned int)a->index, &out);

	if (r) {
		out_free(&out);
		return r;
	}
	return text_new(&out, &a->fs->level_reports[a->index].text);
}

static int entry_text(struct fs *fs, size_t index, struct text **out)
{
	struct text_arg arg = { fs, index };
	int r = once_run(&fs->texts[index].once, compute_text, &arg);

	*out = fs->texts[index].text;
	return r;
}

/* A text that is rendered anew for each who asks. */
static int vtop_text(struct fs *fs, uint64_t vaddr, struct text **out)
{
	struct outbuf buf = OUTBUF_INIT;
	int r = render_vtop(fs->e, vaddr, &buf);

	if (r) {
		out_free(&buf);
		return r;
	}
	return text_new(&buf, out);
}

static int help_text(size_t index, struct text **out)
{
	struct outbuf buf = OUTBUF_INIT;

	out_printf(&buf, "%s\n", entries[index].help);
	return text_new(&buf, out);
}

/* --- numbers and names -------------------------------------------------------------------------------------------- */

/* Addresses in inode numbers: the low 56 bits of a canonical address; bit 55 is its sign. */
static uint64_t key_of_vaddr(uint64_t vaddr)
{
	return vaddr & (((uint64_t)1 << NODE_KEY_BITS) - 1);
}

static uint64_t vaddr_of_key(uint64_t key)
{
	return (uint64_t)((int64_t)(key << (64 - NODE_KEY_BITS)) >> (64 - NODE_KEY_BITS));
}

static bool folder_is(struct node dir, const char *name)
{
	return dir.kind == NODE_ENTRY && entries[dir.key].type == FOLDER && !strcmp(entries[dir.key].name, name);
}

/* name is "<prefix><n>" with n below max, in its shortest form. */
static bool numbered_name(const char *name, const char *prefix, unsigned int max, unsigned int *out)
{
	size_t len = strlen(prefix);
	char canonical[32];

	if (strncmp(name, prefix, len))
		return false;
	for (unsigned int i = 0; i < max; i++) {
		snprintf(canonical, sizeof(canonical), "%u", i);
		if (!strcmp(name + len, canonical)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static int get_note(const struct fs *fs, uint64_t index, struct dump_note *note)
{
	size_t pos = 0;

	for (uint64_t i = 0; dump_next_note(fs->e->dump, &pos, note); i++)
		if (i == index)
			return 0;
	return -ENOENT;
}

/* "00-CORE-1": place, name and type. Whatever cannot be in a file name becomes an underscore. */
static void note_name(const struct dump_note *note, uint64_t index, char *buf, size_t size)
{
	snprintf(buf, size, "%02llu-%s-%u", (unsigned long long)index, note->name, note->type);
	for (; *buf; buf++)
		if (*buf == '/' || *buf <= ' ' || *buf > '~')
			*buf = '_';
}

/* --- lookup ------------------------------------------------------------------------------------------------------- */

static int lookup_root(struct fs *fs, const char *name, struct node *out)
{
	unsigned int level;

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		if (entries[i].type == LEVEL_FOLDERS || strcmp(entries[i].name, name))
			continue;
		if (missing_why(fs, &entries[i]))
			return -ENOENT;
		*out = (struct node){ NODE_ENTRY, i };
		return 0;
	}
	if (numbered_name(name, "level-", LEVELS, &level) && engine_has_level(fs->e, level)) {
		*out = (struct node){ NODE_LEVEL, level };
		return 0;
	}
	return -ENOENT;
}

static int lookup_level(const char *name, uint64_t level, struct node *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_files); i++) {
		if (!strcmp(level_files[i].name, name)) {
			*out = (struct node){ NODE_LEVEL_FILE, level << 8 | i };
			return 0;
		}
	}
	return -ENOENT;
}

static int lookup_pfn(struct fs *fs, const char *name, struct node *out)
{
	const struct pages *ps = &fs->e->dump->pages;
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
	uint64_t vaddr, paddr, span;
	int r = name_number(name, &vaddr);

	if (!r)
		r = space_vtop(&fs->e->kernel->space, vaddr, &paddr, &span);
	if (r)
		return r;
	if (vaddr_of_key(key_of_vaddr(vaddr)) != vaddr)
		return -ENOENT;
	*out = (struct node){ NODE_VTOP, key_of_vaddr(vaddr) };
	return 0;
}

static int lookup_range(struct fs *fs, bool virtual, const char *name, struct node *out)
{
	const struct pages *ps = &fs->e->dump->pages;
	struct range range = { .virtual = virtual };
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
	size_t pos = 0;
	char buf[80];

	for (uint64_t i = 0; dump_next_note(fs->e->dump, &pos, &note); i++) {
		note_name(&note, i, buf, sizeof(buf));
		if (!strcmp(name, buf)) {
			*out = (struct node){ NODE_NOTE, i };
			return 0;
		}
	}
	return -ENOENT;
}

static int lookup_entry(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	if (entries[dir.key].type != FOLDER)
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

int tree_lookup(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	switch (dir.kind) {
	case NODE_ROOT:
		return lookup_root(fs, name, out);
	case NODE_LEVEL:
		return lookup_level(name, dir.key, out);
	case NODE_ENTRY:
		return dir.key < ARRAY_SIZE(entries) ? lookup_entry(fs, dir, name, out) : -ENOENT;
	default:
		return -ENOTDIR;
	}
}

void tree_forget(struct fs *fs, struct node n, uint64_t nlookup)
{
	if (n.kind == NODE_RANGE)
		ranges_forget(fs->ranges, n.key, nlookup);
}

struct node tree_parent(struct node dir)
{
	(void)dir;			/* folders are one deep */
	return TREE_ROOT;
}

int tree_resolve(struct fs *fs, const char *path, struct node *out)
{
	struct node at = TREE_ROOT;

	while (*path) {
		size_t len = strcspn(path, "/");
		char name[256];
		struct node next;
		int r;

		if (len >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, path, len);
		name[len] = '\0';
		path += len + strspn(path + len, "/");
		if (!len || !strcmp(name, "."))
			continue;
		r = tree_lookup(fs, at, name, &next);
		if (r)
			return r;
		at = next;
	}
	*out = at;
	return 0;
}

/* --- stat --------------------------------------------------------------------------------------------------------- */

static bool is_folder(struct node n)
{
	return n.kind == NODE_ROOT || n.kind == NODE_LEVEL || (n.kind == NODE_ENTRY && entries[n.key].type == FOLDER);
}

static void stat_text(const struct text *t, struct node_stat *st)
{
	st->size = st->data_bytes = t->len;
	st->final = true;
}

static int stat_entry(struct fs *fs, size_t index, struct node_stat *st)
{
	const struct entry *en = &entries[index];
	struct text *t;
	int r;

	switch (en->type) {
	case IMAGE:
		st->final = engine_image_size(fs->e, WHOLE, en->image, &st->size, &st->data_bytes);
		return 0;
	case LIVE:
		st->live = st->final = true;
		return 0;
	case SCAN_TEXT:
		if (!once_done(&fs->texts[index].once)) {
			st->size = st->data_bytes = SCAN_TEXT_BOUND;
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
	const struct level_file *f = &level_files[key & 0xff];
	unsigned int level = (unsigned int)(key >> 8);
	struct text_slot *slot = &fs->level_reports[level];

	if (!f->report) {
		st->final = engine_image_size(fs->e, level, f->image, &st->size, &st->data_bytes);
	} else if (once_done(&slot->once) && slot->text) {
		stat_text(slot->text, st);
	} else {
		st->size = st->data_bytes = SCAN_TEXT_BOUND;
	}
	return 0;
}

int tree_stat(struct fs *fs, struct node n, struct node_stat *st)
{
	const struct pages *ps = &fs->e->dump->pages;
	struct dump_note note;
	struct text *t;
	struct range range;
	int r = 0;

	*st = (struct node_stat){ .nlink = 1 };
	if (n.kind == NODE_ENTRY && n.key >= ARRAY_SIZE(entries))
		return -ENOENT;
	if (is_folder(n)) {
		st->dir = st->final = true;
		st->nlink = 2;
		if (n.kind == NODE_ROOT)
			for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
				st->nlink += entries[i].type == FOLDER && !missing_why(fs, &entries[i]);
		return 0;
	}
	switch (n.kind) {
	case NODE_ENTRY:
		return stat_entry(fs, n.key, st);
	case NODE_LEVEL_FILE:
		if (n.key >> 8 >= LEVELS || (n.key & 0xff) >= ARRAY_SIZE(level_files))
			return -ENOENT;
		return stat_level_file(fs, n.key, st);
	case NODE_PFN:
		st->size = st->data_bytes = pages_size(ps);
		break;
	case NODE_RANGE:
		r = ranges_get(fs->ranges, n.key, &range);
		st->size = st->data_bytes = r ? 0 : range.len;
		break;
	case NODE_NOTE:
		r = get_note(fs, n.key, &note);
		st->size = st->data_bytes = r ? 0 : note.desc_len;
		break;
	case NODE_VTOP:
	case NODE_HELP:
		if (n.kind == NODE_HELP && n.key >= ARRAY_SIZE(entries))
			return -ENOENT;
		r = n.kind == NODE_VTOP ? vtop_text(fs, vaddr_of_key(n.key), &t) : help_text(n.key, &t);
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

/* --- list --------------------------------------------------------------------------------------------------------- */

static int list_root(struct fs *fs, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	static const unsigned int listed_levels[] = { 1, 31 };
	size_t n = ARRAY_SIZE(entries);

	for (uint64_t i = from; i < n + ARRAY_SIZE(listed_levels); i++) {
		struct tree_entry te = { .next = i + 1 };
		char name[32];

		if (i < n) {
			if (entries[i].type == LEVEL_FOLDERS || missing_why(fs, &entries[i]))
				continue;
			te.name = entries[i].name;
			te.node = (struct node){ NODE_ENTRY, i };
		} else {
			if (!engine_has_level(fs->e, listed_levels[i - n]))
				continue;
			snprintf(name, sizeof(name), "level-%u", listed_levels[i - n]);
			te.name = name;
			te.node = (struct node){ NODE_LEVEL, listed_levels[i - n] };
		}
		te.dir = is_folder(te.node);
		if (emit(arg, &te))
			return 0;
	}
	return 0;
}

static int list_notes(struct fs *fs, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	struct dump_note note;
	size_t pos = 0;
	char name[80];

	for (uint64_t i = 0; dump_next_note(fs->e->dump, &pos, &note); i++) {
		struct tree_entry te = { .name = name, .node = { NODE_NOTE, i }, .next = i + 1 };

		if (i < from)
			continue;
		note_name(&note, i, name, sizeof(name));
		if (emit(arg, &te))
			break;
	}
	return 0;
}

int tree_list(struct fs *fs, struct node dir, uint64_t from,
	      int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	if (!is_folder(dir))
		return -ENOTDIR;
	if (dir.kind == NODE_ROOT)
		return list_root(fs, from, emit, arg);
	if (dir.kind == NODE_LEVEL) {
		for (uint64_t i = from; i < ARRAY_SIZE(level_files); i++) {
			struct tree_entry te = {
				.name = level_files[i].name, .node = { NODE_LEVEL_FILE, dir.key << 8 | i }, .next = i + 1,
			};

			if (emit(arg, &te))
				break;
		}
		return 0;
	}
	if (folder_is(dir, "notes"))
		return list_notes(fs, from, emit, arg);
	if (!from) {
		struct tree_entry te = { .name = "README", .node = { NODE_HELP, dir.key }, .next = 1 };

		emit(arg, &te);
	}
	return 0;
}

/* --- open --------------------------------------------------------------------------------------------------------- */

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
	const struct entry *en = &entries[index];
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
	const struct level_file *f = &level_files[key & 0xff];
	unsigned int level = (unsigned int)(key >> 8);
	struct text_arg arg = { fs, level };
	int r;

	if (!f->report)
		return open_image(fs, level, f->image, out);
	r = once_run(&fs->level_reports[level].once, compute_level_report, &arg);
	return r ? r : view_from_text(text_ref(fs->level_reports[level].text), false, out);
}

/* A layout of one piece: physical memory. */
static int open_physical(struct fs *fs, uint64_t paddr, uint64_t len, struct view **out)
{
	struct layout *l = layout_new();
	int r = l ? layout_add_pages(l, &fs->e->dump->pages, paddr, len, HOLES_FAIL) : -ENOMEM;

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

static int open_note(struct fs *fs, uint64_t index, struct view **out)
{
	struct outbuf buf = OUTBUF_INIT;
	struct dump_note note;
	struct text *t;
	int r = get_note(fs, index, &note);

	if (r)
		return r;
	out_write(&buf, note.desc, note.desc_len);
	r = text_new(&buf, &t);
	return r ? r : view_from_text(t, false, out);
}

int tree_open(struct fs *fs, struct node n, struct view **out)
{
	unsigned int shift = fs->e->dump->pages.page_shift;
	struct range range;
	struct text *t;
	int r;

	if (is_folder(n))
		return -EISDIR;
	switch (n.kind) {
	case NODE_ENTRY:
		return n.key < ARRAY_SIZE(entries) ? open_entry(fs, n.key, out) : -ENOENT;
	case NODE_LEVEL_FILE:
		return open_level_file(fs, n.key, out);
	case NODE_PFN:
		return open_physical(fs, n.key << shift, (uint64_t)1 << shift, out);
	case NODE_RANGE:
		r = ranges_get(fs->ranges, n.key, &range);
		if (r)
			return r;
		return range.virtual ? open_virtual(fs, range.addr, range.len, out) :
		       open_physical(fs, range.addr, range.len, out);
	case NODE_VTOP:
		r = vtop_text(fs, vaddr_of_key(n.key), &t);
		return r ? r : view_from_text(t, false, out);
	case NODE_HELP:
		r = help_text(n.key, &t);
		return r ? r : view_from_text(t, false, out);
	case NODE_NOTE:
		return open_note(fs, n.key, out);
	default:
		return -ENOENT;
	}
}

const char *tree_entry_name(unsigned int i)
{
	return i < ARRAY_SIZE(entries) ? entries[i].name : NULL;
}

const char *tree_entry_help(unsigned int i)
{
	return i < ARRAY_SIZE(entries) ? entries[i].help : NULL;
}
