/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For info: the kernels in one memory. A crash kernel that ran when the hypervisor took the dump is in the memory that the
 * other one reserved for it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_INFO_KERNELS_H
#define VMCOREFS_FS_VIEWS_INFO_KERNELS_H

#include "fs/views/engine.h"

struct crash_memory {
	uint64_t start, len;		/* physical address, bytes; len 0: none was reserved, or nobody knows where */
};

/* By what the kernel wrote into its log (NUL-terminated) when it reserved it. */
void info_find_crash_memory(const char *log, struct crash_memory *out);
/* Lines for all kernels where there are several. Reads the crash kernel's memory. 0, -ENOMEM. */
int info_put_kernels(struct engine *e, const struct crash_memory *crash, struct outbuf *out);

#endif
