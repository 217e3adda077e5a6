/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of names: what is in the mount. No FUSE here; --cat and --list use it as the mount does.
 *
 * Errors: -ENOENT no such name; -ENOTDIR, -EISDIR; -EINVAL a malformed pfn or address; -EFAULT an address that is not
 * mapped; -ENODATA, -EIO from the dump. The read functions return what they say in view.h.
 *
 * Threads: fs_open/fs_close: before mount, after unmount; tree_*: any.
 */
#ifndef VMCOREFS_FS_TREE_H
#define VMCOREFS_FS_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/pages.h"
#include "formats/reader/dump.h"
#include "fs/node.h"
#include "fs/views/output.h"
#include "fs/views/view.h"
#include "kernel/input.h"
#include "kernel/kernel.h"

struct fs;
struct engine;
struct view_attributes;
struct view_family;

struct fs_options {
	struct dump_request dump;	/* which files, and what is told of them */
	enum hole_policy excluded;	/* -o excluded=zero|error: bulk views at pages that are not stored */
	int compress;			/* -o compress=: an enum codec, or -1 keep */
	const char *vmcoreinfo_file;	/* -i, or NULL */
	const char *vmlinux;		/* -x, or NULL */
	char *vmlinux_path;		/* borrowed: the same from /, or NULL */
	enum kernel_choice which;	/* -o kernel=, see struct engine_options */
	uint64_t text_paddr;
	const char *erase_file;		/* -o erase=, or NULL */
	enum xen_view xen;		/* -o xen= */
	bool exclude_domu;		/* -o xen_domu=exclude */
	const char *xen_vmcoreinfo_file;	/* -o xen_vmcoreinfo=, or NULL */
	uint64_t spool_limit;		/* see struct engine_options */
	bool warn_spool;		/* the same */
	const char *sandbox;		/* the same */
	const struct view_family *const *families;	/* what is in the mount; NULL: all (fs/families.h). For tests */
};

/* Open the dump and learn its kernel. Errors were logged, one line. -ENOTSUP, -EIO, -ENOENT, -EACCES, -EISDIR ... */
int fs_open(const struct fs_options *opt, struct fs **out);
void fs_close(struct fs *fs);		/* NULL is fine */
/* What the views are made of; of fs. */
struct engine *fs_engine(struct fs *fs);

struct fs_facts {
	uint64_t dump_size;		/* bytes of the source */
	time_t mtime;			/* of the source */
	unsigned int block_size;	/* page size of the dump */
};
void fs_facts(const struct fs *fs, struct fs_facts *out);

enum tree_kind { TREE_FILE, TREE_FOLDER, TREE_LINK };

struct node_stat {
	enum tree_kind kind;
	unsigned int nlink;
	uint64_t size;			/* bytes; an upper bound while !final */
	uint64_t data_bytes;		/* not in holes: st_blocks = this / 512, rounded up */
	bool final;			/* size cannot change any more: may be cached for ever */
	bool slow;			/* tree_open() takes work: a thread of its own */
	bool live;			/* size 0 whatever is in it, open with direct_io */
};

#define TREE_ROOT ((struct node){ NODE_ROOT, 0 })

int tree_lookup(struct fs *fs, struct node dir, const char *name, struct node *out);
/* The same by a process whose number is known, for names that are there for it alone. */
int tree_lookup_for(struct fs *fs, struct node dir, const char *name, uint32_t caller, struct node *out);
/* Is that a name of this kind; is it a folder that may have them? Whether they are there is another thing for others. */
bool tree_is_of_caller(struct fs *fs, struct node n);
bool tree_has_of_caller(struct fs *fs, struct node dir);
/* fills in what stat(2) needs; never starts a scan or a compression */
int tree_stat(struct fs *fs, struct node n, struct node_stat *out);
/* What else stat(2) shows where it is not what the mount shows of all; out has that. */
int tree_attributes(struct fs *fs, struct node n, struct view_attributes *out);
/* Does tree_stat() read nothing and render nothing now? */
bool tree_stat_is_known(struct fs *fs, struct node n);
/* Entries number from.. of a folder in stable order ("." and ".." are the caller's). emit returns nonzero to stop. */
struct tree_entry {
	const char *name;		/* valid during the call */
	struct node node;
	enum tree_kind kind;
	uint64_t next;			/* pass as from to continue after this entry */
};
int tree_list(struct fs *fs, struct node dir, uint64_t from,
	      int (*emit)(void *arg, const struct tree_entry *e), void *arg);
/* The folder that a folder is in. */
struct node tree_parent(struct fs *fs, struct node dir);
/* Does what an exact size needs (scan, compression), then returns the view. */
int tree_open(struct fs *fs, struct node n, struct view **out);
/* 0, or what a text that can be read all the same says of the dump: vtop/ of an address that is not mapped (-EFAULT), or
 * whose tables are not all there (-ENODATA, -EIO). */
int tree_verdict(struct fs *fs, struct node n);
/* Write a file straight to an output, without computing all of it first: see engine_stream(). -ENOTSUP: use tree_open(). */
int tree_stream(struct fs *fs, struct node n, struct output *out);
/* Where a link leads to: one reference for the caller. -EINVAL: it is none. */
int tree_readlink(struct fs *fs, struct node n, struct text **out);
/* A path such as "level-31/dump" or "/pfn/0x10" to a node, through links that stay in the tree. -ENOENT also where a link
 * leads out of it, -ELOOP after too many. */
int tree_resolve(struct fs *fs, const char *path, struct node *out);
/* Why tree_resolve() failed with r on this path, as a text behind "PATH: ": the reason that info has, or names that are
 * like it. */
void tree_explain(struct fs *fs, const char *path, int r, char *buf, size_t size);
/* What a file holds: an image is binary and may be as large as the dump; bytes of memory or of a note are few, and
 * anything. */
enum tree_content { CONTENT_TEXT, CONTENT_IMAGE, CONTENT_BYTES };
enum tree_content tree_content(struct fs *fs, struct node n);
/* The kernel forgot nlookup lookups of this node; tree_lookup() counts one each. */
void tree_forget(struct fs *fs, struct node n, uint64_t nlookup);

#endif
