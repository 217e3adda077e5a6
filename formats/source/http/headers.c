/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/headers.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

#define DATE_MAX_BYTES 64

/* A piece of a header line; not NUL-terminated. */
struct span {
	const char *p;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span s)
{
	while (s.n && is_blank(*s.p))
		s.p++, s.n--;
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool is_word(struct span s, const char *word)
{
	return s.n == strlen(word) && !strncasecmp(s.p, word, s.n);
}

/* Takes the digits at the start of s. False: there are none, or the number is above INT64_MAX. */
static bool take_number(struct span *s, uint64_t *out)
{
	size_t i = 0;

	for (*out = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++)
		if (mul_overflows(*out, (uint64_t)10, out) || add_overflows(*out, (uint64_t)(s->p[i] - '0'), out) ||
		    *out > INT64_MAX)
			return false;
	s->p += i;
	s->n -= i;
	return i > 0;
}

static bool take_char(struct span *s, char c)
{
	if (!s->n || *s->p != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* "bytes 0-99/1234", "bytes 0-99/" with a star for a size that is not known, "bytes" and a star for no part at all */
static bool parse_range(struct span s, struct http_reply *r)
{
	if (s.n < 6 || strncasecmp(s.p, "bytes", 5) || !is_blank(s.p[5]))
		return false;
	s = trim((struct span){ s.p + 6, s.n - 6 });
	if (!take_char(&s, '*')) {
		if (!take_number(&s, &r->first) || !take_char(&s, '-') || !take_number(&s, &r->last) || r->first > r->last)
			return false;
		r->has_range = true;
	}
	if (!take_char(&s, '/'))
		return false;
	if (take_char(&s, '*'))
		return !s.n && r->has_range;
	r->has_total = true;
	return take_number(&s, &r->total) && !s.n && (!r->has_range || r->last < r->total);
}

static void take_range(struct http_reply *r, struct span value)
{
	struct http_reply new = { 0 };
	bool again = r->has_range || r->has_total;

	if (!parse_range(value, &new) ||
	    (again && (new.has_range != r->has_range || new.first != r->first || new.last != r->last ||
		       new.has_total != r->has_total || new.total != r->total)))
		r->bad_range = true;
	r->has_range = new.has_range;
	r->first = new.first;
	r->last = new.last;
	r->has_total = new.has_total;
	r->total = new.total;
}

/* W/"..." or "..."; some servers leave the quotes out. */
static void take_etag(struct http_validators *v, struct span s)
{
	uint64_t hash = 14695981039346656037u;		/* FNV-1a */
	bool weak = s.n >= 2 && s.p[0] == 'W' && s.p[1] == '/';

	if (weak)
		s = (struct span){ s.p + 2, s.n - 2 };
	if (!s.n)
		return;
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (uint8_t)s.p[i]) * 1099511628211u;
	v->has_etag = true;
	v->weak = weak;
	v->etag = hash;
}

static int64_t parse_date(struct span s)
{
	char text[DATE_MAX_BYTES];
	time_t t;

	if (!s.n || s.n >= sizeof(text))
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	t = curl_getdate(text, NULL);
	return t < 0 ? -1 : t;
}

static int parse_retry_after(struct span s, int64_t now)
{
	struct span rest = s;
	uint64_t seconds;
	int64_t date;

	if (s.n && *s.p >= '0' && *s.p <= '9') {
		if (take_number(&rest, &seconds))
			return rest.n ? -1 : (int)min_u64(seconds, HTTP_RETRY_AFTER_MAX);
		return HTTP_RETRY_AFTER_MAX;
	}
	date = parse_date(s);
	if (date < 0)
		return -1;
	return date <= now ? 0 : (int)min_u64((uint64_t)(date - now), HTTP_RETRY_AFTER_MAX);
}

/* "HTTP/1.1 206 Partial Content" */
static bool is_status_line(struct span s, unsigned int *status)
{
	uint64_t code;

	if (s.n < 5 || strncasecmp(s.p, "HTTP/", 5))
		return false;
	while (s.n && *s.p != ' ')
		s.p++, s.n--;
	s = trim(s);
	*status = take_number(&s, &code) && code <= 999 ? (unsigned int)code : 0;
	return true;
}

void http_reply_line(struct http_reply *r, const char *line, size_t n, int64_t now)
{
	struct span s = { line, n }, name, value;
	unsigned int status;
	const char *colon;

	if (is_status_line(s, &status)) {
		*r = (struct http_reply){ .status = status, .retry_after = -1, .v.last_modified = -1 };
		return;
	}
	colon = memchr(line, ':', n);
	if (!colon)
		return;
	name = (struct span){ line, (size_t)(colon - line) };
	value = trim((struct span){ colon + 1, n - name.n - 1 });
	if (is_word(name, "Content-Range"))
		take_range(r, value);
	else if (is_word(name, "ETag"))
		take_etag(&r->v, value);
	else if (is_word(name, "Last-Modified"))
		r->v.last_modified = parse_date(value);
	else if (is_word(name, "Retry-After"))
		r->retry_after = parse_retry_after(value, now);
	else if (is_word(name, "Content-Encoding") && value.n && !is_word(value, "identity"))
		r->encoded = true;
}

bool http_validators_differ(const struct http_validators *a, const struct http_validators *b)
{
	if (a->has_etag && b->has_etag) {
		if (a->etag != b->etag)
			return true;
		if (!a->weak && !b->weak)
			return false;		/* the same to the byte: servers of a group may differ in their dates */
	}
	return a->last_modified >= 0 && b->last_modified >= 0 && a->last_modified != b->last_modified;
}
