/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/parts/chunks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/vector.h"
#include "base/workers.h"

/* The cache is for a chunk a thread, and one more. */
#define CACHE_MIN ((uint64_t)8 << 20)
#define CACHE_MAX ((uint64_t)64 << 20)
/* Decoded at the same time for one reader: a chunk a thread, or so much when chunks are small. */
#define AHEAD_BYTES ((uint64_t)1 << 20)
#define AHEAD_MAX 16
#define AT_MAX (((uint64_t)1 << 56) - 1)
/* Milliseconds until the first line of a pass, and from one to the next: as messages, and on a terminal. */
#define PASS_QUIET 2000
#define PASS_EVERY 10000
#define PASS_SHOW 400
#define PASS_SHOW_EVERY 200

/* The last chunk that starts at or before off, which is inside the content. */
static size_t find_chunk(const struct chunked *c, uint64_t off)
{
	return bisect_from(i, 1, c->n, c->list[i].start > off) - 1;
}

uint64_t chunked_size(const struct chunked *c, size_t i)
{
	return c->list[i + 1].start - c->list[i].start;
}

static ssize_t make_chunk(const void *arg, uint64_t key, uint8_t *data, size_t len)
{
	const struct chunked *c = arg;

	return c->ops->decode(c, (size_t)key, data, len);
}

/* --- reading on */

struct ahead {
	const struct chunked *c;
	size_t first;
};

static int decode_ahead(void *arg, uint64_t item)
{
	const struct ahead *a = arg;
	size_t i = a->first + (size_t)item;
	const struct cache_block *b;

	if (!cache_get(a->c->cache, i, (size_t)chunked_size(a->c, i), &b))
		cache_put(a->c->cache, b);
	return 0;
}

/* Who wants chunk i after the one before it wants the next ones soon: they are decoded at the same time. */
static void read_ahead(const struct chunked *c, size_t i)
{
	struct ahead a = { c, i };
	unsigned int threads = workers_threads();
	uint64_t n = 0, bytes = 0;
	struct fault_watch watch;

	if (threads < 2 || !i || cache_has(c->cache, i) || !cache_has(c->cache, i - 1))
		return;
	while (n < AHEAD_MAX && i + n < c->n && (n < threads || bytes < AHEAD_BYTES)) {
		bytes += chunked_size(c, i + n);
		if (bytes > c->cache_bytes / 4 * 3)
			break;
		n++;
	}
	if (n > 1) {
		fault_watch_begin(&watch);
		workers_share(decode_ahead, &a, n);
		fault_watch_drop(&watch);	/* the one who wants them will see */
	}
}

static ssize_t chunked_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct chunked *c = (const struct chunked *)s;
	const struct cache_block *b;
	size_t i = find_chunk(c, off), done, from, len;
	int r;

	for (done = 0; done < n; done += len, i++) {
		read_ahead(c, i);
		r = cache_get(c->cache, i, (size_t)chunked_size(c, i), &b);
		if (r)
			return r;
		from = (size_t)(off + done - c->list[i].start);
		len = (size_t)min_u64(n - done, b->len - from);
		if (from + len > b->good)
			r = -EIO;
		else
			memcpy((uint8_t *)buf + done, b->data + from, len);
		cache_put(c->cache, b);
		if (r)
			return r;
	}
	return (ssize_t)n;
}

static void close_source(struct source *s)
{
	chunked_close((struct chunked *)s);
}

static const struct source_ops chunked_source_ops = {
	.read = chunked_read,
	.close = close_source,
};

/* --- opening */

void chunked_init(struct chunked *c, const struct chunked_ops *ops, struct source *inner, const char *method)
{
	c->s = (struct source){
		.ops = &chunked_source_ops,
		.name = inner->name,
		.mtime = inner->mtime,
		.truncated = inner->truncated,
		.unpack = inner->unpack,
	};
	c->ops = ops;
	c->inner = inner;
	c->method = method;
}

