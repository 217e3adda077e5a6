/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF cores that netdump's server wrote, and the savecore of diskdumputils: what is to be read otherwise in them.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_ELF_NETDUMP_H
#define VMCOREFS_FORMATS_ELF_NETDUMP_H

#include "formats/reader/dump.h"
#include "formats/reader/notes.h"

/* Says so when pages were left out and nobody knows which. */
void netdump_warn_if_partial(const struct dump *d);
/*
 * To be called when all headers and notes are read, for a core with one PT_LOAD, which is d->segments[0] and has p_offset
 * and p_align. d->priv is a struct byte_pages with nothing but that. *data_end: of it in the file. 0 or -ENOMEM.
 */
int netdump_fix(struct dump *d, uint64_t offset, uint64_t align, uint64_t *data_end);

/* The first note of that name and type. */
bool netdump_note(const struct dump *d, const char *name, uint32_t type, struct dump_note *out);

#endif
