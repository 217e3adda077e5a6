/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the readers share while they open a dump. Only formats/ includes this.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_READER_READER_H
#define VMCOREFS_FORMATS_READER_READER_H

#include "formats/reader/dump.h"

#define PAGE_SHIFT_MIN 12			/* page and block sizes that are believed: 4 KiB .. 1 MiB */
#define PAGE_SHIFT_MAX 20

#define NO_PART_OF_A_SET "%s: no part of a split set; only such parts, or all pieces of one file, can be given together"

/* The rows of formats/formats.c, and those that it has not: what the user has to name. */
extern const struct dump_ops elf_dump_ops;
extern const struct dump_ops kdump_dump_ops;
extern const struct dump_ops lime_dump_ops;
extern const struct dump_ops lkcd_dump_ops;
extern const struct dump_ops qemu_dump_ops;
extern const struct dump_ops recognised_dump_ops;	/* no format: what is told by its first bytes, but not read */
extern const struct dump_ops s390_dump_ops;
extern const struct dump_ops sadump_dump_ops;
extern const struct dump_ops vmware_dump_ops;
extern const struct dump_ops xc_core_dump_ops;
extern const struct dump_ops raw_dump_ops, devmem_dump_ops;

/* log2 of a believable page size, or 0. */
unsigned int page_shift_of(uint64_t bytes);
/* Of formats that do not tell it: machine, byte order and page size as the request has them; pages of 4 KiB by default. */
void dump_take_machine(struct dump *d);

#endif
