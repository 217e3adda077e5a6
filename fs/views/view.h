/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened file of the mount. Two kinds: a layout (binary, base/layout.h), and a text in a shared buffer.
 *
 * Threads: any; one view may be read by many threads at once. Ownership: view_of_*() results belong to the caller,
 * who gives them back with view_close().
 */
#ifndef VMCOREFS_FS_VIEWS_VIEW_H
#define VMCOREFS_FS_VIEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/layout.h"
#include "base/text.h"

struct view;

/* Takes over one reference of l, also on failure. NULL: out of memory. */
struct view *view_of_layout(struct layout *l);
/* The same for a text. live: its size is not known to stat(2) and it changes (progress): opened with direct_io. */
struct view *view_of_text(struct text *t, bool live);

uint64_t view_size(const struct view *v);
bool view_is_live(const struct view *v);
/* Fill n bytes (the caller clips to the size) or fail with -errno; never short. */
int view_read(const struct view *v, void *buf, size_t n, uint64_t off);
/* As layout_seek(). */
int view_seek(const struct view *v, int data, uint64_t *off);
void view_close(struct view *v);			/* NULL is fine */

#endif
