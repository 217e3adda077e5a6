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
#include "formats/source/http/answers.h"
#include "formats/source/http/own_files.h"

#ifndef VMCOREFS_VERSION
#define VMCOREFS_VERSION "unknown"
#endif

#define REDIRECTS_MAX 5L
#define CONNECT_SECONDS 10L
#define SLOW_BYTES 100L			/* a second, for SLOW_SECONDS: the server is taken for dead */
#define SLOW_SECONDS 20L
#define BUFFER_BYTES (256L << 10)
#define DISCARD_MAX (64u << 10)		/* of an error page: reading it keeps the connection */

static enum verdict judged(struct http_job *j, enum verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum verdict judged(struct http_job *j, enum verdict verdict, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, ap);
	va_end(ap);
	return verdict;
}

static enum verdict judge_error(struct http_job *j, long status)
{
	bool retry = status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501 && status != 505);
	const char *what = status == 401 ? ": it wants a user and a password, in ~/.netrc or in the URL" :
			   status == 403 ? ": forbidden" :
			   status == 404 || status == 410 ? ": it has no such file" :
			   status == 407 ? ": the proxy wants a user and a password" :
			   status == 429 || status == 503 ? ": too busy" :
			   status / 100 == 3 ? ": a redirection that leads nowhere" : "";

	return judged(j, retry ? AGAIN : NEVER, "the server answers %ld%s", status, what);
}

/* 416: the part that was asked for is beyond the end of the file. */
static enum verdict judge_beyond_end(struct http_job *j)
{
	if (!j->file->known && j->reply.has_total && !j->reply.total)
		return judged(j, NEVER, "the file is empty");
	if (!j->file->known)
		return judge_error(j, 416);
	return judged(j, NEVER, "the file on the server has changed since it was opened: it is shorter now");
}

static bool is_changed(const struct http_job *j)
{
	const struct http_file *m = j->file;

	return m->known && (http_validators_differ(&m->seen, &j->reply.v) ||
			    (j->reply.has_total && j->reply.total != m->size));
}

static enum verdict judge_range(struct http_job *j)
{
	const struct http_reply *r = &j->reply;
	struct http_file *m = j->file;
	uint64_t first = j->off + j->got;

	if (r->bad_range || !r->has_range)
		return judged(j, NEVER, "the server does not say well which part of the file it sends (Content-Range)");
	if (r->encoded)
		return judged(j, NEVER, "the server compresses what it sends (Content-Encoding), which nobody asked for");
	if (!m->known && !r->has_total)
		return judged(j, NEVER, "the server does not tell the size of the file");
	if (r->first != first || r->last >= j->off + j->len)
		return judged(j, NEVER, "the server sends bytes %llu to %llu instead of %llu to %llu",
			      (unsigned long long)r->first, (unsigned long long)r->last, (unsigned long long)first,
			      (unsigned long long)(j->off + j->len - 1));
	if (!m->known) {
		m->size = r->total;
		m->seen = r->v;
		m->known = true;
	}
	j->part_end = r->last + 1;
	return GOOD;
}

static enum verdict judge_head(struct http_job *j)
{
	long status = 0;

	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	if ((status == 200 || status == 206) && is_changed(j))
		return judged(j, NEVER, "the file on the server has changed since it was opened");
	if (status == 200)
		return judged(j, NEVER, "the server sends only whole files (no range requests): download it and open the copy");
	if (status == 416)
		return judge_beyond_end(j);
	return status == 206 ? judge_range(j) : judge_error(j, status);
}

static size_t on_header(char *line, size_t one, size_t n, void *arg)
{
	struct http_job *j = arg;

	http_reply_line(&j->reply, line, one * n, time(NULL));
	return one * n;
}

static size_t on_body(char *p, size_t one, size_t n, void *arg)
{
	struct http_job *j = arg;
	long status = 0;

	n *= one;
	if (j->verdict == NOT_JUDGED)
		j->verdict = (int)judge_head(j);
	if (j->verdict != GOOD) {
		curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
		j->discarded += n;
		return status < 300 || j->discarded > DISCARD_MAX ? 0 : n;
	}
	if (n > j->part_end - j->off - j->got) {
		j->verdict = (int)judged(j, NEVER, "the server sends more than it says");
		return 0;
	}
	if (!answer_data(j, p, n))
		return 0;
	j->got += n;
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

static bool set_netrc(CURL *c)
{
	const char *netrc = http_netrc();

	return !netrc || (!curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL) &&
			  !curl_easy_setopt(c, CURLOPT_NETRC_FILE, netrc));
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
	if (good && set_netrc(c) && set_certificates(c))
		return c;
	if (c)
		curl_easy_cleanup(c);
	return NULL;
}

bool http_transfer_prepare(struct http_job *j)
{
	/* what began with TLS does not go on without */
	const char *redirects = strncasecmp(j->file->url, "https:", 6) ? "http,https" : "https";
	char range[64];

	snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)(j->off + j->got),
		 (unsigned long long)(j->off + j->len - 1));
	j->reply = (struct http_reply){ .retry_after = -1, .v.last_modified = -1 };
	j->verdict = NOT_JUDGED;
	j->discarded = 0;
	j->error[0] = j->why[0] = '\0';
	return !curl_easy_setopt(j->easy, CURLOPT_URL, j->file->url) &&
	       !curl_easy_setopt(j->easy, CURLOPT_REDIR_PROTOCOLS_STR, redirects) &&
	       !curl_easy_setopt(j->easy, CURLOPT_RANGE, range) &&
	       !curl_easy_setopt(j->easy, CURLOPT_ERRORBUFFER, j->error) &&
	       !curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j) &&
	       !curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j) &&
	       !curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
}

/* Trouble with the connection, while all is well with address and certificate. A file that is not open yet may have a wrong
 * address: that is told at once. */
static bool may_pass(const struct http_job *j, CURLcode code)
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
		return j->file->known;
	default:
		return false;
	}
}

enum verdict http_transfer_judge(struct http_job *j, CURLcode code)
{
	if (code && j->verdict != NOT_JUDGED && j->verdict != GOOD)
		return (enum verdict)j->verdict;
	if (code)
		return judged(j, may_pass(j, code) ? AGAIN : NEVER, "%s", *j->error ? j->error : curl_easy_strerror(code));
	if (j->verdict == NOT_JUDGED)
		j->verdict = (int)judge_head(j);
	if (j->verdict == GOOD && j->off + j->got < j->part_end)
		return judged(j, AGAIN, "the server sends less than it says");
	return (enum verdict)j->verdict;
}
