/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server says of a part of a file: the header lines of its reply. Anything may stand in them.
 *
 * Rules: RFC 9110 (5.5 fields, 8.8 validators, 10.2.3 Retry-After, 14.4 Content-Range).
 *
 * Threads: any. Nothing here allocates, logs or does I/O.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_HEADERS_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_RETRY_AFTER_MAX 30u	/* seconds; a server that wants more is asked again then */

/* What tells two states of a file apart, besides its size. */
struct http_validators {
	bool has_etag, weak;
	uint64_t etag;			/* a hash of what is between the quotes */
	int64_t last_modified;		/* seconds since the epoch; -1: not told */
};

struct http_reply {
	unsigned int status;		/* 0: no status line yet */
	bool has_range;			/* first to last are bytes of the file: first <= last */
	uint64_t first, last;
	bool has_total;
	uint64_t total;			/* size of the file: > last; at most INT64_MAX */
	bool bad_range;			/* there is a Content-Range that makes no sense, or two that differ */
	bool encoded;			/* a Content-Encoding other than identity */
	int retry_after;		/* seconds, 0 to HTTP_RETRY_AFTER_MAX; -1: not told */
	struct http_validators v;
};

/* One line of the head of a reply, with or without its line end. A status line starts a new reply: those of redirects and
 * proxies come before the one that counts. now: seconds since the epoch, for a Retry-After that is a date. */
void http_reply_line(struct http_reply *r, const char *line, size_t n, int64_t now);

/* True when these cannot be of one state of the file. What one of them does not tell is no difference. */
bool http_validators_differ(const struct http_validators *a, const struct http_validators *b);

#endif
