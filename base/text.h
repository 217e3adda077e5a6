/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finished text, shared by reference count.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_TEXT_H
#define VMCOREFS_BASE_TEXT_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/outbuf.h"

struct text {
	_Atomic unsigned int refs;
	char *data;		/* owned */
	size_t len;
};

/* Takes over what is in o, which is empty afterwards, also on failure: -ENOMEM. One reference. */
int text_new(struct outbuf *o, struct text **out);
struct text *text_ref(struct text *t);
void text_unref(struct text *t);	/* NULL is fine */

#endif
