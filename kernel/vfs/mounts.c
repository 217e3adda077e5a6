/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vfs/mounts.h"

#include <errno.h>
#include <stdio.h>

#define MNT_SHARED	0x1000u		/* in mnt_flags: include/linux/mount.h */
#define MNT_UNBINDABLE	0x2000u
#define MNT_CURSOR	0x10000000u	/* somebody reads the list at it: no mount */
#define T_SHARED	1u		/* in mnt_t_flags, where these are since 6.17: fs/mount.h */
#define T_UNBINDABLE	2u

int mounts_layout(const struct knames *names, struct mounts_layout *out)
{
	struct mounts_fields f = {
		.list = KFIELD("?mnt_namespace.list"), .in_list = KFIELD("?mount.mnt_list"),
		.tree = KFIELD("?mnt_namespace.mounts"), .in_tree = KFIELD("?mount.mnt_node"),
		.flags = KFIELD("vfsmount.mnt_flags"), .t_flags = KFIELD("?mount.mnt_t_flags"),
		.group_id = KFIELD("mount.mnt_group_id"), .master = KFIELD("mount.mnt_master"),
		.devname = KFIELD("mount.mnt_devname"), .s_flags = KFIELD("super_block.s_flags"),
		.s_subtype = KFIELD("?super_block.s_subtype"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	/* `mounts` was a number once */
	if (!r && !(f.tree.known && f.in_tree.known) && !(f.list.known && f.in_list.known))
		r = -ENOENT;
	out->f = f;
	return r ? r : d_path_layout(names, &out->paths);
}

static bool is_tree(const struct mounts_layout *l)
{
	return l->f.tree.known && l->f.in_tree.known;
}

struct mount_walk mount_walk_of(struct kreader *r, const struct mounts_layout *l, uint64_t mnt_ns)
{
	struct mount_walk w = { .r = r, .layout = l };

	if (is_tree(l))
		w.tree = krbtree_of(r, mnt_ns + l->f.tree.at.offset, MOUNTS_MAX);
	else
		w.list = klist_ring(r, mnt_ns + l->f.list.at.offset, MOUNTS_MAX);
	return w;
}

static void read_type(struct kreader *r, const struct mounts_layout *l, uint64_t super, char *buf, size_t size)
{
	uint64_t subtype = l->f.s_subtype.known ? kget_ptr(r, super, &l->f.s_subtype) : 0;
	size_t len = kstring(r, kget_ptr(r, kget_ptr(r, super, &l->paths.f.type), &l->paths.f.type_name), buf, size);

	if (subtype && len + 2 < size) {
		buf[len] = '.';
		kstring(r, subtype, buf + len + 1, size - len - 1);
	}
}

/* False: it is a cursor. */
static bool read_mount(struct kreader *r, const struct mounts_layout *l, uint64_t vaddr, struct mount_facts *out)
{
	const struct mounts_fields *f = &l->f;
	const struct d_path_fields *p = &l->paths.f;
	uint64_t mnt = vaddr + p->mnt.at.offset, super = kget_ptr(r, mnt, &p->mnt_sb), devname, master;
	uint32_t t_flags;

	out->vaddr = vaddr;
	out->flags = (uint32_t)kget(r, mnt, &f->flags);
	if (!is_tree(l) && out->flags & MNT_CURSOR)
		return false;
	out->id = (int)kget(r, vaddr, &p->mnt_id);
	out->parent_id = (int)kget(r, kget_ptr(r, vaddr, &p->mnt_parent), &p->mnt_id);
	out->dev = (uint32_t)kget(r, super, &p->dev);
	out->super_flags = (uint32_t)kget(r, super, &f->s_flags);
	t_flags = f->t_flags.known ? (uint32_t)kget(r, vaddr, &f->t_flags) : 0;
	out->shared = f->t_flags.known ? t_flags & T_SHARED : out->flags & MNT_SHARED;
	out->unbindable = f->t_flags.known ? t_flags & T_UNBINDABLE : out->flags & MNT_UNBINDABLE;
	out->group = (int)kget(r, vaddr, &f->group_id);
	master = kget_ptr(r, vaddr, &f->master);
	out->master = master ? (int)kget(r, master, &f->group_id) : 0;
	out->root = (struct kpath){ mnt, kget_ptr(r, mnt, &p->mnt_root) };
	read_type(r, l, super, out->type, sizeof(out->type));
	devname = kget_ptr(r, vaddr, &f->devname);
	if (devname)
		kstring(r, devname, out->source, sizeof(out->source));
	else
		snprintf(out->source, sizeof(out->source), "none");
	return true;
}

/* Those that cannot be read are left out. */
bool mount_next(struct mount_walk *w)
{
	const struct mounts_layout *l = w->layout;

	for (;;) {
		bool more = is_tree(l) ? krbtree_next(&w->tree) : klist_next(&w->list), is_mount;
		int error = is_tree(l) ? w->tree.error : w->list.error;
		uint64_t vaddr = is_tree(l) ? w->tree.node - l->f.in_tree.at.offset : w->list.node - l->f.in_list.at.offset;

		w->error = w->error ? w->error : error;
		if (!more)
			return false;
		kreader_take(w->r, NULL);
		is_mount = read_mount(w->r, l, vaddr, &w->mount);
		error = kreader_take(w->r, NULL);
		if (is_mount && !error)
			return true;
		w->error = w->error ? w->error : error;
	}
}
