/* SPDX-License-Identifier: GPL-2.0-or-later */
/* README and info: what tells of all rows. */
#include "fs/families.h"
#include "fs/views/commands.h"
#include "fs/views/engine.h"
#include "fs/views/info.h"
#include "fs/views/log.h"

static const char *why_missing(const struct engine *e, const struct view_row *row)
{
	return row->missing ? row->missing(e) : NULL;
}

static int render_info_file(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct view_row *row = NULL;
	int r = render_info(e, out);

	(void)at;
	while ((row = families_next_top(families, row))) {
		const char *why = why_missing(e, row);

		if (why)
			out_printf(out, "missing: %s: %s\n", row->path, why);
		if (row->put_missing)
			row->put_missing(e, out);
	}
	return r;
}

/* An address that is there, whatever KASLR did. Not looked up: who reads this shall not wait for the dump. */
static bool example_address(const struct engine *e, uint64_t *vaddr)
{
	static const char *const names[] = { "_stext", "init_uts_ns", "swapper_pg_dir" };
	const struct kernel *k = e->kernel;

	for (size_t i = 0; k->has_space && i < ARRAY_SIZE(names); i++)
		if (!vmci_symbol(&k->vmci, names[i], vaddr))
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

static int render_readme(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct view_row *row = NULL;

	(void)at;
	out_printf(out, "This is %s, mounted by vmcorefs: a kernel crash dump as files.\n"
		   "Everything here is read-only and computed when it is read.\n\n", e->dump->src->name);
	while ((row = families_next_top(families, row))) {
		const char *why = why_missing(e, row);

		out_printf(out, "  %-18s %s%s%s%s\n", row->path, row->help, why ? " (missing: " : "", why ? why : "",
			   why ? ")" : "");
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

static const struct view_row rows[] = {
	{ .path = "README", .cost = "none", .use = "you",
	  .help = "what is in here, what it costs, commands to try", .type = VIEW_TEXT,
	  .render = render_readme },
	{ .path = "info", .cost = "reads the log", .use = "you, scripts",
	  .help = "the dump and its kernel, as key: value", .type = VIEW_COSTLY_TEXT,
	  .render = render_info_file, .bound = bound_info, .is_live = info_is_live },
};

VIEW_FAMILY(readme, rows);
