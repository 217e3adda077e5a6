/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/ops.h"

#include <fuse_lowlevel.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/wanted.h"
#include "formats/source/file.h"
#include "fs/opening.h"
#include "fs/views/row.h"

/* The tree never changes. libfuse hands on whole seconds as unsigned long. */
#define FOR_EVER 1e9
#define NAME_MAX_BYTES 255

void ops_mount_init(struct ops_mount *m, struct fs *fs, const struct ops_owner *owner, int ready_fd)
{
	*m = (struct ops_mount){
		.fs = fs,
		.owner = *owner,
		.modes = {
			[TREE_FILE] = S_IFREG | (0444 & ~owner->umask),
			[TREE_FOLDER] = S_IFDIR | (0555 & ~owner->umask),
			[TREE_LINK] = S_IFLNK | 0777,
		},
		.ready_fd = ready_fd,
	};
	fs_facts(fs, &m->facts);
}

static struct ops_mount *mount_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static void on_interrupt(fuse_req_t req, void *arg)
{
	(void)req;
	want_end(arg);
}

/*
 * What this thread does now is for the program behind req: when it is interrupted, what waits for a server ends with -EINTR.
 * Without, a program that is killed stays until the server answers or is given up.
 */
static void request_begin(fuse_req_t req, struct want *want)
{
	fuse_req_interrupt_func(req, on_interrupt, want);
	want_set(want);
}

static void request_end(fuse_req_t req)
{
	want_set(NULL);
	fuse_req_interrupt_func(req, NULL, NULL);	/* and wait for one that runs now */
}

static struct view *view_of(const struct fuse_file_info *fi)
{
	return (struct view *)(uintptr_t)fi->fh;
}

/* What the kernel keeps until it is told otherwise. */
struct reply_attr {
	struct stat st;
	double timeout;
};

/* What a view shows of itself besides its size; permissions but of links are the mount's. */
static int change_attr(const struct ops_mount *m, struct node n, struct stat *st)
{
	struct view_attributes a = {
		.mode = st->st_mode, .uid = st->st_uid, .gid = st->st_gid, .ino = st->st_ino, .mtime = st->st_mtime,
	};
	int r = tree_attributes(m->fs, n, &a);

	st->st_mode = S_ISLNK(a.mode) ? a.mode : (a.mode & S_IFMT) | (st->st_mode & ~(mode_t)S_IFMT);
	if (!m->owner.always) {
		st->st_uid = a.uid;
		st->st_gid = a.gid;
	}
	st->st_ino = a.ino;
	st->st_atime = st->st_mtime = st->st_ctime = a.mtime;
	return r;
}

/* tree_stat() for a request. */
static int stat_node(fuse_req_t req, struct node n, struct node_stat *ns)
{
	struct want want = { .gone = 0 };
	struct fault_watch watch;
	int r;

	request_begin(req, &want);
	fault_watch_begin(&watch);
	r = fault_watch_result(&watch, tree_stat(mount_of(req)->fs, n, ns));
	request_end(req);
	return r;
}

static int get_attr(fuse_req_t req, struct node n, struct reply_attr *a, struct node_stat *ns)
{
	const struct ops_mount *m = mount_of(req);
	int r = stat_node(req, n, ns);

	if (r < 0)
		return r;
	a->st = (struct stat){
		.st_ino = node_to_ino(n),
		.st_mode = m->modes[ns->kind],
		.st_nlink = ns->nlink,
		.st_uid = m->owner.uid,
		.st_gid = m->owner.gid,
		.st_size = (off_t)ns->size,
		.st_blksize = 128 << 10,
		.st_blocks = (blkcnt_t)((ns->data_bytes + 511) / 512),
		.st_atime = m->facts.mtime,
		.st_mtime = m->facts.mtime,
		.st_ctime = m->facts.mtime,
	};
	/* A bound is asked for again until open has made it the exact size. */
	a->timeout = ns->final && !ns->live ? FOR_EVER : 0;
	return change_attr(m, n, &a->st);
}

