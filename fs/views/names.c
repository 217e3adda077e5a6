/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/names.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"
#include "kernel/debuginfo/address.h"

int name_number(const char *name, uint64_t *out)
{
	return number_parse(name, strlen(name), out);
}

int name_range(const struct facts *f, const char *name, uint64_t *addr, uint64_t *len)
{
	const char *plus = strrchr(name, '+');
	int r = plus ? name_number(plus + 1, len) : 0;

	if (!plus)
		*len = 0;
	else if (!r && !*len)
		r = -EINVAL;
	return r ? r : address_parse(f, name, plus ? (size_t)(plus - name) : strlen(name), addr);
}

int name_walk(const struct facts *f, const char *name, bool *has_root, uint64_t *root, uint64_t *vaddr)
{
	const char *colon = strchr(name, ':');
	int r = colon ? number_parse(name, (size_t)(colon - name), root) : -EINVAL;

	/* else it is a module's */
	*has_root = r != -EINVAL;
	if (r == -EINVAL)
		*root = 0;
	else if (r)
		return r;
	else
		name = colon + 1;
	return address_parse(f, name, strlen(name), vaddr);
}
