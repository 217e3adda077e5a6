/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of capstone that is used, loaded when the first function is disassembled (base/library.h). Its header says what
 * the functions do: they have their own names here.
 *
 * Threads: any, each with handles of its own.
 */
#ifndef VMCOREFS_KERNEL_CODE_LIBCAPSTONE_H
#define VMCOREFS_KERNEL_CODE_LIBCAPSTONE_H

#include <stdbool.h>

#include <capstone/capstone.h>

/* Before any other; 0, or -ENOTSUP (logged once). */
int libcapstone_load(void);
/* Can it be loaded? Nothing is logged. */
bool libcapstone_is_there(void);

#endif
