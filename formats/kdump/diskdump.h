/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diskdump, whose format became kdump-compressed: what its headers mean (include/linux/diskdump.h of Red Hat's kernels).
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_KDUMP_DISKDUMP_H
#define VMCOREFS_FORMATS_KDUMP_DISKDUMP_H

#include "formats/kdump/header.h"
#include "formats/reader/dump.h"

/* d has what take_claims() of kdump.c took, by the rules of kdump: puts it right. Warns when the dump is incomplete. */
void diskdump_claims(struct dump *d, const struct kdump_header *h);

/*
 * The sub header is elf_gregset_t of the CPU that wrote the dump. It becomes NT_PRSTATUS, behind empty ones of the CPUs
 * before it, for CPUs are counted by their notes. 0 or -ENOMEM; of machines that are not known nothing.
 */
int diskdump_add_registers(struct dump *d, const struct kdump_header *h);

#endif
