/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file descriptor of the user's (standard output) that an image is written to as it is made.
 *
 * Threads: output_put_at(): any; the rest: one.
 */
#ifndef VMCOREFS_FS_VIEWS_OUTPUT_H
#define VMCOREFS_FS_VIEWS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct output {
	int fd;
	bool owned;			/* opened by output_open() */
	bool seekable;			/* from base on it can be written in any order */
	bool empty;			/* there is nothing from base on: what is not written reads as zeroes */
	off_t base;			/* its position; 0 when it has none */
	char name[256];			/* for messages: "standard output", with the path where it is known */
	bool marked;			/* what it gets says that it is incomplete until it is whole */
	_Atomic uint64_t written;	/* bytes */
	_Atomic int error;		/* the first one, -errno, of a put */
};

/*
 * Find out what fd is. Files, block devices, /dev/null and its like are seekable. A file that is open to append is
 * opened once more, since what is written to it goes to its end wherever one wants it; where that cannot be it is not
 * seekable.
 */
void output_open(struct output *o, int fd);
void output_close(struct output *o);

/* All n bytes: at the position, or, when it is seekable, off bytes behind base. 0 or -errno, not logged. */
int output_put(struct output *o, const void *buf, size_t n);
int output_put_at(struct output *o, const void *buf, size_t n, uint64_t off);

/* size bytes from base on are the file: what comes next goes behind them, and the file is at least so long. 0 or -errno. */
int output_finish(struct output *o, uint64_t size);

/* Log that the output failed, after so many bytes, and what has become of it. EPIPE is no failure: a reader has seen enough.
 * Returns error. */
int output_failed(const struct output *o, int error);

#endif
