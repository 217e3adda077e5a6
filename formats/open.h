/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what the user gave to a dump: which files, and who reads them together.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_OPEN_H
#define VMCOREFS_FORMATS_OPEN_H

#include "formats/reader/dump.h"

/* req->npaths > 0 files as one dump. Parts that are not here fail it with one message that names their pages, unless
 * degraded, which makes that a warning. */
int dump_open_files(const struct dump_request *req, struct dump **out);

/* Files that were found to have changed since they were opened: tell is called for each, and may be NULL. Is there any?
 * Threads: any. */
bool dump_files_changes(void (*tell)(void *arg, const char *name, const char *what), void *arg);

#endif
