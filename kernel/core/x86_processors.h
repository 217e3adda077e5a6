/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel knows of x86_64 processors: struct cpuinfo_x86. arch/x86/kernel/cpu/{common,proc}.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_CORE_X86_PROCESSORS_H
#define VMCOREFS_KERNEL_CORE_X86_PROCESSORS_H

#include "kernel/object/percpu.h"

#define X86_CAPABILITY_WORDS 64u	/* NCAPINTS + NBUGINTS is 25 in 5.10 */

struct x86_processor_layout {
	struct x86_processor_fields {
		struct kfield family, model, stepping, vendor, name, microcode, cache, package, core, apicid, initial_apicid, cores;
		struct kfield level, capabilities, loops, tlb, flush, alignment, physical, virtual, power;
	} f;
	uint64_t info, siblings;	/* per-CPU variables; siblings: a set of CPUs, or a pointer to one */
	bool siblings_pointer;
	uint64_t flag_names, bug_names;	/* x86_cap_flags[], x86_bug_flags[] */
	unsigned int bug_words;
};

struct x86_processor {
	unsigned int family, model, stepping, microcode, cache_kib, package, core, cores, siblings, apicid, initial_apicid;
	int level, tlb_pages, alignment;
	char vendor[17], name[65];	/* any bytes */
	uint32_t capabilities[X86_CAPABILITY_WORDS], power;
	unsigned int words, bug_words;	/* bugs are behind capabilities */
	uint64_t flag_names, bug_names;
	uint64_t loops_per_jiffy;
	unsigned int flush_bytes, physical_bits, virtual_bits;
};

/* -ENOENT: another architecture, or the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int x86_processor_layout(const struct knames *names, struct x86_processor_layout *out);
int x86_processor_read(struct kreader *r, const struct kcpus *cpus, const struct x86_processor_layout *l, unsigned int cpu,
		       struct x86_processor *out);

#endif
