/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened view to an output: holes are left out where the output can have them.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_CAT_COPY_H
#define VMCOREFS_FS_CAT_COPY_H

#include "fs/views/output.h"
#include "fs/views/view.h"

/*
 * path: of the view, for messages. image: it is a dump. 0; what the view says (logged); out->error when it is the output
 * that failed (not logged). An ELF file says that it is incomplete until all of it is there.
 */
int cat_copy(const struct view *v, const char *path, bool image, struct output *out);

#endif
