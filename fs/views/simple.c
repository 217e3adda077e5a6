/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are one thing of the kernel, and the progress of the running job. */
#include <errno.h>
#include <stdatomic.h>

#include "fs/views/texts.h"
#include "kernel/printk.h"

int render_dmesg(struct engine *e, struct outbuf *out)
{
	return printk_render(e->kernel, out);
}

int render_dmesg_partial(struct engine *e, struct outbuf *out)
{
	return printk_render_partial(e->kernel, out);
}

int render_vmcoreinfo(struct engine *e, struct outbuf *out)
{
	out_write(out, e->kernel->vmci.text, e->kernel->vmci.len);
	return 0;
}

int render_progress(struct engine *e, struct outbuf *out)
{
	const char *job = atomic_load(&e->job);
	unsigned long long done = atomic_load(&e->progress.done), total = atomic_load(&e->progress.total);

	if (!job)
		out_printf(out, "idle\n");
	else
		out_printf(out, "%s: %llu%% (%llu of %llu)\n", job, total ? done * 100 / total : 0, done, total);
	return 0;
}
