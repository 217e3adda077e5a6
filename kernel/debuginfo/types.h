/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the dumped kernel: from the BTF of a vmlinux that the user gave (-x), else from its DWARF, else from the BTF in
 * the dump's memory (__start_BTF, or found by its header). Those of modules always from BTF in memory (btf_modules).
 * DWARF of a vmlinux that has both is opened when it is asked for what BTF lacks: types of variables.
 *
 * A struct type is a small value. Typedefs, const and volatile are taken off. Everything comes from the dump: loops and
 * depths are bounded, what is damaged is -EIO.
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
};

struct type {
	enum type_kind kind;
	bool is_char;			/* TYPE_INT: char, signed char, unsigned char */
	bool is_signed;			/* TYPE_INT, TYPE_ENUM */
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
/* Has types_variable() asked DWARF? Else it knows some only. Threads: that of types_open(). */
bool types_know_variables(const struct types *t);

/* A struct, union, enum, typedef or base type by name ("task_struct", "list_head", "unsigned long"), in this order. module
 * NULL: the kernel's; else the module's own, else the kernel's. The complete one where there are declarations too; the
 * first where there are several. Types of a function's own are in BTF only. -ENOENT, -EIO. */
int types_find(const struct types *t, const char *module, const char *name, struct type *out);
/* The type of a variable. BTF tells it of per-CPU variables only (some kernels': of all), so that the best known others
 * are in a table (init_task is a task_struct, ...). -ENOENT: not known; -EIO. */
int types_variable(const struct types *t, const char *module, const char *name, struct type *out);
/* What a pointer points to, the element of an array. -EINVAL: it is neither. */
int types_target(const struct types *t, const struct type *of, struct type *out);
/* A member of a struct or union, also one inside unnamed members. -ENOENT, -EINVAL: it has none; -EIO. */
int types_member(const struct types *t, const struct type *of, const char *name, struct type_member *out);
/* The value of an enumerator. -ENOENT, -EINVAL: it is no enum. */
int types_enumerator(const struct types *t, const struct type *of, const char *name, int64_t *out);

#endif
