/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that several have: the archive that files lie in, which is opened and walked once. The last one who closes it
 * closes what is inside.
 *
 * Threads: opening, closing: one; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SHARED_H
#define VMCOREFS_FORMATS_SHARED_H

#include "base/source.h"

/* Takes over inner, which is closed when there is no memory (NULL). source_close() is for each who has it. */
struct source *shared_new(struct source *inner);
/* One more who has it; s is from shared_new(). Returns s. */
struct source *shared_ref(struct source *s);

#endif
