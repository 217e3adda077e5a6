/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the head of a server's reply; what is believed of them must make sense. Each line as it is, without NUL. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/source/http/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct http_reply *r)
{
	if (r->has_range && !r->bad_range && (r->first > r->last || r->last > INT64_MAX || (r->has_total && r->last >= r->total)))
		abort();
	if (r->has_total && !r->bad_range && r->total > INT64_MAX)
		abort();
	if (r->status > 999 || r->retry_after < -1 || r->retry_after > (int)HTTP_RETRY_AFTER_MAX || r->v.last_modified < -1)
		abort();
	if (http_validators_differ(&r->v, &r->v))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_reply r = { .retry_after = -1, .v.last_modified = -1 }, before;

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) + 1 : size;
		char *line = malloc(n);

		if (!line)
			return 0;
		memcpy(line, data, n);
		before = r;
		http_reply_line(&r, line, n, 1700000000);
		free(line);
		check(&r);
		if (http_validators_differ(&r.v, &before.v) != http_validators_differ(&before.v, &r.v))
			abort();
		data += n;
		size -= n;
	}
	return 0;
}
