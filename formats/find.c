/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/find.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/outbuf.h"
#include "formats/formats.h"
#include "formats/reader/reader.h"

/* Files without a structure: what is wanted to read them. No writer of dumps begins with a block of zeroes. */
static const char *hint_for(const struct source *src)
{
	const char *dot = strrchr(src->name, '.');
	uint8_t block[4096];

	if (dot && !strcmp(dot, ".vmem"))
		return "memory of a VMware guest: give its .vmss or .vmsn too, or --raw";
	if (source_read_some(src, block, sizeof(block), 0) == sizeof(block) && bytes_are_zero(block, sizeof(block)))
		return "its beginning is zero: a dump that was not written to the disk, or lost that in a copy; or an image of "
		       "physical memory, which --raw reads";
	return "--raw reads it as an image of physical memory";
}

/* One line: what was tried, and what is there. */
static int unknown_format(const struct source *src)
{
	struct outbuf tried = OUTBUF_INIT;
	uint8_t head[16];
	ssize_t n = source_read_some(src, head, sizeof(head), 0);
	int r;

	for (size_t i = 0; dump_formats[i]; i++)
		if (dump_formats[i] != &recognised_dump_ops)
			out_printf(&tried, "%s%s", i ? ", " : "", dump_formats[i]->name);
	out_printf(&tried, "; the %s%s begins with", *src->container ? "content of " : "file", src->container);
	for (ssize_t i = 0; i < n; i++)
		out_printf(&tried, " %02x", head[i]);
	r = tried.error ? -ENOMEM : fail(ENOTSUP, "%s: no known dump format (tried %s); %s", src->name, tried.data,
					 hint_for(src));
	out_free(&tried);
	return r;
}

int dump_find_format(const struct source *src, const struct dump_ops **out)
{
	/* a device: looking at it is not harmless */
	*out = src->devmem ? &devmem_dump_ops : NULL;
	for (size_t i = 0; dump_formats[i] && !*out; i++) {
		int r = dump_formats[i]->probe(src);

		if (r < 0)
			return fail(-r, "%s: cannot be read: %s", src->name, strerror(-r));
		if (r)
			*out = dump_formats[i];
	}
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
