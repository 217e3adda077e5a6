/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that lie together in a folder or an archive, as kdump leaves them in /var/crash: which of them is the dump?
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_MEMBERS_H
#define VMCOREFS_FORMATS_MEMBERS_H

#include "formats/source.h"

struct member {
	char *name;			/* owned; of the file alone */
	uint64_t offset, size;		/* in an archive */
	bool chosen;			/* the dump, or one of its parts */
};

struct members {
	const char *where;		/* path of the folder or archive, for messages; borrowed */
	struct member *list;		/* owned; regular files that can be read, by name */
	size_t n, cap;
	bool unpack;			/* source.unpack of what is opened */
	char *below;			/* owned, or NULL: names of folders that have files, for the message */
	/* One of them as it is, not unwrapped, named "WHERE/NAME". One message on failure. */
	int (*open)(const struct members *m, const struct member *which, struct source **out);
};

#define MEMBERS_MAX 100000u		/* files that are looked at */

/* Copies name. 0, -ENOMEM, -E2BIG without a message. */
int members_add(struct members *m, const char *name, uint64_t offset, uint64_t size);
void members_free(struct members *m);

/*
 * Set chosen: the only dump, or the files of the only set. By what they begin with, and of compressed files by their name.
 * One message that says what there is when there is none (-ENOENT) or several (-EINVAL).
 */
int members_choose(struct members *m);
/* The log that kdump saved beside the dump (vmcore-dmesg.txt, dmesg.STAMP): the member, or NULL. */
const struct member *members_find_log(const struct members *m);

/* folder.c, tar.c: fill m, which is empty. One message on failure; members_free() then too. */
int folder_list_members(const char *path, struct members *m);
/* 1: src is a tar archive, 0: it is none, -errno. */
int tar_probe(const struct source *src);
int tar_list_members(const struct source *src, struct members *m);

#endif
