/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VMCOREINFO text that the user has in a file.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_VMCOREINFO_FILE_H
#define VMCOREFS_KERNEL_VMCOREINFO_FILE_H

#include "base/outbuf.h"

/* A text that has a line that starts with key into text, which is the caller's. Errors were logged. */
int vmci_read_file(const char *path, const char *key, struct outbuf *text);

#endif
