/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of the kernel's structs by name, found once and read often.
 *
 * A walker has a table of the members that it reads:
 *
 *	struct task_fields { struct kfield state, pid; } f = {
 *		KFIELD("task_struct.__state|task_struct.state"), KFIELD("task_struct.pid"),
 *	};
 *	kfields_resolve(names, (struct kfield *)&f, kfields_count(f)); ... kget(r, task, &f.pid)
 *
 * A path is a type's name and members' names with dots between, or the type alone: then it is for its size. A member that
 * is an array may be followed by [n]. "a.b|c.d": alternatives, of which the first that exists is taken: the newest first.
 * "?a.b": it may be missing. For an enum the member is an enumerator.
 *
 * Names come from an interface: symbols and types of the kernel in use, a table in a test. Nothing here knows where they
 * are found, as those who find them (types of modules) walk the kernel's lists with what is here.
 *
 * Threads: any. A table that was resolved is not changed any more.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_FIELDS_H
#define VMCOREFS_KERNEL_OBJECT_FIELDS_H

#include "base/outbuf.h"
#include "kernel/object/reader.h"

#define KFIELD_NAME_MAX 64		/* of one name in a path, with the NUL */

/* A member, or a type. */
struct kplace {
	uint64_t offset;		/* bytes from the start of the struct that the path begins with */
	uint64_t bytes;			/* all of it: an array's too; 0: flexible, or not known */
	/* Of a bit field: the integer at offset has it from bit_offset on; bits are counted from the lowest in little-endian
	 * kernels, from the highest in others. bits 0: it is none. */
	unsigned int bit_offset, bits;
	bool is_signed;			/* an integer or enum, or elements of that type */
	uint64_t count;			/* of an array: its elements, 0 when flexible */
	uint64_t element_bytes;		/* of an array: of one; else 0 */
	int64_t value;			/* of an enumerator */
};

struct knames {
	const void *arg;
	/* path: members' names with dots and [n], "" for the type itself. -ENOENT: no such type or member; other errors: it
	 * cannot be known. */
	int (*place)(const void *arg, const char *type, const char *path, struct kplace *out);
	/* A variable of the kernel: its address; *bytes: its size, 0 when not known. -ENOENT. */
	int (*variable)(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes);
};

struct kfield {
	const char *path;		/* the only one that is set in a table */
	bool known;			/* false: missing, and may be */
	struct kplace at;
};

#define KFIELD(its_path) { .path = (its_path) }

/* Finds all n of them. -ENOENT: some that may not be missing are (kfields_missing() names them); -EINVAL: a path that is
 * none; other errors: types cannot be read. */
int kfields_resolve(const struct knames *names, struct kfield *fields, size_t n);
#define kfields_count(table) (sizeof(table) / sizeof(struct kfield))
/* What is missing, with ", " between: of alternatives the first; optional: those that may be missing too. */
void kfields_missing(const struct kfield *fields, size_t n, bool optional, struct outbuf *out);

/* A variable's address by its names, the newest first: "a|b". -ENOENT. */
int kvariable(const struct knames *names, const char *path, uint64_t *vaddr);

/* The value of a member of an object: an integer, pointer, enum or bit field. Of more than 8 bytes, or when it is not
 * known: 0. */
int64_t kget(struct kreader *r, uint64_t object, const struct kfield *f);
/* The same of element i of a member that is an array. Whether it has so many is the caller's to know. */
int64_t kget_at(struct kreader *r, uint64_t object, const struct kfield *f, uint64_t i);
/* Pointers are unsigned. */
static inline uint64_t kget_ptr(struct kreader *r, uint64_t object, const struct kfield *f)
{
	return (uint64_t)kget(r, object, f);
}

/* A member that is an array of char, which need not end with NUL: at most its own size. As kstring(). */
size_t kget_string(struct kreader *r, uint64_t object, const struct kfield *f, char *buf, size_t size);

#endif
