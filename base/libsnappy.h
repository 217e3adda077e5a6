/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsnappy, loaded when it is needed, with the C++ runtime behind it: its functions under their own names, see
 * <snappy-c.h>, once it is loaded.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_LIBSNAPPY_H
#define VMCOREFS_BASE_LIBSNAPPY_H

#include <stdbool.h>

/* 0, or -ENOTSUP (logged). */
int libsnappy_load(void);
bool libsnappy_is_there(void);

#endif
