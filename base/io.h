/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes that go on after signals and short counts.
 *
 * Threads: any. Nothing here logs.
 */
#ifndef VMCOREFS_BASE_IO_H
#define VMCOREFS_BASE_IO_H

#include <stddef.h>
#include <stdint.h>

/* All n bytes: 0 or -errno. */
int io_write(int fd, const void *buf, size_t n);
int io_pwrite(int fd, const void *buf, size_t n, uint64_t off);
/* All n bytes: 0 or -errno; -ENODATA when the file ends before. */
int io_pread(int fd, void *buf, size_t n, uint64_t off);

/* Close all files but standard input, output and error, and those of keep, which is sorted here. */
void io_close_others(int *keep, size_t n);

#endif
