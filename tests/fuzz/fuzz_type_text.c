/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as BTF, whose types are printed as C. Bytes 0 and 1: how many of the rest are the kernel's, the others are a
 * module's. The texts have bounds, end with what they say, and have nothing that a terminal would obey.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "kernel/debuginfo/type_text.h"
#include "kernel/debuginfo/types_internal.h"

#define MOST	64			/* types of one input: some print megabytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct outbuf *out, int r)
{
	if (r && r != -EIO)
		abort();
	if (out->len > 64 << 20)
		abort();
	for (size_t i = 0; i < out->len; i++)
		if ((out->data[i] < ' ' && out->data[i] != '\n' && out->data[i] != '\t') || out->data[i] > '~')
			abort();
}

static void print(const struct types *t, const char *module)
{
	struct type list[MOST];
	size_t n = 0;
	uint64_t at = 0;

	for (; n < MOST && types_next(t, module, &at, &list[n]) == 1; n++) {
		struct outbuf out = OUTBUF_INIT;

		check(&out, type_text_definition(t, &list[n], &out));
		out_free(&out);
		check(&out, type_text_declaration(t, &list[n], "x", &out));
		out_free(&out);
	}
	for (size_t i = 0; i < n && i < 4; i++) {
		struct outbuf out = OUTBUF_INIT;

		check(&out, type_text_whole(t, &list[i], i ? 1 : n, i % 2, &out));
		out_free(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct types *t;
	size_t len;

	if (size < 2)
		return 0;
	len = (size_t)min_u64(get_u16(data, false), size - 2);
	if (!types_of_bytes(data + 2, len, data + 2 + len, size - 2 - len, 8, &t)) {
		print(t, NULL);
		print(t, "module");
		types_close(t);
	}
	/* most have no module */
	if (!types_of_bytes(data + 2, len, NULL, 0, 4, &t)) {
		print(t, NULL);
		types_close(t);
	}
	return 0;
}
