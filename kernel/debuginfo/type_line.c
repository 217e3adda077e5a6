/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "kernel/debuginfo/type_text.h"

int type_text_line(const struct types *t, const struct type *type, const char *name, struct outbuf *out)
{
	struct outbuf all = OUTBUF_INIT;
	const char *body, *end;
	int r = type_text_declaration(t, type, name, &all);

	body = all.len ? strchr(all.data, '\n') : NULL;
	end = body ? strrchr(all.data, '}') : NULL;
	if (end)
		out_printf(out, "%.*s ... %s", (int)(body - all.data), all.data, end);
	else if (body)
		out_printf(out, "%.*s ...", (int)(body - all.data), all.data);
	else if (all.len)
		out_printf(out, "%s", all.data);
	if (all.error)
		r = all.error;
	out_free(&all);
	return r;
}
