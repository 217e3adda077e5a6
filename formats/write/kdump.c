/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/kdump.h"

#include <errno.h>

#include "base/log.h"
#include "base/spool.h"
#include "formats/write/kdump_copy.h"
#include "formats/write/kdump_emit.h"

static int put_spool(void *arg, const void *buf, size_t n, uint64_t off)
{
	return spool_write(arg, buf, n, off);
}

static int write_spooled(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			 struct progress *progress, struct layout **out)
{
	struct page_sink sink = { .put = put_spool };
	struct spool *spool;
	struct layout *l;
	uint64_t size;
	int r = spool_layout_new(&spool, &l);

	if (r)
		return r;
	sink.arg = spool;
	if (o->spool_advice)
		log_warn("made in a temporary file in %s first (TMPDIR chooses the folder), as this output cannot be written in any order; %s",
			 spool_folder(spool), o->spool_advice);
	r = kdump_check_room(ps, spool);
	if (!r)
		r = kdump_emit(machine, ps, o, &sink, progress, &size);
	if (!r)
		r = spool_layout_add(l, spool, size);
	if (r) {
		layout_unref(l);
		return r;
	}
	*out = l;
	return 0;
}

int write_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
		struct progress *progress, struct layout **out)
{
	int r = kdump_copy(machine, ps, o, progress, out);

	return r == -ENOTSUP ? write_spooled(machine, ps, o, progress, out) : r;
}
