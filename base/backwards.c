/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/backwards.h"

#include <string.h>

struct backwards backwards_begin(char *buf, size_t size)
{
	buf[size - 1] = '\0';
	return (struct backwards){ buf, size, size - 1 };
}

bool backwards_put(struct backwards *b, const char *text, size_t n)
{
	if (n > b->at)
		return false;
	b->at -= n;
	memcpy(b->buf + b->at, text, n);
	return true;
}

void backwards_put_over(struct backwards *b, const char *text, size_t n)
{
	b->at = b->at > n ? b->at : n;
	backwards_put(b, text, n);
}

void backwards_end(const struct backwards *b)
{
	memmove(b->buf, b->buf + b->at, b->size - b->at);
}
