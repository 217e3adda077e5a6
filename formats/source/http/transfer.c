/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/transfer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "base/bytes.h"

#ifndef VMCOREFS_VERSION
#define VMCOREFS_VERSION "unknown"
#endif

#define REDIRECTS_MAX 5L
#define CONNECT_SECONDS 10L
#define SLOW_BYTES 100L			/* a second, for SLOW_SECONDS: the server is taken for dead */
#define SLOW_SECONDS 20L
#define BUFFER_BYTES (256L << 10)
#define DISCARD_MAX (64u << 10)		/* of an error page: reading it keeps the connection */

static enum verdict judged(struct http_fetch *f, enum verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum verdict judged(struct http_fetch *f, enum verdict verdict, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	return verdict;
}

static enum verdict judge_error(struct http_fetch *f, long status)
{
	bool retry = status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501 && status != 505);
	const char *what = status == 401 ? ": it wants a user and a password, in ~/.netrc or in the URL" :
			   status == 403 ? ": forbidden" :
			   status == 404 || status == 410 ? ": it has no such file" :
			   status == 407 ? ": the proxy wants a user and a password" :
			   status == 429 || status == 503 ? ": too busy" :
			   status / 100 == 3 ? ": a redirection that leads nowhere" : "";

	return judged(f, retry ? AGAIN : NEVER, "the server answers %ld%s", status, what);
}

/* 416: the part that was asked for is beyond the end of the file. */
static enum verdict judge_beyond_end(struct http_fetch *f)
{
	if (!f->remote->known && f->reply.has_total && !f->reply.total)
		return judged(f, NEVER, "the file is empty");
	if (!f->remote->known)
		return judge_error(f, 416);
	return judged(f, NEVER, "the file on the server has changed since it was opened: it is shorter now");
}

static bool is_changed(const struct http_fetch *f)
{
	const struct http_remote *m = f->remote;

	return m->known && (http_validators_differ(&m->seen, &f->reply.v) ||
			    (f->reply.has_total && f->reply.total != m->size));
}

static enum verdict judge_range(struct http_fetch *f)
{
	const struct http_reply *r = &f->reply;
	struct http_remote *m = f->remote;
	uint64_t first = f->off + f->got;

	if (r->bad_range || !r->has_range)
		return judged(f, NEVER, "the server does not say well which part of the file it sends (Content-Range)");
	if (r->encoded)
		return judged(f, NEVER, "the server compresses what it sends (Content-Encoding), which nobody asked for");
	if (!m->known && !r->has_total)
		return judged(f, NEVER, "the server does not tell the size of the file");
	if (r->first != first || r->last >= f->off + f->len)
		return judged(f, NEVER, "the server sends bytes %llu to %llu instead of %llu to %llu",
			      (unsigned long long)r->first, (unsigned long long)r->last, (unsigned long long)first,
			      (unsigned long long)(f->off + f->len - 1));
	if (!m->known) {
		m->size = r->total;
		m->seen = r->v;
		m->known = true;
	}
	f->part_end = r->last + 1;
	return GOOD;
}

static enum verdict judge_head(struct http_fetch *f)
{
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if ((status == 200 || status == 206) && is_changed(f))
		return judged(f, NEVER, "the file on the server has changed since it was opened");
	if (status == 200)
		return judged(f, NEVER, "the server sends only whole files (no range requests): download it and open the copy");
	if (status == 416)
		return judge_beyond_end(f);
	return status == 206 ? judge_range(f) : judge_error(f, status);
}

static size_t on_header(char *line, size_t one, size_t n, void *arg)
{
	struct http_fetch *f = arg;

	http_reply_line(&f->reply, line, one * n, time(NULL));
	return one * n;
}

static size_t on_body(char *p, size_t one, size_t n, void *arg)
{
	struct http_fetch *f = arg;
	long status = 0;

	n *= one;
	if (f->verdict == NOT_JUDGED)
		f->verdict = (int)judge_head(f);
	if (f->verdict != GOOD) {
		curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
		f->discarded += n;
		return status < 300 || f->discarded > DISCARD_MAX ? 0 : n;
	}
	if (n > f->part_end - f->off - f->got) {
		f->verdict = (int)judged(f, NEVER, "the server sends more than it says");
		return 0;
	}
	f->data(f, p, n);
	f->got += n;
	return n;
}

/* Nothing that this process starts shall have the connection. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)arg;
	(void)purpose;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* libcurl itself does not look at the environment for certificates; these are the names that curl(1) knows. */
static bool set_certificates(CURL *c)
{
	const char *bundle = getenv("CURL_CA_BUNDLE"), *dir = getenv("SSL_CERT_DIR");

	if (!bundle || !*bundle)
		bundle = getenv("SSL_CERT_FILE");
	return (!bundle || !*bundle || !curl_easy_setopt(c, CURLOPT_CAINFO, bundle)) &&
	       (!dir || !*dir || !curl_easy_setopt(c, CURLOPT_CAPATH, dir));
}

CURL *http_handle_new(void)
{
	CURL *c = curl_easy_init();
	bool good = c;

	good = good && !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	good = good && !curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	good = good && !curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	good = good && !curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	good = good && !curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	good = good && !curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	good = good && !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	good = good && !curl_easy_setopt(c, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	good = good && !curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "identity");
	good = good && !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	good = good && !curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	good = good && !curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
	good = good && !curl_easy_setopt(c, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	good = good && !curl_easy_setopt(c, CURLOPT_USERAGENT, "vmcorefs/" VMCOREFS_VERSION);
	good = good && !curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	good = good && !curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	good = good && !curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	good = good && !curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	if (good && set_certificates(c))
		return c;
	if (c)
		curl_easy_cleanup(c);
	return NULL;
}

bool http_transfer_prepare(struct http_fetch *f)
{
	/* what began with TLS does not go on without */
	const char *redirects = strncasecmp(f->remote->url, "https:", 6) ? "http,https" : "https";
	char range[64];

	snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)(f->off + f->got),
		 (unsigned long long)(f->off + f->len - 1));
	f->reply = (struct http_reply){ .retry_after = -1, .v.last_modified = -1 };
	f->verdict = NOT_JUDGED;
	f->discarded = 0;
	f->error[0] = f->why[0] = '\0';
	return !curl_easy_setopt(f->easy, CURLOPT_URL, f->remote->url) &&
	       !curl_easy_setopt(f->easy, CURLOPT_REDIR_PROTOCOLS_STR, redirects) &&
	       !curl_easy_setopt(f->easy, CURLOPT_RANGE, range) &&
	       !curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->error) &&
	       !curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f) &&
	       !curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f) &&
	       !curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
}

/* Trouble with the connection, while all is well with address and certificate. A file that is not open yet may have a wrong
 * address: that is told at once. */
static bool may_pass(const struct http_fetch *f, CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return true;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		return f->remote->known;
	default:
		return false;
	}
}

enum verdict http_transfer_judge(struct http_fetch *f, CURLcode code)
{
	if (code && f->verdict != NOT_JUDGED && f->verdict != GOOD)
		return (enum verdict)f->verdict;
	if (code)
		return judged(f, may_pass(f, code) ? AGAIN : NEVER, "%s", *f->error ? f->error : curl_easy_strerror(code));
	if (f->verdict == NOT_JUDGED)
		f->verdict = (int)judge_head(f);
	if (f->verdict == GOOD && f->off + f->got < f->part_end)
		return judged(f, AGAIN, "the server sends less than it says");
	return (enum verdict)f->verdict;
}
