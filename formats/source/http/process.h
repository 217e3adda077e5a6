/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that reads from servers: http_start() of http.h makes it, jobs.h is what it does.
 *
 * It is a copy of the program from before a byte of a dump was read. It keeps its end of a socket and no other file but its copies
 * of the user's (own_files.h), can gain no privileges, and leaves neither core nor memory for others to see. It is in the sandbox
 * before it reads a byte of a server, after libcurl is loaded. It ends when the other end of the socket is closed, and
 * at no signal that can be ignored: a terminal's and a service's are for the program.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_PROCESS_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_PROCESS_H

#include <stdint.h>

/* The number of an address that it has. 0, or -EACCES (logged). */
int http_started(const char *url, uint32_t *number);

#endif
