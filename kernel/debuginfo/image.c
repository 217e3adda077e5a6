/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define WINDOW		(1u << 20)
#define BEFORE_STEXT	((uint64_t)2 << 20)	/* the first code, which is thrown away after booting */
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

int image_each(const struct kernel *k, size_t overlap,
	       int (*fn)(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len), void *arg, bool *gaps)
{
	uint64_t page = pages_size(k->pages), end, step;
	struct mapping image;
	int r = image_range(k, &image, NULL);
	uint8_t *window;

	if (r)
		return r;
	window = malloc(WINDOW + overlap);
	if (!window)
		return -ENOMEM;
	end = image.vaddr + image.len;
	for (uint64_t at = image.vaddr; at < end && !r; at += step) {
		uint64_t want = min_u64(WINDOW + overlap, end - at), have = kernel_read_part(k, at, window, want);

		if (have)
			r = fn(arg, at, window, (size_t)have);
		if (gaps && have < want)
			*gaps = true;
		/* behind a page that cannot be read it goes on */
		step = have < want ? (have / page + 1) * page : WINDOW;
	}
	free(window);
	return r;
}
