/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One attempt to get (the rest of) a part of a file: the request, and the verdict on the reply.
 *
 * Only jobs.c includes this. Threads: that of the jobs.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_TRANSFER_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_TRANSFER_H

#include "formats/source/http/jobs.h"

enum verdict {
	NOT_JUDGED,
	GOOD,		/* what the reply says it holds has come */
	AGAIN,		/* may work another time */
	NEVER,		/* will not */
};

/* A handle for any transfer; NULL: out of memory. */
CURL *http_handle_new(void);

/* Make j->easy ask for what j has not got yet. False: out of memory. */
bool http_transfer_prepare(struct http_job *j);

/* After it: GOOD, or what is wrong, in j->why. code: what libcurl says. */
enum verdict http_transfer_judge(struct http_job *j, CURLcode code);

#endif
