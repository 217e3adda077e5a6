/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process's struct mm_struct tells of its address space besides its areas. fs/proc/{array,task_mmu}.c
 *
 * What cannot be read is 0, and the reader keeps the error. Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_MM_SPACE_H
#define VMCOREFS_KERNEL_MM_SPACE_H

#include "kernel/object/fields.h"
#include "kernel/object/percpu.h"

enum mm_counter { MM_FILE, MM_ANON, MM_SWAP, MM_SHMEM, MM_COUNTERS };

struct mm_layout {
	struct mm_fields {
		struct kfield mm, flags, rss, percpu_count, percpu_counters;
		struct kfield total_vm, locked_vm, pinned_vm, data_vm, exec_vm, stack_vm, hiwater_vm, hiwater_rss, pgtables, hugetlb;
		struct kfield start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start, arg_end, env_start, env_end;
		struct kfield pgd, saved_auxv, core_state, mm_flags, exe_file;
	} f;
	bool has_cpus;			/* and these are they, for counters of 6.2 and later */
	struct kcpus cpus;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int mm_layout(const struct knames *names, struct kreader *r, struct mm_layout *out);

struct mm_facts {
	uint64_t vaddr;			/* of its mm_struct; 0: the task has none, and nothing else is set */
	uint64_t pgd;			/* as the kernel has it: an address */
	uint64_t counters[MM_COUNTERS];	/* pages */
	uint64_t total_vm, locked_vm, pinned_vm, data_vm, exec_vm, stack_vm, hiwater_vm, hiwater_rss, hugetlb;	/* pages */
	uint64_t pgtables;		/* bytes */
	uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start, arg_end, env_start, env_end;
	uint64_t exe_file, flags;
	bool dumping;			/* core_state, where it is here */
};

/* The address space of a task: kernel threads have none, also where they borrow one. */
uint64_t mm_of_task(struct kreader *r, const struct mm_layout *l, uint64_t task);
void mm_read(struct kreader *r, const struct mm_layout *l, uint64_t task, struct mm_facts *out);

static inline uint64_t mm_rss(const struct mm_facts *m)
{
	return m->counters[MM_FILE] + m->counters[MM_ANON] + m->counters[MM_SHMEM];
}

#endif
