/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that reads from servers, at work: parts of files that the program asks for (protocol.h) are got by libcurl,
 * several at a time. It tries again what may work later, and checks each reply: the part that was asked for, of the file that
 * was opened.
 *
 * Threads: one, the only one of the process but for those of libcurl.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_JOBS_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "formats/source/http/headers.h"

/* A file on a server. */
struct http_file {
	const char *url;		/* borrowed; may have a password in it */
	bool known;			/* what follows is: from the first reply on, by which others are judged */
	uint64_t size;
	struct http_validators seen;
	bool down;			/* the last part was given up */
};

/* A part that is asked for: len > 0 bytes at off. */
struct http_job {
	struct http_file *file;
	uint32_t id;
	bool opening;			/* the answer says what file it is */
	bool urgent;			/* somebody waits for it */
	uint64_t off, len;

	struct http_job *next;
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

struct http_ring;

/* Answers what comes through fd, with bytes through the ring, about the n files, until the other end is closed or sends nonsense.
 * failed: 0, or the -errno that all get since libcurl cannot be used. */
void http_jobs_run(int fd, struct http_ring *ring, struct http_file *files, size_t n, int failed);

#endif
