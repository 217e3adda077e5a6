/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps behind http:// and https://: a source that reads the parts that are asked for and keeps some of them.
 *
 * A process of its own, which sees addresses and no dumps, reads from the servers: who parses dumps has neither network nor
 * passwords, and can ask for no other address. In the program: address.c: addresses. http.c: opening. cache.c: blocks. ahead.c:
 * how many more of them. fetch.c: asking for them. process.c: starts the other one, in which are: jobs.c: all transfers;
 * transfer.c: one. headers.c: what replies say. own_files.c: the files that it needs. protocol.h, ring.c: what goes between the
 * two.
 *
 * Threads: before mount only, except for reading the source.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_HTTP_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_HTTP_H

#include <stdbool.h>

#include "base/source.h"

struct sandbox_rules;
struct sandbox_state;

/* By its first characters; file names that begin so must be given as ./http://... */
bool http_is_url(const char *path);

/* The address for messages, info and the table of mounts: without password, and without what is behind a question mark,
 * which often is as good as a password. Owned by the caller; NULL: out of memory. */
char *http_shown_url(const char *url);

/* The same in a word of the command line, in place, wherever an address is in it; what is behind it then is NUL. */
void http_hide_url(char *word);

/* The shown address with # and its number: what it is opened by. Owned by the caller; NULL: out of memory. */
char *http_numbered_url(const char *url, unsigned int number);
/* False: there is none. */
bool http_url_number(const char *numbered, unsigned int *number);

/*
 * Start the process that reads from these servers, which alone knows these addresses; they are numbered from 0 on, and from n on
 * those of the files beside them that dumps may be in (NAME.vmem). To be called once, before threads are started and the sandbox
 * is entered, by the process that reads, which does not fork afterwards: it ends when that does. It enters the sandbox itself, for
 * SANDBOX_TRANSFERS and with the files that it needs; rules has the rest, NULL: it does not. *state: what is in force there.
 * 0 or -errno (logged).
 */
int http_start(const char *const *urls, unsigned int n, const struct sandbox_rules *rules, struct sandbox_state *state);

/* url: numbered, or as it is shown: the first one that is shown so. One request tells size and time. Servers that only send whole
 * files are an error. url need not outlive it. */
int http_open(const char *url, struct source **out);

/* Blocks that all sources together keep, in MiB. Default: HTTP_CACHE_MIB. */
#define HTTP_CACHE_MIB 64u
void http_set_cache(unsigned int mib);

/* When leaving(arg) is not 0 any more, reads that wait for a server fail within a second: the program ends. Called in the
 * thread that takes what comes. NULL: never. */
void http_leave_when(int (*leaving)(void *arg), void *arg);

#endif
