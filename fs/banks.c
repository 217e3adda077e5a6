/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/banks.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/vector.h"

/* All of the n > 0 characters are a hexadecimal number. */
static bool parse_hex(const char *text, size_t n, uint64_t *out)
{
	char *end;

	if (!n || !isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, 16);
	return !errno && end == text + n;
}

/* The address behind the last '@' of n characters. */
static bool parse_address(const char *text, size_t n, size_t *name_len, uint64_t *addr)
{
	const char *at = memrchr(text, '@', n);

	if (!at || at == text)
		return false;
	*name_len = (size_t)(at - text);
	return parse_hex(at + 1, n - *name_len - 1, addr);
}

/* Cuts "+OFFSET" or "+OFFSET,LENGTH" off the name. A name that only looks so is left as it is. */
static void take_part(char *name, struct dump_bank *b)
{
	char *plus = strrchr(name, '+'), *comma;
	uint64_t offset, len = 0;
	size_t n;

	if (!plus || plus == name || !access(name, F_OK))
		return;
	comma = strchr(plus, ',');
	n = comma ? (size_t)(comma - plus) - 1 : strlen(plus + 1);
	if (!parse_hex(plus + 1, n, &offset) || (comma && (!parse_hex(comma + 1, strlen(comma + 1), &len) || !len)))
		return;
	*plus = '\0';
	b->offset = offset;
	b->len = len;
}

static int add(struct banks *b, const char *name, size_t len, uint64_t addr)
{
	if (vector_reserve(b->paths, b->n, b->paths_cap, 1) || vector_reserve(b->list, b->n, b->cap, 1) ||
	    !(b->paths[b->n] = strndup(name, len)))
		return fail(ENOMEM, "out of memory");
	b->list[b->n] = (struct dump_bank){ .paddr = addr };
	take_part(b->paths[b->n], &b->list[b->n]);
	b->n++;
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
				return fail(EINVAL, "--ramdump %s: not FILE[+OFFSET[,LENGTH]]@ADDR (hexadecimal; ADDR: physical), "
					    "or several with commas between", text);
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
	free(b->list);
	*b = (struct banks){ 0 };
}
