/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/families.h"

#include <string.h>

/* fs/readme.c, and files of fs/views that are named so, of fs/proc with proc_ before it */
#define FAMILIES(X) \
	X(readme) \
	X(log) \
	X(vmcoreinfo) \
	X(commands) \
	X(images) \
	X(report) \
	X(progress) \
	X(notes) \
	X(memory) \
	X(vtop) \
	X(symbols) \
	X(addr) \
	X(proc_kernel) \
	X(proc_registered) \
	X(proc_memory) \
	X(proc_net) \
	X(proc_hardware) \
	X(proc_folders) \
	X(proc_stat) \
	X(proc_status) \
	X(proc_stack) \
	X(proc_arguments) \
	X(proc_limits) \
	X(proc_cgroup) \
	X(proc_waiting) \
	X(proc_links) \
	X(proc_targets) \
	X(proc_maps) \
	X(proc_smaps) \
	X(proc_mounts) \
	X(types) \
	X(values) \
	X(lists) \
	X(text) \
	X(vmlinux) \
	X(stacks) \
	X(levels)

#define DECLARE(name) extern const struct view_family name##_family;
#define LIST(name) &name##_family,

FAMILIES(DECLARE)

const struct view_family *const families[] = { FAMILIES(LIST) NULL };

const struct view_row *families_next_top(const struct view_family *const *list, const struct view_row *row)
{
	bool found = !row;

	for (; *list; list++) {
		for (size_t i = 0; i < (*list)->nrows; i++) {
			const struct view_row *r = &(*list)->rows[i];

			if (found && !strchr(r->path, '/'))
				return r;
			found |= r == row;
		}
	}
	return NULL;
}
