/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of files on servers, as the program asks for them: another process gets them (process.h), this is the near end of the
 * socket to it (protocol.h) and of the memory beside that (ring.h). What comes is checked: a number that makes no sense ends it all.
 *
 * One thread takes what comes. It starts with the first part that is asked for, and would not survive a fork.
 *
 * Threads: any, but for http_connect(): before mount; http_remote_*(): before mount, or when nobody reads any more. Locks: one, a
 * leaf, not held over I/O or calls to others.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_FETCH_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file on a server. Embedded by who opens it; to be zeroed but for number and name. */
struct http_remote {
	uint32_t number;		/* of its address */
	const char *name;		/* borrowed; for messages, without password */
	bool known;			/* what follows is: after the first part */
	uint64_t size;
	int64_t mtime;			/* seconds since the epoch; -1: not told */

	/* of fetch.c */
	unsigned int outstanding;	/* parts that are asked for */
	bool cancelled;
	unsigned long failures;
};

/* A part that is asked for: len > 0 bytes at off, at most HTTP_PART_MAX. The first one of a file is at offset 0; the file may
 * end in it. Owned by who asks; left alone from http_fetch_start() until done(). */
struct http_fetch {
	struct http_remote *remote;
	uint64_t off, len;
	bool urgent;			/* somebody waits for it */
	/* All in the thread that takes what comes. Where the next bytes go, which are number got on of the part: there is room
	 * for *n or fewer, which it says. */
	void *(*room)(struct http_fetch *f, size_t *n);
	/* So many have come there. What came stays good when done() tells of a failure. */
	void (*came)(struct http_fetch *f, size_t n);
	/* 0; at the first of a file -EIO, -ENOENT, -EACCES or -ENOTSUP, or -ETIMEDOUT, which may pass. Later they are all outside
	 * the dump (base/fault.h): -ETIMEDOUT; -ESTALE: it is not the file any more that was opened; -ECONNRESET: the other
	 * process has ended. All logged; -ECANCELED and -ENOMEM are not. */
	void (*done)(struct http_fetch *f, int r);

	/* of fetch.c */
	uint32_t id;
	bool opening;
	uint64_t got;			/* of len */
};

struct http_ring;

/* From now on the process at the other end of this socket and this memory gets the parts. Both are owned from here on. 0 or
 * -errno. */
int http_connect(int fd, struct http_ring *ring);

void http_fetch_start(struct http_fetch *f);

/* Wait until none of this file is asked for: done() may have been called a moment before. */
void http_fetch_settle(struct http_remote *r);

/* All parts of this file that are asked for end, with -ECANCELED, and so does each that is asked for later. */
void http_remote_cancel(struct http_remote *r);

#endif
