/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of a file by its inode: the path of its first dentry inside its file system. fs/d_path.c
 *
 * Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_VFS_PATH_H
#define VMCOREFS_KERNEL_VFS_PATH_H

#include "kernel/object/fields.h"

struct file_name {
	uint64_t inode, ino;
	char super[33];			/* the superblock's s_id: "vda1", "tmpfs"; any bytes */
	char path[256];			/* "/a/b": from the root of that file system; any bytes. "": no dentry has it */
};

/* The file whose pages are in the struct address_space at mapping. -ENOENT: the kernel's types do not tell it; as it was read. */
int file_of_mapping(struct kreader *r, const struct knames *names, uint64_t mapping, struct file_name *out);

#endif
