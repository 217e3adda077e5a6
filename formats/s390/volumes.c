/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multi-volume s390 dumps: each DASD has the header, with its number, and goes on where the one before was full. Without the
 * headers of all but the first they are one dump, which is how they are read here: as images of the partitions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"
#include "formats/s390/dump.h"
#include "formats/source/parts/joined.h"

struct volume {
	struct source *src;		/* owned; NULL: was given away */
	struct s390_header h;
};

struct volumes {
	struct volume *list;		/* owned */
	size_t n;
};

static void close_volumes(struct volumes *v)
{
	for (size_t i = 0; v->list && i < v->n; i++)
		source_close(v->list[i].src);
	free(v->list);
}

static int compare_volumes(const void *a, const void *b)
{
	const struct volume *x = a, *y = b;

	return x->h.volume < y->h.volume ? -1 : x->h.volume > y->h.volume;
}

/* Prepared for dumps by zipl, and not needed for the last one: just the sign is there, or no memory. */
static bool is_unused(const struct source *src, const struct s390_header *h)
{
	uint8_t b[8];

	if (h->page_size)
		return h->is_volume && !h->memory_end;
	return !source_read(src, b, sizeof(b), S390_VOLUME_SIGN) &&
	       (get_u64(b, true) == S390_MAGIC_PLAIN || get_u64(b, true) == S390_MAGIC_EXTENDED);
}

/* Takes over src. */
static int add_volume(struct volumes *v, struct source *src)
{
	struct volume *new = &v->list[v->n];
	const struct s390_header *h = &new->h, *first = &v->list[0].h;
	const char *what = NULL;
	int r;

	new->src = src;
	v->n++;
	memset(&new->h, 0, sizeof(new->h));
	r = s390_read_header(src, &new->h);
	if (r < 0)
		return r;
	if (is_unused(src, h)) {
		log_info("%s: a volume that was not used for the dump", src->name);
		source_close(src);
		v->n--;
		return 0;
	}
	if (!r || !h->is_volume)
		return fail(EIO, "%s: no volume of a multi-volume s390 dump; only such volumes can be given together",
			    src->name);
	if (h->extended != first->extended)
		what = "format";
	else if (h->zipl_time != first->zipl_time)
		what = "set of volumes";
	else if (h->tod != first->tod)
		what = "time";
	else if (h->memory_end != first->memory_end)
		what = "size of memory";
	return what ? fail(EIO, "%s: no volume of the same dump as %s: another %s", src->name, v->list[0].src->name, what) : 0;
}

/* Of volumes first to n - 1 in order: how much of each belongs to the dump. Returns how many of them there are without a
 * gap. *complete: that is the whole dump. */
static size_t lay_out_plain(const struct volumes *v, struct joined_piece *pieces, bool *complete)
{
	uint64_t left = v->list[0].h.memory_end, stored;
	size_t i;

	for (i = 0; i < v->n && v->list[i].h.volume == i && left; i++) {
		const struct source *src = v->list[i].src;

		/* of whole pages; behind the memory on the last one is the end marker */
		stored = src->size / S390_PAGE * S390_PAGE;
		stored = min_u64(left, stored < S390_HEADER_BYTES ? 0 : stored - S390_HEADER_BYTES);
		left -= stored;
		if (!left)
			stored = min_u64(src->size - S390_HEADER_BYTES, stored + S390_PAGE);
		pieces[i] = (struct joined_piece){ .offset = S390_HEADER_BYTES, .len = stored };
	}
	*complete = !left;
	return i;
}

static size_t lay_out_extended(const struct volumes *v, struct joined_piece *pieces, bool *complete)
{
	uint64_t from = 0, end;
	size_t i;

	*complete = false;
	for (i = 0; i < v->n && v->list[i].h.volume == i && !*complete; i++) {
		const struct source *src = v->list[i].src;

		end = min_u64(src->size, s390_segments_end(src, &v->list[i].h, &from, complete));
		if (end < S390_HEADER_BYTES)
			break;
		if (*complete)
			end = min_u64(src->size, end + S390_PAGE);
		pieces[i] = (struct joined_piece){ .offset = S390_HEADER_BYTES, .len = end - S390_HEADER_BYTES };
	}
	return i;
}

/* The sources that are needed go into *out. */
static int join_volumes(struct volumes *v, bool degraded, struct source **out)
{
	struct joined_piece *pieces = calloc(v->n, sizeof(*pieces));
	bool complete;
	size_t n;

	*out = NULL;
	if (!pieces)
		return -ENOMEM;
	n = (v->list[0].h.extended ? lay_out_extended : lay_out_plain)(v, pieces, &complete);
	if (!n || (!complete && !degraded)) {
		free(pieces);
		return fail(EIO, "%s: volume %zu of the multi-volume s390 dump is missing%s", v->list[0].src->name, n,
			    n ? " (-o degraded reads those before it)" : "");
	}
	if (!complete)
		log_warn("%s: volume %zu of the multi-volume s390 dump is missing: what is on it and behind it cannot be read",
			 v->list[0].src->name, n);
	/* with the header of the first */
	pieces[0].len += pieces[0].offset;
	pieces[0].offset = 0;
	for (size_t i = 0; i < n; i++) {
		pieces[i].src = v->list[i].src;
		v->list[i].src = NULL;
	}
	*out = joined_new(pieces, n, true);
	free(pieces);
	return *out ? 0 : -ENOMEM;
}

static int check_numbers(const struct volumes *v)
{
	for (size_t i = 1; i < v->n; i++)
		if (v->list[i].h.volume == v->list[i - 1].h.volume)
			return fail(EIO, "%s: volume %u of the multi-volume s390 dump, which %s is too", v->list[i].src->name,
				    v->list[i].h.volume, v->list[i - 1].src->name);
	return 0;
}

static int open_volumes(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct volumes v = { .list = calloc(n, sizeof(struct volume)) };
	struct source *joined = NULL;
	size_t taken = 0;
	int r = v.list ? 0 : -ENOMEM;

	while (taken < n && !r)
		r = add_volume(&v, srcs[taken++]);
	for (; taken < n; taken++)
		source_close(srcs[taken]);
	if (!r && !v.n)
		r = fail(EIO, "none of the volumes was used for a dump");
	if (!r) {
		qsort(v.list, v.n, sizeof(struct volume), compare_volumes);
		r = check_numbers(&v);
	}
	if (!r)
		r = join_volumes(&v, req->degraded, &joined);
	close_volumes(&v);
	return r ? r : dump_open_as(joined, &s390_dump_ops, req, out);
}

static int s390_is_part(const struct source *src)
{
	struct s390_header *h = malloc(sizeof(*h));
	int r = h ? s390_read_header(src, h) : -ENOMEM;

	if (r >= 0)
		r = (r && h->is_volume) || is_unused(src, h);
	free(h);
	return r;
}

static int s390_open_set(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	struct s390_header *h = NULL;
	bool alone = false;
	int r = 0;

	if (n == 1) {
		h = malloc(sizeof(*h));
		r = h ? s390_read_header(srcs[0], h) : -ENOMEM;
		/* one that was not used says so when it is opened */
		alone = r == 1 && (!h->is_volume || !h->memory_end);
		free(h);
	}
	if (r < 0) {
		source_close(srcs[0]);
		return r;
	}
	return alone ? dump_open_as(srcs[0], &s390_dump_ops, req, out) : open_volumes(srcs, n, req, out);
}

const struct dump_ops s390_dump_ops = {
	.name = "s390",
	.probe = s390_probe,
	.open = s390_open,
	.open_set = s390_open_set,
	.is_part = s390_is_part,
	.close = s390_close,
};
