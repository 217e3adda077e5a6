/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps behind http:// and https://: a source that reads the parts that are asked for and keeps some of them.
 *
 * http.c: addresses, opening. cache.c: blocks. ahead.c: how many more of them. fetch.c: all transfers;
 * transfer.c: one. headers.c: what replies say.
 *
 * Threads: before mount only, except for reading the source.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_HTTP_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_HTTP_H

#include <stdbool.h>

#include "base/source.h"

/* By its first characters; file names that begin so must be given as ./http://... */
bool http_is_url(const char *path);

/* The address for messages, info and the table of mounts: without password, and without what is behind a question mark,
 * which often is as good as a password. Owned by the caller; NULL: out of memory. */
char *http_shown_url(const char *url);

/* One request tells size and time. Servers that only send whole files are an error. url need not outlive it. */
int http_open(const char *url, struct source **out);

/* Blocks that all sources together keep, in MiB. Default: HTTP_CACHE_MIB. */
#define HTTP_CACHE_MIB 64u
void http_set_cache(unsigned int mib);

/* To be called before the process forks in order to go on in the child: ends the thread of the transfers and its
 * connections. Both come back when they are needed. */
void http_before_fork(void);

/* When leaving(arg) is not 0 any more, reads that wait for a server fail within a second: the program ends. Called in the
 * thread of the transfers. NULL: never. */
void http_leave_when(int (*leaving)(void *arg), void *arg);

#endif
