/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the dumped kernel: from the BTF of a vmlinux that the user gave (-x), else from its DWARF, else from the BTF in
 * the dump's memory (__start_BTF, or found by its header). Those of modules always from BTF in memory (btf_modules).
 * DWARF of a vmlinux that has both is opened when it is asked for what BTF lacks: types of variables.
 *
 * A struct type is a small value. Most functions take typedefs, const and volatile off; those "as written" keep them.
 * Everything comes from the dump: loops and depths are bounded, what is damaged is -EIO.
 *
 * Threads: types_open(), types_close(): one; the rest: any (with DWARF under a lock of its own: libdw). Borrows kernel
 * and symbols.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPES_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/debuginfo/symbols.h"

struct types;

enum type_kind {
	TYPE_VOID, TYPE_INT, TYPE_FLOAT, TYPE_ENUM, TYPE_POINTER, TYPE_ARRAY, TYPE_STRUCT, TYPE_UNION, TYPE_FUNCTION,
	/* as written only; TYPE_TAG: btf_type_tag, a qualifier that has a name */
	TYPE_TYPEDEF, TYPE_CONST, TYPE_VOLATILE, TYPE_RESTRICT, TYPE_ATOMIC, TYPE_TAG,
};

/* Stands for another type. */
static inline bool type_kind_is_wrapper(enum type_kind kind)
{
	return kind >= TYPE_TYPEDEF;
}

struct type {
	enum type_kind kind;
	bool is_char;			/* TYPE_INT: char, signed char, unsigned char */
	bool is_bool;			/* TYPE_INT */
	bool is_signed;			/* TYPE_INT, TYPE_ENUM */
	bool is_declared;		/* TYPE_STRUCT, TYPE_UNION, TYPE_ENUM: no more is known than that there is one */
	uint64_t bytes;			/* 0: not known, or of incomplete type */
	uint64_t count;			/* TYPE_ARRAY: elements (flexible: 0) */
	uint64_t id, scope;		/* the table's own */
};

struct type_member {
	struct type type;
	uint64_t offset;		/* bytes from the start of the outermost struct */
	/* Of a bit field: the integer of type.bytes at offset has it from bit_offset on; bits are counted from the lowest in
	 * little-endian kernels, from the highest in others. In a packed struct it may go on behind the integer. */
	unsigned int bit_offset, bits;	/* bits 0: it is none */
};

/* vmlinux: path, or NULL; symbols: may be NULL, then modules' types are not found, and BTF is searched. -ENOTSUP with a short *why when there
 * are no types; a vmlinux that cannot be read is logged, and its error is returned. */
int types_open(const struct kernel *k, const struct symbols *s, const char *vmlinux, struct types **out,
	       const char **why);
void types_close(struct types *t);		/* NULL is fine */
/* "DWARF", "BTF" */
const char *types_source(const struct types *t);
/* Where the kernel's BTF lies in memory. false: it is not from there. */
bool types_btf_in_memory(const struct types *t, uint64_t *vaddr, uint64_t *len);
/* Has types_variable() asked DWARF? Else it knows some only. Threads: that of types_open(). */
bool types_know_variables(const struct types *t);

/* A struct, union, enum, typedef or base type by name ("task_struct", "list_head", "unsigned long"), in this order. module
 * NULL: the kernel's; else the module's own, else the kernel's. The complete one where there are declarations too; the
 * first where there are several. Types of a function's own are in BTF only. -ENOENT, -EIO. */
int types_find(const struct types *t, const char *module, const char *name, struct type *out);
/* The type of a variable. BTF tells it of per-CPU variables only (some kernels': of all), so that the best known others
 * are in a table (init_task is a task_struct, ...). -ENOENT: not known; -EIO. */
int types_variable(const struct types *t, const char *module, const char *name, struct type *out);
/* The variables of the kernel's per-CPU section that its BTF tells of (most kernels' all), until fn returns something else
 * than 0, which is returned. name: as of types_name(); offset: from the section's start. 0 with none: not known. */
