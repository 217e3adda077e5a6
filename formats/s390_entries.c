/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/s390_entries.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/codec.h"

#define KEPT_BYTES (16u << 20)		/* decompressed, of all entries that are kept */
#define SLOTS_MAX 16u

struct slot {
	uint64_t offset;		/* of the entry in the file */
	uint64_t used;			/* when it was last used; 0: empty */
	uint8_t *data;			/* entry_bytes, owned */
};

struct s390_entries {
	pthread_mutex_t lock;		/* of what follows */
	struct slot slots[SLOTS_MAX];
	uint64_t clock;
	unsigned int nslots;
	uint32_t entry_bytes;
};

struct s390_entries *s390_entries_new(uint32_t entry_bytes)
{
	struct s390_entries *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	pthread_mutex_init(&e->lock, NULL);
	e->entry_bytes = entry_bytes;
	e->nslots = (unsigned int)max_u64(1, min_u64(SLOTS_MAX, KEPT_BYTES / entry_bytes));
	return e;
}

void s390_entries_free(struct s390_entries *e)
{
	if (!e)
		return;
	for (unsigned int i = 0; i < e->nslots; i++)
		free(e->slots[i].data);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static bool copy_kept(struct s390_entries *e, uint64_t offset, uint32_t from, uint32_t len, void *buf)
{
	bool found = false;

	pthread_mutex_lock(&e->lock);
	for (unsigned int i = 0; i < e->nslots && !found; i++) {
		struct slot *s = &e->slots[i];

		if (!s->used || s->offset != offset)
			continue;
		memcpy(buf, s->data + from, len);
		s->used = ++e->clock;
		found = true;
	}
	pthread_mutex_unlock(&e->lock);
	return found;
}

/* data goes into the slot that was not used for the longest time. Takes it over. */
static void keep(struct s390_entries *e, uint64_t offset, uint8_t *data)
{
	struct slot *s = e->slots;

	pthread_mutex_lock(&e->lock);
	for (unsigned int i = 1; i < e->nslots; i++)
		if (e->slots[i].used < s->used)
			s = &e->slots[i];
	free(s->data);
	*s = (struct slot){ .offset = offset, .used = ++e->clock, .data = data };
	pthread_mutex_unlock(&e->lock);
}

static int decompress(const struct source *src, const struct s390_entry *at, void *out)
{
	struct codec_ctx *ctx = codec_ctx_thread();
	void *in = ctx ? codec_ctx_buffer(ctx, at->stored_len) : NULL;
	int r;

	if (!in)
		return -ENOMEM;
	r = source_read(src, in, at->stored_len, at->offset);
	return r ? r : codec_decompress(ctx, CODEC_ZLIB, in, at->stored_len, out, at->memory_len);
}

int s390_entries_read(struct s390_entries *e, const struct source *src, const struct s390_entry *at, uint32_t from,
		      uint32_t len, void *buf)
{
	uint8_t *data;
	int r;

	/* who reads all of it comes in bulk, and will not be back soon */
	if (!from && len == at->memory_len)
		return decompress(src, at, buf);
	if (copy_kept(e, at->offset, from, len, buf))
		return 0;
	data = calloc(1, e->entry_bytes);
	if (!data)
		return -ENOMEM;
	r = decompress(src, at, data);
	if (r) {
		free(data);
		return r;
	}
	memcpy(buf, data + from, len);
	keep(e, at->offset, data);
	return 0;
}
