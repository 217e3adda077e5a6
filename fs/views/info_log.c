/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/info_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/views/info_kernels.h"
#include "fs/views/texts.h"
#include "kernel/log_cause.h"
#include "kernel/printk.h"

/* A fault is the end where kexec took the dump; a machine that a hypervisor dumped may have gone on after it. */
static void put_cause(struct engine *e, const struct outbuf *log, struct outbuf *out)
{
	struct log_cause *cause = calloc(1, sizeof(*cause));
	const char *panic, *fault;

	if (!cause) {
		out->error = -ENOMEM;
		return;
	}
	log_cause_text(cause, log->data, log->len);
	panic = log_cause_panic(cause);
	fault = log_cause_fault(cause);
	if (!panic && fault && e->kernel->crash_time)
		panic = fault;
	if (!panic && *e->dump->panic)
		panic = e->dump->panic;
	if (panic)
		info_text(out, "panic", panic);
	else if (fault)
		info_text(out, "oops", fault);
	free(cause);
}

/* Of the last line that starts with a time stamp. */
static void put_uptime(const struct outbuf *log, struct outbuf *out)
{
	const char *at = memrchr(log->data, '[', log->len);
	double uptime;

	while (at && at > log->data && at[-1] != '\n')
		at = memrchr(log->data, '[', (size_t)(at - log->data));
	if (at && sscanf(at, "[%lf]", &uptime) == 1)
		out_printf(out, "uptime: %.6f s (time of the last message)\n", uptime);
}

/* What of the dump's log cannot be read. */
static void put_lost(int error, const struct printk_loss *loss, struct outbuf *out)
{
	if (error)
		out_printf(out, "missing: dmesg: the log cannot be read: %s\n", strerror(error == -EBADMSG ? EIO : -error));
	else if (loss->gaps == 1)
		out_printf(out, "missing: dmesg: %s\n", loss->first);
	else if (loss->gaps)
		out_printf(out, "missing: dmesg: %llu %s in %u places, the first: %s\n", (unsigned long long)loss->amount,
			   loss->in_bytes ? "bytes" : "records", loss->gaps, loss->first);
}

/* That of the dump, else the one that was saved beside it. */
static int read_log(struct engine *e, struct outbuf *log, struct outbuf *out)
{
	struct printk_loss loss;
	int r;

	if (e->kernel->has_space && printk_kind(e->kernel)) {
		r = printk_render_form(e->kernel, PRINTK_DMESG, log, &loss);
		put_lost(r, &loss, out);
		if (!r && log->len)
			return 0;
	}
	out_cut(log, 0);
	return e->dump->log ? render_vmcore_dmesg(e, log) : -ENOENT;
}

void info_log(struct engine *e, struct crash_memory *crash, struct outbuf *out)
{
	struct outbuf log = OUTBUF_INIT;

	if (!read_log(e, &log, out) && log.len && !log.error) {
		put_cause(e, &log, out);
		put_uptime(&log, out);
		info_find_crash_memory(log.data, crash);
	} else if (*e->dump->panic) {
		info_text(out, "panic", e->dump->panic);
	}
	out_free(&log);
}
