/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/<pid>/{mountinfo,mounts}: fs/proc_namespace.c. What a file system says of its own options only its code knows: of these
 * there is ro or rw alone.
 */
#include <errno.h>

#include "base/bytes.h"
#include "fs/proc/escape.h"
#include "fs/proc/proc.h"

#define BLANKS " \t\n\\"

struct option {
	uint32_t flag;
	const char *name;
};

static const struct option mount_options[] = {
	{ MOUNT_NOSUID, ",nosuid" }, { MOUNT_NODEV, ",nodev" }, { MOUNT_NOEXEC, ",noexec" }, { MOUNT_NOATIME, ",noatime" },
	{ MOUNT_NODIRATIME, ",nodiratime" }, { MOUNT_RELATIME, ",relatime" }, { MOUNT_NOSYMFOLLOW, ",nosymfollow" },
};
static const struct option super_options[] = {
	{ SUPER_SYNC, ",sync" }, { SUPER_DIRSYNC, ",dirsync" }, { SUPER_MANDLOCK, ",mand" }, { SUPER_LAZYTIME, ",lazytime" },
};

static void put_options(const struct option *options, size_t n, uint32_t flags, struct outbuf *out)
{
	for (size_t i = 0; i < n; i++)
		if (flags & options[i].flag)
			out_printf(out, "%s", options[i].name);
}

static void put_mountinfo(const struct proc_task *t, const struct mount_facts *m, const char *where, struct outbuf *out)
{
	char root[D_PATH_BYTES];

	out_printf(out, "%i %i %u:%u ", m->id, m->parent_id, (unsigned int)(m->dev >> 20), (unsigned int)(m->dev & 0xfffff));
	d_path_inside(t->r, &t->proc->mounts.paths, m->root.dentry, root);
	proc_put_escaped(out, root, BLANKS);
	out_char(out, ' ');
	proc_put_escaped(out, where, BLANKS);
	out_printf(out, " %s", m->flags & MOUNT_READONLY ? "ro" : "rw");
	put_options(mount_options, ARRAY_SIZE(mount_options), m->flags, out);
	if (m->shared)
		out_printf(out, " shared:%i", m->group);
	if (m->master)
		out_printf(out, " master:%i", m->master);
	if (m->unbindable)
		out_printf(out, " unbindable");
	out_printf(out, " - ");
	proc_put_escaped(out, m->type, BLANKS "#");
	out_char(out, ' ');
	proc_put_escaped(out, m->source, BLANKS "#");
	out_printf(out, " %s", m->super_flags & SUPER_READONLY ? "ro" : "rw");
	put_options(super_options, ARRAY_SIZE(super_options), m->super_flags, out);
	out_char(out, '\n');
}

static void put_mounts(const struct mount_facts *m, const char *where, struct outbuf *out)
{
	proc_put_escaped(out, m->source, BLANKS "#");
	out_char(out, ' ');
	proc_put_escaped(out, where, BLANKS);
	out_char(out, ' ');
	proc_put_escaped(out, m->type, BLANKS "#");
	out_printf(out, " %s", m->flags & MOUNT_READONLY || m->super_flags & SUPER_READONLY ? "ro" : "rw");
	put_options(super_options, ARRAY_SIZE(super_options), m->super_flags, out);
	put_options(mount_options, ARRAY_SIZE(mount_options), m->flags, out);
	out_printf(out, " 0 0\n");
}

enum mounts_form { MOUNTINFO, MOUNTS };

static void put_all(const struct proc_task *t, enum mounts_form form, uint64_t mnt_ns, struct kpath root, struct outbuf *out)
{
	const struct mounts_layout *l = &t->proc->mounts;
	char where[D_PATH_BYTES];
	struct mount_walk w;

	for (w = mount_walk_of(t->r, l, mnt_ns); !out->error && mount_next(&w);) {
		/* a mount that the root of the task does not reach is not told */
		if (!d_path_of_mount(t->r, &l->paths, w.mount.root, root, where))
			continue;
		if (form == MOUNTINFO)
			put_mountinfo(t, &w.mount, where, out);
		else
			put_mounts(&w.mount, where, out);
	}
	if (w.error)
		out_printf(out, "# mounts are lost: their list is %s\n", w.error == -ENODATA ? "not all in the dump" : "damaged");
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct proc_task t;
	uint64_t mnt_ns;
	uint32_t inum;
	struct kpath root;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = namespace_of(t.r, &t.proc->namespaces, t.vaddr, NAMESPACE_MNT, &mnt_ns, &inum);
	root = files_folder(t.r, &t.proc->files, t.vaddr, true);
	if (!r)
		r = kreader_take(t.r, NULL);
	if (!r && !root.dentry)
		r = -ENOENT;
	if (!r)
		put_all(&t, at->row->param >> PROC_FOLDER_BITS, mnt_ns, root, out);
	proc_task_close(&t);
	return r == -ENOENT ? -EINVAL : r ? r : out->error;
}

static const struct view_row rows[] = {
	PROC_ROWS_OF("mountinfo", VIEW_PROC_TEXT, MOUNTINFO, .render = render),
	PROC_ROWS_OF("mounts", VIEW_PROC_TEXT, MOUNTS, .render = render),
};

VIEW_FAMILY(proc_mounts, rows);
