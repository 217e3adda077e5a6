/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/tree_internal.h"
#include "fs/views/commands.h"
#include "kernel/log/printk.h"

static render_fn render_readme, render_info_missing;
static missing_fn missing_eraseinfo, missing_dmesg, missing_dmesg_partial, missing_kmsg, missing_vmcore_dmesg,
	missing_vmcoreinfo, missing_space, missing_walks, missing_classes, missing_notes;

const struct entry tree_entries[] = {
	{ .name = "README", .help = "what is in here, what it costs, commands to try", .type = TEXT, .render = render_readme },
	{ .name = "info", .help = "the dump and its kernel, as key: value", .type = COSTLY_TEXT, .render = render_info_missing,
	  .bound = bound_info },
	{ .name = "dmesg", .help = "the kernel log", .type = COSTLY_TEXT, .render = render_dmesg, .missing = missing_dmesg,
	  .bound = bound_log },
	{ .name = "dmesg-partial", .help = "the kernel log since it was last cleared (dmesg -C)", .type = COSTLY_TEXT,
	  .render = render_dmesg_partial, .missing = missing_dmesg_partial, .bound = bound_log },
	{ .name = "dmesg-raw", .help = "the same with levels, as dmesg --raw has them: dmesg -F dmesg-raw -x -l err,warn", .type = COSTLY_TEXT,
	  .render = render_dmesg_raw, .missing = missing_dmesg, .bound = bound_log },
	{ .name = "kmsg", .help = "the same as /dev/kmsg gives it: level, number, time, caller, device", .type = COSTLY_TEXT,
	  .render = render_kmsg, .missing = missing_kmsg, .bound = bound_log },
	{ .name = "vmcore-dmesg", .help = "the log that kdump saved beside the dump", .type = COSTLY_TEXT,
	  .render = render_vmcore_dmesg, .missing = missing_vmcore_dmesg, .bound = bound_saved_log },
	{ .name = "vmcoreinfo", .help = "the VMCOREINFO text", .type = TEXT, .render = render_vmcoreinfo, .missing = missing_vmcoreinfo },
	{ .name = "eraseinfo", .help = "what was erased: a line for each time that a rule found something", .type = TEXT,
	  .render = render_eraseinfo, .missing = missing_eraseinfo },
	{ .name = "crash.cmd", .help = "starts crash on elf: sh crash.cmd", .type = TEXT,
	  .render = render_crash_cmd, .missing = missing_commands },
	{ .name = "gdb.cmd", .help = "starts gdb on elf", .type = TEXT, .render = render_gdb_cmd, .missing = missing_commands },
	{ .name = "drgn.cmd", .help = "starts drgn on elf", .type = TEXT, .render = render_drgn_cmd, .missing = missing_commands },
	{ .name = "elf", .help = "ELF core of all stored memory, for gdb, crash and drgn", .type = IMAGE, .image = IMAGE_ELF },
	{ .name = "kdump-compressed", .help = "the same as makedumpfile writes it; opening it compresses all that is not yet", .type = IMAGE,
	  .image = IMAGE_KDUMP },
	{ .name = "flattened", .help = "the same as makedumpfile's flattened stream; --cat writes it while it compresses",
	  .type = IMAGE, .image = IMAGE_FLATTENED },
	{ .name = "raw", .help = "physical memory, file offset = physical address, with holes", .type = IMAGE, .image = IMAGE_RAW },
	{ .name = "lime", .help = "the same as LiME writes it: a record for each range, for volatility", .type = IMAGE,
	  .image = IMAGE_LIME },
	{ .name = "report", .help = "pages by class and node, what each level keeps and would take; reads all page structs", .type = COSTLY_TEXT,
	  .render = render_report, .missing = missing_classes, .bound = bound_report },
	{ .name = "progress", .help = "what is being computed now", .type = LIVE, .render = render_progress },
	{ .name = "notes", .help = "the ELF notes, one file each", .type = FOLDER, .missing = missing_notes },
	{ .name = "pfn", .help = "pfn/<n>: one page frame, n decimal or 0x hex", .type = FOLDER },
	{ .name = "phys", .help = "phys/<addr>[+<len>]: bytes at a physical address; one page without <len>", .type = FOLDER },
	{ .name = "virt", .help = "virt/<addr>[+<len>]: bytes at a kernel virtual address", .type = FOLDER, .missing = missing_space },
	{ .name = "vtop", .help = "vtop/[<pgd>:]<addr>: the page-table walk of an address", .type = FOLDER, .missing = missing_walks },
	{ .name = "level-<0..31>",
	  .help = "{dump[.<codec>],elf,flattened,lime,raw,report,split-<k>/}: as makedumpfile -d, -e", .type = LEVEL_FOLDERS },
};

