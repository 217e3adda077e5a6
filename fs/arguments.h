/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command line leaves lying about: passwords in addresses, which others see in the list of processes, and files that
 * the one who started us had open.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FS_ARGUMENTS_H
#define VMCOREFS_FS_ARGUMENTS_H

#include "base/sandbox/sandbox.h"
#include "fs/options.h"

/* A copy of argv for options_parse(); from argv itself the passwords are gone. Options point into it. NULL: out of memory. */
char **arguments_take(int argc, char **argv);
void arguments_free(int argc, char **args);	/* in any order of the words */

/* Close what is open but standard input, output and error, and what options or arguments (/dev/fd/N) name. 0 or -ENOMEM. */
int arguments_close_files(const struct options *o, int argc, char *const *args);

/* Start the process that reads from servers, if an address is a DUMP: 1, and http.h has rules and *state; 0: none is. What the
 * program has of addresses from here on, in o and in args, has neither passwords nor what is behind a question mark. Or -errno
 * (logged). */
int arguments_start_http(struct options *o, int argc, char **args, const struct sandbox_rules *rules,
			 struct sandbox_state *state);

#endif
