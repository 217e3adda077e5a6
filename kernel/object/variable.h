/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single numbers: variables of the kernel, and constants that its types tell.
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_VARIABLE_H
#define VMCOREFS_KERNEL_OBJECT_VARIABLE_H

#include "kernel/object/fields.h"

/* An unsigned variable of so many bytes (0: a long) by its names, the newest first: "a|b". -ENOENT: there is none; the
 * first error of the reader, which forgets it. */
int kvariable_uint(const struct knames *names, struct kreader *r, const char *path, unsigned int bytes, uint64_t *out);
/* The same where nothing needs to tell the reasons apart: otherwise. The reader keeps the error of a variable that is there. */
uint64_t kvariable_or(const struct knames *names, struct kreader *r, const char *path, unsigned int bytes, uint64_t otherwise);
/* An enumerator, "enum.NAME|older.NAME". -ENOENT: there is none; types cannot be read. */
int kenumerator(const struct knames *names, const char *path, int64_t *out);
/* A counter that is spread over CPUs: struct percpu_counter with the shares of all of them. What is below zero is 0. */
struct kcpus;
uint64_t kpercpu_counter(const struct knames *names, struct kreader *r, const struct kcpus *cpus, uint64_t vaddr);

#endif