const size_t tree_nentries = ARRAY_SIZE(tree_entries);
_Static_assert(ARRAY_SIZE(tree_entries) <= MAX_ENTRIES, "a slot for each entry");

const struct level_file tree_level_files[] = {
	{ "dump", IMAGE_KDUMP, .listed = true },
	{ "elf", IMAGE_ELF, .listed = true },
	{ "raw", IMAGE_RAW, .listed = true },
	{ "report", .report = true, .listed = true },
	{ "lime", IMAGE_LIME, .listed = false },
	{ "flattened", IMAGE_FLATTENED, .listed = false },
	{ "dump.none", IMAGE_KDUMP_NONE, .listed = false },
	{ "dump.zlib", IMAGE_KDUMP_ZLIB, .listed = false },
	{ "dump.lzo", IMAGE_KDUMP_LZO, .listed = false },
	{ "dump.snappy", IMAGE_KDUMP_SNAPPY, .listed = false },
	{ "dump.zstd", IMAGE_KDUMP_ZSTD, .listed = false },
};

const size_t tree_nlevel_files = ARRAY_SIZE(tree_level_files);

static const char *missing_space(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

/* Tables that the user names need no kernel. */
static const char *missing_walks(const struct engine *e)
{
	return e->kernel->can_walk ? NULL : missing_space(e);
}

/* Where the hypervisor has a log of its own VMCOREINFO_XEN does not tell. */
static const char xen_itself[] = "the log is dom0's, and -o xen=hypervisor shows Xen itself";

static const char *missing_log(const struct engine *e, enum printk_form form)
{
	if (!e->kernel->has_space)
		return e->kernel->why_no_space;
	if (e->kernel->hypervisor)
		return xen_itself;
	return printk_why_no_form(e->kernel, form);
}

static const char *missing_dmesg(const struct engine *e)
{
	return missing_log(e, PRINTK_DMESG);
}

static const char *missing_kmsg(const struct engine *e)
{
	return missing_log(e, PRINTK_KMSG);
}

static const char *missing_dmesg_partial(const struct engine *e)
{
	if (e->kernel->hypervisor)
		return xen_itself;
	return e->kernel->has_space ? printk_why_no_partial(e->kernel) : e->kernel->why_no_space;
}

static const char *missing_vmcore_dmesg(const struct engine *e)
{
	return e->dump->log ? NULL : "no such file lies beside the dump (give the folder that has both)";
}

static const char *missing_vmcoreinfo(const struct engine *e)
{
	return e->kernel->vmci.text ? NULL : "the dump has no VMCOREINFO, and none was found in its memory";
}

static const char *missing_eraseinfo(const struct engine *e)
{
	return e->eraseinfo.len ? NULL : "nothing was erased (-o erase=FILE erases)";
}

static const char *missing_classes(const struct engine *e)
{
	return e->memmap ? NULL : e->why_no_classes;
}

static const char *missing_notes(const struct engine *e)
{
	return e->dump->notes_len ? NULL : "the dump has no ELF notes";
}

const char *tree_missing_why(const struct fs *fs, const struct entry *en)
{
	return en->missing ? en->missing(fs->e) : NULL;
}

static int render_info_missing(struct engine *e, struct outbuf *out)
{
	int r = render_info(e, out);

	for (size_t i = 0; i < tree_nentries; i++) {
		const char *why = tree_entries[i].missing ? tree_entries[i].missing(e) : NULL;

		if (why)
			out_printf(out, "missing: %s: %s\n", tree_entries[i].name, why);
	}
	if (!e->memmap)
		out_printf(out, "missing: levels other than 0 and 1: %s\n", e->why_no_classes);
	else if (!engine_has_selection(e, WITHOUT_VMEMMAP))
		out_printf(out, "missing: level-N+vmemmap: the page structs are not in large pages that are known here\n");
	return r;
}

/* An address that is there, whatever KASLR did. */
static bool example_address(const struct engine *e, uint64_t *vaddr)
{
	static const char *const names[] = { "_stext", "init_uts_ns", "swapper_pg_dir" };
	const struct kernel *k = e->kernel;
	uint64_t paddr, span;

	for (size_t i = 0; k->has_space && i < ARRAY_SIZE(names); i++)
		if (!vmci_symbol(&k->vmci, names[i], vaddr) && !space_vtop(&k->space, *vaddr, &paddr, &span))
			return true;
	return false;
}

/* Commands that work on this dump. */
static void put_examples(const struct engine *e, struct outbuf *out)
{
	uint64_t vaddr;

	out_printf(out, "\nTo try, from this folder:\n\n  cat info\n");
	if (!missing_dmesg(e))
		out_printf(out, "  grep -i -e oops -e panic dmesg\n");
	out_printf(out, "  cp level-%u/dump /somewhere/vmcore.filtered    # as makedumpfile -c -d %u makes it\n",
		   e->memmap ? 31 : 1, e->memmap ? 31 : 1);
	if (!missing_commands(e))
		out_printf(out, "  sh crash.cmd    # or gdb.cmd, drgn.cmd\n");
	if (example_address(e, &vaddr))
		out_printf(out, "  cat vtop/%#llx\n", (unsigned long long)vaddr);
}

static int render_readme(struct engine *e, struct outbuf *out)
{
	out_printf(out, "This is %s, mounted by vmcorefs: a kernel crash dump as files.\n"
		   "Everything here is read-only and computed when it is read.\n\n", e->dump->src->name);
	for (size_t i = 0; i < tree_nentries; i++) {
		const char *why = tree_entries[i].missing ? tree_entries[i].missing(e) : NULL;

		out_printf(out, "  %-18s %s%s%s%s\n", tree_entries[i].name, tree_entries[i].help, why ? " (missing: " : "",
			   why ? why : "", why ? ")" : "");
	}
	put_examples(e, out);
	out_printf(out, "\n"
		   "A level has dump.zlib, dump.lzo, dump.snappy, dump.zstd, dump.none, flattened and lime too,\n"
		   "which are not listed.\n"
		   "level-1 and level-31 are listed; any level from level-0 to level-31 can be opened, and level-N+vmemmap\n"
		   "for each N: without the page structs of what N leaves out, as makedumpfile -e. The folders pfn, phys,\n"
		   "virt and vtop answer any name of their form and list none. The sizes of what costs something (info,\n"
		   "the log, report, kdump-compressed, level-N/dump, level-N/elf) are upper bounds until it is opened for the\n"
		   "first time, and exact from then on.\n");
	return 0;
}

int fs_open(const struct fs_options *opt, struct fs **out)
{
	const struct engine_options engine = {
		.dump = opt->dump,
		.excluded = opt->excluded, .codec = opt->compress,
		.vmcoreinfo_file = opt->vmcoreinfo_file, .vmlinux = opt->vmlinux, .erase_file = opt->erase_file,
		.which = opt->which, .text_paddr = opt->text_paddr,
		.xen = opt->xen, .exclude_domu = opt->exclude_domu, .xen_vmcoreinfo_file = opt->xen_vmcoreinfo_file,
		.warn_spool = opt->warn_spool,
	};
	struct fs *fs = calloc(1, sizeof(*fs));
	int r;

	if (!fs)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(fs->texts); i++)
		fs->texts[i].once = (struct once)ONCE_INIT;
	for (size_t i = 0; i < ARRAY_SIZE(fs->level_reports); i++)
		fs->level_reports[i].once = (struct once)ONCE_INIT;
	fs->notes_once = (struct once)ONCE_INIT;
	fs->ranges = ranges_new();
	fs->walks = walks_new();
	r = fs->ranges && fs->walks ? engine_open(&engine, &fs->e) : -ENOMEM;
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
	for (size_t i = 0; i < ARRAY_SIZE(fs->texts); i++)
		text_unref(fs->texts[i].text);
	for (size_t i = 0; i < ARRAY_SIZE(fs->level_reports); i++)
		text_unref(fs->level_reports[i].text);
	free(fs->note_at);
	ranges_free(fs->ranges);
	walks_free(fs->walks);
	engine_close(fs->e);
	free(fs);
}

