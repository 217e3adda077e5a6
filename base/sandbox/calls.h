/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls by role, for base/sandbox/sandbox.c alone. A call is one of: needed (some with arguments that are looked
 * at); asked for by a C library that does without as well, which gets EACCES or ENOSYS, as all that we do not know; wanted by
 * nobody but who has taken over the process, which it does not survive.
 *
 * Threads: while there is one, with no_new_privs set.
 */
#ifndef VMCOREFS_BASE_SANDBOX_CALLS_H
#define VMCOREFS_BASE_SANDBOX_CALLS_H

#include "base/sandbox/sandbox.h"

/* *missing: 0, or -errno as the kernel has no such filters or does not allow them here. 0 or -errno (logged). */
int calls_enter(enum sandbox_role role, int *missing);

#endif
