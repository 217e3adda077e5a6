/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What images.c (whole files of a selection) and images_split.c (parts of one) share. Nobody else includes this.
 */
#ifndef VMCOREFS_FS_VIEWS_IMAGES_H
#define VMCOREFS_FS_VIEWS_IMAGES_H

#include "formats/write/kdump.h"
#include "fs/views/engine.h"

/* After image_kdump_pages() of the same selection; before it, good for an upper bound only. */
void image_kdump_output(const struct engine *e, unsigned int sel, enum codec codec, struct kdump_output *o);
/* What a kdump-compressed file of a selection is made of: see write_kdump(). As engine_pages(). */
int image_kdump_pages(struct engine *e, unsigned int sel, const struct pages **machine, const struct pages **out);
/* o has what was erased in all of the dump: at least as much as in ps. Now it gets what was erased in ps, or in the part of
 * it that o is limited to; text (the caller's to free) keeps that. -ENOMEM. */
int image_set_eraseinfo(const struct engine *e, const struct pages *ps, struct kdump_output *o, struct outbuf *text);
/* Only the pages from starts[0] to starts[1]: a part of a split set. */
void image_limit_to_part(struct kdump_output *o, const uint64_t starts[2]);
/* starts NULL: all of the selection. */
int image_make_kdump(struct engine *e, unsigned int sel, enum codec codec, const uint64_t starts[2],
		     struct layout **out);
/* To an output that is seekable. */
int image_stream_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o, struct output *out);

#endif
