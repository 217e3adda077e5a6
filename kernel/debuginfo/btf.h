/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, the kernel's own description of its types (Documentation/bpf/btf.rst, include/uapi/linux/btf.h): the one decoder,
 * over bytes from a section .BTF or from a dump's memory. libbpf has another one; it trusts its input more than a dump
 * may be trusted.
 *
 * All sizes and places are checked by btf_open(), ids and names where they are used: nothing here reads outside the
 * bytes or runs without an end, whatever they are. Types can still refer to each other in circles.
 *
 * Immutable after btf_open(). Threads: any. Borrows the bytes, and the base.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_BTF_H
#define VMCOREFS_KERNEL_DEBUGINFO_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BTF_MAX_DEPTH	32		/* typedefs of typedefs, unnamed members in unnamed members */

enum btf_kind {
	BTF_VOID, BTF_INT, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM, BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST,
	BTF_RESTRICT, BTF_FUNC, BTF_FUNC_PROTO, BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG, BTF_TYPE_TAG, BTF_ENUM64,
	BTF_KINDS
};

struct btf;

struct btf_type {
	enum btf_kind kind;
	bool flag;			/* its meaning depends on the kind */
	unsigned int n;			/* members, enumerators, parameters, variables */
	uint32_t size;			/* bytes; or the id of the type that it refers to */
	const char *name;		/* "": none */
	const uint8_t *more;		/* what follows, of the length that kind and n want */
};

struct btf_member {
	const char *name;
	uint32_t type;
	uint64_t bit_offset;		/* from the start of the struct */
	unsigned int bits;		/* 0: no bit field */
};

/* base: of a module's BTF, whose ids and names go on where those of base end; else NULL. -EIO, without a message: damaged;
 * -ENOMEM. */
int btf_open(const void *bytes, size_t len, const struct btf *base, struct btf **out);
void btf_close(struct btf *b);		/* NULL is fine */

/* Types have the ids below; 0 is void. */
uint32_t btf_end(const struct btf *b);
/* false: no such id. */
bool btf_get(const struct btf *b, uint32_t id, struct btf_type *t);
/* The same with typedefs and qualifiers taken off: *id becomes that of the type which is left. */
bool btf_resolve(const struct btf *b, uint32_t *id, struct btf_type *t);
/* Its own ones, without those of the base, begin here. */
uint32_t btf_first(const struct btf *b);
/* The next id above after of a type with that name, of b itself and not of its base; 0: no more. Declarations and tags are
 * left out. */
uint32_t btf_next(const struct btf *b, const char *name, uint32_t after);

/* i < t->n of a struct or union. */
struct btf_member btf_member(const struct btf *b, const struct btf_type *t, unsigned int i);
/* By name (len bytes), also inside unnamed members; bit_offset is then from the outermost struct. */
bool btf_find_member(const struct btf *b, const struct btf_type *t, const char *name, size_t len, struct btf_member *out);
/* The same, and what integers of before 5.0 themselves tell of a bit field. */
struct btf_member btf_whole_member(const struct btf *b, const struct btf_type *t, unsigned int i);
/* i < t->n of an enum; value as btf_find_enumerator() has it. */
const char *btf_enumerator(const struct btf *b, const struct btf_type *t, unsigned int i, int64_t *value);
/* i < t->n of a prototype: its name, and the id of its type. */
const char *btf_parameter(const struct btf *b, const struct btf_type *t, unsigned int i, uint32_t *type);
/* Of a declaration tag: which member or parameter, from 0; UINT32_MAX: the whole. */
uint32_t btf_tag_component(const struct btf *b, const struct btf_type *t);
/* Of an enum. */
bool btf_find_enumerator(const struct btf *b, const struct btf_type *t, const char *name, int64_t *value);
/* Of an array: its elements. */
uint32_t btf_array_count(const struct btf *b, const struct btf_type *t);
uint32_t btf_array_element(const struct btf *b, const struct btf_type *t);
/* i < t->n of a section: the id of a variable, where it is from the section's start, and of which size. */
struct btf_placed {
	uint32_t variable, offset, bytes;
};
struct btf_placed btf_placed(const struct btf *b, const struct btf_type *t, unsigned int i);
/* Of an integer. */
bool btf_int_is_signed(const struct btf *b, const struct btf_type *t);
bool btf_int_is_bool(const struct btf *b, const struct btf_type *t);

#endif
