/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a dump's headers and notes say, in the words of kernel.h: kernel/ does not see formats/.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_VIEWS_DUMP_FACTS_H
#define VMCOREFS_FS_VIEWS_DUMP_FACTS_H

#include "formats/reader/dump.h"
#include "formats/reader/notes.h"
#include "kernel/input.h"
#include "kernel/kernel.h"

/* What in points to; borrows the dump. */
struct dump_facts {
	struct mapping *segments;
	struct dump_note *notes;
	struct arch_note *arch_notes;
};

/* Fill in from d, but for its pages. facts must live as long as in. 0, -ENOMEM. */
int dump_facts_get(const struct dump *d, struct kernel_input *in, struct dump_facts *facts);
void dump_facts_free(struct dump_facts *facts);

/*
 * The virtual addresses that the dump's own segments tell: *maps (owned by the caller) as struct elf_output has them, and
 * the kernel image, which lies inside of another segment; len 0: not told. -ENOMEM.
 */
int dump_facts_addresses(const struct dump *d, unsigned int page_shift, struct mapping **maps, size_t *n,
			 struct mapping *image);

#endif
