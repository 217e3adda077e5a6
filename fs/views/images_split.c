/* SPDX-License-Identifier: GPL-2.0-or-later */
/* level-N/split-K/1..K: the parts of a split set, each made when it is opened. */
#include <errno.h>
#include <stdio.h>
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
	const struct pages *machine, *ps;
	int r = image_kdump_pages(a->e, a->sel, &machine, &ps);

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
	split_balance(ps, a->parts, f->starts);
	return 0;
}

static int make_split_part(void *arg, struct layout **out)
{
	struct split_arg *a = arg;

	return image_make_kdump(a->e, a->sel, a->e->codec, &a->files->starts[a->part], out);
}

int engine_split_image(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct layout **out)
{
	struct split_arg arg = { e, sel, parts, i, &e->selections[sel].splits[parts] };
	int r = once_run(&arg.files->once, compute_split, &arg);
	char selection[32], name[64];

	if (r)
		return r;
	snprintf(name, sizeof(name), "%s/split-%u/%u", engine_selection_name(sel, selection), parts, i + 1);
	return kept_get(&e->kept, &arg.files->parts[i], name, make_split_part, &arg, out);
}

void engine_split_size(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct view_size *out)
{
	const struct split_files *f = &e->selections[sel].splits[parts];
	const struct image *im = once_done(&f->once) && f->parts ? &f->parts[i] : NULL;
	struct kdump_output o;

	out->final = im && kept_size(&e->kept, im, &out->size, &out->data_bytes);
	out->slow = !im || !kept_is_there(&e->kept, im);
	if (out->final)
		return;
	image_kdump_output(e, sel, e->codec, &o);
	out->size = out->data_bytes = write_kdump_bound(e->ram, &o);
}

int engine_split_stream(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct output *out)
{
	struct split_arg arg = { e, sel, parts, i, &e->selections[sel].splits[parts] };
	struct outbuf text = OUTBUF_INIT;
	const struct pages *machine, *ps;
	struct kdump_output o;
	int r;

	if (!out->seekable)
		return -ENOTSUP;
	r = once_run(&arg.files->once, compute_split, &arg);
	if (!r && kept_is_there(&e->kept, &arg.files->parts[i]))
		return -ENOTSUP;
	if (!r)
		r = image_kdump_pages(e, sel, &machine, &ps);
	if (r)
		return r;
	image_kdump_output(e, sel, e->codec, &o);
	image_limit_to_part(&o, &arg.files->starts[i]);
	r = image_set_eraseinfo(e, ps, &o, &text);
	if (!r)
		r = image_stream_kdump(machine, ps, &o, out);
	out_free(&text);
	return r;
}
