/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of the kernel as users write them in names:
 *
 *	address = place ["+" number]
 *	place   = number | [module ":"] symbol ["@" cpu]
 *
 * A number is as base/number.h has it. Of several symbols of one name it is the one that facts_find_symbol() finds. symbol@cpu
 * is the copy that a CPU has of a per-CPU variable; without @cpu it is what the symbol table says, of such a variable no
 * address of anything.
 *
 * Threads: any. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_ADDRESS_H
#define VMCOREFS_KERNEL_DEBUGINFO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/debuginfo/facts.h"

/* n characters from text on, all of them. facts NULL: numbers alone. -EINVAL: no address; -ENOENT: it names what is not
 * there, or no 64 bits hold it; as it was read, where that takes memory; passing faults. */
int address_parse(const struct facts *f, const char *text, size_t n, uint64_t *out);

/* Of a name that address_parse() finds no symbol of: why there are none to be found; NULL: there are, or it has no symbol. */
const char *address_why_not(const struct facts *f, const char *text);

/* "symbol", "module:symbol+0x40": the symbol that vaddr lies in or behind, in the form of address_parse(). -ENOENT: none;
 * else as facts_symbol_at(). buf ends with NUL in any case. */
int address_format(const struct facts *f, uint64_t vaddr, char *buf, size_t size);

/* As the kernel writes places in code (%pB): "symbol+0x12/0x340", "symbol+0x12/0x340 [module]"; the length is that up to the
 * next symbol. returns: vaddr is where a call returns to, and the symbol is that of the call. Results as of address_format(). */
int address_format_code(const struct facts *f, uint64_t vaddr, bool returns, char *buf, size_t size);

/* The copy that a CPU has of a per-CPU variable or pointer. -ENOENT: no such CPU, or the kernel does not tell where they
 * are; as it was read; passing faults. */
int address_of_cpu(const struct facts *f, uint64_t vaddr, unsigned int cpu, uint64_t *out);

#endif
