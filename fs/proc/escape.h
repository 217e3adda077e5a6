/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts in files of /proc: some characters become a backslash and three octal digits. fs/seq_file.c: mangle_path()
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_PROC_ESCAPE_H
#define VMCOREFS_FS_PROC_ESCAPE_H

#include <string.h>

#include "base/outbuf.h"

static inline void proc_put_escaped(struct outbuf *out, const char *text, const char *escaped)
{
	for (; *text; text++) {
		if (strchr(escaped, *text))
			out_printf(out, "\\%03o", (unsigned char)*text);
		else
			out_char(out, *text);
	}
}

#endif
