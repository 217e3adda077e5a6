/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define WINDOW		(1u << 20)
#define BEFORE_STEXT	((uint64_t)2 << 20)	/* the first code, which is thrown away after booting */
#define BEFORE_VARIABLE	((uint64_t)2 << 20)	/* data are this, and less */
#define AROUND_STEXT	((uint64_t)96 << 20)

int image_range(const struct kernel *k, struct mapping *out, bool *guess)
{
	uint64_t stext;

	if (guess)
		*guess = false;
	if (!kernel_image(k, out))
		return 0;
	if (!k->has_space || vmci_symbol(&k->vmci, "_stext", &stext))
		return -ENOENT;
	*out = (struct mapping){ .vaddr = (stext - min_u64(BEFORE_STEXT, stext)) & -(uint64_t)WINDOW };
	out->len = min_u64(AROUND_STEXT, (k->word_bytes == 4 ? UINT32_MAX : UINT64_MAX) - out->vaddr);
	if (guess)
		*guess = true;
	return 0;
}

void image_read_zeroed(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n)
{
	uint64_t page = pages_size(k->pages), done = 0;

	while (done < n) {
		uint64_t rest;

		done += kernel_read_part(k, vaddr + done, (char *)buf + done, n - done);
		rest = min_u64(page - (vaddr + done) % page, n - done);
		memset((char *)buf + done, 0, rest);
		done += rest;
	}
}

uint64_t image_data(const struct kernel *k)
{
	uint64_t vaddr;

	return vmci_symbol(&k->vmci, "init_uts_ns", &vaddr) || vaddr < BEFORE_VARIABLE ? 0 : vaddr - BEFORE_VARIABLE;
}

struct image_walk {
	const struct kernel *k;
	size_t overlap;
	int (*fn)(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len);
	void *arg;
	bool *gaps;
	uint8_t *window;
};

/* Pieces that begin in front of to; end is the image's. */
static int walk(const struct image_walk *w, uint64_t from, uint64_t to, uint64_t end)
{
	uint64_t page = pages_size(w->k->pages), step;
	int r = 0;

	for (uint64_t at = from; at < to && !r; at += step) {
		uint64_t piece = min_u64(WINDOW, to - at), want = min_u64(piece + w->overlap, end - at);
		uint64_t have = kernel_read_part(w->k, at, w->window, want);

		if (have)
			r = w->fn(w->arg, at, w->window, (size_t)have);
		if (w->gaps && have < want)
			*w->gaps = true;
		/* behind a page that cannot be read it goes on */
		step = have < want ? (have / page + 1) * page : piece;
	}
	return r;
}

int image_each(const struct kernel *k, uint64_t begin, size_t overlap,
	       int (*fn)(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len), void *arg, bool *gaps)
{
	struct image_walk w = { .k = k, .overlap = overlap, .fn = fn, .arg = arg, .gaps = gaps };
	struct mapping image;
	int r = image_range(k, &image, NULL);

	if (r)
		return r;
	w.window = malloc(WINDOW + overlap);
	if (!w.window)
		return -ENOMEM;
	begin = begin - image.vaddr < image.len ? image.vaddr + (begin - image.vaddr) / WINDOW * WINDOW : image.vaddr;
	r = walk(&w, begin, image.vaddr + image.len, image.vaddr + image.len);
	if (!r)
		r = walk(&w, image.vaddr, begin, image.vaddr + image.len);
	free(w.window);
	return r;
}
