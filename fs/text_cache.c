/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/text_cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/once.h"

#define BUCKETS 4096

struct cached_text {
	struct cached_text *next;	/* in its bucket */
	struct cached_text *newer, *older;	/* in its list, see struct text_list */
	struct node node;
	unsigned int users;		/* who are in text_cache_get(): it stays */
	struct once once;		/* for text: */
	struct text *text;		/* shared, or NULL */
	size_t len;			/* of the text that it has, or had */
	bool has_len;
	bool counted;			/* in the bytes of the cache */
};

struct text_list {
	struct cached_text *newest, *oldest;
};

struct text_cache {
	pthread_mutex_t lock;		/* for all but what a once guards */
	struct cached_text *buckets[BUCKETS];
	struct text_list texts;		/* made, in the making, or failed */
	struct text_list lengths;	/* their texts are gone */
	size_t bytes, max_bytes;
	size_t nlengths, max_lengths;
};

static struct cached_text **bucket_of(struct text_cache *c, struct node n)
{
	return &c->buckets[(node_to_ino(n) * 0x9e3779b97f4a7c15ull >> 32) % BUCKETS];
}

static void list_take(struct text_list *l, struct cached_text *t)
{
	*(t->newer ? &t->newer->older : &l->newest) = t->older;
	*(t->older ? &t->older->newer : &l->oldest) = t->newer;
}

static void list_put(struct text_list *l, struct cached_text *t)
{
	t->newer = NULL;
	t->older = l->newest;
	*(l->newest ? &l->newest->newer : &l->oldest) = t;
	l->newest = t;
}

struct text_cache *text_cache_new(size_t bytes, size_t max_lengths)
{
	struct text_cache *c = calloc(1, sizeof(*c));

	if (c) {
		pthread_mutex_init(&c->lock, NULL);
		c->max_bytes = bytes;
		c->max_lengths = max_lengths;
	}
	return c;
}

static void free_cached(struct cached_text *t)
{
	text_unref(t->text);
	pthread_mutex_destroy(&t->once.lock);
	free(t);
}

void text_cache_free(struct text_cache *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (c->buckets[i]) {
			struct cached_text *t = c->buckets[i];

			c->buckets[i] = t->next;
			free_cached(t);
		}
	}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static struct cached_text *find(struct text_cache *c, struct node n)
{
	struct cached_text *t = *bucket_of(c, n);

	while (t && (t->node.row != n.row || t->node.key != n.key))
		t = t->next;
	return t;
}

/* What a text takes. */
static size_t cost(const struct cached_text *t)
{
	return sizeof(*t) + (t->text ? sizeof(*t->text) + t->len : 0);
}

static void remove_cached(struct text_cache *c, struct cached_text *t)
{
	struct cached_text **at = bucket_of(c, t->node);

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	free_cached(t);
}

/* The text, or that there is none, is no longer known; its length is. Nobody is at its once. */
static void drop_text(struct text_cache *c, struct cached_text *t)
{
	c->bytes -= cost(t);
	t->counted = false;
	list_take(&c->texts, t);
	if (!t->has_len || !c->max_lengths) {
		remove_cached(c, t);
		return;
	}
	text_unref(t->text);
	t->text = NULL;
	pthread_mutex_destroy(&t->once.lock);
	t->once = (struct once)ONCE_INIT;
	list_put(&c->lengths, t);
	if (c->nlengths++ == c->max_lengths) {
		struct cached_text *oldest = c->lengths.oldest;

		list_take(&c->lengths, oldest);
		remove_cached(c, oldest);
		c->nlengths--;
	}
}

static void shrink(struct text_cache *c)
{
	struct cached_text *t = c->texts.oldest, *newer;

	for (; t && t != c->texts.newest && c->bytes > c->max_bytes; t = newer) {
		newer = t->newer;
		if (!t->users && t->counted)
			drop_text(c, t);
	}
}

/* Under the lock: the entry of a node, the newest one now. NULL: out of memory. */
static struct cached_text *enter(struct text_cache *c, struct node n)
{
	struct cached_text *t = find(c, n);

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return NULL;
		t->node = n;
		t->once = (struct once)ONCE_INIT;
		t->next = *bucket_of(c, n);
		*bucket_of(c, n) = t;
	} else if (t->users || t->counted) {
		list_take(&c->texts, t);
	} else {
		list_take(&c->lengths, t);
		c->nlengths--;
	}
	list_put(&c->texts, t);
	t->users++;
	return t;
}

/* Under the lock: one user less, who got made (NULL: none). The last one counts what came of it. */
static void leave(struct text_cache *c, struct cached_text *t, const struct text *made)
{
	if (made) {
		t->len = made->len;
		t->has_len = true;
	}
	if (--t->users)
		return;
	if (!t->counted) {
		t->counted = true;
		c->bytes += cost(t);
	}
	if (!once_done(&t->once))		/* a passing fault: nothing is known of it */
		drop_text(c, t);
	shrink(c);
}

struct making {
	struct cached_text *cached;
	text_make *make;
	void *arg;
};

static int make_text(void *arg)
{
	const struct making *m = arg;
	struct outbuf out = OUTBUF_INIT;
	int r;

	/* once more, after a passing fault */
	text_unref(m->cached->text);
	m->cached->text = NULL;
	r = m->make(m->arg, &out);
	if (!r)
		return text_new(&out, &m->cached->text);
	out_free(&out);
	return r;
}

int text_cache_get(struct text_cache *c, struct node n, text_make *make, void *arg, struct text **out)
{
	struct making m = { .make = make, .arg = arg };
	int r;

	pthread_mutex_lock(&c->lock);
	m.cached = enter(c, n);
	pthread_mutex_unlock(&c->lock);
	if (!m.cached)
		return -ENOMEM;
	r = once_run(&m.cached->once, make_text, &m);
	if (!r)
		*out = text_ref(m.cached->text);
	pthread_mutex_lock(&c->lock);
	leave(c, m.cached, r ? NULL : *out);
	pthread_mutex_unlock(&c->lock);
	return r;
}

bool text_cache_has(struct text_cache *c, struct node n)
{
	const struct cached_text *t;
	bool has;

	pthread_mutex_lock(&c->lock);
	t = find(c, n);
	has = t && once_done(&t->once);
	pthread_mutex_unlock(&c->lock);
	return has;
}

bool text_cache_length(struct text_cache *c, struct node n, size_t *len)
{
	struct cached_text *t;
	bool known;

	pthread_mutex_lock(&c->lock);
	t = find(c, n);
	known = t && t->has_len;
	if (known)
		*len = t->len;
	pthread_mutex_unlock(&c->lock);
	return known;
}
