/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/{fd/,fdinfo/,exe,cwd,root,ns/}: files that are open, and what the links to them say. fs/proc/{base,fd,namespaces}.c */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fs/proc/proc.h"

/* Keys of descriptors: the number of the task, then theirs. */
static uint64_t fd_key(uint32_t pid, uint64_t fd)
{
	return pid | fd << PROC_PID_BITS;
}

static uint64_t fd_of(uint64_t key)
{
	return key >> PROC_PID_BITS;
}

static int parse_fd(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	struct fd_table table;
	struct proc_task t;
	uint64_t fd, file;
	int r;

	r = proc_number(name, FILES_MAX, &fd);
	if (!r)
		r = proc_task_open(e, dir, &t);
	if (r)
		return r;
	files_table(t.r, &t.proc->files, t.vaddr, &table);
	file = files_get(t.r, &table, fd);
	*key = fd_key(t.pid, fd);
	r = kreader_take(t.r, NULL);
	proc_task_close(&t);
	return r ? r : file ? 0 : -ENOENT;
}

static int format_fd(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	if (fd_of(key) >= FILES_MAX || !proc_key_pid(key))
		return -ENOENT;
	snprintf(buf, size, "%llu", (unsigned long long)fd_of(key));
	return 0;
}

static int list_fds(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	struct fd_table table;
	struct proc_task t;
	uint64_t file;
	int r = proc_task_open(e, dir, &t);

	if (r)
		return r;
	files_table(t.r, &t.proc->files, t.vaddr, &table);
	file = files_next(t.r, &table, pos);
	*key = fd_key(t.pid, *pos);
	++*pos;
	proc_task_close(&t);
	return file ? 0 : -ENOENT;
}

/* The file of a descriptor. */
static int read_fd(struct engine *e, uint64_t key, struct proc_task *t, struct open_file *out)
{
	struct fd_table table;
	uint64_t file;
	int r = proc_task_open_pid(e, proc_key_pid(key), false, t);

	if (r)
		return r;
	files_table(t->r, &t->proc->files, t->vaddr, &table);
	file = files_get(t->r, &table, fd_of(key));
	if (file)
		files_read(t->r, &t->proc->files, file, &table, fd_of(key), out);
	r = kreader_take(t->r, NULL);
	if (!r && !file)
		r = -ENOENT;
	if (r)
		proc_task_close(t);
	return r;
}

static int put_path(const struct proc_task *t, struct kpath path, struct outbuf *out)
{
	char text[D_PATH_BYTES];
	int r = d_path(t->r, &t->proc->files.paths, path, text);

	if (!r)
		out_printf(out, "%s", text);
	return r;
}

static int render_fd(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct open_file file;
	struct proc_task t;
	int r = read_fd(e, at->key, &t, &file);

	if (r)
		return r;
	r = put_path(&t, file.path, out);
	proc_task_close(&t);
	return r;
}

static int render_fdinfo(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct open_file file;
	struct proc_task t;
	int r = read_fd(e, at->key, &t, &file);

	if (r)
		return r;
	out_printf(out, "pos:\t%lli\nflags:\t0%o\nmnt_id:\t%i\n", (long long)file.pos, file.flags, file.mnt_id);
	if (e->kernel->version >= ARCH_VERSION(5, 14, 0))
		out_printf(out, "ino:\t%llu\n", (unsigned long long)file.ino);
	proc_task_close(&t);
	return 0;
}

/* As procfs has it: the owner may do with a link what the file was opened for. */
static int fd_attributes(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	struct open_file file;
	struct proc_task t;
	int r = read_fd(e, at->key, &t, &file);

	if (r)
		return r == -ENOENT ? r : 0;
	proc_task_owner(&t, out);
	if (S_ISLNK(out->mode))
		out->mode = S_IFLNK | (file.readable ? S_IRUSR | S_IXUSR : 0) | (file.writable ? S_IWUSR | S_IXUSR : 0);
	proc_task_close(&t);
	return 0;
}

/* --- exe, cwd, root ----------------------------------------------------------------------------------------------- */

static int render_exe(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct open_file file;
	struct proc_task t;
	struct mm_facts m;
	int r = proc_mm_open(e, at, &t, &m);

	if (r)
		return r;
	if (!m.exe_file) {
		r = -ENOENT;
	} else {
		files_read(t.r, &t.proc->files, m.exe_file, NULL, 0, &file);
		r = put_path(&t, file.path, out);
	}
	proc_task_close(&t);
	return r;
}

static int render_folder(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = put_path(&t, files_folder(t.r, &t.proc->files, t.vaddr, at->row->param >> PROC_FOLDER_BITS), out);
	proc_task_close(&t);
	return r;
}

/* --- ns/ ---------------------------------------------------------------------------------------------------------- */

static int render_ns(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	enum task_namespace which = at->row->param >> PROC_FOLDER_BITS;
	struct proc_task t;
	uint64_t vaddr;
	uint32_t inum;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	r = namespace_of(t.r, &t.proc->namespaces, t.vaddr, which, &vaddr, &inum);
	if (!r)
		out_printf(out, "%s:[%u]", namespace_kind(which), inum);
	proc_task_close(&t);
	return r;
}

static const struct names_ops fd_names = { .parse = parse_fd, .format = format_fd, .list = list_fds, .wide = true };

#define NS_ROWS(name, which) PROC_ROWS_OF("ns/" name, VIEW_PROC_LINK, which, .render = render_ns)

static const struct view_row rows[] = {
	PROC_ROWS("fd", VIEW_FOLDER),
	PROC_ROWS("fd/<fd>", VIEW_PROC_LINK, .names = &fd_names, .render = render_fd, .attributes = fd_attributes),
	PROC_ROWS("fdinfo", VIEW_FOLDER),
	PROC_ROWS("fdinfo/<fd>", VIEW_PROC_TEXT, .names = &fd_names, .render = render_fdinfo, .attributes = fd_attributes),
	PROC_ROWS("exe", VIEW_PROC_LINK, .render = render_exe),
	PROC_ROWS_OF("cwd", VIEW_PROC_LINK, false, .render = render_folder),
	PROC_ROWS_OF("root", VIEW_PROC_LINK, true, .render = render_folder),
	PROC_ROWS("ns", VIEW_FOLDER),
	NS_ROWS("net", NAMESPACE_NET),
	NS_ROWS("uts", NAMESPACE_UTS),
	NS_ROWS("ipc", NAMESPACE_IPC),
	NS_ROWS("pid", NAMESPACE_PID),
	NS_ROWS("pid_for_children", NAMESPACE_PID_CHILDREN),
	NS_ROWS("user", NAMESPACE_USER),
	NS_ROWS("mnt", NAMESPACE_MNT),
	NS_ROWS("cgroup", NAMESPACE_CGROUP),
	NS_ROWS("time", NAMESPACE_TIME),
	NS_ROWS("time_for_children", NAMESPACE_TIME_CHILDREN),
};

VIEW_FAMILY(proc_links, rows);
