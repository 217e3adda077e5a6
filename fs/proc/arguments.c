/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/{cmdline,environ,auxv}: what a program was started with, from its own memory. fs/proc/base.c */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/proc/proc.h"

#define BYTES_MAX (8u << 20)		/* above 3/4 of the default limit of a stack: include/linux/binfmts.h */
#define AUXV_WORDS 128u			/* kernels have room for 56 */

struct arguments {
	struct proc_task t;
	struct mm_facts m;
	struct kreader *user;		/* NULL: it has no memory of its own */
};

static int arguments_open(struct engine *e, const struct view_at *at, struct arguments *a)
{
	int r = proc_mm_open(e, at, &a->t, &a->m);

	a->user = NULL;
	if (r)
		return r;
	if (a->m.vaddr)
		r = kreader_open_user(e->kernel, a->m.pgd, &a->user);
	if (r)
		proc_task_close(&a->t);
	return r;
}

static void arguments_close(struct arguments *a)
{
	kreader_close(a->user);
	proc_task_close(&a->t);
}

/* From start to end, as far as it can be read. What is lost from the first byte on is an error: an empty text would say that
 * there was none. title: up to the first NUL, in one page. */
static int put_bytes(struct arguments *a, uint64_t start, uint64_t end, bool title, struct outbuf *out)
{
	uint64_t n = min_u64(end - start, BYTES_MAX), got;
	char *buf = malloc(n ? n : 1);
	int r;

	if (!buf)
		return -ENOMEM;
	got = kread_part(a->user, start, buf, n);
	r = kreader_take(a->user, NULL);
	if (title)
		got = min_u64(got, strnlen(buf, got) + 1);
	out_write(out, buf, got);
	free(buf);
	return got || !n ? out->error : r ? r : -EIO;
}

/* get_mm_cmdline(): a program may have overwritten its arguments with a title, and the environment behind them. */
static int render_cmdline(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct arguments a;
	int r = arguments_open(e, at, &a);

	if (r)
		return r;
	if (a.user && a.m.arg_start < a.m.arg_end) {
		uint64_t last = kuint(a.user, a.m.arg_end - 1, 1);
		bool title = !kreader_take(a.user, NULL) && last;
		uint64_t end = title && a.m.env_start == a.m.arg_end && a.m.env_end >= a.m.env_start ? a.m.env_end : a.m.arg_end;

		if (title)
			end = min_u64(end, a.m.arg_start + ((uint64_t)1 << e->kernel->page_shift));
		r = put_bytes(&a, a.m.arg_start, end, title, out);
	}
	arguments_close(&a);
	return r;
}

static int render_environ(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct arguments a;
	int r = arguments_open(e, at, &a);

	if (r)
		return r;
	if (a.user && a.m.env_start && a.m.env_start < a.m.env_end)
		r = put_bytes(&a, a.m.env_start, a.m.env_end, false, out);
	arguments_close(&a);
	return r;
}

/* In the kernel's memory, as words of it, with the pair of zeroes at the end. */
static int render_auxv(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	unsigned int pair = 2 * e->kernel->word_bytes;
	uint8_t bytes[AUXV_WORDS * 8];
	struct proc_task t;
	uint64_t mm, n = 0, max;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	mm = mm_of_task(t.r, &t.proc->mm, t.vaddr);
	max = min_u64(t.proc->mm.f.saved_auxv.at.bytes, sizeof(bytes)) / pair * pair;
	if (mm) {
		uint64_t at_null = 0, vaddr = mm + t.proc->mm.f.saved_auxv.at.offset;

		r = kread(t.r, vaddr, bytes, max);
		while (!r && n < max && (at_null || !n)) {
			at_null = kuint(t.r, vaddr + n, e->kernel->word_bytes);
			n += pair;
		}
		if (!r)
			out_write(out, bytes, n);
	}
	proc_task_close(&t);
	return r;
}

static const struct view_row rows[] = {
	PROC_ROWS("cmdline", VIEW_PROC_TEXT, .render = render_cmdline),
	PROC_ROWS("environ", VIEW_PROC_TEXT, .render = render_environ),
	PROC_ROWS("auxv", VIEW_PROC_TEXT, .render = render_auxv),
};

VIEW_FAMILY(proc_arguments, rows);
