/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The section .BTF in memory. Its symbols __start_BTF and __stop_BTF are data: kernels without CONFIG_KALLSYMS_ALL have no
 * names for them. include/uapi/linux/btf.h: struct btf_header.
 */
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define HEADER_BYTES	24u
#define MAX_HEADER	256u		/* bytes: newer ones may have more fields */
#define TYPE_BYTES	12u		/* the least that a type has */
#define MAX_TRIES	16u

struct image_btf_search {
	const struct kernel *k;
	int (*fn)(void *arg, uint64_t vaddr, uint64_t len);
	void *arg;
	unsigned int tries;
};

/* How long it is with all that it describes; 0: it is no header. */
static uint64_t described(const uint8_t *head, bool big)
{
	uint64_t header = get_u32(head + 4, big), types = get_u32(head + 8, big), types_len = get_u32(head + 12, big);
	uint64_t strings = get_u32(head + 16, big), strings_len = get_u32(head + 20, big);

	if (header < HEADER_BYTES || header > MAX_HEADER || types % 4 || types_len < TYPE_BYTES || types_len % 4 ||
	    strings < types + types_len || !strings_len)
		return 0;
	return header + strings + strings_len;
}

static int search_piece(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	struct image_btf_search *s = arg;
	bool big = s->k->big_endian;
	/* magic, version 1, no flags */
	const uint8_t mark[4] = { big ? 0xeb : 0x9f, big ? 0x9f : 0xeb, 1, 0 };
	const uint8_t *at = bytes;
	int r = 0;

	while (!r && s->tries < MAX_TRIES && (at = memmem(at, len - (size_t)(at - bytes), mark, sizeof(mark)))) {
		size_t rest = len - (size_t)(at - bytes);
		uint64_t whole = rest >= HEADER_BYTES ? described(at, big) : 0;

		if (whole) {
			s->tries++;
			r = s->fn(s->arg, vaddr + (uint64_t)(at - bytes), whole);
		}
		at++;
	}
	return r;
}

int image_find_btf(const struct kernel *k, uint64_t begin, int (*fn)(void *arg, uint64_t vaddr, uint64_t len), void *arg, bool *gaps)
{
	struct image_btf_search s = { .k = k, .fn = fn, .arg = arg };

	return image_each(k, begin, HEADER_BYTES - 1, search_piece, &s, gaps);
}
