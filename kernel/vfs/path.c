/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vfs/path.h"

#include "base/backwards.h"

#define MAX_DEPTH 128u

struct path_fields {
	struct kfield host, ino, dentries, super, s_id, alias, parent, name;
};

/* From the end to the front: what does not fit is left out in front. */
static void put_path(struct kreader *r, const struct path_fields *f, uint64_t dentry, char *buf, size_t size)
{
	struct backwards b = backwards_begin(buf, size);
	char name[256];

	for (unsigned int depth = 0; depth < MAX_DEPTH; depth++) {
		uint64_t parent = kget_ptr(r, dentry, &f->parent);
		size_t len;

		if (kreader_take(r, NULL) || parent == dentry)
			break;
		len = kstring(r, kget_ptr(r, dentry, &f->name), name, sizeof(name));
		if (kreader_take(r, NULL) || len + 1 > b.at)
			break;
		backwards_put(&b, name, len);
		backwards_put(&b, "/", 1);
		dentry = parent;
	}
	backwards_end(&b);
}

int file_of_mapping(struct kreader *r, const struct knames *names, uint64_t mapping, struct file_name *out)
{
	struct path_fields f = {
		KFIELD("address_space.host"), KFIELD("inode.i_ino"), KFIELD("inode.i_dentry"), KFIELD("inode.i_sb"),
		KFIELD("super_block.s_id"), KFIELD("dentry.d_u.d_alias|dentry.d_alias"), KFIELD("dentry.d_parent"),
		KFIELD("dentry.d_name.name"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));
	uint64_t first, super;

	if (result)
		return result;
	*out = (struct file_name){ .inode = kget_ptr(r, mapping, &f.host) };
	out->ino = kget_ptr(r, out->inode, &f.ino);
	super = kget_ptr(r, out->inode, &f.super);
	kget_string(r, super, &f.s_id, out->super, sizeof(out->super));
	first = kptr(r, out->inode + f.dentries.at.offset);
	result = kreader_take(r, NULL);
	if (!result && first)
		put_path(r, &f, first - f.alias.at.offset, out->path, sizeof(out->path));
	return result;
}
