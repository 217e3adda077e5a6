/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that lie together in a folder or an archive, as kdump leaves them in /var/crash: which of them is the dump?
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_MEMBERS_H
#define VMCOREFS_FORMATS_MEMBERS_H

#include "base/source.h"

struct member {
	char *name;			/* owned; of the file alone */
	uint64_t offset, size;		/* in an archive */
	time_t mtime;			/* in a folder, with what follows; 0: not known */
	dev_t device;			/* with inode: which file it is; of several names for one, one is in the list */
	ino_t inode;
	bool link;			/* a symbolic link to it */
	bool chosen;			/* the dump, or one of its parts */
};

struct members {
	const char *where;		/* path of the folder or archive, for messages; borrowed */
	struct member *list;		/* owned; regular files that can be read, by name */
	size_t n, cap;
	struct source *archive;		/* borrowed; NULL: a folder */
	enum unpack_mode unpack;	/* of what is opened */
	struct member *folders;		/* owned; in a folder: the folders in it, by name */
	size_t nfolders, folders_cap;
	/* One of them as it is, not unwrapped, named "WHERE/NAME". One message on failure. */
	int (*open)(const struct members *m, const struct member *which, struct source **out);
};

#define MEMBERS_MAX 100000u		/* files that are looked at */

/* Copies the name. 0, -ENOMEM, -E2BIG without a message. */
int members_add(struct members *m, const struct member *new);
int members_add_folder(struct members *m, const struct member *new);
void members_free(struct members *m);

/*
 * Set chosen of the files that are dumps, by what they begin with, and of compressed files by their name. *n: how many they
 * are; *one: these are one dump, alone or all parts of a set. 0, or -errno after a message: a file cannot be read.
 */
int members_look(struct members *m, size_t *n, bool *one);
/* "WHERE/NAME". Owned by the caller; NULL: out of memory. */
char *members_path(const struct members *m, const struct member *which);
/*
 * Look, and leave only the dump chosen, or the files of the only set. One message that says what there is when there is none
 * (-ENOENT) or several (-EINVAL).
 */
int members_choose(struct members *m);
/* The log that kdump saved beside the dump (vmcore-dmesg.txt, dmesg.STAMP): the member, or NULL. */
const struct member *members_find_log(const struct members *m);

#endif
