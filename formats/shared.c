/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/shared.h"

#include <stdlib.h>

struct shared {
	struct source s;		/* first member */
	struct source *inner;		/* owned */
	size_t users;
};

static ssize_t shared_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	return source_read_some(((const struct shared *)s)->inner, buf, n, off);
}

static void shared_stored(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end)
{
	source_stored(((const struct shared *)s)->inner, off, start, end);
}

static void shared_close(struct source *s)
{
	struct shared *sh = (struct shared *)s;

	if (--sh->users)
		return;
	source_close(sh->inner);
	free(sh);
}

static const struct source_ops shared_ops = {
	.read = shared_read,
	.close = shared_close,
	.stored = shared_stored,
};

struct source *shared_new(struct source *inner)
{
	struct shared *sh = malloc(sizeof(*sh));

	if (!sh) {
		source_close(inner);
		return NULL;
	}
	*sh = (struct shared){ .s = *inner, .inner = inner, .users = 1 };
	sh->s.ops = &shared_ops;
	return &sh->s;
}

struct source *shared_ref(struct source *s)
{
	((struct shared *)s)->users++;
	return s;
}
