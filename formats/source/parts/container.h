/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be around a dump: flattened streams, compressed files, archives. Each is one file of its own and one row of
 * containers[] (containers.h). A container is a source over the source inside it, and is what the readers of dumps see.
 *
 * Only formats/ includes this. Threads: opening: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_PARTS_CONTAINER_H
#define VMCOREFS_FORMATS_SOURCE_PARTS_CONTAINER_H

#include "base/source.h"

struct container_ops {
	const char *name;		/* "flattened", "gzip": info shows it */
	/* 1 mine, 0 not mine, -errno I/O trouble. Looks at bytes only, allocates nothing, says nothing. */
	int (*probe)(const struct source *src);
	/* *out reads what is inside. Takes over inner, also on failure, which is logged with one message. out's name is
	 * inner's; size, mtime, truncated and unpack are set; container is not. */
	int (*open)(struct source *inner, struct source **out);
};

/* The rows. */
extern const struct container_ops flattened_container;
extern const struct container_ops gzip_container;
extern const struct container_ops xz_container;
extern const struct container_ops zstd_container;
extern const struct container_ops lz4_container;
extern const struct container_ops bzip2_container;
extern const struct container_ops zlib_container;
extern const struct container_ops libvirt_container;

#endif
