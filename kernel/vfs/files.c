/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vfs/files.h"

#include "base/bytes.h"

#define FMODE_READ	1u
#define FMODE_WRITE	2u
#define CLOEXEC		02000000u	/* O_CLOEXEC; of the kernels' architectures only alpha, parisc and sparc have another */

int files_layout(const struct knames *names, struct files_layout *out)
{
	struct files_fields f = {
		.files = KFIELD("task_struct.files"), .fdt = KFIELD("files_struct.fdt"), .max_fds = KFIELD("fdtable.max_fds"),
		.fd = KFIELD("fdtable.fd"), .close_on_exec = KFIELD("fdtable.close_on_exec"), .fs = KFIELD("task_struct.fs"),
		.pwd = KFIELD("fs_struct.pwd"), .root = KFIELD("fs_struct.root"),
		.f_path = KFIELD("file.f_path"), .f_inode = KFIELD("file.f_inode"), .f_flags = KFIELD("file.f_flags"),
		.f_mode = KFIELD("file.f_mode"), .f_pos = KFIELD("file.f_pos"), .user_path = KFIELD("?backing_file.user_path"),
		.backing = KFIELD("?backing_file.file"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	return r ? r : d_path_layout(names, &out->paths);
}

void files_table(struct kreader *r, const struct files_layout *l, uint64_t task, struct fd_table *out)
{
	uint64_t files = kget_ptr(r, task, &l->f.files), fdt = files ? kget_ptr(r, files, &l->f.fdt) : 0;

	*out = (struct fd_table){ .n = 0 };
	if (!fdt)
		return;
	out->fd = kget_ptr(r, fdt, &l->f.fd);
	out->close_on_exec = kget_ptr(r, fdt, &l->f.close_on_exec);
	out->n = min_u64((uint32_t)kget(r, fdt, &l->f.max_fds), FILES_MAX);
}

uint64_t files_get(struct kreader *r, const struct fd_table *t, uint64_t fd)
{
	/* the lowest bits were marks once, and are none of a file's address */
	return fd < t->n ? kptr(r, t->fd + fd * kreader_word(r)) & ~3ull : 0;
}

uint64_t files_next(struct kreader *r, const struct fd_table *t, uint64_t *fd)
{
	uint64_t file = 0;

	for (; !file && *fd < t->n; ++*fd) {
		uint64_t vaddr = t->fd + *fd * kreader_word(r);

		/* what is lost of the array is passed over by the page */
		if (kptr_at(r, vaddr, &file)) {
			*fd += (4095 - (vaddr & 4095)) / kreader_word(r);
			file = 0;
		}
		file &= ~3ull;
	}
	*fd -= file != 0;
	return file;
}

/* FMODE_BACKING of include/linux/fs.h: it has moved, and what is at its old place now is another one. */
static uint32_t backing_mode(const struct kernel *k)
{
	return k->version >= ARCH_VERSION(6, 14, 0) ? 1u << 24 : 1u << 25;
}

void files_read(struct kreader *r, const struct files_layout *l, uint64_t file, const struct fd_table *t, uint64_t fd, struct open_file *out)
{
	const struct files_fields *f = &l->f;
	const struct d_path_fields *p = &l->paths.f;
	uint32_t mode = (uint32_t)kget(r, file, &f->f_mode);
	unsigned int bits = 8 * kreader_word(r);

	*out = (struct open_file){
		.path = d_path_at(r, &l->paths, file + f->f_path.at.offset), .inode = kget_ptr(r, file, &f->f_inode),
		.pos = kget(r, file, &f->f_pos), .flags = (uint32_t)kget(r, file, &f->f_flags) & ~CLOEXEC,
		.readable = mode & FMODE_READ, .writable = mode & FMODE_WRITE,
	};
	if (!t && f->user_path.known && f->backing.known && mode & backing_mode(kreader_kernel(r))) {
		out->path = d_path_at(r, &l->paths, file - f->backing.at.offset + f->user_path.at.offset);
		out->inode = kget_ptr(r, out->path.dentry, &p->inode);
	}
	if (t && kptr(r, t->close_on_exec + fd / bits * (bits / 8)) >> fd % bits & 1)
		out->flags |= CLOEXEC;
	if (out->path.mnt)
		out->mnt_id = (int)kget(r, d_path_mount(&l->paths, out->path.mnt), &p->mnt_id);
	if (out->inode) {
		out->ino = kget_ptr(r, out->inode, &p->ino);
		out->mode = (uint32_t)kuint(r, out->inode + p->mode.at.offset, 2);
		out->dev = (uint32_t)kget(r, kget_ptr(r, out->inode, &p->inode_sb), &p->dev);
	}
}

struct kpath files_folder(struct kreader *r, const struct files_layout *l, uint64_t task, bool root)
{
	uint64_t fs = kget_ptr(r, task, &l->f.fs);

	return fs ? d_path_at(r, &l->paths, fs + (root ? l->f.root : l->f.pwd).at.offset) : (struct kpath){ 0, 0 };
}
