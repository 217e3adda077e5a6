/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/cgroups.h"

#include <string.h>

#include "base/backwards.h"
#include "kernel/object/list.h"

#define CSS_ONLINE	2u		/* in cgroup.self.flags */
#define DEPTH_MAX	256u
#define LOST		"(lost)"

int cgroups_layout(const struct knames *names, struct kreader *r, struct cgroups_layout *out)
{
	struct cgroups_fields f = {
		.cset = KFIELD("task_struct.cgroups"), .links = KFIELD("css_set.cgrp_links"), .link = KFIELD("cgrp_cset_link.cgrp_link"),
		.cgrp = KFIELD("cgrp_cset_link.cgrp"), .root = KFIELD("cgroup.root"), .kn = KFIELD("cgroup.kn"),
		.flags = KFIELD("cgroup.self.flags"), .hierarchy_id = KFIELD("cgroup_root.hierarchy_id"),
		.subsys_mask = KFIELD("cgroup_root.subsys_mask"), .name = KFIELD("cgroup_root.name"),
		.parent = KFIELD("kernfs_node.__parent|kernfs_node.parent"), .node_name = KFIELD("kernfs_node.name"),
		.legacy_name = KFIELD("cgroup_subsys.legacy_name"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));
	uint64_t visible;

	*out = (struct cgroups_layout){ .f = f };
	if (result)
		return result;
	if (kvariable(names, "cgroup_subsys", &out->subsystems))
		out->subsystems = 0;
	out->hidden = !kvariable(names, "cgrp_dfl_visible", &visible) && !kuint(r, visible, 1) && !kreader_take(r, NULL);
	kreader_take(r, NULL);
	return 0;
}

/* The list has the oldest hierarchy first, the kernel tells the newest first. */
unsigned int cgroups_of(struct kreader *r, const struct cgroups_layout *l, uint64_t task, struct cgroup_facts out[CGROUPS_MAX])
{
	const struct cgroups_fields *f = &l->f;
	struct klist links = klist_ring(r, kget_ptr(r, task, &f->cset) + f->links.at.offset, CGROUPS_MAX);
	uint64_t found[CGROUPS_MAX];
	unsigned int n = 0, told = 0;

	while (n < CGROUPS_MAX && klist_next(&links))
		found[n++] = kget_ptr(r, links.node - f->link.at.offset, &f->cgrp);
	while (n--) {
		struct cgroup_facts *c = &out[told];
		uint64_t root = kget_ptr(r, found[n], &f->root);

		*c = (struct cgroup_facts){
			.hierarchy = (int)kget(r, root, &f->hierarchy_id), .subsystems = kget_ptr(r, root, &f->subsys_mask),
			.vaddr = found[n], .dead = !(kget(r, found[n], &f->flags) & CSS_ONLINE),
		};
		kget_string(r, root, &f->name, c->name, sizeof(c->name));
		told += c->hierarchy || !l->hidden;
	}
	return told;
}

void cgroup_path(struct kreader *r, const struct cgroups_layout *l, uint64_t cgroup, char *buf, size_t size)
{
	uint64_t node = kget_ptr(r, cgroup, &l->f.kn), parent, name;
	struct backwards b = backwards_begin(buf, size);
	char text[256];
	bool lost = true;
	size_t len;

	for (unsigned int depth = 0; depth < DEPTH_MAX && !kptr_at(r, node + l->f.parent.at.offset, &parent); depth++) {
		if (!parent) {
			lost = false;
			break;
		}
		len = kptr_at(r, node + l->f.node_name.at.offset, &name) ? 0 : kstring(r, name, text, sizeof(text));
		if (!len || len + 1 > b.at)
			break;
		backwards_put(&b, text, len);
		backwards_put(&b, "/", 1);
		node = parent;
	}
	if (lost)
		backwards_put_over(&b, LOST, strlen(LOST));
	else if (!buf[b.at])
		backwards_put(&b, "/", 1);
	backwards_end(&b);
}

void cgroup_subsystem(struct kreader *r, const struct cgroups_layout *l, unsigned int number, char *buf, size_t size)
{
	uint64_t subsystem = l->subsystems ? kptr(r, l->subsystems + number * kreader_word(r)) : 0;

	*buf = '\0';
	if (subsystem)
		kstring(r, kget_ptr(r, subsystem, &l->f.legacy_name), buf, size);
}
