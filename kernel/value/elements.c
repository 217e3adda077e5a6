/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/value/elements.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/facts_names.h"

/* The name of a struct, as it is written or what it stands for. "": it has none. */
static const char *name_of(const struct types *t, const struct type *written)
{
	const char *name = "";
	struct type type;

	return types_peel(t, written, &type) || type.kind != TYPE_STRUCT || types_name(t, &type, &name) ? "" : name;
}

/* Where in type a member is, by a path without pointers: as if one lay at address 0, which is not read. */
static int find_link(struct value_reader *v, const struct type *type, const char *path, struct value *link)
{
	*link = (struct value){ .type = *type, .owner = "", .name = "" };
	return value_follow(v, link, path);
}

static int begin_linked(struct elements *l, const char *link, uint64_t head, uint64_t limit)
{
	struct kreader *r = l->v->reader;

	l->kind = ELEMENTS_LIST;
	if (!strcmp(link, "list_head"))
		l->list = klist_ring(r, head, limit);
	else if (!strcmp(link, "hlist_node") || !strcmp(link, "llist_node"))
		l->list = klist_chain(r, head, limit);
	else if (!strcmp(link, "hlist_nulls_node"))
		l->list = klist_nulls(r, head, limit);
	else if (!strcmp(link, "rb_node")) {
		l->kind = ELEMENTS_RBTREE;
		l->tree = krbtree_of(r, head, limit);
	} else
		return -ENOENT;
	return 0;
}

static int begin_tree(struct elements *l, const struct value *head, uint64_t limit)
{
	const struct knames names = facts_names(l->v->facts);
	const char *kind = name_of(l->v->types, &head->type);
	bool idr = !strcmp(kind, "idr");
	int r;

	l->has_index = true;
	if (!strcmp(kind, "maple_tree")) {
		l->kind = ELEMENTS_MAPLE;
		r = kmaple_layout(&names, &l->maple_layout);
		if (!r)
			l->maple = kmaple_of(l->v->reader, &l->maple_layout, head->vaddr, limit);
	} else if (idr || !strcmp(kind, "xarray") || !strcmp(kind, "radix_tree_root")) {
		l->kind = ELEMENTS_XARRAY;
		r = kxarray_layout(&names, &l->xarray_layout);
		if (!r)
			l->xarray = idr ? kxarray_of_idr(l->v->reader, &l->xarray_layout, head->vaddr, limit) :
				    kxarray_of(l->v->reader, &l->xarray_layout, head->vaddr, limit);
	} else {
		return -EINVAL;
	}
	return r == -ENOENT ? -ENOTSUP : r;
}

int elements_begin(struct elements *l, struct value_reader *v, const struct type *type, const char *path,
		   const struct value *head, uint64_t limit)
{
	struct value link;
	int r;

	memset(l, 0, sizeof(*l));
	l->v = v;
	if (!*path)
		return begin_tree(l, head, limit);
	r = find_link(v, type, path, &link);
	if (r)
		return r == -EFAULT ? -ENOENT : r;
	l->offset = link.vaddr;
	/* one of the elements, or a struct like them: the list begins at its own link */
	if (*name_of(v->types, type) && !strcmp(name_of(v->types, type), name_of(v->types, &head->type)))
		return begin_linked(l, name_of(v->types, &link.type), head->vaddr + l->offset, limit);
	return begin_linked(l, name_of(v->types, &link.type), head->vaddr, limit);
}

static void put_index(struct elements *l, uint64_t first, uint64_t last, uint64_t entry, bool is_value)
{
	l->first = first;
	l->last = last;
	l->vaddr = entry;
	l->is_value = is_value;
}

bool elements_next(struct elements *l)
{
	const struct kernel *k = facts_kernel(l->v->facts);
	bool more = false;

	switch (l->kind) {
	case ELEMENTS_LIST:
		more = klist_next(&l->list);
		l->error = l->list.error;
		l->vaddr = kernel_wrap(k, l->list.node - l->offset);
		break;
	case ELEMENTS_RBTREE:
		more = krbtree_next(&l->tree);
		l->error = l->tree.error;
		l->vaddr = kernel_wrap(k, l->tree.node - l->offset);
		break;
	case ELEMENTS_MAPLE:
		more = kmaple_next(&l->maple);
		l->error = l->maple.error;
		put_index(l, l->maple.first, l->maple.last, l->maple.entry, l->maple.entry & 1);
		break;
	case ELEMENTS_XARRAY:
		more = kxarray_next(&l->xarray);
		l->error = l->xarray.error;
		put_index(l, l->xarray.index, max_u64(l->xarray.index, l->xarray.last), l->xarray.entry,
			  kxarray_is_value(&l->xarray_layout, l->xarray.entry));
		break;
	}
	kreader_take(l->v->reader, NULL);
	return more;
}
