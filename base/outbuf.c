/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/outbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"

/* Room for n more bytes and the terminating NUL. */
static int out_reserve(struct outbuf *o, size_t n)
{
	if (o->error)
		return o->error;
	if (n == SIZE_MAX || vector_reserve(o->data, o->len, o->cap, n + 1))
		o->error = -ENOMEM;
	return o->error;
}

void out_write(struct outbuf *o, const void *bytes, size_t n)
{
	if (!n || out_reserve(o, n))
		return;
	memcpy(o->data + o->len, bytes, n);
	o->len += n;
	o->data[o->len] = '\0';
}

void out_char(struct outbuf *o, char c)
{
	out_write(o, &c, 1);
}

void out_cut(struct outbuf *o, size_t len)
{
	if (len >= o->len)
		return;
	o->len = len;
	o->data[len] = '\0';
}

void out_printf(struct outbuf *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || out_reserve(o, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(o->data + o->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	o->len += (size_t)n;
}

void out_free(struct outbuf *o)
{
	free(o->data);
	*o = (struct outbuf)OUTBUF_INIT;
}

void out_printable(struct outbuf *o, const char *text, bool blanks)
{
	for (; *text; text++) {
		if ((*text > ' ' && *text <= '~') || (*text == ' ' && blanks))
			out_char(o, *text);
		else
			out_printf(o, "\\x%02x", (unsigned char)*text);
	}
}
