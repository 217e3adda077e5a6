/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/walks.h"

#include <pthread.h>
#include <stdlib.h>

#define SLOTS 64		/* what many programs at once look up and then open; ls -l of names opens none */

struct walks {
	pthread_mutex_t lock;
	struct {
		struct range walk;
		struct text *text;	/* owned; NULL: free */
	} slots[SLOTS];
	unsigned int next;		/* the one that was filled the longest time ago */
};

struct walks *walks_new(void)
{
	struct walks *w = calloc(1, sizeof(*w));

	if (w)
		pthread_mutex_init(&w->lock, NULL);
	return w;
}

void walks_free(struct walks *w)
{
	if (!w)
		return;
	for (unsigned int i = 0; i < SLOTS; i++)
		text_unref(w->slots[i].text);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* SLOTS when there is none. Under the lock. */
static unsigned int find(const struct walks *w, const struct range *walk)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (w->slots[i].text && w->slots[i].walk.kind == walk->kind && w->slots[i].walk.addr == walk->addr &&
		    w->slots[i].walk.len == walk->len)
			break;
	return i;
}

void walks_keep(struct walks *w, const struct range *walk, struct text *t)
{
	struct text *old;
	unsigned int i;

	pthread_mutex_lock(&w->lock);
	i = find(w, walk);
	if (i == SLOTS) {
		i = w->next;
		w->next = (w->next + 1) % SLOTS;
	}
	old = w->slots[i].text;
	w->slots[i].walk = *walk;
	w->slots[i].text = t;
	pthread_mutex_unlock(&w->lock);
	text_unref(old);
}

bool walks_length(struct walks *w, const struct range *walk, size_t *len)
{
	unsigned int i;

	pthread_mutex_lock(&w->lock);
	i = find(w, walk);
	if (i < SLOTS)
		*len = w->slots[i].text->len;
	pthread_mutex_unlock(&w->lock);
	return i < SLOTS;
}

struct text *walks_take(struct walks *w, const struct range *walk)
{
	struct text *t = NULL;
	unsigned int i;

	pthread_mutex_lock(&w->lock);
	i = find(w, walk);
	if (i < SLOTS) {
		t = w->slots[i].text;
		w->slots[i].text = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	return t;
}