static int entry_of(fuse_req_t req, struct node n, struct fuse_entry_param *e)
{
	struct node_stat ns;
	struct reply_attr a;
	int r = get_attr(req, n, &a, &ns);

	if (r < 0)
		return r;
	*e = (struct fuse_entry_param){
		.ino = node_to_ino(n), .attr = a.st, .attr_timeout = a.timeout,
		.entry_timeout = tree_is_of_caller(mount_of(req)->fs, n) ? 0 : FOR_EVER,
	};
	return 0;
}

static void ops_init(void *userdata, struct fuse_conn_info *conn)
{
	struct ops_mount *m = userdata;

	conn->want |= conn->capable & (FUSE_CAP_EXPORT_SUPPORT | FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS |
					FUSE_CAP_CACHE_SYMLINKS);
	conn->want &= ~(unsigned int)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
	conn->max_background = 64;
	if (m->ready_fd >= 0) {
		if (write(m->ready_fd, "\n", 1) != 1)
			log_warn("--ready-fd: %s", strerror(errno));
		close(m->ready_fd);
		m->ready_fd = -1;
	}
}

/* "." and ".." come from a file server that has a handle and no path. */
static int lookup(fuse_req_t req, struct node dir, const char *name, struct node *out)
{
	struct want want = { .gone = 0 };
	struct fault_watch watch;
	int r, fault;

	if (strlen(name) > NAME_MAX_BYTES)
		return -ENAMETOOLONG;
	if (!strcmp(name, ".")) {
		*out = dir;
		return 0;
	}
	if (!strcmp(name, "..")) {
		*out = tree_parent(mount_of(req)->fs, dir);
		return 0;
	}
	/* the kernel remembers for ever that there is no such name */
	request_begin(req, &want);
	fault_watch_begin(&watch);
	r = tree_lookup_for(mount_of(req)->fs, dir, name, (uint32_t)fuse_req_ctx(req)->pid, out);
	fault = fault_watch_end(&watch);
	request_end(req);
	return r == -ENOENT && fault ? fault : r;
}

static void ops_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct ops_mount *m = mount_of(req);
	struct fuse_entry_param e = { .ino = 0, .entry_timeout = FOR_EVER };
	struct node dir, n;
	int r = node_from_ino(parent, &dir);

	if (!r)
		r = lookup(req, dir, name, &n);
	if (r == -ENOENT && tree_has_of_caller(m->fs, dir))
		e.entry_timeout = 0;
	if (r == -ENOENT) {
		fuse_reply_entry(req, &e);	/* remembered, unlike the plain error */
		return;
	}
	if (r < 0) {
		fuse_reply_err(req, ops_errno(r));
		return;
	}
	r = entry_of(req, n, &e);
	if (r < 0) {
		tree_forget(m->fs, n, 1);
		fuse_reply_err(req, ops_errno(r));
	} else if (fuse_reply_entry(req, &e)) {
		tree_forget(m->fs, n, 1);
	}
}

static void forget(struct ops_mount *m, fuse_ino_t ino, uint64_t nlookup)
{
	struct node n;

	if (!node_from_ino(ino, &n))
		tree_forget(m->fs, n, nlookup);
}

static void ops_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	forget(mount_of(req), ino, nlookup);
	fuse_reply_none(req);
}

static void ops_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		forget(mount_of(req), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

static void ops_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node_stat ns;
	struct reply_attr a;
	struct node n;
	int r = node_from_ino(ino, &n);

	(void)fi;
	if (!r)
		r = get_attr(req, n, &a, &ns);
	if (r < 0)
		fuse_reply_err(req, ops_errno(r));
	else
		fuse_reply_attr(req, &a.st, a.timeout);
}

