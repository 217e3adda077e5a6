/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/banks.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* The address behind the last '@' of n characters. */
static bool parse_address(const char *text, size_t n, size_t *name_len, uint64_t *addr)
{
	const char *at = memrchr(text, '@', n);
	char *end;

	if (!at || at == text)
		return false;
	*name_len = (size_t)(at - text);
	if (!isxdigit((unsigned char)at[1]))
		return false;
	errno = 0;
	*addr = strtoull(at + 1, &end, 16);
	return !errno && end == text + n;
}

static int add(struct banks *b, const char *name, size_t len, uint64_t addr)
{
	char **paths = reallocarray(b->paths, b->n + 1, sizeof(*paths));
	uint64_t *addrs = paths ? reallocarray(b->addrs, b->n + 1, sizeof(*addrs)) : NULL;

	if (paths)
		b->paths = paths;
	if (addrs)
		b->addrs = addrs;
	if (!addrs || !(paths[b->n] = strndup(name, len)))
		return fail(ENOMEM, "out of memory");
	addrs[b->n++] = addr;
	return 0;
}

int banks_add(struct banks *b, const char *text)
{
	const char *at = text;

	for (;;) {
		size_t n = strcspn(at, ","), len = 0;
		uint64_t addr;
		int r;

		/* a comma with no address before it is one of the name */
		while (!parse_address(at, n, &len, &addr)) {
			if (!at[n])
				return fail(EINVAL, "--ramdump %s: not FILE@ADDR (a hexadecimal physical address), or several "
					    "with commas between", text);
			n += 1 + strcspn(at + n + 1, ",");
		}
		r = add(b, at, len, addr);
		if (r || !at[n])
			return r;
		at += n + 1;
	}
}

void banks_free(struct banks *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->paths[i]);
	free(b->paths);
	free(b->addrs);
	*b = (struct banks){ 0 };
}
