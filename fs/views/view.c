/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

struct view {
	struct layout *layout;		/* one of the two */
	struct text *text;
	bool live;
};

struct view *view_of_layout(struct layout *l)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v)
		v->layout = l;
	else
		layout_unref(l);
	return v;
}

struct view *view_of_text(struct text *t, bool live)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v) {
		v->text = t;
		v->live = live;
	} else {
		text_unref(t);
	}
	return v;
}

uint64_t view_size(const struct view *v)
{
	return v->layout ? layout_size(v->layout) : v->text->len;
}

bool view_is_live(const struct view *v)
{
	return v->live;
}

int view_read(const struct view *v, void *buf, size_t n, uint64_t off)
{
	struct fault_watch watch;

	if (v->layout) {
		fault_watch_begin(&watch);
		return fault_watch_result(&watch, layout_read(v->layout, buf, n, off));
	}
	if (off > v->text->len || n > v->text->len - off)
		return -EINVAL;
	if (n)
		memcpy(buf, v->text->data + off, n);
	return 0;
}

int view_seek(const struct view *v, int data, uint64_t *off)
{
	if (v->layout)
		return layout_seek(v->layout, data, off);
	if (*off >= v->text->len)
		return -ENXIO;
	if (!data)
		*off = v->text->len;
	return 0;
}

void view_close(struct view *v)
{
	if (!v)
		return;
	layout_unref(v->layout);
	text_unref(v->text);
	free(v);
}
