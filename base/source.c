/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/source.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/log.h"

void source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}

ssize_t source_read_some(const struct source *s, void *buf, size_t n, uint64_t off)
{
	struct fault_watch watch;
	ssize_t r = fault_seen();
	int fault;

	if (off >= s->size || r)
		return r;
	n = (size_t)min_u64(n, s->size - off);
	fault_watch_begin(&watch);
	r = s->ops->read(s, buf, n, off);
	if (r > (ssize_t)n)
		r = fail(EIO, "%s: %zd bytes for %zu at offset %#llx", s->name, r, n, (unsigned long long)off);
	if (r < 0)
		fault_note((int)r);
	if (r == (ssize_t)n) {
		fault_watch_drop(&watch);
		return r;
	}
	fault = fault_watch_end(&watch);
	return fault ? fault : r;
}

void source_stored(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end)
{
	*start = off;
	*end = s->size;
	if (s->ops->stored)
		s->ops->stored(s, off, start, end);
}

int source_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	ssize_t r = source_read_some(s, buf, n, off);

	if (r < 0)
		return (int)r;
	return (size_t)r == n ? 0 : -EIO;
}
