/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the program, one a line: path, kind, help, cost, use; tabs between. For packaging/docs. */
#include <stdio.h>

#include "fs/families.h"

static const char *text(const char *s)
{
	return s ? s : "";
}

int main(void)
{
	for (const struct view_family *const *f = families; *f; f++) {
		for (size_t i = 0; i < (*f)->nrows; i++) {
			const struct view_row *r = &(*f)->rows[i];

			printf("%s\t%s\t%s\t%s\t%s\n", r->path, r->type == VIEW_FOLDER ? "folder" : r->type == VIEW_LINK || r->type == VIEW_PROC_LINK ? "link" : "file",
			       text(r->help), text(r->cost), text(r->use));
		}
	}
	return 0;
}
