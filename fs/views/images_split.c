/* SPDX-License-Identifier: GPL-2.0-or-later */
/* level-N/split-K/1..K: the parts of a split set, each made when it is opened. */
#include <errno.h>
#include <stdlib.h>

#include "filter/split.h"
#include "fs/views/images.h"

struct split_arg {
	struct engine *e;
	unsigned int sel, parts, part;
	struct split_files *files;
};

bool engine_has_split(const struct engine *e, unsigned int parts)
{
	return parts >= 2 && parts <= SPLIT_MAX && parts <= split_max(e->ram);
}

static int compute_split(void *arg)
{
	struct split_arg *a = arg;
	struct split_files *f = a->files;
	const struct pages *ps;
	int r = engine_pages(a->e, a->sel, false, &ps);

	if (r)
		return r;
	if (a->parts > split_max(ps))
		return -ENOENT;
	if (!f->starts)
		f->starts = calloc(a->parts + 1, sizeof(*f->starts));
	if (!f->parts)
		f->parts = calloc(a->parts, sizeof(*f->parts));
	if (!f->starts || !f->parts)
		return -ENOMEM;
	for (unsigned int i = 0; i < a->parts; i++)
		f->parts[i].once = (struct once)ONCE_INIT;
	split_balance(ps, a->parts, f->starts);
	return 0;
}

static int compute_split_part(void *arg)
{
	struct split_arg *a = arg;
	struct split_files *f = a->files;

	layout_unref(f->parts[a->part].layout);
	f->parts[a->part].layout = NULL;
	return image_make_kdump(a->e, a->sel, a->e->codec, &f->starts[a->part], &f->parts[a->part].layout);
}

int engine_split_image(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct layout **out)
{
	struct split_arg arg = { e, sel, parts, i, &e->selections[sel].splits[parts] };
	int r = once_run(&arg.files->once, compute_split, &arg);

	if (!r)
		r = once_run(&arg.files->parts[i].once, compute_split_part, &arg);
	if (!r)
		*out = layout_ref(arg.files->parts[i].layout);
	return r;
}

bool engine_split_size(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, uint64_t *size,
		       uint64_t *data)
{
	const struct split_files *f = &e->selections[sel].splits[parts];
	struct kdump_output o;
	struct layout *l;

	if (once_done(&f->once) && f->parts && once_done(&f->parts[i].once) &&
	    !engine_split_image(e, sel, parts, i, &l)) {
		*size = layout_size(l);
		*data = layout_data_bytes(l);
		layout_unref(l);
		return true;
	}
	image_kdump_output(e, sel, e->codec, &o);
	*size = *data = write_kdump_bound(e->ram, &o);
	return false;
}

int engine_split_stream(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct output *out)
{
	struct split_arg arg = { e, sel, parts, i, &e->selections[sel].splits[parts] };
	struct outbuf text = OUTBUF_INIT;
	const struct pages *ps;
	struct kdump_output o;
	int r;

	if (!out->seekable)
		return -ENOTSUP;
	r = once_run(&arg.files->once, compute_split, &arg);
	if (!r && once_done(&arg.files->parts[i].once))
		return -ENOTSUP;
	if (!r)
		r = engine_pages(e, sel, false, &ps);
	if (r)
		return r;
	image_kdump_output(e, sel, e->codec, &o);
	image_limit_to_part(&o, &arg.files->starts[i]);
	r = image_set_eraseinfo(e, ps, &o, &text);
	if (!r)
		r = image_stream_kdump(e, ps, &o, out);
	out_free(&text);
	return r;
}
