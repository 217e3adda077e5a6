/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any memory as the kernel's tasks, areas of vmalloc, slabs, page structs and names of files: see any_kernel.h. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/mm/page.h"
#include "kernel/mm/percpu.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/space.h"
#include "kernel/mm/vma.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/object/percpu.h"
#include "kernel/sched/cgroups.h"
#include "kernel/sched/identity.h"
#include "kernel/sched/namespaces.h"
#include "kernel/sched/panicked.h"
#include "kernel/sched/signals.h"
#include "kernel/sched/task_table.h"
#include "kernel/sched/usage.h"
#include "kernel/vfs/files.h"
#include "kernel/vfs/mounts.h"
#include "kernel/vfs/path.h"

#include "tests/fuzz/any_kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count(void *arg, const struct task *task)
{
	if (++*(uint64_t *)arg > 2 * TASKS_MAX || !memchr(task->comm, 0, sizeof(task->comm)))
		abort();
	return 0;
}

/* All that files of processes are made of, of one task; threads: of what may be its process. */
static void read_process(struct kreader *r, const struct knames *names, uint64_t task, const struct task_entry *threads, size_t n)
{
	struct identity_layout identity;
	struct signals_layout signals;
	struct task_credentials credentials;
	struct usage_layout usage;
	struct task_identity id;
	struct task_signals sig;
	struct mm_layout space;
	struct mm_facts mm;
	struct task_usage used;
	uint64_t io[USAGE_IO];

	if (!identity_layout(names, &identity)) {
		identity_read(r, &identity, task, &id);
		credentials_read(r, &identity, task, &credentials);
		if (!memchr(id.name, 0, sizeof(id.name)) || id.levels > TASK_LEVELS || !*task_state_text(id.state) ||
		    credentials.ngroups > TASK_GROUPS)
			abort();
	}
	if (!signals_layout(names, &signals))
		signals_read(r, &signals, task, &sig);
	if (!usage_layout(names, &usage)) {
		usage_read(r, &usage, task, threads, n, &used);
		usage_read_io(r, &usage, task, threads, n, io);
	}
	if (!mm_layout(names, r, &space))
		mm_read(r, &space, task, &mm);
	kreader_take(r, NULL);
}

static void read_files(struct kreader *r, const struct knames *names, uint64_t task)
{
	struct files_layout files;
	struct open_file file;
	struct fd_table table;
	char path[D_PATH_BYTES];

	if (files_layout(names, &files))
		return;
	files_table(r, &files, task, &table);
	for (uint64_t fd = 0, at, n = 0; n < 16 && (at = files_next(r, &table, &fd)); fd++, n++) {
		if (fd >= table.n || files_get(r, &table, fd) != at)
			abort();
		files_read(r, &files, at, &table, fd, &file);
		if (!d_path(r, &files.paths, file.path, path) && !memchr(path, 0, sizeof(path)))
			abort();
	}
	d_path(r, &files.paths, files_folder(r, &files, task, true), path);
	kreader_take(r, NULL);
}

static void read_areas(struct kreader *r, const struct knames *names, uint64_t mm)
{
	struct vma_layout layout;
	struct vma_walk w;
	struct vma gate;
	char name[64];
	uint64_t n = 0;

	if (vma_layout(names, r, &layout))
		return;
	for (w = vma_walk_of(r, &layout, mm); vma_next(&w);) {
		if (++n > VMAS_MAX || w.vma.start >= w.vma.end)
			abort();
		vma_name(r, &layout, &w.vma, name, sizeof(name));
	}
	vma_gate(r, &layout, mm, &gate);
	kreader_take(r, NULL);
}

