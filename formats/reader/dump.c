/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/outbuf.h"
#include "formats/reader/reader.h"

const struct dump_ops *const dump_formats[] = {
	&xc_core_dump_ops,		/* an ELF core too */
	&elf_dump_ops,
	&kdump_dump_ops,
	&lkcd_dump_ops,
	&sadump_dump_ops,
	&lime_dump_ops,
	&s390_dump_ops,
	&qemu_dump_ops,
	&vmware_dump_ops,
	&recognised_dump_ops,		/* last: what nobody reads */
	NULL
};

unsigned int page_shift_of(uint64_t bytes)
{
	for (unsigned int shift = PAGE_SHIFT_MIN; shift <= PAGE_SHIFT_MAX; shift++)
		if (bytes == (uint64_t)1 << shift)
			return shift;
	return 0;
}

void dump_take_machine(struct dump *d)
{
	d->told |= TOLD_ARCH | TOLD_PAGE_SIZE;
	d->elf_machine = d->req->elf_machine;
	d->elf_class = d->req->elf_class;
	d->big_endian = d->req->big_endian;
	d->pages.page_shift = d->req->page_shift ? d->req->page_shift : PAGE_SHIFT_MIN;
}

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
	source_close(d->log);
	free(d->notes);
	free(d->vmcoreinfo);
	free(d->eraseinfo);
	free(d->segments);
	free(d->parts);
	out_free(&d->facts);
	free(d);
}
