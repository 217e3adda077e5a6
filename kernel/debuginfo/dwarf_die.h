/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types and their members as DWARF has them: what its readers share.
 *
 * Threads: one at a time for each Dwarf (libdw).
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_DWARF_DIE_H
#define VMCOREFS_KERNEL_DEBUGINFO_DWARF_DIE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/debuginfo/vmlinux_file.h"

#define DWARF_MAX_DEPTH	32		/* typedefs of typedefs, unnamed members in unnamed members */

/* All units, in order, until fn returns something else than 0, which is returned. Memory is given
 * back on the way: DIEs do not outlive fn. -ENOTSUP: it has no DWARF. */
int dwarf_die_each_unit(const struct vmlinux_file *f, int (*fn)(void *arg, Dwarf_Die *unit), void *arg);

/* To be done before DIEs are asked for by their places: libdw goes through all units in front of one, and what it reads
 * there stays in memory. */
void dwarf_die_know_units(const struct vmlinux_file *f, Dwarf *dwarf);

bool dwarf_die_is_complete(Dwarf_Die *die);
/* What a typedef, const, volatile stands for. false: void, or damaged. */
bool dwarf_die_peel(Dwarf_Die *die);
/* Of what has a type (DW_AT_type), peeled. false: void, or damaged. */
bool dwarf_die_type(Dwarf_Die *die, Dwarf_Die *type);
/* An attribute that is a number. */
bool dwarf_die_number(Dwarf_Die *die, unsigned int name, uint64_t *out);

/* A member by its name (len bytes), also inside unnamed structs and unions: its DIE, and where the innermost of these
 * starts in type, in bytes. */
bool dwarf_die_find_member(Dwarf_Die *type, const char *name, size_t len, uint64_t *start, Dwarf_Die *member);
/* Where a member starts, in bytes from the start of what it is a direct member of. false: in an unknown form. */
bool dwarf_die_member_start(Dwarf_Die *member, uint64_t *out);
/* Elements of an array in its dimension dim, from 0; 0: not told (a flexible array). false: it has no such dimension. */
bool dwarf_die_array_count(Dwarf_Die *array, unsigned int dim, uint64_t *out);
/* The value of a DW_TAG_enumerator. */
bool dwarf_die_enumerator_value(Dwarf_Die *enumerator, uint64_t *out);
/* The same, found by its name in its enum. */
bool dwarf_die_find_enumerator(Dwarf_Die *type, const char *name, uint64_t *out);

#endif
