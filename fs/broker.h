/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one who answers what a process in a sandbox asks (base/files.h has the protocol). It trusts nothing in a question. What
 * it opens, for reading only:
 *
 * - what the command line names, by the name that stands there;
 * - what is in a folder that stands there, and in its folders: names without "." in front;
 * - NAME.vmem, .vmss, .vmsn, .guest beside a NAME of these that stands there, or with .vmem behind the whole name;
 * - /proc/iomem, /sys/kernel/vmcoreinfo and the program itself, once it has opened a file of /proc or a device.
 *
 * Of other files beside a named one it tells what stat(2) does. Temporary files are made in TMPDIR and have no name. It never
 * waits for the one who asks.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_FS_BROKER_H
#define VMCOREFS_FS_BROKER_H

#include <stdbool.h>
#include <stddef.h>

struct broker {
	int socket;			/* owned; -1: closed */
	const char *const *named;	/* borrowed: files and folders of the command line */
	size_t nnamed;
	int (*mount)(void *arg);	/* a descriptor, which is taken over, or -errno after a message. NULL: there is no mount */
	void *arg;
	bool asked_mount;		/* that is done once */
	bool live;			/* has opened a file of /proc or a device */
};

/* Answer one question. 1; 0: there is none now; -EPIPE: there will be none any more. */
int broker_answer(struct broker *b);

#endif
