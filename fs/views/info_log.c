/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/info_internal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/views/info_kernels.h"
#include "fs/views/log.h"
#include "kernel/log/cause.h"
#include "kernel/log/printk.h"

/* The form that tells most, where the kernel has it. */
struct log {
	struct outbuf text;
	bool is_kmsg;
};

/* A fault is the end where kexec took the dump; a machine that a hypervisor dumped may have gone on after it. */
static void put_cause(struct engine *e, const struct log *log, struct outbuf *out)
{
	struct log_cause *cause = calloc(1, sizeof(*cause));
	const char *panic, *fault;

	if (!cause) {
		out->error = -ENOMEM;
		return;
	}
	(log->is_kmsg ? log_cause_kmsg : log_cause_text)(cause, log->text.data, log->text.len);
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

/* Of the last line that starts with a time. */
static void put_uptime(const struct log *log, struct outbuf *out)
{
	const char *start = log->text.data, *end = start + log->text.len;

	while (end > start) {
		const char *newline = memrchr(start, '\n', (size_t)(end - 1 - start)), *line = newline ? newline + 1 : start;
		unsigned long long usec;
		double uptime;
		bool found;

		found = log->is_kmsg ? sscanf(line, "%*u,%*u,%llu,", &usec) == 1 : sscanf(line, "[%lf]", &uptime) == 1;
		if (found && log->is_kmsg)
			uptime = (double)usec / 1e6;
		if (found) {
			out_printf(out, "uptime: %.6f s (time of the last message)\n", uptime);
			return;
		}
		end = line;
	}
}

/* What of the dump's log cannot be read. */
static void put_lost(int error, const struct printk_loss *loss, struct outbuf *out)
{
	if (*loss->head)
		out_printf(out, "missing: dmesg: %s\n", loss->head);
	if (error)
		out_printf(out, "missing: dmesg: the log cannot be read: %s\n", strerror(error == -EBADMSG ? EIO : -error));
	else if (loss->gaps == 1)
		out_printf(out, "missing: dmesg: %s\n", loss->first);
	else if (loss->gaps)
		out_printf(out, "missing: dmesg: %llu %s in %u places, the first: %s\n", (unsigned long long)loss->amount,
			   loss->in_bytes ? "bytes" : "records", loss->gaps, loss->first);
}

/* That of the dump, else the one that was saved beside it. */
static int read_log(struct engine *e, struct log *log, struct outbuf *out)
{
	struct printk_loss loss;
	int r;

	if (e->kernel->has_space && printk_kind(e->kernel)) {
		log->is_kmsg = !printk_why_no_form(e->kernel, PRINTK_KMSG);
		r = printk_render_form(e->kernel, e->facts, log->is_kmsg ? PRINTK_KMSG : PRINTK_DMESG, &log->text, &loss);
		put_lost(r, &loss, out);
		if (!r && log->text.len)
			return 0;
	}
	out_cut(&log->text, 0);
	log->is_kmsg = false;
	return e->dump->log ? log_put_saved(e, &log->text) : -ENOENT;
}

void info_log(struct engine *e, struct crash_memory *crash, struct outbuf *out)
{
	struct log log = { .text = OUTBUF_INIT };

	if (!read_log(e, &log, out) && log.text.len && !log.text.error) {
		put_cause(e, &log, out);
		put_uptime(&log, out);
		info_find_crash_memory(log.text.data, crash);
	} else if (*e->dump->panic) {
		info_text(out, "panic", e->dump->panic);
	}
	out_free(&log.text);
}
