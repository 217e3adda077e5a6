/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

int text_new(struct outbuf *o, struct text **out)
{
	struct text *t = o->error ? NULL : calloc(1, sizeof(*t));

	if (!t) {
		out_free(o);
		return -ENOMEM;
	}
	t->refs = 1;
	t->data = o->data;
	t->len = o->len;
	*o = (struct outbuf)OUTBUF_INIT;
	*out = t;
	return 0;
}

struct text *text_ref(struct text *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void text_unref(struct text *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(t->data);
	free(t);
}