static void ops_access(fuse_req_t req, fuse_ino_t ino, int mask)
{
	struct node_stat ns;
	struct node n;
	int r = node_from_ino(ino, &n);

	if (!r)
		r = stat_node(req, n, &ns);
	if (!r && (mask & W_OK))
		r = -EROFS;
	if (!r && (mask & X_OK) && ns.kind != TREE_FOLDER)
		r = -EACCES;
	fuse_reply_err(req, ops_errno(r));
}

/* Name spaces that links in proc/<pid>/ns/ lead to: who owns them is not for the running kernel to say. lsns(8) takes EPERM for
 * that, and anything else for an end. */
static void ops_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned int cmd, void *arg, struct fuse_file_info *fi, unsigned int flags,
		      const void *in, size_t in_bytes, size_t out_bytes)
{
	(void)ino, (void)arg, (void)fi, (void)flags, (void)in, (void)in_bytes, (void)out_bytes;
	fuse_reply_err(req, cmd == NS_GET_USERNS || cmd == NS_GET_PARENT ? EPERM : ENOTTY);
}

static void ops_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node_stat ns;
	struct node n;
	int r = node_from_ino(ino, &n);

	if (!r)
		r = stat_node(req, n, &ns);
	if (!r && ns.kind != TREE_FOLDER)
		r = -ENOTDIR;
	if (r < 0) {
		fuse_reply_err(req, ops_errno(r));
		return;
	}
	fi->cache_readdir = 1;
	fi->keep_cache = 1;
	fuse_reply_open(req, fi);
}

/* A buffer of directory entries while it is filled. */
struct listing {
	fuse_req_t req;
	struct ops_mount *m;
	struct node dir;
	char *buf;
	size_t size, used;
	bool plus;		/* with attributes; each name but "." and ".." then counts as a lookup */
};

/* True when it did not fit. next: the offset after this entry. */
static bool listing_add(struct listing *l, const char *name, const struct fuse_entry_param *e, off_t next)
{
	char *at = l->buf + l->used;
	size_t room = l->size - l->used;
	size_t n = l->plus ? fuse_add_direntry_plus(l->req, at, room, name, e, next)
			   : fuse_add_direntry(l->req, at, room, name, &e->attr, next);

	if (n > room)
		return true;
	l->used += n;
	return false;
}

/* ino 0: the kernel takes no attributes from it and counts no lookup */
static bool listing_add_name(struct listing *l, const char *name, struct node n, enum tree_kind kind, off_t next)
{
	struct fuse_entry_param e = { .ino = 0 };

	e.attr.st_ino = node_to_ino(n);
	e.attr.st_mode = l->m->modes[kind];
	return listing_add(l, name, &e, next);
}

/* The tree's entry number i has offset i + 2: "." and ".." come first. Attributes only where they cost nothing: who wants
 * those of the others asks for them one by one, and ls(1) does not. */
static int emit(void *arg, const struct tree_entry *t)
{
	struct listing *l = arg;
	off_t next = (off_t)t->next + 2;
	struct fuse_entry_param e;
	struct fault_watch watch;
	struct node n;
	bool full;
	int r;

	if (!l->plus || !tree_stat_is_known(l->m->fs, t->node) || tree_lookup(l->m->fs, l->dir, t->name, &n) < 0)
		return listing_add_name(l, t->name, t->node, t->kind, next);
	/* a name without attributes is not kept, and is no reason to show no names */
	fault_watch_begin(&watch);
	r = entry_of(l->req, n, &e);
	fault_watch_drop(&watch);
	if (r < 0) {
		full = listing_add_name(l, t->name, t->node, t->kind, next);
		tree_forget(l->m->fs, n, 1);
		return full;
	}
	full = listing_add(l, t->name, &e, next);
	if (full)
		tree_forget(l->m->fs, n, 1);
	return full;
}

