/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that a task has open, its folders, its program. fs/proc/fd.c, include/linux/fdtable.h
 *
 * What cannot be read is 0, and the reader keeps the error. Threads: those of the reader, which is borrowed.
 */
#ifndef VMCOREFS_KERNEL_VFS_FILES_H
#define VMCOREFS_KERNEL_VFS_FILES_H

#include "kernel/vfs/d_path.h"

#define FILES_MAX (1ull << 30)		/* what is believed of descriptors: file descriptors are ints */

struct files_layout {
	struct files_fields {
		struct kfield files, fdt, max_fds, fd, close_on_exec, fs, pwd, root;
		struct kfield f_path, f_inode, f_flags, f_mode, f_pos, user_path, backing;
	} f;
	struct d_path_layout paths;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int files_layout(const struct knames *names, struct files_layout *out);

/* The table of descriptors of a task. */
struct fd_table {
	uint64_t fd;			/* address of the array of pointers to files */
	uint64_t close_on_exec;		/* address of bits */
	uint64_t n;			/* descriptors are below it; 0: the task has none */
};

void files_table(struct kreader *r, const struct files_layout *l, uint64_t task, struct fd_table *out);
/* The first file from descriptor *fd on: its address, and *fd; 0: there is none. */
uint64_t files_next(struct kreader *r, const struct fd_table *t, uint64_t *fd);
/* Of one descriptor; 0: it is not open. */
uint64_t files_get(struct kreader *r, const struct fd_table *t, uint64_t fd);

struct open_file {
	struct kpath path;
	uint64_t inode, ino;
	uint64_t dev;			/* of its file system, as the kernel has device numbers */
	int64_t pos;
	uint32_t flags;			/* with O_CLOEXEC of the descriptor, when that was asked for */
	bool readable, writable;
	int mnt_id;
	uint32_t mode;			/* of the inode */
};

/* file: the address of a struct file; t NULL: no descriptor. A file that stands for one below it (overlayfs) is told as the
 * user's, where it is mapped. */
void files_read(struct kreader *r, const struct files_layout *l, uint64_t file, const struct fd_table *t, uint64_t fd, struct open_file *out);
/* root: the root, else the current folder. .dentry 0: the task has none any more. */
struct kpath files_folder(struct kreader *r, const struct files_layout *l, uint64_t task, bool root);

#endif