int types_each_percpu(const struct types *t, int (*fn)(void *arg, const char *name, uint64_t offset, uint64_t bytes), void *arg);
/* What a pointer points to, the element of an array. -EINVAL: it is neither. */
int types_target(const struct types *t, const struct type *of, struct type *out);
/* A member of a struct or union, also one inside unnamed members. -ENOENT, -EINVAL: it has none; -EIO. */
int types_member(const struct types *t, const struct type *of, const char *name, struct type_member *out);
/* The value of an enumerator. -ENOENT, -EINVAL: it is no enum. */
int types_enumerator(const struct types *t, const struct type *of, const char *name, int64_t *out);

/* --- types as they are written ------------------------------------------------------------------------------------ */

/* By name and kind: TYPE_STRUCT, TYPE_UNION, TYPE_ENUM, TYPE_TYPEDEF, TYPE_INT (base types, also those that are TYPE_FLOAT).
 * Else as types_find(): the first where there are several. -ENOENT, -EIO. */
int types_get(const struct types *t, const char *module, enum type_kind kind, const char *name, struct type *out);
/* All of those kinds that have a name, one a call; *at is 0 at first, and the function's own then. module NULL: the
 * kernel's; else its own ones only. Several of one name come all (BTF), or the first one only (DWARF, which has each
 * again in every file that uses it). 1, 0: no more; -ENOENT: no such module; -EIO. */
int types_next(const struct types *t, const char *module, uint64_t *at, struct type *out);
/* Its name; a TYPE_TAG's text; "": it has none. Not for a terminal as it is: any bytes but NUL. Borrowed from t. -EIO. */
int types_name(const struct types *t, const struct type *of, const char **out);
/* What it is made of, as written: what a typedef or qualifier stands for, a pointer points to, an array's element, what a
 * function returns. A declaration is completed where there is a definition of that name. -EINVAL: of nothing; -EIO. */
int types_inner(const struct types *t, const struct type *of, struct type *out);
/* Typedefs and qualifiers taken off. -EIO: they go in a circle. */
int types_peel(const struct types *t, const struct type *of, struct type *out);
/* The prototype of a function of the kernel's, TYPE_FUNCTION. BTF has those that can be traced. -ENOENT: not known, as all
 * are to DWARF; -EIO. */
int types_function(const struct types *t, const char *module, const char *name, struct type *out);

/* A member of a struct or union, an enumerator of an enum, a parameter of a function: in their order, unnamed ones too. */
struct type_item {
	const char *name;		/* "": none. Borrowed from the types; as of types_name() */
	struct type type;		/* as written; of an enumerator: nothing. A last parameter of TYPE_VOID: "..." */
	uint64_t bit_offset;		/* of a member: from the start of this struct */
	unsigned int bits;		/* 0: no bit field */
	int64_t value;			/* of an enumerator; the type's is_signed tells what its top bit means */
};

/* items = { .of = type }, then types_next_item() until it is 0. 1: one; 0: no more; -EINVAL: of nothing; -EIO: one whose type
 * is damaged: those behind it may still come. */
struct type_items {
	struct type of;
	uint64_t next;			/* the function's own */
};
int types_next_item(const struct types *t, struct type_items *items, struct type_item *out);

/* A declaration tag (btf_decl_tag) of a struct, union or typedef; of a function it is found by types_function()'s type. */
struct type_tag {
	const char *text;		/* as of types_name() */
	int64_t component;		/* the member or parameter that it is about, from 0; -1: all of it */
};
/* *at as for types_next(). 1; 0: no more, as DWARF says of all; -EIO. */
int types_next_tag(const struct types *t, const struct type *of, uint64_t *at, struct type_tag *out);

/* Where an item is, in the form of types_member(). */
void types_place_item(const struct types *t, const struct type_item *item, struct type_member *out);

#endif
