/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of the machine and of the user that the process which reads from servers (process.h) needs. Those of the user are
 * read once, before it is in the sandbox and another user: what is in them is kept in memory that has a file name.
 *
 * Threads: http_own_files_keep(): while there is one; the rest: any after it.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_OWN_FILES_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_OWN_FILES_H

/* Keep ~/.netrc, and the certificates that the environment names. Uses descriptors. 0 or -errno (logged). */
int http_own_files_keep(void);

/* The name of what ~/.netrc had; NULL: there is none. */
const char *http_netrc(void);

/* What may still be opened: name services, certificates, libraries of both. As struct sandbox_rules has it. */
const char *const *http_readable(void);

#endif
