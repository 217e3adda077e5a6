/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress: what runs now, and what is kept of what ran. */
#include "fs/views/engine.h"
#include "fs/views/row.h"

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)at;
	jobs_render(&e->jobs, out);
	kept_render(&e->kept, out);
	return 0;
}

static const struct view_row rows[] = {
	{ .path = "progress", .cost = "none", .use = "`watch cat`",
	  .help = "what is being computed now", .type = VIEW_LIVE, .render = render },
};

VIEW_FAMILY(progress, rows);
