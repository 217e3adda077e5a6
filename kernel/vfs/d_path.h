/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as the kernel writes them: through mounts, with what files without a path are called. fs/d_path.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_VFS_D_PATH_H
#define VMCOREFS_KERNEL_VFS_D_PATH_H

#include "kernel/object/fields.h"

#define D_PATH_BYTES 4096u		/* PATH_MAX */

struct d_path_layout {
	struct d_path_fields {
		struct kfield parent, inode, name, len, hashed, op, sb, dname;
		struct kfield mnt, mnt_root, mnt_sb, mnt_parent, mountpoint, mnt_id;
		struct kfield path_mnt, path_dentry, ino, mode, private, inode_sb, type, type_name, dev, ns_ops, ns_name;
	} f;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int d_path_layout(const struct knames *names, struct d_path_layout *out);

struct kpath {
	uint64_t mnt;			/* of a struct vfsmount */
	uint64_t dentry;
};

/* What a struct path holds. */
struct kpath d_path_at(struct kreader *r, const struct d_path_layout *l, uint64_t vaddr);

/*
 * Any bytes: "/a/b", "/a/b (deleted)", "socket:[7]", "pipe:[8]", "anon_inode:[eventfd]", "/memfd:x (deleted)". Where memory
 * is lost, or dentries lead in a circle, it begins with "(lost)"; the reader keeps that error. -ENOENT: there is no dentry.
 */
int d_path(struct kreader *r, const struct d_path_layout *l, struct kpath path, char buf[D_PATH_BYTES]);
/* The same in one file system, from its root on, as seq_dentry() has it. */
void d_path_inside(struct kreader *r, const struct d_path_layout *l, uint64_t dentry, char buf[D_PATH_BYTES]);
/* Where a mount is, from the root of its name space on; reached: root is above it, from where the path is then. */
bool d_path_of_mount(struct kreader *r, const struct d_path_layout *l, struct kpath path, struct kpath root, char buf[D_PATH_BYTES]);

/* The struct mount that a vfsmount is in. */
static inline uint64_t d_path_mount(const struct d_path_layout *l, uint64_t mnt)
{
	return mnt - l->f.mnt.at.offset;
}

#endif
