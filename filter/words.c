/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/words.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "base/workers.h"

#define HASH_BITS	16u
#define PIECE_BYTES	((uint64_t)1 << 20)	/* that one thread searches at a time */
#define PIECES_MAX	256u			/* that are handed out at once: memory does not grow with what headers claim */

static uint32_t hash_of(const uint8_t *bytes)
{
	uint32_t v;

	memcpy(&v, bytes, sizeof(v));
	return v * 2654435761u >> (32 - HASH_BITS);
}

int words_add(struct words *w, const void *bytes, size_t len, uint32_t number)
{
	uint32_t *head;
	int r;

	if (len < WORD_MIN || len > WORD_MAX || memchr(bytes, 0, len))
		return -EINVAL;
	if (w->n == WORDS_MAX)
		return -EFBIG;
	if (!w->heads)
		w->heads = calloc((size_t)1 << HASH_BITS, sizeof(*w->heads));
	if (!w->heads)
		return -ENOMEM;
	head = &w->heads[hash_of(bytes)];
	r = vector_push(w->list, w->n, w->cap, (struct word){ bytes, (uint32_t)len, number, *head });
	if (r)
		return r;
	*head = (uint32_t)w->n;
	w->longest = max_u64(w->longest, len);
	return 0;
}

void words_free(struct words *w)
{
	free(w->list);
	free(w->heads);
	*w = (struct words){ 0 };
}

int words_in(const struct words *w, const uint8_t *bytes, size_t starts, size_t n,
	     int (*fn)(void *arg, uint64_t offset, uint32_t word), void *arg)
{
	if (!w->n)
		return 0;
	for (size_t at = 0; at < starts && n - at >= WORD_MIN; at++) {
		for (uint32_t i = w->heads[hash_of(bytes + at)]; i; i = w->list[i - 1].next) {
			const struct word *word = &w->list[i - 1];
			int r;

			if (word->len > n - at || memcmp(word->bytes, bytes + at, word->len))
				continue;
			r = fn(arg, at, i - 1);
			if (r)
				return r;
		}
	}
	return 0;
}

struct piece {
	uint64_t first, count;		/* all stored */
};

struct word_search {
	const struct words *words;
	const struct pages *ps;
	struct piece *pieces;
	size_t npieces;
	uint64_t done, total;		/* pages */
	uint64_t behind;		/* pages behind a piece that a word may end in */
	pthread_mutex_t lock;		/* for out */
	struct word_hits *out;
};

struct found_in {
	struct word_search *s;
	uint64_t paddr;
};

static int found(void *arg, uint64_t offset, uint32_t word)
{
	struct found_in *f = arg;
	struct word_hits *h = f->s->out;
	int r = -EFBIG;

	pthread_mutex_lock(&f->s->lock);
	if (h->n < HITS_MAX)
		r = vector_push(h->list, h->n, h->cap, (struct word_hit){ f->paddr + offset, word });
	pthread_mutex_unlock(&f->s->lock);
	return r;
}

/* Pages one by one, those that cannot be read as zeroes; only those of the piece itself are counted. */
static int read_one_by_one(struct word_search *s, uint64_t pfn, uint64_t count, bool counted, uint8_t *buf)
{
	uint64_t size = pages_size(s->ps), unread = 0;

	for (uint64_t i = 0; i < count; i++) {
		int r = pages_read(s->ps, pfn + i, buf + i * size);

		if (r == -ENOMEM || r == -EINTR || r == -ENOTSUP)
			return r;
		if (r)
			memset(buf + i * size, 0, size);
		unread += r && counted;
	}
	pthread_mutex_lock(&s->lock);
	s->out->unread += unread;
	pthread_mutex_unlock(&s->lock);
	return 0;
}

static int search_piece(void *arg, void *buf, uint64_t item)
{
	struct word_search *s = arg;
	const struct piece *p = &s->pieces[item];
	uint64_t size = pages_size(s->ps), end = p->first + p->count, behind = 0;
	struct found_in f = { s, p->first * size };
	struct page_run run;
	int r = pages_read_run(s->ps, p->first, p->count, buf);

	if (r)
		r = read_one_by_one(s, p->first, p->count, true, buf);
	while (!r && behind < s->behind && end + behind < s->ps->max_pfn) {
		pages_run(s->ps, end + behind, &run);
		if (run.state != PAGE_DATA)
			break;
		r = read_one_by_one(s, end + behind, 1, false, (uint8_t *)buf + (p->count + behind) * size);
		behind++;
	}
	return r ? r : words_in(s->words, buf, p->count * size, (p->count + behind) * size, found, &f);
}

static void *new_buffer(void *arg)
{
	const struct word_search *s = arg;

	return malloc(max_u64(PIECE_BYTES, pages_size(s->ps)) + s->behind * pages_size(s->ps));
}

static void show_progress(uint64_t done, uint64_t total)
{
	if (total)
		log_progress("searching memory: %u %%", (unsigned int)(100.0 * (double)min_u64(done, total) / (double)total));
}

static int search_pieces(struct word_search *s)
{
	struct workers_job job = {
		.run = search_piece, .scratch_new = new_buffer, .scratch_free = free, .arg = s, .items = s->npieces,
	};
	int r = s->npieces ? workers_run(&job) : 0;

	for (size_t i = 0; i < s->npieces; i++)
		s->done += s->pieces[i].count;
	show_progress(s->done, s->total);
	s->npieces = 0;
	return r;
}

/* Stored pages from first on: into pieces, which are searched when there are many. */
static int add_run(struct word_search *s, uint64_t first, uint64_t count)
{
	uint64_t most = max_u64(PIECE_BYTES / pages_size(s->ps), 1);
	int r = 0;

	while (count && !r) {
		uint64_t lost = pages_lost(s->ps, first, count), n = min_u64(count, most);

		if (lost) {
			s->out->unread += lost;
			s->done += lost;
			n = lost;
		} else {
			s->pieces[s->npieces++] = (struct piece){ first, n };
			if (s->npieces == PIECES_MAX)
				r = search_pieces(s);
		}
		first += n;
		count -= n;
	}
	return r;
}

static int by_place(const void *a, const void *b)
{
	const struct word_hit *x = a, *y = b;

	if (x->paddr != y->paddr)
		return x->paddr < y->paddr ? -1 : 1;
	return x->word < y->word ? -1 : x->word > y->word;
}

int words_search(const struct words *w, const struct pages *ps, struct word_hits *out)
{
	struct word_search s = {
		.words = w, .ps = ps, .out = out, .lock = PTHREAD_MUTEX_INITIALIZER,
		.pieces = calloc(PIECES_MAX, sizeof(*s.pieces)),
		.total = log_has_terminal() ? pages_kept(ps) : 0,
		.behind = w->n ? (w->longest - 2) / pages_size(ps) + 1 : 0,
	};
	struct page_run run;
	int r = s.pieces ? 0 : -ENOMEM;

	*out = (struct word_hits){ 0 };
	for (uint64_t pfn = 0; w->n && pfn < ps->max_pfn && !r; pfn += run.count) {
		pages_run(ps, pfn, &run);
		if (run.state == PAGE_DATA)
			r = add_run(&s, pfn, run.count);
	}
	if (!r)
		r = search_pieces(&s);
	log_progress(NULL);
	free(s.pieces);
	if (out->n)
		qsort(out->list, out->n, sizeof(*out->list), by_place);
	return r;
}

void word_hits_free(struct word_hits *h)
{
	free(h->list);
	*h = (struct word_hits){ 0 };
}
