/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a kernel died, by its log. Many panics say little ("Fatal exception", "hung_task: blocked tasks"): the cause is then
 * a line before them. What stands in the logs of healthy machines too (faults of programs, corrected machine checks, stalls
 * that were survived) is a cause only where the panic says so.
 *
 * Only the beginnings of messages count, and only messages of the kernel itself: programs write into the log as well.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_KERNEL_LOG_CAUSE_H
#define VMCOREFS_KERNEL_LOG_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_CAUSE_LINE 1024		/* bytes of a message that are looked at: what printk() takes at once */

/* What a message tells of. */
enum log_sign {
	SIGN_NONE, SIGN_SYSRQ, SIGN_FAULT, SIGN_MACHINE_CHECK, SIGN_HARDWARE, SIGN_SERROR, SIGN_NMI, SIGN_HUNG_TASK,
	SIGN_SOFT_LOCKUP, SIGN_HARD_LOCKUP, SIGN_RCU_STALL, SIGN_WARNING, SIGN_FILE_SYSTEM, SIGNS,
};

/* Zeroed to begin with. */
struct log_cause {
	size_t messages;		/* so many were seen */
	bool panicked;			/* what comes after the first panic says nothing more */
	char panic[LOG_CAUSE_LINE];
	/* The last of each kind before the panic, "" for none; of a fault its first line. */
	char last[SIGNS][LOG_CAUSE_LINE];
	size_t fault_at;		/* message number of the last line of that fault */
	bool fault_named;		/* last[SIGN_FAULT] waits for the line with its number, "[#1]" */
	char hint[LOG_CAUSE_LINE];	/* said of programs' faults too: is a fault only if its number follows */
	size_t hint_at;
};

/* One message without time and caller; text need not end in NUL. facility: of the record, 0 is the kernel. */
void log_cause_message(struct log_cause *c, unsigned int facility, const char *text, size_t len);
/* A log as dmesg(1) prints it, or as the kernels before 3.5 keep it: "<6>[    1.234567] text" lines. */
void log_cause_text(struct log_cause *c, const char *text, size_t len);
/* The same as /dev/kmsg has it: "6,1,1234567,-;text", which tells the facility, and messages of several lines from several
 * messages. */
void log_cause_kmsg(struct log_cause *c, const char *text, size_t len);

/* The line that says why the kernel panicked, or NULL: it did not. */
const char *log_cause_panic(const struct log_cause *c);
/* Of a kernel that did not panic: its last fault (oops), or NULL. kexec starts the crash kernel from there, before the panic
 * is announced; without kexec the machine may have gone on. */
const char *log_cause_fault(const struct log_cause *c);

#endif
