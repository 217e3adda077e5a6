/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "formats/source/http/cache.h"
#include "formats/source/http/fetch.h"
#include "formats/source/http/process.h"

struct http_source {
	struct source s;		/* first member */
	char *shown;			/* owned */
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

static void *first_room(struct http_fetch *f, size_t *n)
{
	(void)n;			/* all of it has room */
	return ((struct first_fetch *)f)->bytes + f->got;
}

static void first_came(struct http_fetch *f, size_t n)
{
	(void)f;
	(void)n;
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
		.f = {
			.remote = &h->remote, .len = sizeof(first->bytes), .urgent = true,
			.room = first_room, .came = first_came, .done = first_done,
		},
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
	free(h);
}

static const struct source_ops http_ops = {
	.read = http_read,
	.close = http_close,
};

int http_open(const char *url, struct source **out)
{
	struct http_source *h = calloc(1, sizeof(*h));
	struct first_fetch *first = malloc(sizeof(*first));
	int r = -ENOMEM;

	if (!h || !first)
		goto out;
	h->shown = http_shown_url(url);
	if (!h->shown)
		goto out;
	h->remote.name = h->shown;
	r = http_started(url, &h->remote.number);
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
	h->s.mtime = h->remote.mtime >= 0 ? h->remote.mtime : time(NULL);
	*out = &h->s;
	h = NULL;
	r = 0;
out:
	if (h)
		http_close(&h->s);
	free(first);
	return r;
}
