/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which distribution made a kernel, by its names, and where that has the kernel's vmlinux with debug information.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_DISTRIBUTION_H
#define VMCOREFS_KERNEL_DEBUGINFO_DISTRIBUTION_H

struct debug_package {
	char name[128];			/* "linux-image-6.1.0-18-amd64-dbg", "kernel-default-debuginfo of version 6.4.0-150600.21" */
	char vmlinux[192];		/* where it puts it: "/usr/lib/debug/boot/vmlinux-6.1.0-18-amd64" */
};

/* release, version: as uname -r and -v have them; from a dump, so that only those that are made of letters, digits and
 * . _ + ~ - are taken: nothing in the answer means anything to a shell. -ENOENT: not known. */
int distribution_debug_package(const char *release, const char *version, struct debug_package *out);

#endif
