/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is special about /proc/kcore, the memory of the machine that runs: fs/proc/kcore.c. It is an ELF core whose
 * PT_LOADs are kernel virtual memory; those of RAM and of the kernel image tell their physical address since 4.11, the
 * others have all bits set there. All of memory is in it, also the part that waits for a crash kernel.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_ELF_KCORE_H
#define VMCOREFS_FORMATS_ELF_KCORE_H

#include "formats/reader/dump.h"
#include "formats/source/parts/extents.h"

/* A file of procfs with a NT_TASKSTRUCT note, which /proc/vmcore has not. d->notes are read. */
bool kcore_is_live(const struct dump *d);

/* Physical memory that path, in the form of /proc/iomem, calls name: "System RAM", "Crash kernel". A file that cannot be
 * read tells of none. 0, -ENOMEM. */
int kcore_iomem_ranges(const char *path, const char *name, struct extents *out);

/* Before 4.19 kcore has no VMCOREINFO note: path, in the form of /sys/kernel/vmcoreinfo, tells the physical address and
 * size of one, which is appended to d->notes. Nothing is added when it cannot be read. d->pages are set up. 0,
 * -ENOMEM. */
int kcore_add_vmcoreinfo(struct dump *d, const char *path);

#endif
