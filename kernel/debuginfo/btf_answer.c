/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of vmlinux.c, answered from BTF. */
#include <errno.h>
#include <string.h>

#include "kernel/debuginfo/btf.h"
#include "kernel/debuginfo/vmlinux.h"

static void answer_size(struct type_query *q, const struct btf_type *t)
{
	q->found = t->kind == BTF_STRUCT || t->kind == BTF_UNION || t->kind == BTF_ENUM || t->kind == BTF_ENUM64 ||
		   t->kind == BTF_INT;
	q->value = t->size;
}

static void answer_member(const struct btf *b, struct type_query *q, const struct btf_type *t)
{
	size_t len = strlen(q->member);
	bool array = len > 2 && !strcmp(q->member + len - 2, "[]");
	struct btf_member m;
	struct btf_type its;

	q->found = btf_find_member(b, t, q->member, array ? len - 2 : len, &m);
	if (!q->found)
		return;
	q->value = m.bit_offset / 8;
	if (!array)
		return;
	q->found = btf_resolve(b, &m.type, &its) && its.kind == BTF_ARRAY;
	q->value = q->found ? btf_array_count(b, &its) : 0;
}

static void answer(const struct btf *b, struct type_query *q, uint32_t id)
{
	struct btf_type t;
	int64_t value;

	if (!btf_resolve(b, &id, &t))
		return;
	if (!q->member) {
		answer_size(q, &t);
	} else if (t.kind == BTF_ENUM || t.kind == BTF_ENUM64) {
		q->found = btf_find_enumerator(b, &t, q->member, &value);
		if (q->found)
			q->value = (uint64_t)value;
	} else {
		answer_member(b, q, &t);
	}
}

int btf_answer(const void *section, size_t len, struct type_query *queries, size_t n)
{
	struct btf *b;
	int r = btf_open(section, len, NULL, &b);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct btf_type t;

		for (uint32_t id = 0; !queries[i].found && (id = btf_next(b, queries[i].type, id));)
			if (btf_get(b, id, &t) && t.kind != BTF_VAR && t.kind != BTF_INT && t.kind != BTF_FLOAT)
				answer(b, &queries[i], id);
	}
	btf_close(b);
	return 0;
}
