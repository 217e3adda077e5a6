/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are one thing of the kernel, and the jobs that run. */
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fs/views/texts.h"
#include "kernel/log/printk.h"

#define SAVED_LOG_MAX (64u << 20)	/* bytes */

int render_dmesg(struct engine *e, struct outbuf *out)
{
	return printk_render(e->kernel, out);
}

int render_dmesg_raw(struct engine *e, struct outbuf *out)
{
	return printk_render_form(e->kernel, PRINTK_RAW, out, NULL);
}

int render_kmsg(struct engine *e, struct outbuf *out)
{
	return printk_render_form(e->kernel, PRINTK_KMSG, out, NULL);
}

int render_dmesg_partial(struct engine *e, struct outbuf *out)
{
	return printk_render_partial(e->kernel, out);
}

uint64_t bound_log(const struct engine *e)
{
	return printk_bound(e->kernel);
}

uint64_t bound_saved_log(const struct engine *e)
{
	return e->dump->log ? min_u64(e->dump->log->size, SAVED_LOG_MAX) : 0;
}

/* A file as it is, in memory: one that is larger than any log is cut. */
int render_vmcore_dmesg(struct engine *e, struct outbuf *out)
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

int render_vmcoreinfo(struct engine *e, struct outbuf *out)
{
	out_write(out, e->kernel->vmci.text, e->kernel->vmci.len);
	return 0;
}

int render_eraseinfo(struct engine *e, struct outbuf *out)
{
	out_write(out, e->eraseinfo.data, e->eraseinfo.len);
	return 0;
}

int render_progress(struct engine *e, struct outbuf *out)
{
	jobs_render(&e->jobs, out);
	return 0;
}
