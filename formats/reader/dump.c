/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

int dump_open_as(struct source *src, const struct dump_ops *ops, const struct dump_request *req, struct dump **out)
{
	static const struct dump_request nothing_told;
	struct dump *d = calloc(1, sizeof(*d));
	int r;

	if (!d) {
		source_close(src);
		return -ENOMEM;
	}
	d->src = src;
	d->ops = ops;
	d->format = ops->name;
	d->incomplete = src->truncated;
	d->req = req ? req : &nothing_told;
	r = ops->open(d);
	if (!r)
		r = dump_find_vmcoreinfo(d);
	d->req = NULL;
	if (r) {
		dump_close(d);
		return r;
	}
	*out = d;
	return 0;
}

void dump_close(struct dump *d)
{
	if (!d)
		return;
	if (d->ops)
		d->ops->close(d);
	source_close(d->src);
	source_close(d->log);
	free(d->notes);
	free(d->vmcoreinfo);
	free(d->eraseinfo);
	free(d->segments);
	free(d->parts);
	out_free(&d->facts);
	free(d);
}
