/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text that is written from its end to its front, as paths are found from a name up to the root.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_BASE_BACKWARDS_H
#define VMCOREFS_BASE_BACKWARDS_H

#include <stdbool.h>
#include <stddef.h>

struct backwards {
	char *buf;			/* borrowed, of size bytes; the last one is NUL */
	size_t size, at;		/* at: of the first character so far */
};

struct backwards backwards_begin(char *buf, size_t size);
/* False, with nothing written: there is no room. */
bool backwards_put(struct backwards *b, const char *text, size_t n);
/* The same where the front of what is there makes room: n is below size. */
void backwards_put_over(struct backwards *b, const char *text, size_t n);
/* Moves the text to the front of the buffer. */
void backwards_end(const struct backwards *b);

#endif
