/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/space.h"

#include "base/bytes.h"

#define KTHREAD 0x200000u	/* PF_KTHREAD */

int mm_layout(const struct knames *names, struct kreader *r, struct mm_layout *out)
{
	struct mm_fields f = {
		.mm = KFIELD("task_struct.mm"), .flags = KFIELD("task_struct.flags"),
		.rss = KFIELD("mm_struct.rss_stat"), .percpu_count = KFIELD("?percpu_counter.count"),
		.percpu_counters = KFIELD("?percpu_counter.counters"),
		.total_vm = KFIELD("mm_struct.total_vm"), .locked_vm = KFIELD("mm_struct.locked_vm"),
		.pinned_vm = KFIELD("mm_struct.pinned_vm"), .data_vm = KFIELD("mm_struct.data_vm"),
		.exec_vm = KFIELD("mm_struct.exec_vm"), .stack_vm = KFIELD("mm_struct.stack_vm"),
		.hiwater_vm = KFIELD("mm_struct.hiwater_vm"), .hiwater_rss = KFIELD("mm_struct.hiwater_rss"),
		.pgtables = KFIELD("?mm_struct.pgtables_bytes"), .hugetlb = KFIELD("?mm_struct.hugetlb_usage"),
		.start_code = KFIELD("mm_struct.start_code"), .end_code = KFIELD("mm_struct.end_code"),
		.start_data = KFIELD("mm_struct.start_data"), .end_data = KFIELD("mm_struct.end_data"),
		.start_brk = KFIELD("mm_struct.start_brk"), .brk = KFIELD("mm_struct.brk"),
		.start_stack = KFIELD("mm_struct.start_stack"),
		.arg_start = KFIELD("mm_struct.arg_start"), .arg_end = KFIELD("mm_struct.arg_end"),
		.env_start = KFIELD("mm_struct.env_start"), .env_end = KFIELD("mm_struct.env_end"),
		.pgd = KFIELD("mm_struct.pgd"), .saved_auxv = KFIELD("mm_struct.saved_auxv"),
		.core_state = KFIELD("?mm_struct.core_state"), .mm_flags = KFIELD("?mm_struct.flags"),
		.exe_file = KFIELD("?mm_struct.exe_file"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	out->has_cpus = !result && !kcpus_read(names, r, &out->cpus);
	kreader_take(r, NULL);
	return result;
}

uint64_t mm_of_task(struct kreader *r, const struct mm_layout *l, uint64_t task)
{
	return kget(r, task, &l->f.flags) & KTHREAD ? 0 : kget_ptr(r, task, &l->f.mm);
}

/* Before 6.2 numbers of the size of a long; then counters whose CPUs have parts of their own that are not added yet. */
static uint64_t read_counter(struct kreader *r, const struct mm_layout *l, uint64_t mm, unsigned int i)
{
	const struct kfield *rss = &l->f.rss;
	unsigned int word = kreader_word(r);
	uint64_t at, counters;
	int64_t sum;

	if (!rss->at.element_bytes || !l->f.percpu_count.known) {
		sum = kint(r, mm + rss->at.offset + i * word, word);
	} else {
		at = mm + rss->at.offset + i * rss->at.element_bytes;
		sum = kget(r, at, &l->f.percpu_count);
		counters = l->f.percpu_counters.known ? kget_ptr(r, at, &l->f.percpu_counters) : 0;
		if (counters && l->has_cpus)
			sum += kpercpu_sum(r, &l->cpus, counters);
	}
	return sum > 0 ? (uint64_t)sum : 0;
}

void mm_read(struct kreader *r, const struct mm_layout *l, uint64_t task, struct mm_facts *out)
{
	const struct mm_fields *f = &l->f;
	uint64_t mm = mm_of_task(r, l, task);

	*out = (struct mm_facts){ .vaddr = mm };
	if (!mm)
		return;
	for (unsigned int i = 0; i < MM_COUNTERS; i++)
		out->counters[i] = read_counter(r, l, mm, i);
	out->pgd = kget_ptr(r, mm, &f->pgd);
	out->total_vm = kget_ptr(r, mm, &f->total_vm);
	out->locked_vm = kget_ptr(r, mm, &f->locked_vm);
	out->pinned_vm = kget_ptr(r, mm, &f->pinned_vm);
	out->data_vm = kget_ptr(r, mm, &f->data_vm);
	out->exec_vm = kget_ptr(r, mm, &f->exec_vm);
	out->stack_vm = kget_ptr(r, mm, &f->stack_vm);
	out->hiwater_vm = kget_ptr(r, mm, &f->hiwater_vm);
	out->hiwater_rss = kget_ptr(r, mm, &f->hiwater_rss);
	out->pgtables = kget_ptr(r, mm, &f->pgtables);
	out->hugetlb = kget_ptr(r, mm, &f->hugetlb);
	out->start_code = kget_ptr(r, mm, &f->start_code);
	out->end_code = kget_ptr(r, mm, &f->end_code);
	out->start_data = kget_ptr(r, mm, &f->start_data);
	out->end_data = kget_ptr(r, mm, &f->end_data);
	out->start_brk = kget_ptr(r, mm, &f->start_brk);
	out->brk = kget_ptr(r, mm, &f->brk);
	out->start_stack = kget_ptr(r, mm, &f->start_stack);
	out->arg_start = kget_ptr(r, mm, &f->arg_start);
	out->arg_end = kget_ptr(r, mm, &f->arg_end);
	out->env_start = kget_ptr(r, mm, &f->env_start);
	out->env_end = kget_ptr(r, mm, &f->env_end);
	out->exe_file = kget_ptr(r, mm, &f->exe_file);
	out->flags = f->mm_flags.known && f->mm_flags.at.bytes <= 8 ? kget_ptr(r, mm, &f->mm_flags) : 0;
	out->dumping = f->core_state.known && kget_ptr(r, mm, &f->core_state);
}
