/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log, in the three forms it has had: a ring of characters (until 3.4), a ring of records (3.5 to 5.9),
 * the lockless ring (5.10 on; kernel/printk/printk_ringbuffer.c).
 *
 * A page of the log that is damaged or not in the dump takes no more than its records: a line that begins with
 * "vmcorefs: " stands for them.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_LOG_PRINTK_H
#define VMCOREFS_KERNEL_LOG_PRINTK_H

#include "base/outbuf.h"
#include "kernel/kernel.h"

struct facts;

/* Where a kernel's log is. NULL when VMCOREINFO tells of none; else "ring buffer", "records" or "characters". */
const char *printk_kind(const struct kernel *k);

enum printk_form {
	PRINTK_DMESG,		/* as dmesg(1) prints it: "[    1.000000] text", more lines indented */
	PRINTK_RAW,		/* as syslog(2) gives it: "<6>[    1.000000] text" for each line */
	PRINTK_KMSG,		/* as /dev/kmsg gives it: "6,1,1000000,-,caller=T1;text", " SUBSYSTEM=pci" */
};

/* What of the log is in lost pages. */
struct printk_loss {
	uint64_t amount;	/* of records, or of bytes */
	unsigned int gaps;	/* lines in place of them; 0: nothing is lost */
	bool in_bytes;
	char first[160];	/* what the first of these lines says, without "vmcorefs: " */
	char head[200];		/* the same of the line in front of all others, where the log's head is lost; else "" */
};

/* Append the log. 0, or -errno with one message. Records that were being written when the kernel died are left out.
 * facts: tell where the log is when the page that has its head is lost (printk_ringbuffer); NULL: none. loss may be NULL. */
int printk_render_form(const struct kernel *k, const struct facts *facts, enum printk_form form, struct outbuf *out,
		       struct printk_loss *loss);
/* Why there is no such log; NULL: there is. Reads nothing but VMCOREINFO. */
const char *printk_why_no_form(const struct kernel *k, enum printk_form form);
/* No rendering of the log is longer, in bytes. Reads the length of the log's buffer, which stands beside it, and nothing
 * of what is in it. */
uint64_t printk_bound(const struct kernel *k);

/* PRINTK_DMESG, without facts. */
int printk_render(const struct kernel *k, struct outbuf *out);

/* The same since the last clear (dmesg -c, dmesg -C, syslog(2)); all of it when there was none. */
int printk_render_partial(const struct kernel *k, const struct facts *facts, struct outbuf *out);
/* As printk_why_no_form(). */
const char *printk_why_no_partial(const struct kernel *k);

/* text.c: one record: "[seconds.microseconds] " and the text; lines after the first are indented. Valid UTF-8 is
 * kept; other bytes that do not print come as \xNN. */
void printk_record(struct outbuf *out, uint64_t ts_nsec, const char *text, size_t len);
/* The same of text without newlines, alone. */
void printk_escape(struct outbuf *out, const char *text, size_t len);

#endif
