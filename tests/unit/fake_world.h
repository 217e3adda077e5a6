/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generated kernel with what is opened of it. The test owns it: done() closes and frees what there is.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_WORLD_H
#define VMCOREFS_TESTS_UNIT_FAKE_WORLD_H

#include <stdlib.h>

#include "kernel/debuginfo/facts.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_symbols.h"

struct world {
	struct fake *f;
	struct kernel *k;
	char *text;
	struct symbols *s;
	struct types *t;
	struct modules *m;
	const char *why;
};

static struct world make(struct fake *f, const char *lines)
{
	struct world w = { .f = f };

	w.k = fake_kernel(f, 0, lines, &w.text);
	return w;
}

static void done(struct world *w)
{
	modules_close(w->m);
	types_close(w->t);
	symbols_close(w->s);
	kernel_close(w->k);
	free(w->text);
	fake_free(w->f);
}

#endif
