/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_kdump.h"

#include <errno.h>

#include "base/spool.h"
#include "formats/kdump_emit.h"

static int put_spool(void *arg, const void *buf, size_t n, uint64_t off)
{
	return spool_write(arg, buf, n, off);
}

static int read_spool(const void *arg, void *buf, size_t n, uint64_t off)
{
	return spool_read(arg, buf, n, off);
}

static void free_spool(void *arg)
{
	spool_free(arg);
}

int write_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		struct progress *progress, struct layout **out)
{
	struct page_sink sink = { .put = put_spool };
	struct layout *l = layout_new();
	struct spool *spool;
	uint64_t size;
	int r = l ? spool_new(&spool) : -ENOMEM;

	if (!r) {
		r = layout_own(l, spool, free_spool);
		if (r)
			spool_free(spool);
	}
	if (!r)
		r = kdump_check_room(ps, spool);
	if (!r) {
		sink.arg = spool;
		r = kdump_emit(machine, ps, o, &sink, progress, &size);
	}
	if (!r)
		r = layout_add_call(l, read_spool, spool, size);
	if (r) {
		layout_unref(l);
		return r;
	}
	*out = l;
	return 0;
}
