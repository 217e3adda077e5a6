/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which part of the kernel's image, or of a module, an address lies in: by the symbols that the linker script puts at their
 * ends.
 *
 * Threads: any. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_SECTIONS_H
#define VMCOREFS_KERNEL_DEBUGINFO_SECTIONS_H

#include "kernel/debuginfo/facts.h"

#define SECTION_PERCPU "per-CPU"

struct section {
	const char *name;		/* "text", "rodata", ...; NULL: not known */
	uint64_t bytes_to_next;		/* from a symbol to the next one at another address; 0: it is the last */
};

/* Of the kernel's image: NULL: not known. */
const char *section_at(const struct facts *f, uint64_t vaddr);
/* Of a symbol of a module, or (NULL) of the kernel. */
void section_of(const struct facts *f, const struct module *in, const struct symbol *sym, struct section *out);

#endif
