/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths through mounts, of deleted files, of files that have none, and what is left of them where memory is lost. */
#include "kernel/vfs/d_path.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

/* Dentries, each of 0x80 bytes: d_parent 0, d_inode 8, name 0x10, len 0x18, hashed 0x20, op 0x28, sb 0x30 */
enum { DENTRY = 0x1000, MOUNT = 0x3000, NAME = 0x4000, OPS = 0x5000, SUPER = 0x5100, INODE = 0x5400, TYPE = 0x5600 };
enum { ROOT, USR, BIN, ROOT2, DATA, FILE_, GONE, SOCKET, DENTRIES };

static uint64_t dentry(const struct objects *o, unsigned int i)
{
	return o->base + DENTRY + i * 0x80;
}

/* struct mount, of which the vfsmount is at 0x20: mnt_root 0, mnt_sb 8; of the mount mnt_parent 0, mnt_mountpoint 8 */
static uint64_t mnt(const struct objects *o, unsigned int i)
{
	return o->base + MOUNT + i * 0x80 + 0x20;
}

static void add_dentry(struct objects *o, unsigned int i, unsigned int parent, const char *name)
{
	object_word(o, dentry(o, i), dentry(o, parent));
	object_word(o, dentry(o, i) + 8, o->base + INODE);
	object_word(o, dentry(o, i) + 0x10, o->base + NAME + i * 0x20);
	object_uint(o, dentry(o, i) + 0x18, 4, strlen(name));
	object_text(o, o->base + NAME + i * 0x20, name);
	object_word(o, dentry(o, i) + 0x20, o->base + 0x10);
	object_word(o, dentry(o, i) + 0x30, o->base + SUPER);
}

static void build(struct objects *o)
{
	static const struct {
		unsigned int parent;
		const char *name;
	} tree[DENTRIES] = {
		{ ROOT, "/" }, { ROOT, "usr" }, { USR, "bin" }, { ROOT2, "/" }, { ROOT2, "data" }, { DATA, "file" }, { DATA, "gone" },
		{ SOCKET, "TCP" },
	};

	for (unsigned int i = 0; i < DENTRIES; i++)
		add_dentry(o, i, tree[i].parent, tree[i].name);
	object_word(o, dentry(o, GONE) + 0x20, 0);
	for (unsigned int i = 0; i < 2; i++) {
		object_word(o, mnt(o, i), dentry(o, i ? ROOT2 : ROOT));
		object_word(o, mnt(o, i) - 0x20, mnt(o, 0) - 0x20);
		object_word(o, mnt(o, i) - 0x20 + 8, dentry(o, i ? BIN : ROOT));
	}
	object_word(o, dentry(o, SOCKET) + 0x28, o->base + OPS);
	object_word(o, o->base + OPS, o->base + 0x20);
	object_word(o, o->base + SUPER, o->base + TYPE);
	object_word(o, o->base + TYPE, o->base + TYPE + 0x20);
	object_word(o, o->base + INODE, 4711);
}

static void is_path(struct kreader *r, const struct d_path_layout *l, struct kpath path, const char *expected)
{
	char buf[D_PATH_BYTES];

	assert_int_equal(d_path(r, l, path, buf), 0);
	assert_string_equal(buf, expected);
}

static void test_paths(void **state)
{
	static const struct {
		const char *type, *text;
	} others[] = {
		{ "sockfs", "socket:[4711]" }, { "pipefs", "pipe:[4711]" }, { "anon_inodefs", "anon_inode:TCP" },
		{ "pidfs", "anon_inode:[pidfd]" }, { "tmpfs", "/TCP (deleted)" },
	};

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct object_name table[] = {
			{ "dentry.d_parent", { .bytes = w } }, { "dentry.d_inode", { .offset = 8, .bytes = w } },
			{ "dentry.d_name.name", { .offset = 0x10, .bytes = w } }, { "dentry.d_name.len", { .offset = 0x18, .bytes = 4 } },
			{ "dentry.d_hash.pprev", { .offset = 0x20, .bytes = w } }, { "dentry.d_op", { .offset = 0x28, .bytes = w } },
			{ "dentry.d_sb", { .offset = 0x30, .bytes = w } }, { "dentry_operations.d_dname", { .bytes = w } },
			{ "mount.mnt", { .offset = 0x20 } }, { "vfsmount.mnt_root", { .bytes = w } },
			{ "vfsmount.mnt_sb", { .offset = 8, .bytes = w } }, { "mount.mnt_parent", { .bytes = w } },
			{ "mount.mnt_mountpoint", { .offset = 8, .bytes = w } }, { "mount.mnt_id", { .offset = 0x40, .bytes = 4 } },
			{ "path.mnt", { .bytes = w } }, { "path.dentry", { .offset = w, .bytes = w } }, { "inode.i_ino", { .bytes = w } },
			{ "inode.i_mode", { .offset = 8, .bytes = 2 } }, { "inode.i_private", { .offset = 0x10, .bytes = w } },
			{ "inode.i_sb", { .offset = 0x18, .bytes = w } }, { "super_block.s_type", { .bytes = w } },
			{ "file_system_type.name", { .bytes = w } }, { "super_block.s_dev", { .offset = 8, .bytes = 4 } }, { NULL, { 0 } },
		};
		struct knames names = fake_names(table);
		struct kpath file, root;
		struct d_path_layout l;
		char buf[D_PATH_BYTES];
		struct objects o;

		objects_new(&o, &object_kinds[kind]);
		build(&o);
		assert_int_equal(d_path_layout(&names, &l), 0);
		file = (struct kpath){ mnt(&o, 1), dentry(&o, FILE_) };
		root = (struct kpath){ mnt(&o, 0), dentry(&o, USR) };
		is_path(o.r, &l, file, "/usr/bin/data/file");
		is_path(o.r, &l, (struct kpath){ mnt(&o, 1), dentry(&o, GONE) }, "/usr/bin/data/gone (deleted)");
		is_path(o.r, &l, (struct kpath){ mnt(&o, 0), dentry(&o, ROOT) }, "/");
		assert_int_equal(d_path(o.r, &l, (struct kpath){ 0, 0 }, buf), -ENOENT);
		/* from a root that is not the first one; from one that is not above */
		assert_true(d_path_of_mount(o.r, &l, file, root, buf));
		assert_string_equal(buf, "/bin/data/file");
		assert_false(d_path_of_mount(o.r, &l, root, file, buf));
		d_path_inside(o.r, &l, dentry(&o, FILE_), buf);
		assert_string_equal(buf, "/data/file");
		for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
			object_text(&o, o.base + TYPE + 0x20, others[i].type);
			is_path(objects_reader(&o), &l, (struct kpath){ mnt(&o, 0), dentry(&o, SOCKET) }, others[i].text);
		}
		assert_int_equal(kreader_take(o.r, NULL), 0);
		/* a parent that is not mapped, and one in a circle */
		object_word(&o, dentry(&o, DATA), 8);
		is_path(objects_reader(&o), &l, file, "(lost)/data/file");
		assert_int_equal(kreader_take(o.r, NULL), -EFAULT);
		object_word(&o, dentry(&o, DATA), dentry(&o, FILE_));
		assert_int_equal(d_path(objects_reader(&o), &l, file, buf), 0);
		assert_memory_equal(buf, "(lost)", 6);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_paths) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
