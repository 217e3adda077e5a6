/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/parts/unpacked.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/spool.h"
#include "base/vector.h"

#define SPOOL_DIR_SHOWN 40		/* characters of its name, on a line about how far it is */
#define MEMORY_MAX ((uint64_t)32 << 20)

struct unpacked {
	struct source s;		/* first member */
	const struct unpack_how *how;	/* while opening */
	uint8_t *bytes;			/* owned; NULL: in the spool */
	size_t room;
	struct spool *spool;		/* owned; NULL: in memory */
	uint64_t limit;			/* bytes that may go to the spool */
	char what[64 + SPOOL_DIR_SHOWN];	/* is made: for messages about how far it is */
};

static int refuse(const struct unpacked *u)
{
	return fail(ENOTSUP, "%s: %s: %s: it cannot be read in the middle, and is too large for memory; unpack it (%s), or "
		    "have that done into a temporary file (-o unpack)", u->s.name, u->how->method, u->how->why, u->how->hint);
}

/* Half of what is free is not enough. */
static int refuse_size(const struct unpacked *u)
{
	return fail(ENOTSUP, "%s: %s: %s: it cannot be read in the middle, and is too large for memory and for half of the room in "
		    "%s (free: %llu MiB); unpack it (%s), set TMPDIR to a folder with more room, or give -o unpack",
		    u->s.name, u->how->method, u->how->why, spool_folder(u->spool),
		    (unsigned long long)u->limit >> 19, u->how->hint);
}

/* What is in memory goes to a file. */
static int to_spool(struct unpacked *u)
{
	int r;

	if (u->s.unpack == UNPACK_NEVER)
		return refuse(u);
	r = spool_new(&u->spool);
	if (r)
		return r;
	if (u->how->method)
		log_info("%s: %s: unpacking it into a temporary file in %s", u->s.name, u->how->method, spool_folder(u->spool));
	snprintf(u->what + strlen(u->what), sizeof(u->what) - strlen(u->what), " in %.*s", SPOOL_DIR_SHOWN,
		 spool_folder(u->spool));
	u->limit = u->s.unpack == UNPACK_ALWAYS ? UINT64_MAX : spool_room(u->spool) / 2;
	if (max_u64(u->how->size, u->s.size) > u->limit)
		return refuse_size(u);
	if (u->how->size)
		r = spool_check_room(u->spool, u->how->size);
	if (!r)
		r = spool_write(u->spool, u->bytes, (size_t)u->s.size, 0);
	free(u->bytes);
	u->bytes = NULL;
	return r;
}

static int make_place(struct unpacked *u, size_t n)
{
	int r = vector_reserve(u->bytes, u->s.size, u->room, n);

	return r ? fail(-r, "%s: out of memory", u->s.name) : 0;
}

int unpacked_write(struct unpacked *u, const void *buf, size_t n)
{
	int r = 0;

	if (!n)
		return 0;
	if (!u->spool && u->s.size + n > MEMORY_MAX)
		r = to_spool(u);
	if (!r && u->spool && u->s.size + n > u->limit)
		r = refuse_size(u);
	if (!r && !u->spool)
		r = make_place(u, n);
	if (r)
		return r;
	if (u->spool)
		r = spool_write(u->spool, buf, n, u->s.size);
	else
		memcpy(u->bytes + u->s.size, buf, n);
	u->s.size += n;
	return r;
}

const char *unpacked_what(const struct unpacked *u)
{
	return u->what;
}

const char *unpacked_dir(const struct unpacked *u)
{
	return u->spool ? spool_folder(u->spool) : NULL;
}

static ssize_t unpacked_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	const struct unpacked *u = (const struct unpacked *)s;
	int r = 0;

	if (u->spool)
		r = spool_read(u->spool, buf, n, off);
	else
		memcpy(buf, u->bytes + off, n);
	return r ? r : (ssize_t)n;
}

static void unpacked_close(struct source *s)
{
	struct unpacked *u = (struct unpacked *)s;

	spool_free(u->spool);
	free(u->bytes);
	free(u);
}

static const struct source_ops unpacked_ops = {
	.read = unpacked_read,
	.close = unpacked_close,
};

struct unpacked *unpacked_new(const struct source *facts, const struct unpack_how *how)
{
	struct unpacked *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->how = how;
	u->s = (struct source){
		.ops = &unpacked_ops,
		.name = facts->name,
		.mtime = facts->mtime,
		.truncated = facts->truncated,
		.unpack = facts->unpack,
	};
	snprintf(u->what, sizeof(u->what), "%s copy", how->unpack ? "an unpacked" : "a");
	return u;
}

int unpacked_finish(struct unpacked *u, int r, struct source **out)
{
	if (r) {
		if (u)
			unpacked_close(&u->s);
		return r;
	}
	u->how = NULL;
	*out = &u->s;
	return 0;
}

int unpacked_open(struct source *inner, const struct unpack_how *how, struct source **out)
{
	struct unpacked *u = unpacked_new(inner, how);
	int r = u ? 0 : -ENOMEM;

	/* before any work */
	if (!r && how->size > MEMORY_MAX)
		r = to_spool(u);
	if (!r)
		r = how->unpack(inner, u);
	if (r == 1) {
		u->s.truncated = true;
		r = 0;
	}
	if (!r && !u->s.size)
		r = fail(EIO, "%s: %s: nothing is in it", u->s.name, how->method);
	source_close(inner);
	return unpacked_finish(u, r, out);
}
