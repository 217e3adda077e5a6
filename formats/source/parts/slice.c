/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/parts/slice.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

struct slice {
	struct source s;		/* first member */
	struct source *inner;		/* owned */
	uint64_t offset;
	char *name;			/* owned */
};

static ssize_t slice_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct slice *sl = (const struct slice *)s;

	return source_read_some(sl->inner, buf, n, sl->offset + off);
}

static void slice_close(struct source *s)
{
	struct slice *sl = (struct slice *)s;

	source_close(sl->inner);
	free(sl->name);
	free(sl);
}

static const struct source_ops slice_ops = {
	.read = slice_read,
	.close = slice_close,
};

struct source *slice_new(struct source *inner, uint64_t offset, uint64_t len, const char *name)
{
	struct slice *sl = calloc(1, sizeof(*sl));
	char *copy = strdup(name);

	if (!sl || !copy) {
		free(sl);
		free(copy);
		source_close(inner);
		return NULL;
	}
	offset = min_u64(offset, inner->size);
	sl->s = (struct source){
		.ops = &slice_ops, .name = copy, .size = min_u64(len, inner->size - offset), .mtime = inner->mtime,
		.truncated = inner->truncated || len > inner->size - offset,
	};
	memcpy(sl->s.container, inner->container, sizeof(sl->s.container));
	sl->inner = inner;
	sl->offset = offset;
	sl->name = copy;
	return &sl->s;
}
