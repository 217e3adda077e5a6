/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/<pid>/{smaps,smaps_rollup}: fs/proc/task_mmu.c. Of each area what its page tables tell: how much of it is in memory. Lines of
 * what page structs and bits of entries tell besides are left out.
 */
#include <linux/magic.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/proc/maps.h"
#include "kernel/mm/resident.h"

static void put_kb(struct outbuf *out, const char *name, uint64_t bytes)
{
	out_printf(out, "%s:%*s%8llu kB\n", name, (int)(15 - strlen(name)), "", (unsigned long long)(bytes >> 10));
}

/* include/linux/mm.h: those whose bit is the same in all kernels from 5.10 on. */
static void put_flags(uint64_t flags, struct outbuf *out)
{
	static const char names[][3] = {
		"rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "", "pf", "", "", "lo", "io", "sr", "rr", "dc", "de", "lf", "ac", "nr",
		"ht", "sf", "", "wf", "dd", "sd", "mm", "hg", "nh", "mg",
	};

	out_printf(out, "VmFlags:");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags >> i & 1 && *names[i])
			out_printf(out, " %s", names[i]);
	out_printf(out, " \n");
}

static uint64_t page_bytes(const struct engine *e, const struct proc_task *t, const struct vma *v)
{
	struct open_file file;

	if (!(v->flags & VMA_HUGETLB) || !v->file || !t->proc->smaps.block_bits.known)
		return (uint64_t)1 << e->kernel->page_shift;
	files_read(t->r, &t->proc->files, v->file, NULL, 0, &file);
	return (uint64_t)1 << (kget_ptr(t->r, file.inode, &t->proc->smaps.block_bits) & 63);
}

/* Nothing of the process, and nothing of the file if that is in memory alone. */
static bool is_not_swapped(const struct proc_task *t, const struct mm_facts *m, const struct vma *v)
{
	const struct proc_smaps_layout *l = &t->proc->smaps;
	struct open_file file;
	bool none = !m->counters[MM_SWAP];

	if (none && v->file) {
		files_read(t->r, &t->proc->files, v->file, NULL, 0, &file);
		if (kget_ptr(t->r, kget_ptr(t->r, file.inode, &l->inode_sb), &l->magic) == TMPFS_MAGIC)
			none = l->swapped.known && l->shmem_inode.known &&
			       !kget_ptr(t->r, file.inode - l->shmem_inode.at.offset, &l->swapped);
	}
	return !kreader_take(t->r, NULL) && none;
}

static void put_area(struct engine *e, const struct proc_task *t, const struct mm_facts *m, const struct vma *v, uint64_t rss,
		     struct outbuf *out)
{
	uint64_t page = page_bytes(e, t, v);

	proc_put_vma(e, t, m, v, out);
	put_kb(out, "Size", v->end - v->start);
	put_kb(out, "KernelPageSize", page);
	put_kb(out, "MMUPageSize", page);
	put_kb(out, "Rss", rss);
	if (is_not_swapped(t, m, v))
		put_kb(out, "Swap", 0);
	put_flags(v->flags, out);
}

enum smaps_form { SMAPS, ROLLUP };

static void put_all(struct engine *e, const struct proc_task *t, const struct mm_facts *m, const struct resident *pages,
		    enum smaps_form form, struct outbuf *out)
{
	uint64_t sum = 0, first = 0, end = 0;
	struct vma_walk w;

	for (w = vma_walk_of(t->r, &t->proc->vmas, m->vaddr); !out->error && vma_next(&w);) {
		uint64_t rss = resident_bytes(pages, &w.vma);

		if (form == SMAPS)
			put_area(e, t, m, &w.vma, rss, out);
		first = end ? first : w.vma.start;
		end = w.vma.end;
		sum += rss;
	}
	if (form == SMAPS)
		return;
	proc_put_place(e, first, end, "---p", "[rollup]", out);
	put_kb(out, "Rss", sum);
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct resident pages;
	struct proc_task t;
	struct mm_facts m;
	int r = proc_mm_open(e, at, &t, &m);

	if (r)
		return r;
	if (m.vaddr)
		r = resident_open(t.r, &t.proc->names, m.pgd, &pages);
	if (!r && m.vaddr)
		put_all(e, &t, &m, &pages, at->row->param >> PROC_FOLDER_BITS, out);
	proc_task_close(&t);
	return r ? r : out->error;
}

static const struct view_row rows[] = {
	PROC_ROWS_OF("smaps", VIEW_PROC_TEXT, SMAPS, .render = render),
	PROC_ROWS_OF("smaps_rollup", VIEW_PROC_TEXT, ROLLUP, .render = render),
};

VIEW_FAMILY(proc_smaps, rows);
