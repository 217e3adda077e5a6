/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as BTF. Bytes 0 and 1: how many of the rest are the base, the others are split BTF over it. All types are
 * looked at, and found again by their names; the questions of -x are answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/types_internal.h"
#include "kernel/debuginfo/vmlinux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_members(const struct types_btf *b, const struct type *t, const struct btf_type *raw)
{
	struct type_member m;
	struct type to;
	int64_t value;

	for (unsigned int i = 0; i < raw->n && i < 16; i++) {
		const char *name = btf_member(b->btf, raw, i).name;
		int r = types_btf_member(b, t, name, &m);

		if (*name && r == -ENOENT)
			abort();
		if (r)
			continue;
		if (m.bits > 255 || m.bit_offset > 64)
			abort();
		types_btf_target(b, &m.type, &to);
	}
	types_btf_member(b, t, "pid", &m);
	types_btf_enumerator(b, t, "PLUS", &value);
}

/* As they are written: none may give more than there is. */
static void use_written(const struct types_btf *b, const struct btf_type *raw, const struct type *t)
{
	struct type_items items = { .of = *t };
	struct type_item item;
	struct type_tag tag;
	struct type to;
	unsigned int n = 0;
	uint64_t at = 0;
	const char *name;
	int r;

	while ((r = types_btf_next_item(b, &items, &item)) && n < 64) {
		if (n++ >= raw->n && raw->kind != BTF_FUNC && r == 1)
			abort();
		if (r == 1 && (!item.name || item.type.kind > TYPE_TAG))
			abort();
	}
	types_btf_name(b, t, &name);
	types_btf_inner(b, t, &to);
	types_btf_peel(b, t, &to);
	types_btf_function(b, raw->name, &to);
	for (enum type_kind kind = TYPE_VOID; kind <= TYPE_TAG; kind++)
		if (!types_btf_get(b, kind, raw->name, &to) && to.kind != kind && to.kind != TYPE_FLOAT)
			abort();
	types_btf_next_tag(b, t, &at, &tag);
}

static int use_placed(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	(void)arg;
	return !name || offset > UINT32_MAX || bytes > UINT32_MAX;
}

static void use_all(const struct types_btf *b)
{
	struct type t;
	const char *name;
	uint64_t at = 0;

	while (types_btf_next(b, &at, &t) == 1)
		if (types_btf_name(b, &t, &name) || !*name)
			abort();
}

static void use(const struct types_btf *b)
{
	struct btf_type raw;
	struct type t, to;

	for (uint32_t id = 0; id < btf_end(b->btf) && id < 2000; id++) {
		if (!btf_get(b->btf, id, &raw))
			abort();
		types_btf_find(b, raw.name, &t);
		types_btf_variable(b, raw.name, &t);
		t = (struct type){ .id = id };
		if (raw.kind == BTF_STRUCT || raw.kind == BTF_UNION)
			use_members(b, &t, &raw);
		types_btf_target(b, &t, &to);
		use_written(b, &raw, &t);
	}
	use_all(b);
	if (types_btf_each_percpu(b, use_placed, NULL))
		abort();
	if (!types_btf_find(b, "task_struct", &t))
		types_btf_pointer_to(b, &t, &to);
}

/* A copy of its own, so that a read behind it is seen. */
static int open_copy(const uint8_t *data, size_t size, const struct types_btf *base, struct types_btf *out, void **bytes)
{
	*out = (struct types_btf){ .base = base, .pointer_bytes = 8 };
	*bytes = malloc(size ? size : 1);
	if (!*bytes)
		return -ENOMEM;
	memcpy(*bytes, data, size);
	return btf_open(*bytes, size, base ? base->btf : NULL, &out->btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct type_query queries[] = {
		{ .type = "task_struct" }, { .type = "task_struct", .member = "hi" }, { .type = "module", .member = "name[]" },
		{ .type = "signs", .member = "MINUS" }, { .type = "bad", .member = "array[]" },
	};
	void *bytes = NULL, *split_bytes = NULL;
	struct types_btf base, split;
	size_t len;

	if (size < 2)
		return 0;
	len = (size_t)min_u64(get_u16(data, false), size - 2);
	if (!open_copy(data + 2, len, NULL, &base, &bytes)) {
		use(&base);
		if (!open_copy(data + 2 + len, size - 2 - len, &base, &split, &split_bytes))
			use(&split);
		btf_close(split.btf);
		free(split_bytes);
		btf_answer(bytes, len, queries, ARRAY_SIZE(queries));
	}
	btf_close(base.btf);
	free(bytes);
	return 0;
}
