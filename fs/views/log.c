/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log in its forms, and the one that kdump saved beside the dump. */
#include "fs/views/log.h"

#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fs/views/row.h"
#include "kernel/log/printk.h"

#define SAVED_LOG_MAX (64u << 20)	/* bytes */

static int render_form(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	return printk_render_form(e->kernel, e->facts, (enum printk_form)at->row->param, out, NULL);
}

static int render_partial(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	return printk_render_partial(e->kernel, e->facts, out);
}

/* In all forms. */
static uint64_t bound_log(const struct engine *e)
{
	return printk_bound(e->kernel);
}

static uint64_t bound_saved_log(const struct engine *e)
{
	return e->dump->log ? min_u64(e->dump->log->size, SAVED_LOG_MAX) : 0;
}

/* A file as it is, in memory: one that is larger than any log is cut. */
int log_put_saved(const struct engine *e, struct outbuf *out)
{
	const struct source *log = e->dump->log;
	uint64_t size = bound_saved_log(e);
	char buf[65536];
	ssize_t n = 0;

	for (uint64_t at = 0; at < size; at += (uint64_t)n) {
		n = source_read_some(log, buf, (size_t)min_u64(sizeof(buf), size - at), at);
		if (n < 0)
			return fail((int)-n, "%s: cannot be read: %s", log->name, strerror((int)-n));
		if (!n)
			break;
		out_write(out, buf, (size_t)n);
	}
	return 0;
}

static int render_saved(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	return log_put_saved(e, out);
}

/* Where the hypervisor has a log of its own VMCOREINFO_XEN does not tell. */
static const char xen_itself[] = "the log is dom0's, and -o xen=hypervisor shows Xen itself";

static const char *missing_form(const struct engine *e, enum printk_form form)
{
	if (!e->kernel->has_space)
		return e->kernel->why_no_space;
	if (e->kernel->hypervisor)
		return xen_itself;
	return printk_why_no_form(e->kernel, form);
}

const char *missing_dmesg(const struct engine *e)
{
	return missing_form(e, PRINTK_DMESG);
}

static const char *missing_kmsg(const struct engine *e)
{
	return missing_form(e, PRINTK_KMSG);
}

static const char *missing_partial(const struct engine *e)
{
	if (e->kernel->hypervisor)
		return xen_itself;
	return e->kernel->has_space ? printk_why_no_partial(e->kernel) : e->kernel->why_no_space;
}

static const char *missing_saved(const struct engine *e)
{
	return e->dump->log ? NULL : "no such file lies beside the dump (give the folder that has both)";
}

static const struct view_row rows[] = {
	{ .path = "dmesg", .cost = "reads the log", .use = "`grep`, `less`",
	  .help = "the kernel log", .type = VIEW_COSTLY_TEXT, .param = PRINTK_DMESG, .render = render_form,
	  .bound = bound_log, .missing = missing_dmesg },
	{ .path = "dmesg-partial", .cost = "reads the log", .use = "`grep`, `less`",
	  .help = "the kernel log since it was last cleared (dmesg -C)", .type = VIEW_COSTLY_TEXT,
	  .render = render_partial, .bound = bound_log, .missing = missing_partial },
	{ .path = "dmesg-raw", .cost = "reads the log", .use = "`dmesg -F`",
	  .help = "the same with levels, as dmesg --raw has them: dmesg -F dmesg-raw -x -l err,warn",
	  .type = VIEW_COSTLY_TEXT, .param = PRINTK_RAW, .render = render_form, .bound = bound_log,
	  .missing = missing_dmesg },
	{ .path = "kmsg", .cost = "reads the log", .use = "`grep`, `lnav`",
	  .help = "the same as /dev/kmsg gives it: level, number, time, caller, device",
	  .type = VIEW_COSTLY_TEXT, .param = PRINTK_KMSG, .render = render_form, .bound = bound_log,
	  .missing = missing_kmsg },
	{ .path = "vmcore-dmesg", .cost = "none", .use = "`grep`, `less`",
	  .help = "the log that kdump saved beside the dump", .type = VIEW_COSTLY_TEXT,
	  .render = render_saved, .bound = bound_saved_log, .missing = missing_saved },
};

VIEW_FAMILY(log, rows);