int chunked_add(struct chunked *c, uint64_t len, uint64_t at, unsigned int kind)
{
	uint64_t end;
	int r;

	if (!len)
		return 0;
	if (add_overflows(c->s.size, len, &end) || end > INT64_MAX || at > AT_MAX)
		return -EFBIG;
	r = vector_push(c->list, c->n, c->room, (struct chunk){ .start = c->s.size, .at = at, .kind = (uint8_t)kind });
	if (r)
		return r;
	c->s.size = end;
	c->largest = max_u64(c->largest, len);
	return 0;
}

void chunked_clear(struct chunked *c)
{
	c->n = 0;
	c->s.size = c->largest = 0;
}

int chunked_finish(struct chunked *c, uint64_t end)
{
	int r = vector_reserve(c->list, c->n, c->room, 1);

	if (r)
		return r;
	c->list[c->n] = (struct chunk){ .start = c->s.size, .at = end };
	vector_trim(c->list, c->n + 1, c->room);
	c->cache_bytes = max_u64(CACHE_MIN, min_u64(CACHE_MAX, c->largest * (workers_threads() + 1)));
	c->cache = cache_new(c->cache_bytes, make_chunk, c);
	return c->cache ? 0 : -ENOMEM;
}

void chunked_close(struct chunked *c)
{
	if (!c)
		return;
	cache_free(c->cache);
	free(c->list);
	source_close(c->inner);
	c->ops->free(c);
}

ssize_t chunked_damaged(const struct chunked *c, size_t i, const char *why)
{
	int r = fail_counted((unsigned long *)&c->damaged, EIO,
			     "%s: %s: %llu bytes of content at %#llx (file offset %#llx): %s", c->s.name, c->method,
			     (unsigned long long)chunked_size(c, i), (unsigned long long)c->list[i].start,
			     (unsigned long long)c->list[i].at, why);

	return error_is_passing(r) ? r : 0;
}

void chunked_cut_short(struct chunked *c, uint64_t at, const char *why)
{
	c->s.truncated = true;
	log_warn("%s: %s: %s at offset %#llx; what comes after is missing", c->s.name, c->method, why,
		 (unsigned long long)at);
}

/* --- a pass */

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pass_start(struct source_pass *p, const struct source *inner, const char *method, const char *what)
{
	*p = (struct source_pass){ .inner = inner, .method = method, .what = what, .started = milliseconds() };
	p->next = p->started + (log_has_terminal() ? PASS_SHOW : PASS_QUIET);
}

void pass_tick(struct source_pass *p, uint64_t done)
{
	int64_t now = milliseconds(), spent = now - p->started;
	double part = p->inner->size ? (double)done / (double)p->inner->size : 0;
	char left[32] = "";

	if (now < p->next)
		return;
	if (part > 0 && part <= 1)
		snprintf(left, sizeof(left), ", %lld s left", (long long)((double)spent * (1 - part) / part / 1000 + 0.5));
	if (log_has_terminal()) {
		p->next = now + PASS_SHOW_EVERY;
		if (!p->inner->size)
			log_progress("%s: %s: making %s: %llu MiB", p->inner->name, p->method, p->what,
				     (unsigned long long)done >> 20);
		else
			log_progress("%s: %s: making %s: %u %%%s", p->inner->name, p->method, p->what, (unsigned int)(100 * part),
				     left);
		return;
	}
	p->next = now + PASS_EVERY;
	if (!p->inner->size)
		log_notice("%s: %s: making %s: %llu MiB in %lld s", p->inner->name, p->method, p->what,
			   (unsigned long long)done >> 20, (long long)spent / 1000);
	else
		log_notice("%s: %s: making %s, which reads all of the file once: %u %% in %lld s%s", p->inner->name, p->method,
			   p->what, (unsigned int)(100 * part), (long long)spent / 1000, left);
}
