/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about the kernel from outside the dump: a VMCOREINFO text in a file (-i), or a vmlinux that such a text is made
 * from (-x). They must be of the dump's kernel; their lines then win over the dump's own.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_KERNEL_OPENING_OUTSIDE_H
#define VMCOREFS_KERNEL_OPENING_OUTSIDE_H

#include "base/outbuf.h"
#include "kernel/input.h"
#include "kernel/kernel.h"

struct outside {
	const char *path;		/* borrowed */
	struct outbuf text;		/* owned */
	struct vmcoreinfo vmci;		/* of text */
	char version[65];		/* of a vmlinux: as uname -v has it, "" when unknown */
};

/* Read the file, or the vmlinux. Errors were logged. */
int outside_read(const struct kernel_input *in, struct outside *out);
/* Is it of the kernel that v is of, as far as both tell? */
bool outside_fits(const struct outside *given, const struct vmcoreinfo *v);
/* Lay it over what k has (k->vmci, k->arch): -EINVAL, after a message, when it does not fit. mistrust: what k has is dropped
 * when the kernel of the given text is found in memory. */
int outside_apply(struct kernel *k, const struct kernel_input *in, const struct outside *given, bool mistrust);
/* With k's own name at hand (k->uts): the same build? As outside_apply(). */
int outside_check_version(const struct kernel *k, const struct kernel_input *in, const struct outside *given);
void outside_free(struct outside *given);

#endif
