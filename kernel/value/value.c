/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a value is: readers, and paths of members. */
#include "kernel/value/value.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/number.h"
#include "kernel/debuginfo/facts_names.h"

#define STEPS	(1u << 18)		/* members that are looked at for one: unnamed ones may have each other */

int value_reader_open(const struct facts *f, struct value_reader *out)
{
	int r;

	*out = (struct value_reader){ .facts = f };
	r = facts_types(f, &out->types, NULL);
	return r ? r : kreader_open(facts_kernel(f), &out->reader);
}

void value_reader_close(struct value_reader *v)
{
	kreader_close(v->reader);
	v->reader = NULL;
}

int value_of_cpu(struct value_reader *v, uint64_t vaddr, unsigned int cpu, uint64_t *out)
{
	if (!v->knows_cpus) {
		const struct knames names = facts_names(v->facts);

		v->cpus_error = kcpus_read(&names, v->reader, &v->cpus);
		v->knows_cpus = !error_is_passing(v->cpus_error);
	}
	return v->cpus_error ? v->cpus_error : kpercpu(v->reader, &v->cpus, cpu, vaddr, out);
}

/* --- paths -------------------------------------------------------------------------------------------------------- */

enum step_kind { STEP_MEMBER, STEP_INDEX };

struct step {
	enum step_kind kind;
	char name[256];
	uint64_t index;
};

/* The step that *path begins with; *path is then behind it. */
static int next_step(const char **path, struct step *out)
{
	size_t n;

	if (**path == '.') {
		n = strcspn(*path + 1, ".[");
		out->kind = STEP_MEMBER;
		if (!n || n >= sizeof(out->name))
			return -EINVAL;
		memcpy(out->name, *path + 1, n);
		out->name[n] = '\0';
		*path += n + 1;
		return 0;
	}
	n = strcspn(*path, "]");
	out->kind = STEP_INDEX;
	if (**path != '[' || !(*path)[n] || number_parse(*path + 1, n - 1, &out->index))
		return -EINVAL;
	*path += n + 1;
	return 0;
}

int value_check_path(const char *path)
{
	struct step step;
	int r = 0;

	while (!r && *path)
		r = next_step(&path, &step);
	return r;
}

/* What a pointer points to. */
static int follow_pointer(struct value_reader *v, struct value *at, const struct type *pointer)
{
	struct type target;
	uint64_t to;
	int r = types_inner(v->types, pointer, &target);

	if (r)
		return r;
	to = kuint(v->reader, at->vaddr, (unsigned int)min_u64(pointer->bytes, 8));
	r = kreader_take(v->reader, NULL);
	*at = (struct value){ .type = target, .vaddr = to, .owner = "", .name = "" };
	return r;
}

/* A member of what at is of, also inside unnamed ones: whose it is counts for its flags. */
static int step_member(struct value_reader *v, struct value *at, const struct type *type, const char *name, unsigned int depth,
		       unsigned int *steps)
{
	struct type_items items = { .of = *type };
	struct type_item item;
	struct type_member place;
	int r;

	while ((*steps)++ < STEPS && (r = types_next_item(v->types, &items, &item))) {
		struct value member;

		if (r == -EIO)
			continue;
		if (r < 0)
			return r;
		types_place_item(v->types, &item, &place);
		member = (struct value){
			.type = item.type, .vaddr = kernel_wrap(facts_kernel(v->facts), at->vaddr + place.offset),
			.bit_offset = place.bit_offset, .bits = place.bits, .owner = "", .name = item.name,
		};
		if (!strcmp(item.name, name)) {
			if (types_name(v->types, type, &member.owner))
				member.owner = "";
			*at = member;
			return 0;
		}
		if (*item.name || depth >= 16 || (place.type.kind != TYPE_STRUCT && place.type.kind != TYPE_UNION))
			continue;
		r = step_member(v, &member, &place.type, name, depth + 1, steps);
		if (r != -ENOENT) {
			*at = member;
			return r;
		}
	}
	return -ENOENT;
}

static int step_index(struct value_reader *v, struct value *at, const struct type *type, uint64_t index)
{
	struct type element = *type, peeled;
	uint64_t offset;
	int r;

	if (type->kind == TYPE_POINTER) {
		r = follow_pointer(v, at, type);
		element = at->type;
	} else if (type->kind == TYPE_ARRAY) {
		if (type->count && index >= type->count)
			return -ENOENT;
		r = types_inner(v->types, type, &element);
	} else {
		return -ENOENT;
	}
	if (!r)
		r = types_peel(v->types, &element, &peeled);
	if (r)
		return r;
	if (!peeled.bytes || mul_overflows(index, peeled.bytes, &offset))
		return -ENOENT;
	*at = (struct value){
		.type = element, .vaddr = kernel_wrap(facts_kernel(v->facts), at->vaddr + offset), .owner = "", .name = "",
	};
	return 0;
}

int value_follow(struct value_reader *v, struct value *at, const char *path)
{
	struct type type;
	struct step step;
	unsigned int steps;
	int r = 0;

	while (!r && *path) {
		r = next_step(&path, &step);
		if (!r)
			r = types_peel(v->types, &at->type, &type);
		if (r)
			break;
		if (step.kind == STEP_INDEX) {
			r = step_index(v, at, &type, step.index);
			continue;
		}
		if (type.kind == TYPE_POINTER) {
			r = follow_pointer(v, at, &type);
			if (!r)
				r = types_peel(v->types, &at->type, &type);
		}
		steps = 0;
		if (!r)
			r = type.kind == TYPE_STRUCT || type.kind == TYPE_UNION ? step_member(v, at, &type, step.name, 0, &steps) :
			    -ENOENT;
	}
	return r;
}
