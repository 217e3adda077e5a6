/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vfs/d_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/backwards.h"
#include "base/bytes.h"

#define STEPS_MAX 8192u			/* up a tree of dentries and mounts */
#define NAME_BYTES 256u
#define LOST "(lost)"

int d_path_layout(const struct knames *names, struct d_path_layout *out)
{
	struct d_path_fields f = {
		.parent = KFIELD("dentry.d_parent"), .inode = KFIELD("dentry.d_inode"), .name = KFIELD("dentry.d_name.name"),
		.len = KFIELD("dentry.d_name.len"), .hashed = KFIELD("dentry.d_hash.pprev"), .op = KFIELD("dentry.d_op"),
		.sb = KFIELD("dentry.d_sb"), .dname = KFIELD("dentry_operations.d_dname"),
		.mnt = KFIELD("mount.mnt"), .mnt_root = KFIELD("vfsmount.mnt_root"), .mnt_sb = KFIELD("vfsmount.mnt_sb"),
		.mnt_parent = KFIELD("mount.mnt_parent"), .mountpoint = KFIELD("mount.mnt_mountpoint"), .mnt_id = KFIELD("mount.mnt_id"),
		.path_mnt = KFIELD("path.mnt"), .path_dentry = KFIELD("path.dentry"), .ino = KFIELD("inode.i_ino"),
		.mode = KFIELD("inode.i_mode"), .private = KFIELD("inode.i_private"), .inode_sb = KFIELD("inode.i_sb"),
		.type = KFIELD("super_block.s_type"),
		.type_name = KFIELD("file_system_type.name"), .dev = KFIELD("super_block.s_dev"),
		.ns_ops = KFIELD("?ns_common.ops"), .ns_name = KFIELD("?proc_ns_operations.name"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	return r;
}

struct kpath d_path_at(struct kreader *r, const struct d_path_layout *l, uint64_t vaddr)
{
	return (struct kpath){ kget_ptr(r, vaddr, &l->f.path_mnt), kget_ptr(r, vaddr, &l->f.path_dentry) };
}

/* The front of what is too long is lost too. */
static void end_path(struct backwards *b, bool lost)
{
	if (lost)
		backwards_put_over(b, LOST, strlen(LOST));
	else if (!b->buf[b->at] || b->buf[b->at] == ' ')
		backwards_put(b, "/", 1);
	backwards_end(b);
}

static bool prepend_name(struct kreader *r, const struct d_path_fields *f, uint64_t dentry, struct backwards *b)
{
	char name[NAME_BYTES];
	uint64_t len = kget_ptr(r, dentry, &f->len);

	len = min_u64(len & UINT32_MAX, NAME_BYTES - 1);
	return len && !kread(r, kget_ptr(r, dentry, &f->name), name, len) && backwards_put(b, name, len) && backwards_put(b, "/", 1);
}

static int follow(struct kreader *r, uint64_t object, const struct kfield *f, uint64_t *out)
{
	return kptr_at(r, object + f->at.offset, out);
}

enum climb_end { CLIMB_TOP, CLIMB_ROOT, CLIMB_LOST };

/* Up to root, or to where nothing is above. mnt 0: inside one file system. */
static enum climb_end climb(struct kreader *r, const struct d_path_fields *f, struct kpath at, struct kpath root, struct backwards *b)
{
	uint64_t mount, parent, mnt_root;

	for (unsigned int steps = 0; steps < STEPS_MAX && at.dentry; steps++) {
		if (at.dentry == root.dentry && at.mnt == root.mnt)
			return CLIMB_ROOT;
		if (at.mnt && follow(r, at.mnt, &f->mnt_root, &mnt_root))
			break;
		if (at.mnt && at.dentry == mnt_root) {
			mount = at.mnt - f->mnt.at.offset;
			if (follow(r, mount, &f->mnt_parent, &parent) || follow(r, mount, &f->mountpoint, &at.dentry))
				break;
			if (parent == mount)
				return CLIMB_TOP;
			at.mnt = parent + f->mnt.at.offset;
			continue;
		}
		if (follow(r, at.dentry, &f->parent, &parent))
			break;
		if (parent == at.dentry)
			return CLIMB_TOP;
		if (!prepend_name(r, f, at.dentry, b))
			break;
		at.dentry = parent;
	}
	return CLIMB_LOST;
}

/* Files of file systems that nobody mounts: their dentries have names of another kind. d_dname() of net/socket.c, fs/pipe.c,
 * fs/anon_inodes.c, fs/nsfs.c, fs/pidfs.c; simple_dname() is what shared memory has. */
static void put_dname(struct kreader *r, const struct d_path_fields *f, uint64_t dentry, char buf[D_PATH_BYTES])
{
	uint64_t inode = kget_ptr(r, dentry, &f->inode), ns;
	unsigned long long ino = inode ? kget_ptr(r, inode, &f->ino) : 0;
	char name[NAME_BYTES] = "", type[32] = "";

	kstring(r, kget_ptr(r, kget_ptr(r, kget_ptr(r, dentry, &f->sb), &f->type), &f->type_name), type, sizeof(type));
	kstring(r, kget_ptr(r, dentry, &f->name), name, sizeof(name));
	if (!strcmp(type, "sockfs")) {
		snprintf(buf, D_PATH_BYTES, "socket:[%llu]", ino);
	} else if (!strcmp(type, "pipefs")) {
		snprintf(buf, D_PATH_BYTES, "pipe:[%llu]", ino);
	} else if (!strcmp(type, "anon_inodefs")) {
		snprintf(buf, D_PATH_BYTES, "anon_inode:%s", name);
	} else if (!strcmp(type, "pidfs")) {
		snprintf(buf, D_PATH_BYTES, "anon_inode:[pidfd]");
	} else if (!strcmp(type, "nsfs") && inode && f->ns_ops.known && f->ns_name.known) {
		ns = kget_ptr(r, inode, &f->private);
		kstring(r, kget_ptr(r, kget_ptr(r, ns, &f->ns_ops), &f->ns_name), name, sizeof(name));
		snprintf(buf, D_PATH_BYTES, "%s:[%llu]", name, ino);
	} else {
		snprintf(buf, D_PATH_BYTES, "/%s (deleted)", name);
	}
}

int d_path(struct kreader *r, const struct d_path_layout *l, struct kpath path, char buf[D_PATH_BYTES])
{
	const struct d_path_fields *f = &l->f;
	static const struct kpath none = { 0, 0 };
	struct backwards b = backwards_begin(buf, D_PATH_BYTES);
	uint64_t op, parent;

	*buf = '\0';
	if (!path.dentry)
		return -ENOENT;
	op = kget_ptr(r, path.dentry, &f->op);
	parent = kget_ptr(r, path.dentry, &f->parent);
	if (op && kget_ptr(r, op, &f->dname) && (parent != path.dentry || path.dentry != kget_ptr(r, path.mnt, &f->mnt_root))) {
		put_dname(r, f, path.dentry, buf);
		return 0;
	}
	if (parent != path.dentry && !kget_ptr(r, path.dentry, &f->hashed))
		backwards_put(&b, " (deleted)", strlen(" (deleted)"));
	end_path(&b, climb(r, f, path, none, &b) == CLIMB_LOST);
	return 0;
}

void d_path_inside(struct kreader *r, const struct d_path_layout *l, uint64_t dentry, char buf[D_PATH_BYTES])
{
	static const struct kpath none = { 0, 0 };
	struct backwards b = backwards_begin(buf, D_PATH_BYTES);

	end_path(&b, climb(r, &l->f, (struct kpath){ 0, dentry }, none, &b) == CLIMB_LOST);
}

bool d_path_of_mount(struct kreader *r, const struct d_path_layout *l, struct kpath path, struct kpath root, char buf[D_PATH_BYTES])
{
	struct backwards b = backwards_begin(buf, D_PATH_BYTES);
	enum climb_end end = climb(r, &l->f, path, root, &b);

	end_path(&b, end == CLIMB_LOST);
	return end == CLIMB_ROOT;
}
