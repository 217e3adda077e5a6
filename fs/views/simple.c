/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are one thing of the kernel, and the jobs that run. */
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
