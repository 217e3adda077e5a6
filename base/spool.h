/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file without a name in $TMPDIR (else /var/tmp, else /tmp), for output that is too large for memory.
 *
 * Threads: any; writers of different ranges need no lock.
 */
#ifndef VMCOREFS_BASE_SPOOL_H
#define VMCOREFS_BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/layout.h"

struct spool;

int spool_new(struct spool **out);		/* logged on failure */
const char *spool_folder(const struct spool *s);	/* that it is in */
void spool_free(struct spool *s);		/* NULL is fine */
/* 0, or -ENOSPC (logged) when the file system cannot hold so many bytes. */
int spool_check_room(const struct spool *s, uint64_t bytes);
/* Bytes that are free there; 0: not known, as of a file system in memory. */
uint64_t spool_room(const struct spool *s);
/* The same, before there is one. */
uint64_t spool_room_for_new(void);
/* Bytes that it takes on the disk; what was never written takes none. */
uint64_t spool_taken(const struct spool *s);
/* All n bytes or -errno (-ENOSPC), logged once. */
int spool_write(struct spool *s, const void *buf, size_t n, uint64_t off);
/* All n bytes; what was never written inside the file is zero. -EIO beyond the end. */
int spool_read(const struct spool *s, void *buf, size_t n, uint64_t off);

/* A new layout that owns a new spool, without segments yet. */
int spool_layout_new(struct spool **s, struct layout **l);
/* The first bytes of the spool, as its writer left them, become a segment. As layout_add_call(). What they cost is the caller's to
 * add. */
int spool_layout_add(struct layout *l, const struct spool *s, uint64_t bytes);

#endif
