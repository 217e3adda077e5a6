/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/facts_names.h"

#include <errno.h>

#include "kernel/debuginfo/names.h"

static int place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	struct name_source source = { 0 };
	int r = facts_types(arg, &source.types, NULL);

	return r && r != -ENOTSUP ? r : names_of(&source).place(&source, type, path, out);
}

static int variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	struct name_source source = { 0 };
	int r = facts_symbols(arg, &source.symbols, NULL);

	return r && r != -ENOTSUP ? r : names_of(&source).variable(&source, name, vaddr, bytes);
}

struct knames facts_names(const struct facts *f)
{
	return (struct knames){ .arg = f, .place = place, .variable = variable };
}
