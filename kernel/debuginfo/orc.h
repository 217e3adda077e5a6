/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC, the unwind tables that x86_64 kernels have in memory since 4.14, of the kernel itself and of each module: pairs of
 * addresses and entries (arch/orc.h), sorted by address. arch/x86/kernel/unwind_orc.c
 *
 * Only the entries that are asked for are read. A part of a table that is lost knows nothing.
 *
 * Threads: those of the reader, which is borrowed as facts are.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_ORC_H
#define VMCOREFS_KERNEL_DEBUGINFO_ORC_H

#include "arch/orc.h"
#include "kernel/debuginfo/facts.h"
#include "kernel/object/fields.h"

#define ORC_CACHE 1024u			/* a power of two */
#define ORC_IP_BYTES 4u			/* of an address in the table: its distance from where it stands */

/* The kernel's own table: n addresses, and as many entries. */
struct orc_table {
	uint64_t ips, entries, n;
};

struct orc {
	struct kreader *r;
	const struct facts *facts;
	struct orc_layout layout;
	struct orc_table table;
	struct kfield num_orcs, unwind_ip, unwind;	/* of struct module */
	struct orc_answer {
		uint64_t pc;
		int result;
		struct orc_rule rule;
	} answers[ORC_CACHE];
};

/* -ENOENT: the kernel has none that can be found, or what symbols tell cannot be right. */
int orc_table_find(const struct knames *names, struct orc_table *out);
/* The same; as it was read. */
int orc_open(const struct facts *f, struct kreader *r, struct orc *out);
/* The rule of the instruction at pc. -ENOENT: no table has it, or that part is lost; passing faults. */
int orc_find(struct orc *o, uint64_t pc, struct orc_rule *out);

/* The same of one table of n entries. */
int orc_find_in(struct orc *o, uint64_t ips, uint64_t entries, uint64_t n, uint64_t pc, struct orc_rule *out);

#endif
