/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users, groups and capabilities, for base/sandbox/sandbox.c alone.
 *
 * Threads: while there is one.
 */
#ifndef VMCOREFS_BASE_SANDBOX_PRIVILEGES_H
#define VMCOREFS_BASE_SANDBOX_PRIVILEGES_H

#include <stdbool.h>

/*
 * Root becomes user (NULL: nobody) without other groups; everybody loses all capabilities, and that exec gives any.
 * keep_user: root stays root, without capabilities.
 * *is_root: the user was not changed, or could not be, as in a user name space that has one user only. 0 or -errno (logged).
 */
int privileges_drop(const char *user, bool keep_user, bool *is_root);

#endif
