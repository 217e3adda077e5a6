/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "formats/reader.h"

const struct dump_ops *const dump_formats[] = {
	&xc_core_dump_ops,		/* an ELF core too */
	&elf_dump_ops,
	&kdump_dump_ops,
	&s390_dump_ops,
	NULL
};

unsigned int page_shift_of(uint64_t bytes)
{
	for (unsigned int shift = PAGE_SHIFT_MIN; shift <= PAGE_SHIFT_MAX; shift++)
		if (bytes == (uint64_t)1 << shift)
			return shift;
	return 0;
}

static int unknown_format(const struct source *src)
{
	uint8_t head[8] = { 0 };
	char tried[128] = "", hex[3 * sizeof(head) + 1] = "";
	size_t used = 0;
	ssize_t n = source_read_some(src, head, sizeof(head), 0);

	for (size_t i = 0; dump_formats[i] && used < sizeof(tried); i++)
		used += (size_t)snprintf(tried + used, sizeof(tried) - used, "%s%s", i ? ", " : "", dump_formats[i]->name);
	for (ssize_t i = 0; i < n; i++)
		snprintf(hex + 3 * i, 4, " %02x", head[i]);
	return fail(ENOTSUP, "%s: no known dump format (tried %s; the %s%s begins with%s)", src->name, tried,
		    *src->container ? "content of " : "file", src->container, hex);
}

int dump_find_format(const struct source *src, const struct dump_ops **out)
{
	*out = NULL;
	for (size_t i = 0; dump_formats[i] && !*out; i++) {
		int r = dump_formats[i]->probe(src);

		if (r < 0)
			return fail(-r, "%s: cannot be read: %s", src->name, strerror(-r));
		if (r)
			*out = dump_formats[i];
	}
	return 0;
}

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

int dump_open(struct source *src, const struct dump_request *req, struct dump **out)
{
	const struct dump_ops *ops;
	int r = dump_find_format(src, &ops);

	if (!r && !ops)
		r = unknown_format(src);
	if (!r)
		return dump_open_as(src, ops, req, out);
	source_close(src);
	return r;
}

void dump_close(struct dump *d)
{
	if (!d)
		return;
	if (d->ops)
		d->ops->close(d);
	source_close(d->src);
	free(d->notes);
	free(d->vmcoreinfo);
	free(d->eraseinfo);
	free(d->segments);
	free(d->parts);
	free(d);
}
