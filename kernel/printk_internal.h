/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the three forms of the log share. Nobody but printk*.c includes this.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_PRINTK_INTERNAL_H
#define VMCOREFS_KERNEL_PRINTK_INTERNAL_H

#include "kernel/printk.h"

/* A fact that VMCOREINFO must have. */
struct printk_field {
	const char *name;
	uint64_t *value;
	int (*get)(const struct vmcoreinfo *v, const char *name, uint64_t *out);
};

/* 0, or -EIO with a message that names the first one that is missing. */
int printk_fields(const struct kernel *k, const struct printk_field *fields, size_t n);
/* A range of kernel memory in a buffer of its own (the caller's). */
int printk_read_alloc(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes, char **out);
/* The value of a variable that VMCOREINFO has as SYMBOL(name). */
int printk_variable(const struct kernel *k, const char *name, unsigned int bytes, uint64_t *out);

/* One form each, as printk_render(). partial: what came after the last clear. */
int printk_ring_render(const struct kernel *k, bool partial, struct outbuf *out);
int printk_records_render(const struct kernel *k, bool partial, struct outbuf *out);

#endif
