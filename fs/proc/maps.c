/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/maps: show_map_vma() of fs/proc/task_mmu.c. */
#include "fs/proc/maps.h"

#include <errno.h>

#include "fs/proc/escape.h"

/* The end of the columns of numbers: seq_setwidth(m, 25 + sizeof(void *) * 6 - 1) */
static size_t width(const struct engine *e)
{
	return 25 + e->kernel->word_bytes * 6 - 1;
}

static void pad(struct outbuf *out, size_t start, size_t to)
{
	while (out->len - start < to && !out->error)
		out_char(out, ' ');
	out_char(out, ' ');
}

/* Names of what has no file and no name of its own. 6.6 and later do not take what only touches the heap for it. */
static const char *special_place(const struct engine *e, const struct vma *v, const struct mm_facts *m)
{
	bool touching = e->kernel->version < ARCH_VERSION(6, 6, 0);

	if (v->start < m->brk + touching && v->end + touching > m->start_brk)
		return "[heap]";
	return v->start <= m->start_stack && v->end >= m->start_stack ? "[stack]" : NULL;
}

void proc_put_vma(const struct engine *e, const struct proc_task *t, const struct mm_facts *m, const struct vma *v, struct outbuf *out)
{
	char name[D_PATH_BYTES];
	struct open_file file = { .dev = 0 };
	size_t start = out->len;
	const char *special;
	enum vma_name kind = vma_name(t->r, &t->proc->vmas, v, name, sizeof(name));

	if (v->file)
		files_read(t->r, &t->proc->files, v->file, NULL, 0, &file);
	out_printf(out, "%08llx-%08llx %c%c%c%c %08llx %02x:%02x %llu ", (unsigned long long)v->start, (unsigned long long)v->end,
		   v->flags & VMA_READ ? 'r' : '-', v->flags & VMA_WRITE ? 'w' : '-', v->flags & VMA_EXEC ? 'x' : '-',
		   v->flags & VMA_MAYSHARE ? 's' : 'p', v->file ? (unsigned long long)v->pgoff << e->kernel->page_shift : 0,
		   (unsigned int)(file.dev >> 20), (unsigned int)(file.dev & 0xfffff), (unsigned long long)file.ino);
	if (v->file) {
		pad(out, start, width(e));
		if (kind == VMA_ANON) {
			out_printf(out, "[anon_shmem:%s]", name);
		} else if (!d_path(t->r, &t->proc->files.paths, file.path, name)) {
			proc_put_escaped(out, name, "\n");
		}
	} else if (kind == VMA_SPECIAL) {
		pad(out, start, width(e));
		out_printf(out, "%s", name);
	} else if ((special = special_place(e, v, m))) {
		pad(out, start, width(e));
		out_printf(out, "%s", special);
	} else if (kind == VMA_ANON) {
		pad(out, start, width(e));
		out_printf(out, "[anon:%s]", name);
	}
	out_char(out, '\n');
	kreader_take(t->r, NULL);
}

void proc_put_place(const struct engine *e, uint64_t start, uint64_t end, const char *flags, const char *name, struct outbuf *out)
{
	size_t at = out->len;

	out_printf(out, "%08llx-%08llx %s 00000000 00:00 0 ", (unsigned long long)start, (unsigned long long)end, flags);
	pad(out, at, width(e));
	out_printf(out, "%s\n", name);
}

static int render_maps(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct vma_walk w;
	struct proc_task t;
	struct mm_facts m;
	struct vma gate;
	int r = proc_mm_open(e, at, &t, &m);

	if (r)
		return r;
	if (m.vaddr) {
		for (w = vma_walk_of(t.r, &t.proc->vmas, m.vaddr); !out->error && vma_next(&w);)
			proc_put_vma(e, &t, &m, &w.vma, out);
		/* a line that no tool takes for an area */
		if (w.error)
			out_printf(out, "# areas are lost: their tree is %s\n", w.error == -ENODATA ? "not all in the dump" : "damaged");
		if (vma_gate(t.r, &t.proc->vmas, m.vaddr, &gate))
			proc_put_place(e, gate.start, gate.end, gate.flags & VMA_READ ? "r-xp" : "--xp", "[vsyscall]", out);
	}
	proc_task_close(&t);
	return out->error;
}

static const struct view_row rows[] = {
	PROC_ROWS("maps", VIEW_PROC_TEXT, .render = render_maps),
};

VIEW_FAMILY(proc_maps, rows);
