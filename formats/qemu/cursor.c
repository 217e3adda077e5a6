/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/qemu/cursor.h"

#include <string.h>

const uint8_t *qemu_peek(struct qemu_cursor *c, size_t n)
{
	ssize_t r;
	bool near;

	if (c->pos >= c->start && c->pos - c->start <= c->len && c->len - (c->pos - c->start) >= n)
		return c->window + (c->pos - c->start);
	/* Short headers of pages that are not stored follow each other; others are pages apart. */
	near = c->len && c->pos >= c->start && c->pos - c->start <= c->len;
	r = source_read_some(c->src, c->window, near ? QEMU_WINDOW : QEMU_NEAR_BYTES, c->pos);
	c->start = c->pos;
	c->len = r < 0 ? 0 : (size_t)r;
	return c->len < n ? NULL : c->window;
}

const uint8_t *qemu_take(struct qemu_cursor *c, size_t n)
{
	const uint8_t *p = qemu_peek(c, n);

	if (p)
		c->pos += n;
	return p;
}

bool qemu_take_name(struct qemu_cursor *c, char out[256])
{
	const uint8_t *p = qemu_take(c, 1);
	size_t n = p ? *p : 0;

	p = p ? qemu_take(c, n) : NULL;
	if (!p)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}
