/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of files on servers, by libcurl: one thread drives all transfers, several at a time, tries again what may work
 * later, and checks each reply: the part that was asked for, of the file that was opened.
 *
 * The thread starts with the first part that is asked for. It does not survive a fork: see http_before_fork() in http.h.
 *
 * Threads: any, but for http_remote_*(): before mount, or when nobody reads any more. Locks: one, a leaf, not held over
 * I/O or calls to others.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_FETCH_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "formats/source/http/headers.h"

/* A file on a server. Embedded by who opens it; to be zeroed but for url and name. */
struct http_remote {
	const char *url;		/* borrowed; may have a password in it */
	const char *name;		/* borrowed; the same for messages, without it */
	bool known;			/* what follows is: from the first reply on, by which others are judged */
	uint64_t size;
	struct http_validators seen;

	/* of fetch.c */
	unsigned int outstanding;	/* parts that are asked for */
	bool cancelled;
	bool down;			/* the last part was given up; of the thread alone */
	unsigned long failures;
};

/* A part that is asked for: len > 0 bytes at off. Owned by who asks; left alone from http_fetch_start() until done(). */
struct http_fetch {
	struct http_remote *remote;
	uint64_t off, len;
	bool urgent;			/* somebody waits for it */
	/* Both in the thread of the transfers. The bytes, in order, each once; what was got stays good when done() tells of a
	 * failure. 0; at the first of a file -EIO, -ENOENT or -EACCES, or -ETIMEDOUT, which may pass. Later they are all outside
	 * the dump (base/fault.h): -ETIMEDOUT, or -ESTALE: it is not the file any more that was opened. All logged;
	 * -ECANCELED and -ENOMEM are not. */
	void (*data)(struct http_fetch *f, const void *p, size_t n);
	void (*done)(struct http_fetch *f, int r);

	/* of fetch.c */
	struct http_fetch *next;
	CURL *easy;
	struct http_reply reply;
	uint64_t got;			/* of len, in all attempts */
	uint64_t part_end;		/* of this attempt: offset in the file */
	uint64_t progress;		/* got at the last time that attempts were forgotten */
	uint64_t not_before;		/* ms of CLOCK_MONOTONIC, as is: */
	uint64_t since;			/* asked for, begun, or the last time that attempts were forgotten */
	unsigned int attempts;
	size_t discarded;		/* bytes of an error page */
	int verdict;
	char error[CURL_ERROR_SIZE];	/* from libcurl */
	char why[CURL_ERROR_SIZE];
};

void http_fetch_start(struct http_fetch *f);

/* Wait until none of this file is asked for: done() may have been called a moment before. */
void http_fetch_settle(struct http_remote *r);

/* All parts of this file that are asked for end, with -ECANCELED, and so does each that is asked for later. */
void http_remote_cancel(struct http_remote *r);

#endif
