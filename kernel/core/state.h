/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel knows of itself in variables of its own: how many CPUs it has, taint, command line, build-id.
 *
 * All: -ENOENT: the symbols do not have the variable; -EFAULT, -ENODATA, -EIO: it cannot be read, or is nonsense.
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_CORE_STATE_H
#define VMCOREFS_KERNEL_CORE_STATE_H

#include "base/outbuf.h"
#include "kernel/debuginfo/symbols.h"

#define STATE_CMDLINE_MAX 8192		/* bytes; COMMAND_LINE_SIZE is 4096 at the most, bootconfig adds to it */
#define STATE_BUILD_ID_MAX 64		/* bytes */

/* CPUs that are present: what the machine has, also where panic() has taken the others offline. */
int state_cpus(const struct kernel *k, const struct symbols *s, unsigned int *out);

/* The bits of /proc/sys/kernel/tainted; where no symbol tells, by the code of the kernel (taint_code.h). */
int state_taint(const struct kernel *k, const struct symbols *s, uint64_t *out);
/* Their letters as an oops has them, without its blanks: "GWO"; "" for 0. letters: at least 33 bytes. */
void state_taint_letters(uint64_t taint, char *letters);
/* What they mean: "a warning, a module from outside". Bits that no kernel of kernel.org has are given by number. */
void state_taint_text(uint64_t taint, struct outbuf *out);

/* What the boot loader gave, with its NUL; where no symbol tells, by its contents (cmdline_search.h). */
int state_cmdline(const struct kernel *k, const struct symbols *s, char out[STATE_CMDLINE_MAX]);

/* By VMCOREINFO (since 5.9), else by the kernel's ELF notes in memory; s may be NULL. In hexadecimal. */
int state_build_id(const struct kernel *k, const struct symbols *s, char out[2 * STATE_BUILD_ID_MAX + 1]);

#endif
