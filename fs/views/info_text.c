/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/info_internal.h"

void info_text(struct outbuf *out, const char *key, const char *s)
{
	out_printf(out, "%s: ", key);
	for (; *s && *s != '\n'; s++)
		out_char(out, (unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
	out_char(out, '\n');
}
