/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/kdump.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/spool.h"
#include "formats/write/kdump_copy.h"
#include "formats/write/kdump_emit.h"

static int put_spool(void *arg, const void *buf, size_t n, uint64_t off)
{
	return spool_write(arg, buf, n, off);
}

/* A file whose bitmaps are computed: a header can make them any size. The rest is in the spool, at its place. */
struct spooled_kdump {
	const struct spool *spool;		/* borrowed */
	uint64_t desc_offset;
};

static int read_rest(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct spooled_kdump *s = arg;

	return spool_read(s->spool, buf, n, s->desc_offset + off);
}

static int add_segments(struct layout *l, const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			const struct spool *spool, uint64_t size)
{
	struct kdump_geometry g;
	struct spooled_kdump *s = malloc(sizeof(*s));
	int r = s ? layout_own(l, s, free) : -ENOMEM;

	if (r) {
		free(s);
		return r;
	}
	r = kdump_measure(ps, o, &g);
	*s = (struct spooled_kdump){ spool, g.desc_offset };
	if (r || (r = spool_layout_add(l, spool, g.bitmap_offset)) ||
	    (r = kdump_add_bitmaps(l, machine, ps, g.bitmap_bytes)) ||
	    (r = layout_add_call(l, read_rest, s, size - g.desc_offset)))
		return r;
	/* the descriptors of other parts of a split set are a hole */
	layout_add_cost(l, (struct layout_cost){ .spool = min_u64(spool_taken(spool), g.bitmap_offset + size - g.desc_offset) });
	return 0;
}

static int write_spooled(const struct pages *machine, const struct pages *ps, const struct kdump_output *o,
			 struct progress *progress, struct layout **out)
{
	struct page_sink sink = { .put = put_spool, .computed = true };
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
		r = add_segments(l, machine, ps, o, spool, size);
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
