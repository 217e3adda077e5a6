/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/once.h"
#include "formats/source/http/cache.h"
#include "formats/source/http/fetch.h"

struct http_source {
	struct source s;		/* first member */
	char *url, *shown;		/* owned */
	struct http_remote remote;
	struct http_cache *cache;	/* owned */
};

/* The first block of the file, for the thread that opens it. */
struct first_fetch {
	struct http_fetch f;		/* first member */
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
	int r;
	uint8_t bytes[HTTP_BLOCK_BYTES];
};

bool http_is_url(const char *path)
{
	return !strncasecmp(path, "http://", 7) || !strncasecmp(path, "https://", 8);
}

/* Where the text from s on ends that may be a password: at the last @ before end, or NULL: there is none. */
static const char *user_end(const char *s, const char *end)
{
	return memrchr(s, '@', (size_t)(end - s));
}

/*
 * scheme://user:password@host/path?query without :password and query. In a password that has a slash or a question mark in
 * it and is not encoded, the host seems to end at that: such an address leads nowhere, but the password is one all the same.
 * It shows by a colon with no port behind it.
 */
char *http_shown_url(const char *url)
{
	const char *start = strstr(url, "://"), *end, *at, *colon;
	size_t query;
	char *shown;

	if (!start)
		return strdup(url);
	start += 3;
	end = start + strcspn(start, "/?#");
	colon = memchr(start, ':', (size_t)(end - start));
	at = user_end(start, end);
	if (!at && colon && *start != '[' && (colon + 1 == end || colon + 1 + strspn(colon + 1, "0123456789") != end))
		at = user_end(start, start + strlen(start));
	if (at && colon && colon < at)
		start = colon;
	else
		at = start;
	query = strcspn(at, "?#");
	if (asprintf(&shown, "%.*s%.*s%s", (int)(start - url), url, (int)query, at, at[query] == '?' ? "?..." : "") < 0)
		return NULL;
	return shown;
}

static void first_data(struct http_fetch *f, const void *p, size_t n)
{
	struct first_fetch *first = (struct first_fetch *)f;

	memcpy(first->bytes + f->got, p, n);
}

static void first_done(struct http_fetch *f, int r)
{
	struct first_fetch *first = (struct first_fetch *)f;

	pthread_mutex_lock(&first->lock);
	first->is_done = true;
	first->r = r;
	pthread_cond_signal(&first->done);
	pthread_mutex_unlock(&first->lock);
}

/* Makes the remote known. */
static int get_first_block(struct http_source *h, struct first_fetch *first)
{
	*first = (struct first_fetch){
		.f = { .remote = &h->remote, .len = sizeof(first->bytes), .urgent = true, .data = first_data, .done = first_done },
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
	};
	http_fetch_start(&first->f);
	pthread_mutex_lock(&first->lock);
	while (!first->is_done)
		pthread_cond_wait(&first->done, &first->lock);
	pthread_mutex_unlock(&first->lock);
	http_fetch_settle(&h->remote);
	return first->r;
}

static ssize_t http_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct http_source *h = (const struct http_source *)s;
	int r;

	if (off >= s->size)
		return 0;
	n = (size_t)min_u64(n, s->size - off);
	r = http_cache_read(h->cache, buf, n, off);
	return r ? r : (ssize_t)n;
}

static void http_close(struct source *s)
{
	struct http_source *h = (struct http_source *)s;

	http_cache_free(h->cache);
	free(h->shown);
	free(h->url);
	free(h);
}

static const struct source_ops http_ops = {
	.read = http_read,
	.close = http_close,
};

static int init_curl(void *unused)
{
	(void)unused;
	return curl_global_init(CURL_GLOBAL_DEFAULT) ? -ENOTSUP : 0;
}

int http_open(const char *url, struct source **out)
{
	static struct once once = ONCE_INIT;	/* the state that it makes is libcurl's, of which there is one */
	struct http_source *h = calloc(1, sizeof(*h));
	struct first_fetch *first = malloc(sizeof(*first));
	int r = -ENOMEM;

	if (!h || !first)
		goto out;
	h->url = strdup(url);
	h->shown = http_shown_url(url);
	if (!h->url || !h->shown)
		goto out;
	h->remote.url = h->url;
	h->remote.name = h->shown;
	r = once_run(&once, init_curl, NULL);
	if (!r)
		r = get_first_block(h, first);
	if (r)
		goto out;
	r = -ENOMEM;
	h->cache = http_cache_new(&h->remote);
	if (!h->cache)
		goto out;
	http_cache_put_first(h->cache, first->bytes);
	h->s.ops = &http_ops;
	h->s.name = h->shown;
	h->s.size = h->remote.size;
	h->s.mtime = h->remote.seen.last_modified >= 0 ? h->remote.seen.last_modified : time(NULL);
	*out = &h->s;
	h = NULL;
	r = 0;
out:
	if (h)
		http_close(&h->s);
	free(first);
	return r;
}
