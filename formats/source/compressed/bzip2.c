/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bzip2 around a dump: each block is a chunk. Nothing in the file tells where they are and what they hold, so all of it is
 * searched and, on all cores, decompressed once when it is opened.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "base/workers.h"
#include "formats/source/compressed/bzip2_block.h"
#include "formats/source/parts/chunks.h"

struct bzip2_block {
	uint64_t begin, end;		/* bits of the file */
	uint64_t content;		/* bytes; 0: damaged */
};

struct bzip2_file {
	struct chunked c;		/* first member; chunk.at and chunk.kind: byte and bit */
	uint64_t *ends;			/* owned: in bits, of all chunks */

	/* while opening */
	struct bzip2_block *blocks;		/* owned */
	size_t n, room;
	bool open_end;			/* the last block has no end yet */
	struct source_pass pass;
	pthread_mutex_t pass_lock;
};

static int bzip2_probe(const struct source *s)
{
	uint8_t h[10];
	ssize_t r = source_read_some(s, h, sizeof(h), 0);
	uint64_t magic;

	if (r < 0)
		return (int)r;
	if (r < (ssize_t)sizeof(h) || memcmp(h, "BZh", 3) || h[3] < '1' || h[3] > '9')
		return 0;
	magic = get_u64(h + 2, true) & 0xffffffffffffull;
	return magic == BZIP2_BLOCK || magic == BZIP2_END;
}

static ssize_t bzip2_chunk(const struct chunked *c, size_t i, uint8_t *out, size_t len)
{
	const struct bzip2_file *f = (const struct bzip2_file *)c;
	ssize_t r = bzip2_decode(c->inner, (uint64_t)c->list[i].at * 8 + c->list[i].kind, f->ends[i], out, len);

	if (r == -ENOMEM || r == (ssize_t)len)
		return r;
	return chunked_damaged(c, i, "cannot be decompressed again");
}

static int found(void *arg, uint64_t bit, uint64_t magic)
{
	struct bzip2_file *f = arg;

	if (f->open_end)
		f->blocks[f->n - 1].end = bit;
	f->open_end = magic == BZIP2_BLOCK;
	if (!f->open_end)
		return 0;
	return vector_push(f->blocks, f->n, f->room, (struct bzip2_block){ .begin = bit });
}

static void tick(void *arg, uint64_t bytes)
{
	struct bzip2_file *f = arg;

	pthread_mutex_lock(&f->pass_lock);
	pass_tick(&f->pass, bytes);
	pthread_mutex_unlock(&f->pass_lock);
}

/* The search is a small part of the work. */
static void tick_found(void *arg, uint64_t bytes)
{
	tick(arg, bytes / 16);
}

static int measure(void *arg, void *scratch, uint64_t item)
{
	struct bzip2_file *f = arg;
	struct bzip2_block *b = &f->blocks[item];
	ssize_t r = bzip2_decode(f->c.inner, b->begin, b->end, NULL, CHUNK_BYTES_MAX);

	(void)scratch;
	b->content = r > 0 ? (uint64_t)r : 0;
	tick(f, f->c.inner->size / 16 + b->begin / 8 / 16 * 15);
	return r == -ENOMEM ? -ENOMEM : 0;
}

static int list_blocks(struct bzip2_file *f)
{
	struct workers_job job = { .run = measure, .arg = f };
	const struct source *inner = f->c.inner;
	int r;

	pass_start(&f->pass, inner, "bzip2", "an index of its blocks");
	r = bzip2_find(inner, found, f, tick_found);
	if (r == -ENOMEM)
		return r;
	if (r)
		return fail(-r, "%s: bzip2: cannot be read: %s", inner->name, strerror(-r));
	job.items = f->n - f->open_end;
	r = workers_run(&job);
	if (r)
		return r;
	f->ends = malloc((f->n ? f->n : 1) * sizeof(*f->ends));
	if (!f->ends)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++) {
		const struct bzip2_block *b = &f->blocks[i];

		if (!b->content) {
			chunked_cut_short(&f->c, b->begin / 8, i + 1 == f->n && f->open_end ? "cut off" : "damaged");
			break;
		}
		f->ends[f->c.n] = b->end;
		r = chunked_add(&f->c, b->content, b->begin / 8, b->begin % 8);
		if (r)
			return r;
	}
	return 0;
}

static void bzip2_free(struct chunked *c)
{
	struct bzip2_file *f = (struct bzip2_file *)c;

	pthread_mutex_destroy(&f->pass_lock);
	free(f->blocks);
	free(f->ends);
	free(f);
}

static const struct chunked_ops bzip2_chunked_ops = {
	.decode = bzip2_chunk,
	.free = bzip2_free,
};

static int bzip2_open(struct source *inner, struct source **out)
{
	struct bzip2_file *f = calloc(1, sizeof(*f));
	int r;

	if (!f) {
		source_close(inner);
		return -ENOMEM;
	}
	pthread_mutex_init(&f->pass_lock, NULL);
	chunked_init(&f->c, &bzip2_chunked_ops, inner, "bzip2");
	r = list_blocks(f);
	free(f->blocks);
	f->blocks = NULL;
	if (!r && !f->c.n)
		r = fail(EIO, "%s: bzip2: nothing is in it", inner->name);
	if (!r)
		r = chunked_finish(&f->c, inner->size);
	if (r) {
		chunked_close(&f->c);
		return r;
	}
	*out = &f->c.s;
	return 0;
}

const struct container_ops bzip2_container = {
	.name = "bzip2",
	.probe = bzip2_probe,
	.open = bzip2_open,
};
