/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmcoreinfo and eraseinfo: texts that the dump carries. */
#include "fs/views/engine.h"
#include "fs/views/row.h"

static int render_vmcoreinfo(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	out_write(out, e->kernel->vmci.text, e->kernel->vmci.len);
	return 0;
}

static int render_eraseinfo(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	out_write(out, e->eraseinfo.data, e->eraseinfo.len);
	return 0;
}

static const char *missing_vmcoreinfo(const struct engine *e)
{
	return e->kernel->vmci.text ? NULL : "the dump has no VMCOREINFO, and none was found in its memory";
}

static const char *missing_eraseinfo(const struct engine *e)
{
	return e->eraseinfo.len ? NULL : "nothing was erased (-o erase=FILE erases)";
}

static const struct view_row rows[] = {
	{ .path = "vmcoreinfo", .cost = "none", .use = "scripts",
	  .help = "the VMCOREINFO text", .type = VIEW_TEXT, .render = render_vmcoreinfo,
	  .missing = missing_vmcoreinfo },
	{ .path = "eraseinfo", .cost = "none", .use = "you",
	  .help = "what was erased: a line for each time that a rule found something", .type = VIEW_TEXT,
	  .render = render_eraseinfo, .missing = missing_eraseinfo },
};

VIEW_FAMILY(vmcoreinfo, rows);
