/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The content of a container that cannot be read in the middle, unpacked when it is opened: kept in memory when it is
 * small, else in a temporary file, if source.unpack allows it.
 *
 * Threads: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_UNPACKED_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_UNPACKED_H

#include "base/source.h"

struct unpacked;

/* Writes the content of inner with unpacked_write(), passes on its failures. 0; 1: the file is cut off or damaged, what was
 * before it has been written, and a warning says so; -errno, logged. */
typedef int unpack_fn(const struct source *inner, struct unpacked *to);
int unpacked_write(struct unpacked *u, const void *buf, size_t n);
/* What is being made, and where, for pass_start(): changes while it is made. */
const char *unpacked_what(const struct unpacked *u);
/* The folder of the temporary file; NULL: it is in memory. */
const char *unpacked_dir(const struct unpacked *u);

struct unpack_how {
	const char *method;		/* "zstd": for messages */
	const char *why;		/* it cannot be read in the middle: "it is one frame" */
	const char *hint;		/* what else to do: "zstd -d" */
	uint64_t size;			/* of the content as the file claims it; 0: unknown */
	unpack_fn *unpack;
};

/* Takes over inner, also on failure. -ENOTSUP, with a message that says what to do: too much for memory. */
int unpacked_open(struct source *inner, const struct unpack_how *how, struct source **out);


/* What is in no container, by hand: facts tell name, time and whether it may be unpacked. NULL: no memory. */
struct unpacked *unpacked_new(const struct source *facts, const struct unpack_how *how);
/* r, passed on; or 0, and u, which may be NULL for r < 0, is *out. */
int unpacked_finish(struct unpacked *u, int r, struct source **out);

#endif