static void read_mounts(struct kreader *r, const struct knames *names, uint64_t task)
{
	struct namespaces_layout spaces;
	struct mounts_layout layout;
	struct mount_walk w;
	char path[D_PATH_BYTES];
	uint64_t vaddr = task;
	uint32_t inum;

	for (unsigned int i = 0; !namespaces_layout(names, &spaces) && i < NAMESPACES; i++)
		namespace_of(r, &spaces, task, i, &vaddr, &inum);
	if (mounts_layout(names, &layout))
		return;
	w = mount_walk_of(r, &layout, vaddr);
	for (unsigned int n = 0; n < 16 && mount_next(&w); n++) {
		d_path_of_mount(r, &layout.paths, w.mount.root, (struct kpath){ 8, 8 }, path);
		d_path_inside(r, &layout.paths, w.mount.root.dentry, path);
		if (!memchr(path, 0, sizeof(path)) || !memchr(w.mount.type, 0, sizeof(w.mount.type)) ||
		    !memchr(w.mount.source, 0, sizeof(w.mount.source)))
			abort();
	}
	kreader_take(r, NULL);
}

static void read_cgroups(struct kreader *r, const struct knames *names, uint64_t task)
{
	struct cgroup_facts list[CGROUPS_MAX];
	struct cgroups_layout layout;
	char path[300];
	unsigned int n;

	if (cgroups_layout(names, r, &layout))
		return;
	n = cgroups_of(r, &layout, task, list);
	for (unsigned int i = 0; i < n; i++) {
		cgroup_path(r, &layout, list[i].vaddr, path, sizeof(path));
		if (n > CGROUPS_MAX || !memchr(path, 0, sizeof(path)) || !memchr(list[i].name, 0, sizeof(list[i].name)))
			abort();
		cgroup_subsystem(r, &layout, i, path, sizeof(path));
	}
	kreader_take(r, NULL);
}

static void read_processes(struct kreader *r, const struct knames *names, const struct task_layout *layout, uint64_t vaddr)
{
	struct task_table t;
	uint64_t task;

	if (task_table_make(r, names, layout, &t))
		return;
	for (size_t i = 0; i < t.n; i++)
		if (!task_table_find(&t, t.list[i].pid) || task_table_thread(&t, t.list[i].tgid, t.list[i].pid) != &t.list[i] ||
		    task_table_first(&t, t.list[i].tgid) > i || !t.list[i].pid || t.list[i].pid >= TASK_PID_MAX)
			abort();
	for (size_t i = 0; i < t.n && i < 4; i++)
		read_process(r, names, t.list[i].vaddr, t.list, t.n);
	read_process(r, names, vaddr, NULL, 0);
	read_files(r, names, vaddr);
	read_areas(r, names, vaddr);
	read_cgroups(r, names, vaddr);
	read_mounts(r, names, vaddr);
	task_panicked(r, names, &task);
	task_table_free(&t);
}

static void walk(struct kreader *r, const struct knames *names, uint64_t vaddr)
{
	struct page_layout pages;
	struct page_facts page;
	struct task_layout tasks;
	struct vmalloc_area area;
	struct percpu_place place;
	struct slab_object object;
	struct file_name file;
	uint64_t told = 0;

	if (!task_layout(names, &tasks))
		tasks_each(r, names, &tasks, count, &told);
	kreader_take(r, NULL);
	if (!task_layout(names, &tasks))
		read_processes(r, names, &tasks, vaddr);
	kreader_take(r, NULL);
	if (!vmalloc_find(r, names, vaddr, &area) && (vaddr < area.first || vaddr >= area.end))
		abort();
	kreader_take(r, NULL);
	if (!percpu_find(r, names, vaddr, &place) && place.cpu >= KCPUS_MAX)
		abort();
	if (!slab_find_object(r, names, vaddr & ~63ull, 0x4000, 0x4000 + vaddr, &object) &&
	    (object.use > SLAB_NO_OBJECT || !memchr(object.name, 0, sizeof(object.name)) || object.vaddr < 0x4000 ||
	     (object.use != SLAB_NO_OBJECT && object.index >= object.objects)))
		abort();
	kreader_take(r, NULL);
	if (!page_layout(names, &pages))
		page_read(r, &pages, vaddr, &page);
	if (!file_of_mapping(r, names, vaddr, &file) && (!memchr(file.path, 0, sizeof(file.path)) || !memchr(file.super, 0, sizeof(file.super))))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return any_kernel(data, size, walk);
}
