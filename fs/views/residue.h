/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which memory that a dump has still has words of a list, in lines for people. The words are called by their numbers.
 *
 * Threads: one at a time; uses all cores.
 */
#ifndef VMCOREFS_FS_VIEWS_RESIDUE_H
#define VMCOREFS_FS_VIEWS_RESIDUE_H

#include "filter/words.h"
#include "fs/views/engine.h"

/*
 * A line for each word and run of pages of one class, to out:
 *	line 3: pages 0x10-0x11: 2 copies: kernel data (init_uts_ns+0x41)
 * and for the notes: "line 3: notes: 1 copy". *found: how many lines. *unread: pages that could not be read. -EFBIG, logged:
 * more than can be told; -ENOMEM, passing faults.
 */
int residue_put_memory(struct engine *e, const struct words *w, struct outbuf *out, uint64_t *found, uint64_t *unread);
/* "line N: WHERE: COPIES" for each word in bytes. */
int residue_put_bytes(const struct words *w, const char *where, const void *bytes, size_t n, struct outbuf *out,
		      uint64_t *found);

#endif
