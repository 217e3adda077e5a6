/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log, in the three forms it has had: a ring of characters (until 3.4), a ring of records (3.5 to 5.9),
 * the lockless ring (5.10 on; kernel/printk/printk_ringbuffer.c).
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_PRINTK_H
#define VMCOREFS_KERNEL_PRINTK_H

#include "base/outbuf.h"
#include "kernel/kernel.h"

/* Where a kernel's log is. NULL when VMCOREINFO tells of none; else "ring buffer", "records" or "characters". */
const char *printk_kind(const struct kernel *k);

/* Append the log as dmesg(1) prints it. 0, or -errno with one message. Records that were being
 * written when the kernel died, or are damaged, are left out. */
int printk_render(const struct kernel *k, struct outbuf *out);

/* printk_text.c: one record: "[seconds.microseconds] " and the text; lines after the first are indented. Valid UTF-8 is
 * kept; other bytes that do not print come as \xNN. */
void printk_record(struct outbuf *out, uint64_t ts_nsec, const char *text, size_t len);

#endif
