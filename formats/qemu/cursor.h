/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking through QEMU's migration stream, from header to header.
 *
 * Only formats/qemu/ includes this. Threads: before mount only; a cursor: one at a time.
 */
#ifndef VMCOREFS_FORMATS_QEMU_CURSOR_H
#define VMCOREFS_FORMATS_QEMU_CURSOR_H

#include <stdbool.h>

#include "base/source.h"

/* Bytes of the beginning of the source that were read ahead: headers lie close together, or a page apart. */
struct qemu_cursor {
	const struct source *src;	/* borrowed */
	uint64_t pos;			/* of the next byte */
	uint8_t *window;		/* owned by who made the cursor: QEMU_WINDOW bytes */
	uint64_t start;			/* of the window in the source */
	size_t len;
};
#define QEMU_WINDOW 65536u
#define QEMU_NEAR_BYTES 512u		/* that are looked at together */

/* The next n <= QEMU_NEAR_BYTES bytes, without moving on. NULL: the source ends before, or cannot be read. */
const uint8_t *qemu_peek(struct qemu_cursor *c, size_t n);
/* The same, and move on. */
const uint8_t *qemu_take(struct qemu_cursor *c, size_t n);
/* A byte that tells the length, and so many of text, as a string in out. false: the source ends before. */
bool qemu_take_name(struct qemu_cursor *c, char out[256]);

#endif
