/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of processes in proc/ are made of: the kernel's tasks, walked once, and where its structs have their members.
 *
 * Threads: any. Ownership: the engine's.
 */
#ifndef VMCOREFS_FS_PROC_PROC_H
#define VMCOREFS_FS_PROC_PROC_H

#include "fs/views/engine.h"
#include "kernel/mm/space.h"
#include "kernel/mm/vma.h"
#include "kernel/sched/cgroups.h"
#include "kernel/sched/identity.h"
#include "kernel/sched/namespaces.h"
#include "kernel/sched/signals.h"
#include "kernel/sched/task_table.h"
#include "kernel/sched/usage.h"
#include "kernel/vfs/files.h"
#include "kernel/vfs/mounts.h"

struct proc_status_layout {
	struct kfield fs, umask, files, fdt, max_fds, atomic_flags, seccomp_mode, seccomp_filters, cpus_ptr, cpus_allowed, mems_allowed;
};

struct proc_smaps_layout {
	struct kfield block_bits;	/* of struct inode: in hugetlbfs those of its pages */
	struct kfield inode_sb, magic, swapped, shmem_inode;
};

/* Of struct pt_regs: what is known of a system call. */
struct proc_regs_layout {
	struct kfield size, number, arguments[6], sp, pc;
};

/* Members of struct task_struct that a file shows as they are. */
enum proc_member { PROC_LOGINUID, PROC_SESSIONID, PROC_PERSONALITY, PROC_CHILDREN, PROC_SIBLING, PROC_STACK, PROC_MEMBERS };

struct proc {
	struct knames names;
	struct task_table tasks;
	uint32_t panicked;		/* number of the task that panicked; 0: not known, or the idle one of a CPU */
	uint32_t self;			/* whose proc/self is; 0: there are no tasks */
	struct identity_layout identity;
	struct usage_layout usage;
	struct signals_layout signals;
	struct mm_layout mm;
	struct vma_layout vmas;
	struct files_layout files;
	struct namespaces_layout namespaces;
	struct mounts_layout mounts;
	struct cgroups_layout cgroups;
	bool has_cgroups;
	struct proc_status_layout status;
	struct kfield members[PROC_MEMBERS];
	struct proc_smaps_layout smaps;
	struct proc_regs_layout regs;	/* of architectures whose syscall file is there */
	bool has_kthread_line;		/* in status: 6.8 and later */
	bool has_thp;
	unsigned int cpus;		/* bits of masks of CPUs */
};

/* Walks the tasks when it is asked for the first time. -ENOTSUP: the dump does not tell where they are (proc_missing() says
 * what lacks); a passing fault. */
int proc_of(const struct engine *e, const struct proc **out);
/* Why there are no tasks; NULL: there are, as far as is known without looking. */
const char *proc_missing(const struct engine *e);

/* A task in a folder of proc/, and who reads it. */
struct proc_task {
	const struct proc *proc;
	struct kreader *r;
	uint64_t vaddr;			/* of its task_struct */
	uint32_t pid, tgid;
	bool whole;			/* in proc/<pid>: its process counts, not it alone */
	const struct task_entry *threads;	/* whole: nthreads, it is one of them; else NULL */
	size_t nthreads;
};

/* Of a row below proc/<pid>, proc/<pid>/task/<tid>, or proc/<caller>, which is proc/self; the row's param tells which. */
enum proc_folder { PROC_PROCESS, PROC_THREAD, PROC_CALLER };
/* -ENOENT: no such task. */
int proc_task_open(struct engine *e, const struct view_at *at, struct proc_task *out);
/* By its number. whole: as process. */
int proc_task_open_pid(struct engine *e, uint32_t pid, bool whole, struct proc_task *out);
void proc_task_close(struct proc_task *t);
/* The same, with what is known of its memory; m->vaddr 0: it has none of its own. Else as that was read, and nothing is open. */
int proc_mm_open(struct engine *e, const struct view_at *at, struct proc_task *out, struct mm_facts *m);
/* What stat(2) tells of its files: whose they are. Stays as it is where that is lost. */
void proc_task_owner(const struct proc_task *t, struct view_attributes *out);

/* A name as the kernel writes numbers, decimal without zeroes in front. -ENOENT: any other, or not below max. */
int proc_number(const char *name, uint64_t max, uint64_t *out);

/* Keys of names in these folders: of proc/<pid> the number, of proc/<pid>/task/<tid> both. */
#define PROC_PID_BITS 22
static inline uint32_t proc_key_pid(uint64_t key) { return (uint32_t)(key & (TASK_PID_MAX - 1)); }
static inline uint32_t proc_key_tid(uint64_t key) { return (uint32_t)(key >> PROC_PID_BITS & (TASK_PID_MAX - 1)); }

/* The lowest bits of a row's param; the rest is the family's. */
#define PROC_FOLDER_BITS 2

/* Rows of the same name in both folders: PROC_ROWS("stat", VIEW_PROC_TEXT, .render = render_stat). */
#define PROC_ROWS(name, kind, ...) PROC_ROWS_OF(name, kind, 0, __VA_ARGS__)
/* more: what the family wants to know of a row. */
#define PROC_ROWS_OF(name, kind, more, ...) \
	{ .path = "proc/<pid>/" name, .type = (kind), .param = PROC_PROCESS | (more) << PROC_FOLDER_BITS, __VA_ARGS__ }, \
	{ .path = "proc/<pid>/task/<tid>/" name, .type = (kind), .param = PROC_THREAD | (more) << PROC_FOLDER_BITS, __VA_ARGS__ }

#endif