static int fill(struct listing *l, uint64_t off)
{
	struct fault_watch watch;
	int r;

	if (off < 1 && listing_add_name(l, ".", l->dir, TREE_FOLDER, 1))
		return 0;
	if (off < 2 && listing_add_name(l, "..", tree_parent(l->m->fs, l->dir), TREE_FOLDER, 2))
		return 0;
	fault_watch_begin(&watch);		/* names are kept by the kernel, too */
	r = tree_list(l->m->fs, l->dir, off < 2 ? 0 : off - 2, emit, l);
	return fault_watch_result(&watch, r);
}

static void read_dir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, bool plus)
{
	struct listing l = { .req = req, .m = mount_of(req), .size = size, .plus = plus };
	int r = node_from_ino(ino, &l.dir);

	if (!r) {
		l.buf = malloc(size);
		r = l.buf ? fill(&l, (uint64_t)off) : -ENOMEM;
	}
	if (r < 0 && !l.used)
		fuse_reply_err(req, ops_errno(r));
	else
		fuse_reply_buf(req, l.buf, l.used);
	free(l.buf);
}

static void ops_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)fi;
	read_dir(req, ino, size, off, false);
}

static void ops_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)fi;
	read_dir(req, ino, size, off, true);
}

static void ops_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	fuse_reply_err(req, 0);
}

static void ops_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct want want = { .gone = 0 };
	struct fault_watch watch;
	struct text *t = NULL;
	struct node n;
	int r = node_from_ino(ino, &n);

	if (!r) {
		request_begin(req, &want);
		fault_watch_begin(&watch);
		r = fault_watch_result(&watch, tree_readlink(mount_of(req)->fs, n, &t));
		request_end(req);
	}
	if (r < 0)
		fuse_reply_err(req, ops_errno(r));
	else
		fuse_reply_readlink(req, t->len ? t->data : "");
	text_unref(t);
}

static void ops_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct ops_mount *m = mount_of(req);
	struct want want = { .gone = 0 };
	struct node_stat ns;
	struct view *v = NULL;
	struct node n;
	int r = node_from_ino(ino, &n);

	if (!r && (fi->flags & O_ACCMODE) != O_RDONLY)
		r = -EROFS;
	if (!r)
		r = stat_node(req, n, &ns);
	if (!r && ns.kind == TREE_FOLDER)
		r = -EISDIR;
	if (r < 0) {
		fuse_reply_err(req, ops_errno(r));
		return;
	}
	source_files_check();
	atomic_fetch_add(&m->files, 1);
	if (ns.slow) {
		opening_start(m, req, n, fi);
	} else {
		request_begin(req, &want);
		r = tree_open(m->fs, n, &v);
		request_end(req);
		opening_answer(m, req, r, v, fi);
	}
}

static void ops_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	view_close(view_of(fi));
	atomic_fetch_sub(&mount_of(req)->files, 1);
	fuse_reply_err(req, 0);
}

/*
 * Never short inside the file: the kernel would take that for its end. A request that starts beyond the end comes from
 * sendfile(2) or splice(2), which still go by the bound that stat(2) showed before open(2). It fails: an empty answer
 * would become the kernel's idea of the size when it overtakes the answer that holds the real end.
 */
static void ops_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	const struct view *v = view_of(fi);
	uint64_t end = view_size(v), at = (uint64_t)off;
	struct want want = { .gone = 0 };
	char *buf;
	int r;

	(void)ino;
	if (off < 0 || (at > end && !view_is_live(v))) {
		fuse_reply_err(req, off < 0 ? EINVAL : EIO);
		return;
	}
	if (at >= end || !size) {
		fuse_reply_buf(req, NULL, 0);
		return;
	}
	if (size > end - at)
		size = (size_t)(end - at);
	buf = malloc(size);
	request_begin(req, &want);
	r = buf ? view_read(v, buf, size, at) : -ENOMEM;
	request_end(req);
	if (r < 0)
		fuse_reply_err(req, ops_errno(r));
	else
		fuse_reply_buf(req, buf, size);
	free(buf);
}

