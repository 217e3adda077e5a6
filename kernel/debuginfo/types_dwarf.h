/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What types_dwarf.c and types_dwarf_written.c share.
 *
 * Threads: between types_dwarf_lock() and types_dwarf_unlock() only; DIEs do not outlive these.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_TYPES_DWARF_H
#define VMCOREFS_KERNEL_DEBUGINFO_TYPES_DWARF_H

#include <elfutils/libdw.h>
#include <pthread.h>

#include "kernel/debuginfo/symtab.h"
#include "kernel/debuginfo/types_internal.h"
#include "kernel/debuginfo/vmlinux_file.h"

/* Names at the top of a unit, in the order in which they answer; of a struct and a union the first one in the file. */
enum name_class { STRUCTS, UNIONS, ENUMS, TYPEDEFS, BASE_TYPES, TYPE_CLASSES, VARIABLES = TYPE_CLASSES, EXTERNS, CLASSES };

#define TYPES_DWARF_UNITS 24		/* of which libdw may keep what it has read */

struct types_dwarf {
	pthread_mutex_t lock;		/* for what follows: libdw keeps what it has read */
	struct vmlinux_file file;
	Dwarf *dwarf;
	const void *units[TYPES_DWARF_UNITS * 2];	/* those that DIEs were asked of since it was opened, by hash; NULL: free */
	unsigned int nunits;
	unsigned int pointer_bytes;
	/* Names, with places of DIEs for addresses: of several the first one in the file. Immutable after opening. */
	struct symtab names[CLASSES];
};

/* types_dwarf_index.c: fills names; file is open, and path its own. -ENOTSUP: it has no DWARF; -ENOMEM; else logged. */
int types_dwarf_index(struct types_dwarf *d, const char *path);

void types_dwarf_lock(struct types_dwarf *d);
void types_dwarf_unlock(struct types_dwarf *d);
/* false: damaged, or out of memory. */
bool types_dwarf_die(struct types_dwarf *d, uint64_t at, Dwarf_Die *die);
/* The dimension of an array of arrays is in the scope: DWARF has one type for all of them. */
unsigned int types_dwarf_dimension(const struct type *t);
/* From dimension dim on; depth is 0. */
int types_dwarf_describe_array(struct types_dwarf *d, Dwarf_Die *die, unsigned int dim, struct type *out, int depth);
/* What an array of arrays consists of: 1: *out, an array; 0: not one, what *die, the type's, is made of is its DW_AT_type; -EIO. */
int types_dwarf_row(struct types_dwarf *d, const struct type *of, Dwarf_Die *die, struct type *out);
/* A DIE that is no typedef and no qualifier. */
int types_dwarf_describe(struct types_dwarf *d, Dwarf_Die *die, struct type *out, int depth);
/* The type of what has one, typedefs and qualifiers taken off. */
int types_dwarf_describe_target(struct types_dwarf *d, Dwarf_Die *of, struct type *out, int depth);
/* Where a DW_TAG_member is, in bits from the start of its struct; bits: 0 when it is no bit field. */
int types_dwarf_member_place(struct types_dwarf *d, Dwarf_Die *member, uint64_t unit_bytes, uint64_t *at, unsigned int *bits);

#endif
