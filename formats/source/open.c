/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/open.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "formats/source/containers.h"
#include "formats/source/file.h"
#include "formats/source/http/http.h"

#define DEPTH_MAX 4

static int find_container(const struct source *s, const struct container_ops **out)
{
	*out = NULL;
	for (size_t i = 0; containers[i] && !*out; i++) {
		int r = containers[i]->probe(s);

		if (r < 0)
			return fail(-r, "%s: cannot be read: %s", s->name, strerror(-r));
		if (r)
			*out = containers[i];
	}
	return 0;
}

int source_unwrap(struct source **s)
{
	for (unsigned int depth = 0;; depth++) {
		const struct container_ops *c;
		char around[2 * sizeof((*s)->container)];
		int r = find_container(*s, &c);

		if (!r && !c)
			return 0;
		if (!r && depth == DEPTH_MAX)
			r = fail(ENOTSUP, "%s: more than %d containers around each other (%s)", (*s)->name, DEPTH_MAX,
				 (*s)->container);
		if (r) {
			source_close(*s);
			return r;
		}
		snprintf(around, sizeof(around), "%s%s%s", (*s)->container, *(*s)->container ? ", " : "", c->name);
		r = c->open(*s, s);
		log_progress(NULL);
		if (r)
			return r;
		memcpy((*s)->container, around, sizeof((*s)->container) - 1);
	}
}

int source_open_unpack(const char *path, enum unpack_mode unpack, struct source **out)
{
	struct source *s = NULL;
	int r = http_is_url(path) ? http_open(path, &s) : source_open_file(path, &s);

	if (!r && !s->devmem) {
		s->unpack = unpack;
		r = source_unwrap(&s);
	}
	if (!r)
		*out = s;
	return r;
}

int source_open(const char *path, struct source **out)
{
	return source_open_unpack(path, UNPACK_NEVER, out);
}
