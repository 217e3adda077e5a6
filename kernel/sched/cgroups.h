/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control groups that a task is in: kernel/cgroup/cgroup.c, fs/kernfs/dir.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_SCHED_CGROUPS_H
#define VMCOREFS_KERNEL_SCHED_CGROUPS_H

#include "kernel/object/fields.h"

#define CGROUPS_MAX 64u			/* what is believed of the hierarchies */

struct cgroups_layout {
	struct cgroups_fields {
		struct kfield cset, links, link, cgrp, root, kn, flags, hierarchy_id, subsys_mask, name, parent, node_name, legacy_name;
	} f;
	uint64_t subsystems;		/* of an array of pointers; 0: not known */
	bool hidden;			/* the default hierarchy was never mounted */
};

/* -ENOENT: this kernel has none, or its types do not tell it; other errors: they cannot be read. */
int cgroups_layout(const struct knames *names, struct kreader *r, struct cgroups_layout *out);

struct cgroup_facts {
	int hierarchy;			/* 0: the default one */
	uint64_t subsystems;		/* of others: bit n: subsystem n */
	char name[64];			/* of the hierarchy; "": it has none; any bytes */
	uint64_t vaddr;
	bool dead;
};

/* In the kernel's order: how many, up to CGROUPS_MAX. What is lost is left out, and the reader keeps the error. */
unsigned int cgroups_of(struct kreader *r, const struct cgroups_layout *l, uint64_t task, struct cgroup_facts out[CGROUPS_MAX]);
/* "/a/b"; "/": the first. Any bytes. "(lost)" is in front where memory is lost. */
void cgroup_path(struct kreader *r, const struct cgroups_layout *l, uint64_t cgroup, char *buf, size_t size);
/* "cpu"; "": not known. */
void cgroup_subsystem(struct kreader *r, const struct cgroups_layout *l, unsigned int number, char *buf, size_t size);

#endif
