/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the texts of proc/ about the machine are made with.
 *
 * Threads: any. Ownership: what is in the struct is borrowed for the call.
 */
#ifndef VMCOREFS_FS_PROC_TEXT_H
#define VMCOREFS_FS_PROC_TEXT_H

#include "fs/views/engine.h"
#include "kernel/object/fields.h"

struct proc_text {
	struct engine *e;
	struct kreader *r;
	struct knames names;
	struct outbuf *out;
};

/*
 * Writes a text. What fn returns: -ENOENT: the kernel's symbols or types do not tell it, the text is -ENOTSUP then; other
 * errors as they are. When the reader has an error in the end that is no passing fault, lines may lack: the last line says so,
 * and a text that has none is that error.
 */
int proc_text_make(struct engine *e, struct outbuf *out, int (*fn)(struct proc_text *t));

/* A string of the kernel; bytes that a terminal obeys become \ooo. */
void proc_text_name(struct proc_text *t, const char *name);
/* The same of what vaddr points to, at most size - 1 bytes, size at most 256: how many characters that are. */
size_t proc_text_string(struct proc_text *t, uint64_t vaddr, size_t size);

/* Pages as KiB. */
static inline uint64_t proc_text_kib(const struct proc_text *t, uint64_t pages)
{
	return pages << (t->e->kernel->page_shift - 10);
}

/* A row of the files at the top; the family has render(), which finds what makes it by at->row->param. */
#define PROC_TEXT(file, number) { .path = "proc/" file, .type = VIEW_PROC_TEXT, .param = (number), .render = render }

#endif
