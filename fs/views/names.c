/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/names.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"

int name_number(const char *name, uint64_t *out)
{
	return number_parse(name, strlen(name), out);
}

int name_range(const char *name, uint64_t *addr, uint64_t *len)
{
	const char *plus = strchr(name, '+');
	int r = number_parse(name, plus ? (size_t)(plus - name) : strlen(name), addr);

	*len = 0;
	if (r || !plus)
		return r;
	r = name_number(plus + 1, len);
	return r ? r : *len ? 0 : -EINVAL;
}

int name_walk(const char *name, bool *has_root, uint64_t *root, uint64_t *vaddr)
{
	const char *colon = strchr(name, ':');
	int r;

	*root = 0;
	*has_root = colon;
	if (!colon)
		return name_number(name, vaddr);
	r = number_parse(name, (size_t)(colon - name), root);
	return r ? r : name_number(colon + 1, vaddr);
}
