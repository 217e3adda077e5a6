/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What types.c, types_btf.c and types_dwarf.c share. Their functions are those of types.h over one source each. */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPES_INTERNAL_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPES_INTERNAL_H

#include "kernel/debuginfo/btf.h"
#include "kernel/debuginfo/types.h"

/* Where a member is that starts bit_offset bits from the start of its struct. out->type is set. */
static inline void types_place_member(struct type_member *out, uint64_t bit_offset, unsigned int bits)
{
	uint64_t unit = out->type.bytes * 8, at = bit_offset / 8 * 8;

	if (bits && unit && unit <= 64 && bit_offset % unit + bits <= unit)
		at = bit_offset / unit * unit;
	out->offset = at / 8;
	out->bit_offset = bits ? (unsigned int)(bit_offset - at) : 0;
	out->bits = bits;
}

/* types.c: types of bytes, which are copied, without a kernel: for tests. split: a module's, of the name "module"; NULL: none. */
int types_of_bytes(const void *btf, size_t len, const void *split, size_t split_len, unsigned int pointer_bytes,
		   struct types **out);

/* types.c: what a long long has of alignment as a member, in bytes: 4 with i386's ABI. */
unsigned int types_long_align(const struct types *t);

/* types.c: who answers for a type, or for a module. NULL: nobody. */
const struct types_btf *types_btf_of(const struct types *t, const struct type *of);
struct types_dwarf *types_dwarf_of(const struct types *t, const struct type *of);
const struct types_btf *types_btf_of_module(const struct types *t, const char *module);
/* ... for the kernel's own: DWARF, else (NULL) BTF. */
struct types_dwarf *types_dwarf_of_kernel(const struct types *t);
const struct types_btf *types_btf_of_kernel(const struct types *t);

/* --- types_btf.c: one BTF. Threads: any. --- */

struct types_btf {
	struct btf *btf;
	const struct types_btf *base;	/* of a module: the kernel's */
	uint64_t scope;			/* for struct type */
	unsigned int pointer_bytes;
};

/* In itself, not in the base. */
int types_btf_find(const struct types_btf *b, const char *name, struct type *out);
int types_btf_variable(const struct types_btf *b, const char *name, struct type *out);
int types_btf_each_percpu(const struct types_btf *b, int (*fn)(void *arg, const char *name, uint64_t offset, uint64_t bytes),
			  void *arg);
/* A pointer to that type, if the kernel has any. */
int types_btf_pointer_to(const struct types_btf *b, const struct type *to, struct type *out);
int types_btf_target(const struct types_btf *b, const struct type *of, struct type *out);
int types_btf_member(const struct types_btf *b, const struct type *of, const char *name, struct type_member *out);
int types_btf_enumerator(const struct types_btf *b, const struct type *of, const char *name, int64_t *out);
int types_btf_describe(const struct types_btf *b, uint32_t id, struct type *out);
/* types_btf_written.c */
int types_btf_get(const struct types_btf *b, enum type_kind kind, const char *name, struct type *out);
int types_btf_next(const struct types_btf *b, uint64_t *at, struct type *out);
int types_btf_name(const struct types_btf *b, const struct type *of, const char **out);
int types_btf_inner(const struct types_btf *b, const struct type *of, struct type *out);
int types_btf_peel(const struct types_btf *b, const struct type *of, struct type *out);
int types_btf_function(const struct types_btf *b, const char *name, struct type *out);
int types_btf_next_item(const struct types_btf *b, struct type_items *items, struct type_item *out);
int types_btf_next_tag(const struct types_btf *b, const struct type *of, uint64_t *at, struct type_tag *out);

/* --- types_dwarf.c: the DWARF of a vmlinux. Threads: opening and closing: one; the rest: any. --- */

/* struct type.scope from here on is DWARF's. */
#define TYPES_DWARF_SCOPE	((uint64_t)1 << 32)

struct types_dwarf;

/* -ENOTSUP, without a message: it has none. Other errors were logged, but for -ENOMEM. Reads all of it. */
int types_dwarf_open(const char *path, unsigned int pointer_bytes, struct types_dwarf **out);
void types_dwarf_close(struct types_dwarf *d);	/* NULL is fine */
int types_dwarf_find(struct types_dwarf *d, const char *name, struct type *out);
int types_dwarf_variable(struct types_dwarf *d, const char *name, struct type *out);
int types_dwarf_target(struct types_dwarf *d, const struct type *of, struct type *out);
int types_dwarf_member(struct types_dwarf *d, const struct type *of, const char *name, struct type_member *out);
int types_dwarf_enumerator(struct types_dwarf *d, const struct type *of, const char *name, int64_t *out);
int types_dwarf_get(struct types_dwarf *d, enum type_kind kind, const char *name, struct type *out);
int types_dwarf_next(struct types_dwarf *d, uint64_t *at, struct type *out);
int types_dwarf_name(struct types_dwarf *d, const struct type *of, const char **out);
int types_dwarf_inner(struct types_dwarf *d, const struct type *of, struct type *out);
int types_dwarf_peel(struct types_dwarf *d, const struct type *of, struct type *out);
int types_dwarf_next_item(struct types_dwarf *d, struct type_items *items, struct type_item *out);

/* types_wellknown.c: the type of a variable that kernels have had for long, as "name" or, of pointers to it, "name *";
 * NULL: it is none of them. */
const char *types_wellknown(const char *variable);
/* "unsigned long" as gcc has it in debug information ("long unsigned int"), and as clang has it. false: no such name. */
#define TYPES_BASE_NAME 32
bool types_base_names(const char *name, char out[2][TYPES_BASE_NAME]);

#endif
