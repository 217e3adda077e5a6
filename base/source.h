/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of an input: a file, what is in a container (a flattened stream, a compressed file), parts of several; with checked
 * reads. What there is, and how it is opened: formats/source/.
 *
 * Threads: any after opening. Ownership: a source over another owns it where its maker does not say otherwise.
 */
#ifndef VMCOREFS_BASE_SOURCE_H
#define VMCOREFS_BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct source;

/* What cannot be read in the middle and is too large for memory: unpack it into a temporary file? */
enum unpack_mode {
	UNPACK_NEVER,
	UNPACK_AUTO,			/* where it takes no more than half of what is free there */
	UNPACK_ALWAYS,
};

struct source_ops {
	/* Up to n bytes at off: the number read; less than n only at the end of the file; -errno. */
	ssize_t (*read)(const struct source *s, void *buf, size_t n, uint64_t off);
	void (*close)(struct source *s);
	/* See source_stored(). NULL: all bytes are stored. */
	void (*stored)(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end);
};

struct source {
	const struct source_ops *ops;
	const char *name;		/* for messages: the path as the user gave it, borrowed; an address without its password */
	uint64_t size;			/* bytes */
	time_t mtime;
	char container[64];		/* what is around it, from the outside: "gzip, flattened"; "": nothing */
	bool devmem;			/* /dev/mem: offsets are physical addresses, and not all of them may be touched */
	bool procfs;			/* a file of /proc: its size may be anything */
	bool truncated;			/* the container was cut short: what it holds is incomplete */
	enum unpack_mode unpack;	/* for the containers around it */
};

void source_close(struct source *s);		/* NULL is fine */

/*
 * Fill n bytes at off or fail: -EIO (logged by the caller, who knows what they were for) also beyond the end. A passing fault
 * that is met on the way (base/fault.h), even where a container made damage of it, is what is returned, and is noted. Where
 * one has been noted already nothing is read any more.
 */
int source_read(const struct source *s, void *buf, size_t n, uint64_t off);
/* The first bytes from off < size on that a sparse file stores, from *start to *end - 1; those before are zeroes. *start ==
 * *end == size: there are none. off < *end always. */
void source_stored(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end);
/* Up to n bytes; short only at the end of the file. Faults as above. */
ssize_t source_read_some(const struct source *s, void *buf, size_t n, uint64_t off);

#endif
