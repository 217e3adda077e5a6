/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing text buffer that remembers that it ran out of memory, so that renderers need not check each line.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_BASE_OUTBUF_H
#define VMCOREFS_BASE_OUTBUF_H

#include <stdbool.h>
#include <stddef.h>

struct outbuf {
	char *data;		/* owned; NUL-terminated when len > 0 */
	size_t len, cap;
	int error;		/* 0 or -ENOMEM: sticky */
};

#define OUTBUF_INIT { 0 }

void out_printf(struct outbuf *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_write(struct outbuf *o, const void *bytes, size_t n);
void out_char(struct outbuf *o, char c);
/* Text from a dump on one line: what is no printable ASCII becomes \xNN, and so does a blank unless they are wanted. */
void out_printable(struct outbuf *o, const char *text, bool blanks);
/* Take back everything after the first len bytes. */
void out_cut(struct outbuf *o, size_t len);
void out_free(struct outbuf *o);

#endif
