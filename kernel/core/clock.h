/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's clocks as they stood when the machine stopped: kernel/time/timekeeping.c. They are those of the last tick.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_CORE_CLOCK_H
#define VMCOREFS_KERNEL_CORE_CLOCK_H

#include "kernel/object/fields.h"

struct kernel_clock {
	uint64_t monotonic, boottime;	/* ns since the boot; boottime: with the time in suspend */
	int64_t booted;			/* when that was: seconds since 1970 */
	uint64_t hz;			/* ticks (jiffies) a second: CONFIG_HZ */
};

/* -ENOENT: the kernel's types or symbols do not tell it; -EIO: it is nonsense; as it was read. */
int kernel_clock_read(struct kreader *r, const struct knames *names, struct kernel_clock *out);

#endif
