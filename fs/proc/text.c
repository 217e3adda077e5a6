/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/proc/text.h"

#include <errno.h>

#include "base/fault.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/reader.h"
#include "kernel/value/walk.h"

int proc_text_make(struct engine *e, struct outbuf *out, int (*fn)(struct proc_text *t))
{
	struct proc_text t = { .e = e, .names = facts_names(e->facts), .out = out };
	uint64_t vaddr = 0;
	int error, r = kreader_open(e->kernel, &t.r);

	if (r)
		return r;
	r = fn(&t);
	error = kreader_take(t.r, &vaddr);
	kreader_close(t.r);
	if (r)
		return r == -ENOENT ? -ENOTSUP : r;
	if (error && (error_is_passing(error) || !out->len))
		return error;
	if (error)
		out_printf(out, "# lines or numbers may lack: %#llx is %s\n", (unsigned long long)vaddr,
			   error == -ELOOP ? "in a list that runs in a circle, or is far too long" : value_why(error));
	return out->error;
}

void proc_text_name(struct proc_text *t, const char *name)
{
	for (; *name; name++) {
		if ((unsigned char)*name < ' ' || *name == 127)
			out_printf(t->out, "\\%03o", (unsigned char)*name);
		else
			out_char(t->out, *name);
	}
}

size_t proc_text_string(struct proc_text *t, uint64_t vaddr, size_t size)
{
	size_t before = t->out->len;
	char name[256];

	kstring(t->r, vaddr, name, size < sizeof(name) ? size : sizeof(name));
	proc_text_name(t, name);
	return t->out->len - before;
}
