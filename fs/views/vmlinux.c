/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmlinux: the dumped kernel as an executable; patched: how that differs from the one that was given. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "fs/views/engine.h"
#include "fs/views/row.h"
#include "kernel/code/patched.h"
#include "kernel/executable/executable.h"

static int make(void *arg, struct layout **out)
{
	struct engine *e = arg;
	const char *why = NULL;
	int r = executable_layout(e->facts, e->excluded, out, &why);

	return r == -ENOTSUP ? fail(ENOTSUP, "vmlinux: %s", why ? why : strerror(ENOTSUP)) : r;
}

static int open_vmlinux(struct engine *e, const struct view_at *at, struct layout **out)
{
	(void)at;
	return kept_get(&e->kept, &e->executable, "vmlinux", make, e, out);
}

/* Exact when somebody has read the symbols before, so that looking at the folder reads nothing. */
static int size_of_vmlinux(struct engine *e, const struct view_at *at, struct view_size *out)
{
	struct layout *l;

	(void)at;
	out->final = kept_size(&e->kept, &e->executable, &out->size, &out->data_bytes);
	if (!out->final && facts_symbols_are_asked(e->facts) && !open_vmlinux(e, at, &l)) {
		layout_unref(l);
		out->final = kept_size(&e->kept, &e->executable, &out->size, &out->data_bytes);
	}
	if (!out->final)
		out->size = out->data_bytes = EXECUTABLE_MAX_BYTES;
	return 0;
}

static const char *missing(const struct engine *e)
{
	return e->kernel->has_space ? NULL : e->kernel->why_no_space;
}

static void put_missing(const struct engine *e, struct outbuf *out)
{
	size_t start = out->len, text;

	if (missing(e))
		return;
	out_printf(out, "missing: vmlinux: ");
	text = out->len;
	executable_put_lost(e->facts, out);
	if (out->len == text)
		out_cut(out, start);
	else
		out_char(out, '\n');
}

/* --- patched ------------------------------------------------------------------------------------------------------- */

static const char *missing_file(const struct engine *e)
{
	return e->vmlinux ? missing(e) : "there is no vmlinux to compare with (-x)";
}

static uint64_t bound_patched(const struct engine *e)
{
	(void)e;
	return PATCHED_MAX_BYTES;
}

static int render_patched(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	return patched_put(e->facts, e->vmlinux, out);
}

static const struct view_row rows[] = {
	{ .path = "vmlinux", .cost = "reads the symbols", .use = "gdb, objdump, nm, perf, `bpftool`",
	  .help = "the kernel as an ELF executable, made of the dump, at the addresses it is linked at", .type = VIEW_IMAGE,
	  .missing = missing, .put_missing = put_missing, .size = size_of_vmlinux, .open = open_vmlinux },
	{ .path = "patched", .cost = "reads the text", .use = "you",
	  .help = "where the kernel's code in memory differs from that of -x, and why", .type = VIEW_COSTLY_TEXT,
	  .missing = missing_file, .render = render_patched, .bound = bound_patched },
};

VIEW_FAMILY(vmlinux, rows);
