/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line by its contents, where no symbol tells where it is. init/main.c keeps two copies of it in memory of their
 * own: saved_command_line as it was given, static_command_line in pieces, as parse_args() cut it: each blank behind an
 * option, and each '=' in front of a value, is a NUL there. The pointers to them are neighbours in the kernel image.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_CORE_CMDLINE_SEARCH_H
#define VMCOREFS_KERNEL_CORE_CMDLINE_SEARCH_H

#include "kernel/kernel.h"

/* The address of the pointer to the whole one. -ENOENT: no such pair, or more than one; -ENOMEM. Reads the image. */
int cmdline_search(const struct kernel *k, uint64_t *vaddr);

#endif
