/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/cmdline_search.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define NEIGHBOURS	8u		/* words from one pointer to the other: they are in one file's data */
#define MAX_APART	((uint64_t)64 << 10)	/* bytes from one copy to the other: they are allocated together */
#define ALIGNED		32u		/* both, to SMP_CACHE_BYTES */
#define MIN_TEXT	8u
#define MAX_TEXT	4096u
#define MAX_TRIES	(1u << 18)
#define MAX_IMAGE	((uint64_t)128 << 20)

struct line_search {
	const struct kernel *k;
	struct mapping direct;		/* all addresses where it is not known */
	struct mapping image;		/* len 0 where it cannot be told from what else is mapped there (i386) */
	unsigned int tries;
	uint64_t found, text;		/* the pointer, and what it points to; 0: none yet */
	bool several;			/* and another text */
};

static bool is_text(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return n >= MIN_TEXT;
}

/* Most that is looked at is no text at all. 0: it does not begin as one. */
static char first_letter(struct line_search *s, uint64_t vaddr)
{
	char text[2];

	if (s->tries >= MAX_TRIES)
		return 0;
	s->tries++;
	return !kernel_read(s->k, vaddr, text, 2) && text[0] > ' ' && text[0] < 0x7f && text[1] >= ' ' && text[1] < 0x7f ? text[0] : 0;
}

/* Is cut what parse_args() leaves of whole (n bytes, and a NUL)? It must have been cut. */
static bool is_cut(const char *whole, const char *cut, size_t n)
{
	size_t cuts = 0;

	for (size_t i = 0; i < n; i++) {
		if (cut[i] == whole[i])
			continue;
		if (cut[i] || !strchr(" =\"", whole[i]))
			return false;
		cuts++;
	}
	return cuts && cuts <= n / 2 && !cut[n];
}

static bool is_pair(const struct line_search *s, uint64_t whole, uint64_t cut)
{
	char texts[2][MAX_TEXT];
	size_t have = kernel_read_part(s->k, whole, texts[0], MAX_TEXT), n = strnlen(texts[0], have);

	return n < have && is_text(texts[0], n) && !kernel_read(s->k, cut, texts[1], n + 1) && is_cut(texts[0], texts[1], n);
}

/* May it point to one of them: is it where memory is allocated? */
static bool may_point(const struct line_search *s, uint64_t a)
{
	return !(a % ALIGNED) && a > UINT16_MAX && a - s->direct.vaddr < s->direct.len && a - s->image.vaddr >= s->image.len;
}

static void look_at(struct line_search *s, uint64_t vaddr, uint64_t whole, uint64_t cut)
{
	if (!is_pair(s, whole, cut))
		return;
	s->several |= s->found && s->text != whole;
	s->found = vaddr;
	s->text = whole;
}

static int search_piece(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	struct line_search *s = arg;
	unsigned int word = s->k->word_bytes;
	bool big = s->k->big_endian;

	for (size_t at = 0; at + 2 * word <= len; at += word) {
		uint64_t first = get_uint(bytes + at, word, big);
		char letter = may_point(s, first) ? first_letter(s, first) : 0;

		for (unsigned int i = 1; letter && i <= NEIGHBOURS && at + (i + 1) * word <= len; i++) {
			uint64_t second = get_uint(bytes + at + i * word, word, big);

			if (second == first || (second < first ? first - second : second - first) > MAX_APART ||
			    !may_point(s, second) || first_letter(s, second) != letter)
				continue;
			look_at(s, vaddr + at, first, second);
			look_at(s, vaddr + at + i * word, second, first);
		}
	}
	return 0;
}

int cmdline_search(const struct kernel *k, uint64_t *vaddr)
{
	struct line_search s = { .k = k };
	int r;

	if (kernel_image(k, &s.image) || s.image.len > MAX_IMAGE)
		s.image.len = 0;
	if (kernel_direct_map(k, &s.direct))
		s.direct = (struct mapping){ .len = UINT64_MAX };
	r = image_each(k, 0, NEIGHBOURS * k->word_bytes, search_piece, &s, NULL);
	if (r)
		return r;
	*vaddr = s.found;
	return s.found && !s.several ? 0 : -ENOENT;
}
