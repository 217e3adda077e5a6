/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plain file as a source.
 *
 * Threads: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_FILE_H
#define VMCOREFS_FORMATS_SOURCE_FILE_H

#include <stdbool.h>

#include "base/source.h"

bool source_is_stdin(const char *path);		/* "-" */
/*
 * Open a file (regular file, block device, /proc/vmcore or /dev/mem; a pipe, "-": see stream.h) read-only, as it is: containers
 * are not looked for. Directories, empty files and what cannot be read fail with one message.
 */
int source_open_file(const char *path, struct source **out);

/* Has a regular file that is open changed since (size, time), or lost its name? That is logged, once of each. Asks no server. Also
 * done where a read fails. Threads: any. */
void source_files_check(void);
/* What was found so: tell is called for each of these files ("is longer than when it was opened"). Is there any? tell may be
 * NULL. Threads: any. */
bool source_files_changes(void (*tell)(void *arg, const char *name, const char *what), void *arg);

#endif
