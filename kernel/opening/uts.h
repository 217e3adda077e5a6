/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's name in its memory: struct new_utsname of init_uts_ns, six strings.
 *
 * Threads: before others know the kernel.
 */
#ifndef VMCOREFS_KERNEL_OPENING_UTS_H
#define VMCOREFS_KERNEL_OPENING_UTS_H

#include "kernel/kernel.h"

enum { UTS_STRINGS = 6, UTS_STRING = 65, UTS_BYTES = UTS_STRINGS * UTS_STRING };

/* Where the strings are in struct uts_namespace when VMCOREINFO does not tell, as it does since 5.11: behind a reference
 * count. */
#define UTS_OFFSET_UNTOLD 4

/* Where they are: k->uts_vaddr, or 0. The kernel has a space. */
void uts_find(struct kernel *k);
/* k->uts from there; stays as it is where that cannot be. erased: whatever is there, else only what is a name of Linux. */
void uts_read(struct kernel *k, bool erased);

#endif
