/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock: no files but those given, for base/sandbox/sandbox.c alone. By system calls: glibc has no functions for them,
 * and the headers of Debian 12 only the first version. Source: Documentation/userspace-api/landlock.rst of Linux.
 *
 * Threads: while there is one, with no_new_privs set.
 */
#ifndef VMCOREFS_BASE_SANDBOX_LANDLOCK_H
#define VMCOREFS_BASE_SANDBOX_LANDLOCK_H

#include <stdbool.h>

/* readable: as of struct sandbox_rules. no_net: no TCP. The version that the kernel has, or -errno when there is none. */
int landlock_enter(const char *const *readable, bool no_net);

#endif
