/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths of erase rules: resolved once, by symbols and types, to a way through memory; walked for each element of a
 * loop. Only erase_target.h includes this.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FILTER_ERASE_ACCESS_H
#define VMCOREFS_FILTER_ERASE_ACCESS_H

#include "filter/erase_parse.h"
#include "kernel/object/reader.h"
#include "kernel/debuginfo/facts.h"

#define ACCESS_STEPS_MAX (2 * ERASE_DEPTH_MAX)

struct access_context {
	const struct kernel *kernel;
	struct kreader *reader;		/* of its memory */
	const struct facts *facts;
	const struct types *types;
	const char *name;		/* of the file with the rules */
	const char *module;		/* of the section, or NULL */
	const char *var;		/* of the loop, or NULL */
	struct type var_type;
	uint64_t cpu_offset;		/* of the CPU that per-CPU variables are taken of */
	bool per_cpu;			/* access_resolve() met one */
	const struct type *unknown;	/* what variables are taken for whose type is not known; NULL: that is an error */
};

struct access {
	bool of_var;			/* starts at the element of the loop, else at base */
	bool per_cpu;			/* base is of a per-CPU variable */
	uint64_t base;
	struct type type;		/* of what is there */
	unsigned int bit_offset, bits;	/* as in struct type_member */
	unsigned int nsteps;
	struct access_step {
		unsigned int pointer_bytes;	/* 0: add only; else first read this large a pointer, and go where it points */
		uint64_t offset;
	} steps[ACCESS_STEPS_MAX];
};

/* The way to the last of the first n names of a path. -EINVAL after a message with the place of the name. */
int access_resolve(struct access_context *c, const struct erase_word *path, size_t n, struct access *out);
/* Go on: to what it points to if it is a pointer (all: to what is no pointer); to a member. pos: for messages. */
int access_deref(const struct access_context *c, struct erase_pos pos, bool all, struct access *a);
int access_member(const struct access_context *c, struct erase_pos pos, const char *member, struct access *a);

/* Number of names in a path; the n-th name, from 0 on, into buf of ERASE_NAME_MAX + 1. */
size_t access_depth(const struct erase_word *path);
struct erase_pos access_name(const struct erase_word *path, size_t n, char *buf);

int access_fail(const struct access_context *c, struct erase_pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Where it leads to now; element: of the loop. 1: a pointer on the way is NULL; or as kernel_read(). */
int access_walk(const struct access_context *c, const struct access *a, uint64_t element, uint64_t *vaddr);
/* An unsigned integer of 1 to 8 bytes. As kernel_read(). */
int access_read(const struct access_context *c, uint64_t vaddr, uint64_t bytes, uint64_t *out);

#endif