static void ops_lseek(fuse_req_t req, fuse_ino_t ino, off_t off, int whence, struct fuse_file_info *fi)
{
	uint64_t at = (uint64_t)off;
	int r = 0;

	(void)ino;
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		r = -EINVAL;
	else if (off < 0)
		r = -ENXIO;
	else
		r = view_seek(view_of(fi), whence == SEEK_DATA, &at);
	if (r < 0)
		fuse_reply_err(req, ops_errno(r));
	else
		fuse_reply_lseek(req, (off_t)at);
}

static void ops_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct fs_facts *f = &mount_of(req)->facts;
	struct statvfs s = {
		.f_bsize = f->block_size,
		.f_frsize = f->block_size,
		.f_blocks = f->dump_size / f->block_size + !!(f->dump_size % f->block_size),
		.f_namemax = NAME_MAX_BYTES,
		.f_flag = ST_RDONLY,
	};

	(void)ino;
	fuse_reply_statfs(req, &s);
}

/* The mount is read-only, so these come only after a remount,rw by root. */
static void ops_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int what, struct fuse_file_info *fi)
{
	(void)ino, (void)st, (void)what, (void)fi;
	fuse_reply_err(req, EROFS);
}

static void ops_mknod(fuse_req_t req, fuse_ino_t ino, const char *name, mode_t mode, dev_t dev)
{
	(void)ino, (void)name, (void)mode, (void)dev;
	fuse_reply_err(req, EROFS);
}

static void ops_create(fuse_req_t req, fuse_ino_t ino, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	(void)ino, (void)name, (void)mode, (void)fi;
	fuse_reply_err(req, EROFS);
}

static void ops_mkdir(fuse_req_t req, fuse_ino_t ino, const char *name, mode_t mode)
{
	(void)ino, (void)name, (void)mode;
	fuse_reply_err(req, EROFS);
}

/* unlink and rmdir */
static void ops_remove(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	(void)ino, (void)name;
	fuse_reply_err(req, EROFS);
}

static void ops_symlink(fuse_req_t req, const char *target, fuse_ino_t ino, const char *name)
{
	(void)target, (void)ino, (void)name;
	fuse_reply_err(req, EROFS);
}

static void ops_rename(fuse_req_t req, fuse_ino_t ino, const char *name, fuse_ino_t to, const char *newname,
		       unsigned int flags)
{
	(void)ino, (void)name, (void)to, (void)newname, (void)flags;
	fuse_reply_err(req, EROFS);
}

static void ops_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t to, const char *name)
{
	(void)ino, (void)to, (void)name;
	fuse_reply_err(req, EROFS);
}

static void ops_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags)
{
	(void)ino, (void)name, (void)value, (void)size, (void)flags;
	fuse_reply_err(req, EROFS);
}

const struct fuse_lowlevel_ops ops_table = {
	.init = ops_init,
	.lookup = ops_lookup,
	.forget = ops_forget,
	.forget_multi = ops_forget_multi,
	.getattr = ops_getattr,
	.readlink = ops_readlink,
	.access = ops_access,
	.ioctl = ops_ioctl,
	.opendir = ops_opendir,
	.readdir = ops_readdir,
	.readdirplus = ops_readdirplus,
	.releasedir = ops_releasedir,
	.open = ops_open,
	.read = ops_read,
	.lseek = ops_lseek,
	.release = ops_release,
	.statfs = ops_statfs,
	.setattr = ops_setattr,
	.mknod = ops_mknod,
	.create = ops_create,
	.mkdir = ops_mkdir,
	.unlink = ops_remove,
	.rmdir = ops_remove,
	.symlink = ops_symlink,
	.rename = ops_rename,
	.link = ops_link,
	.setxattr = ops_setxattr,
	.removexattr = ops_remove,
};
