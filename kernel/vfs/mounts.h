/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounts of a name space, in the kernel's order: fs/namespace.c, fs/mount.h. A list up to 6.7, then a tree.
 *
 *	struct mount_walk w = mount_walk_of(r, &layout, mnt_ns);
 *	while (mount_next(&w))
 *		... w.mount
 *
 * Where they are damaged the rest is told; w.error is why. Threads: those of the reader, which is borrowed as the layout is.
 */
#ifndef VMCOREFS_KERNEL_VFS_MOUNTS_H
#define VMCOREFS_KERNEL_VFS_MOUNTS_H

#include "kernel/object/list.h"
#include "kernel/object/rbtree.h"
#include "kernel/vfs/d_path.h"

#define MOUNTS_MAX (1u << 20)		/* what is believed of them; /proc/sys/fs/mount-max is 100000 */

struct mounts_layout {
	struct mounts_fields {
		struct kfield list, in_list, tree, in_tree, flags, t_flags, group_id, master, devname, s_flags, s_subtype;
	} f;
	struct d_path_layout paths;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int mounts_layout(const struct knames *names, struct mounts_layout *out);

#define MOUNT_NOSUID		1u	/* in flags: include/linux/mount.h */
#define MOUNT_NODEV		2u
#define MOUNT_NOEXEC		4u
#define MOUNT_NOATIME		8u
#define MOUNT_NODIRATIME	0x10u
#define MOUNT_RELATIME		0x20u
#define MOUNT_READONLY		0x40u
#define MOUNT_NOSYMFOLLOW	0x80u

#define SUPER_READONLY		1u	/* in super_flags: include/linux/fs.h */
#define SUPER_SYNC		0x10u
#define SUPER_MANDLOCK		0x40u
#define SUPER_DIRSYNC		0x80u
#define SUPER_LAZYTIME		(1u << 25)

struct mount_facts {
	uint64_t vaddr;			/* of its struct mount */
	int id, parent_id;
	uint64_t dev;			/* as the kernel has device numbers */
	uint32_t flags, super_flags;
	bool shared, unbindable;
	int group;			/* of shared ones */
	int master;			/* of those that follow one: its group; 0: it does not */
	struct kpath root;		/* what is mounted: a dentry of its file system */
	char type[128], source[D_PATH_BYTES];	/* "ext4", "fuse.sshfs"; any bytes */
};

struct mount_walk {
	struct mount_facts mount;
	int error;
	/* the iterator's own */
	struct kreader *r;
	const struct mounts_layout *layout;
	struct klist list;
	struct krbtree tree;
};

struct mount_walk mount_walk_of(struct kreader *r, const struct mounts_layout *l, uint64_t mnt_ns);
bool mount_next(struct mount_walk *w);

#endif
