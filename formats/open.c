/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the user gave to a dump: which files, and who reads them together. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "formats/reader.h"

static void close_sources(struct source **srcs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		source_close(srcs[i]);
}

/* The format of the first file that can be one of a set. */
static int find_set_format(struct source *const *srcs, size_t n, const struct dump_ops **out)
{
	int r = 0;

	*out = NULL;
	for (size_t i = 0; i < n && !*out && !r; i++) {
		r = dump_find_format(srcs[i], out);
		if (*out && !(*out)->open_set)
			*out = NULL;
	}
	return r;
}

/* Takes over the sources. */
static int open_sources(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	const struct dump_ops *ops;
	int r;

	if (req->raw || req->banks)
		return raw_dump_ops.open_set(srcs, n, req, out);
	r = find_set_format(srcs, n, &ops);
	if (!r && ops)
		return ops->open_set(srcs, n, req, out);
	if (!r && n == 1)
		return dump_open(srcs[0], req, out);
	if (!r)
		r = fail(EIO, "%s: no part of a split set; only such parts can be given together", srcs[0]->name);
	close_sources(srcs, n);
	return r;
}

int dump_open_files(const struct dump_request *req, struct dump **out)
{
	struct source **srcs = calloc(req->npaths, sizeof(struct source *));
	size_t n = 0;
	int r = srcs ? 0 : -ENOMEM;

	for (; n < req->npaths && !r; n++)
		r = source_open(req->paths[n], &srcs[n]);
	if (!r)
		r = open_sources(srcs, n, req, out);
	else if (srcs)
		close_sources(srcs, n - 1);
	free(srcs);
	return r;
}
