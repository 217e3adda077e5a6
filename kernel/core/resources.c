/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/resources.h"

#include <errno.h>

#include "base/bytes.h"

#define SHOWN_DEPTH 5u			/* MAX_IORES_LEVEL: r_show() goes no farther to the right */

struct resource_fields {
	struct kfield first, last, name, sibling, child;
};

static const struct resource_fields resource_fields = {
	KFIELD("resource.start"), KFIELD("resource.end"), KFIELD("resource.name"), KFIELD("resource.sibling"), KFIELD("resource.child"),
};

static void read_one(struct kreader *r, const struct resource_fields *f, uint64_t vaddr, struct resource *out)
{
	uint64_t name = kget_ptr(r, vaddr, &f->name);

	*out = (struct resource){
		.vaddr = vaddr, .first = (uint64_t)kget(r, vaddr, &f->first), .last = (uint64_t)kget(r, vaddr, &f->last),
	};
	if (name)
		kstring(r, name, out->name, sizeof(out->name));
}

int resource_root(struct kreader *r, const struct knames *names, const char *variable, struct resource *out)
{
	struct resource_fields f = resource_fields;
	uint64_t vaddr;
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	*out = (struct resource){ 0 };
	if (!result)
		result = kvariable(names, variable, &vaddr);
	if (result)
		return result;
	read_one(r, &f, vaddr, out);
	return kreader_take(r, NULL);
}

int resources_each(struct kreader *r, const struct knames *names, uint64_t root, int (*fn)(void *arg, const struct resource *res),
		   void *arg)
{
	struct resource_fields f = resource_fields;
	uint64_t next[RESOURCE_DEPTH], n = 0;
	unsigned int depth = 0;
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	next[0] = result ? 0 : kget_ptr(r, root, &f.child);
	while (!result) {
		struct resource res;
		uint64_t child;

		if (!next[depth]) {
			if (!depth--)
				break;
			continue;
		}
		if (n++ == RESOURCES_MAX) {
			kreader_fail(r, -ELOOP, next[depth]);
			break;
		}
		read_one(r, &f, next[depth], &res);
		res.depth = (unsigned int)min_u64(depth, SHOWN_DEPTH);
		child = kget_ptr(r, next[depth], &f.child);
		next[depth] = kget_ptr(r, next[depth], &f.sibling);
		result = fn(arg, &res);
		if (child && depth + 1 == RESOURCE_DEPTH)
			kreader_fail(r, -ELOOP, child);
		else if (child)
			next[++depth] = child;
	}
	return result;
}