void fs_facts(const struct fs *fs, struct fs_facts *out)
{
	*out = fs->facts;
}

bool tree_is_folder(struct node n)
{
	return n.kind == NODE_ROOT || n.kind == NODE_LEVEL || n.kind == NODE_SPLIT ||
	       (n.kind == NODE_ENTRY && tree_entries[n.key].type == FOLDER);
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

bool tree_selection_of_name(const char *name, unsigned int *sel)
{
	static const char suffix[] = "+vmemmap";
	size_t len = strlen(name);
	char level[16];

	if (len < sizeof(suffix) || strcmp(name + len - (sizeof(suffix) - 1), suffix))
		return numbered_name(name, "level-", LEVELS, sel);
	len -= sizeof(suffix) - 1;
	if (len >= sizeof(level))
		return false;
	memcpy(level, name, len);
	level[len] = '\0';
	if (!numbered_name(level, "level-", LEVELS, sel))
		return false;
	*sel += WITHOUT_VMEMMAP;
	return true;
}

static int lookup_root(struct fs *fs, const char *name, struct node *out)
{
	unsigned int sel;

	for (size_t i = 0; i < tree_nentries; i++) {
		if (tree_entries[i].type == LEVEL_FOLDERS || strcmp(tree_entries[i].name, name))
			continue;
		if (tree_missing_why(fs, &tree_entries[i]))
			return -ENOENT;
		*out = (struct node){ NODE_ENTRY, i };
		return 0;
	}
	if (!tree_selection_of_name(name, &sel) || !engine_has_selection(fs->e, sel))
		return -ENOENT;
	*out = (struct node){ NODE_LEVEL, sel };
	return 0;
}

static int lookup_level(struct fs *fs, const char *name, uint64_t level, struct node *out)
{
	unsigned int parts;

	for (size_t i = 0; i < tree_nlevel_files; i++) {
		if (!strcmp(tree_level_files[i].name, name)) {
			*out = (struct node){ NODE_LEVEL_FILE, level << 8 | i };
			return 0;
		}
	}
	if (numbered_name(name, "split-", SPLIT_MAX + 1, &parts) && engine_has_split(fs->e, parts)) {
		*out = (struct node){ NODE_SPLIT, level << 8 | parts };
		return 0;
	}
	return -ENOENT;
}

static int lookup_split(const char *name, uint64_t key, struct node *out)
{
	unsigned int part;

	if (!numbered_name(name, "", (unsigned int)(key & 0xff) + 1, &part) || !part)
		return -ENOENT;
	*out = (struct node){ NODE_SPLIT_PART, key << 8 | part };
	return 0;
}

int tree_lookup(struct fs *fs, struct node dir, const char *name, struct node *out)
{
	switch (dir.kind) {
	case NODE_ROOT:
		return lookup_root(fs, name, out);
	case NODE_LEVEL:
		return lookup_level(fs, name, dir.key, out);
	case NODE_SPLIT:
		return lookup_split(name, dir.key, out);
	case NODE_ENTRY:
		return dir.key < tree_nentries ? folder_lookup(fs, dir, name, out) : -ENOENT;
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
	return dir.kind == NODE_SPLIT ? (struct node){ NODE_LEVEL, dir.key >> 8 } : TREE_ROOT;
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

static int list_root(struct fs *fs, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	static const unsigned int listed_levels[] = { 1, 31 };
	size_t n = tree_nentries;

	for (uint64_t i = from; i < n + ARRAY_SIZE(listed_levels); i++) {
		struct tree_entry te = { .next = i + 1 };
		char name[32];

		if (i < n) {
			if (tree_entries[i].type == LEVEL_FOLDERS || tree_missing_why(fs, &tree_entries[i]))
				continue;
			te.name = tree_entries[i].name;
			te.node = (struct node){ NODE_ENTRY, i };
		} else {
			if (!engine_has_selection(fs->e, listed_levels[i - n]))
				continue;
			snprintf(name, sizeof(name), "level-%u", listed_levels[i - n]);
			te.name = name;
			te.node = (struct node){ NODE_LEVEL, listed_levels[i - n] };
		}
		te.dir = tree_is_folder(te.node);
		if (emit(arg, &te))
			return 0;
	}
	return 0;
}

static int count_folder(void *arg, const struct tree_entry *e)
{
	*(unsigned int *)arg += e->dir;
	return 0;
}

unsigned int tree_root_folders(struct fs *fs)
{
	unsigned int n = 0;

	list_root(fs, 0, count_folder, &n);
	return n;
}

static int list_split(uint64_t key, uint64_t from, int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	for (uint64_t i = from; i < (key & 0xff); i++) {
		char name[16];
		struct tree_entry te = { .name = name, .node = { NODE_SPLIT_PART, key << 8 | (i + 1) }, .next = i + 1 };

		snprintf(name, sizeof(name), "%u", (unsigned int)i + 1);
		if (emit(arg, &te))
			break;
	}
	return 0;
}

int tree_list(struct fs *fs, struct node dir, uint64_t from,
	      int (*emit)(void *arg, const struct tree_entry *e), void *arg)
{
	if (!tree_is_folder(dir))
		return -ENOTDIR;
	if (dir.kind == NODE_ROOT)
		return list_root(fs, from, emit, arg);
	if (dir.kind == NODE_LEVEL) {
		for (uint64_t i = from; i < tree_nlevel_files; i++) {
			struct tree_entry te = {
				.name = tree_level_files[i].name, .node = { NODE_LEVEL_FILE, dir.key << 8 | i }, .next = i + 1,
			};

			if (tree_level_files[i].listed && emit(arg, &te))
				break;
		}
		return 0;
	}
	if (dir.kind == NODE_SPLIT)
		return list_split(dir.key, from, emit, arg);
	return folder_list(fs, dir, from, emit, arg);
}

const char *tree_entry_name(unsigned int i)
{
	return i < tree_nentries ? tree_entries[i].name : NULL;
}

const char *tree_entry_help(unsigned int i)
{
	return i < tree_nentries ? tree_entries[i].help : NULL;
}
