/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row: all that the tree knows of a name in the mount, or of all names of one form. The rows of a family of views are in
 * the file that makes them, as one array; fs/families.c lists the families. Nothing else of the tree knows a family.
 *
 * Errors of all functions: -errno as CONVENTIONS.md has them, passing faults too.
 *
 * Threads: any. Ownership: rows are constants; what a function is given is borrowed for the call.
 */
#ifndef VMCOREFS_FS_VIEWS_ROW_H
#define VMCOREFS_FS_VIEWS_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/outbuf.h"

struct engine;
struct layout;
struct output;
struct view_row;

enum view_type {
	VIEW_FOLDER,
	VIEW_TEXT,		/* cheap: made when its size or its text is first asked for; the size is always exact */
	VIEW_COSTLY_TEXT,	/* reads much: stat(2) shows a bound until it is opened for the first time */
	VIEW_PROC_TEXT,		/* reads much, and is as the files of procfs: its size is 0, it is read to the end */
	VIEW_LIVE,		/* the same of a text that changes: made anew for each open */
	VIEW_LINK,		/* its text is where it leads to, from the folder that it is in; no newline */
	VIEW_PROC_LINK,		/* the same as procfs has it: there though nobody may know where it leads; its size tells nothing */
	VIEW_IMAGE,		/* binary, may be as large as the dump */
	VIEW_BYTES,		/* a few bytes of memory or of a note, and anything */
};

/* Where in the tree a function is asked about: one name of a row. */
struct view_at {
	const struct view_row *row;
	/* What names_ops.parse() made of the name, or of that of the nearest folder above that has a pattern; 0: there is none.
	 * With a text: the key of the folder that the name is in. */
	uint64_t key;
	const char *text;	/* what names_ops.text() made of the name, in the same way; NULL: it has a key */
	uint32_t caller;	/* with a name: the number of the process that looks it up; 0: not known */
};

#define VIEW_KEY_BITS 48	/* of a key; 56 of one of the few rows whose names_ops are wide */
#define VIEW_NAME_BYTES 256	/* of a name, with its end */

/* The names of a pattern: either parse() and format(), when a key tells all, or text(). */
struct names_ops {
	/* The key of a name in a folder. -EINVAL: not of this form; -ENOENT: of this form, and there is no such thing. The key of
	 * a name in a folder with a key has what it needs of that one. */
	int (*parse)(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key);
	/* The name of a key in its shortest form. -ENOENT: no name has this key (any number may be asked for). */
	int (*format)(struct engine *e, uint64_t key, char *buf, size_t size);
	/* A name in the form in which all its spellings are the same: the tree gives it a number while the kernel remembers it.
	 * size is VIEW_NAME_BYTES. Errors as parse(). */
	int (*text)(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size);
	/* The name at *pos or behind: its key, and *pos behind it, below 1 << 32. -ENOENT: that was the last one. NULL: names are
	 * answered and not listed (a folder that would list nothing lists a README with its line of help). */
	int (*list)(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key);
	/* Of folders in a folder that has a key: that key. */
	uint64_t (*parent)(uint64_t key);
	/* Why a name of this form is not in this dump; NULL: there is no such name at all. May be NULL. */
	const char *(*why_not)(const struct engine *e, const char *name);
	bool few;		/* list() is short and reads nothing: stat(2) of the folder and suggestions may go through it */
	bool wide;		/* keys have 56 bits */
};

/* What stat(2) shows of a name, besides its size. */
struct view_attributes {
	uint32_t mode;		/* type and permissions, as st_mode; permissions count for links only, others have those of the mount */
	uint32_t uid, gid;
	uint64_t ino;		/* st_ino; the tree has its own numbers besides */
	int64_t mtime;		/* seconds since 1970 */
};

struct view_size {
	uint64_t size;		/* bytes; an upper bound while it is not final */
	uint64_t data_bytes;	/* not in holes */
	bool final;
	bool slow;		/* to open it takes work: it is not made yet, or not any more */
};

struct view_row {
	const char *path;	/* "dmesg", "level-<0..31>/dump": from the top; a last part with names is a pattern */
	const char *help;	/* one line; NULL below the top: the help of its folder tells */
	const char *cost, *use;	/* at the top, for README.md: what reading it costs ("none", "reads the log"), and who reads it */
	enum view_type type;
	bool unlisted;		/* answers to its name: who walks the tree shall not compress for days */
	bool of_caller;		/* of a pattern: it is there for one process alone, view_at.caller: nobody may remember its names */
	bool there_if_made;	/* texts of a pattern: a name is there when its text can be made */
	unsigned int param;	/* for the functions of the family */
	const struct names_ops *names;	/* NULL: path ends with the name itself */
	/* Why it is not in this dump; NULL: it is. NULL: it always is. */
	const char *(*missing)(const struct engine *e);
	/* Lines for info, "missing: what: why", of what lacks inside the folder. */
	void (*put_missing)(const struct engine *e, struct outbuf *out);

	/* Texts and links. Errors of memory are in out. */
	int (*render)(struct engine *e, const struct view_at *at, struct outbuf *out);
	/* Has this text become one that changes, as VIEW_LIVE ones do? May be NULL. */
	bool (*is_live)(const struct engine *e);
	/* VIEW_COSTLY_TEXT: bytes that it does not exceed, without reading what it is made of */
	uint64_t (*bound)(const struct engine *e);
	/* What a text that can be read all the same says of the dump, as an error. May be NULL. */
	int (*verdict)(struct engine *e, const struct view_at *at);

	/* Change what stat(2) shows, out has what the mount shows of other names. Cheap. May be NULL. */
	int (*attributes)(struct engine *e, const struct view_at *at, struct view_attributes *out);

	/* VIEW_IMAGE, VIEW_BYTES */
	int (*size)(struct engine *e, const struct view_at *at, struct view_size *out);	/* does no work */
	int (*open)(struct engine *e, const struct view_at *at, struct layout **out);	/* one reference for the caller */
	/* Straight to an output, see engine_stream(). May be NULL. */
	int (*stream)(struct engine *e, const struct view_at *at, struct output *out);
};

struct view_family {
	const struct view_row *rows;
	size_t nrows;
};

/* At the end of a family's file; the name in the list of fs/families.c. */
#define VIEW_FAMILY(family, table) \
	extern const struct view_family family##_family; \
	const struct view_family family##_family = { table, ARRAY_SIZE(table) }

#endif
