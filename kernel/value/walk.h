/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over a value and all that is in it, for those who write it down (text.c, json.c).
 *
 * Threads: one a struct value_sink.
 */
#ifndef VMCOREFS_KERNEL_VALUE_WALK_H
#define VMCOREFS_KERNEL_VALUE_WALK_H

#include <stdbool.h>

#include "kernel/value/value.h"

#define VALUE_DEPTH	32u		/* of what is in each other */
#define VALUE_STEPS	(1u << 18)	/* members and elements that are looked at, printed or not */
#define VALUE_STRING	4096u		/* bytes of an array of char that are shown */

enum scalar_kind {
	SCALAR_INTEGER,			/* bits */
	SCALAR_BOOL,
	SCALAR_ENUM,			/* name: NULL: it has no enumerator */
	SCALAR_POINTER,
	SCALAR_STRING,			/* bytes, n of them */
	SCALAR_WIDE,			/* an integer or float of other sizes: bytes, n of them, as they are in memory */
	SCALAR_LOST,			/* note says why */
	SCALAR_NONE,			/* no value can be told, and note says why: of incomplete type, too deep */
};

struct scalar {
	enum scalar_kind kind;
	bool is_signed;
	uint64_t bits;			/* with the sign in all of them */
	const char *name, *note;
	const char *flags;		/* NULL: none */
	const char *symbol;		/* of a pointer: address_format(); NULL: none */
	const uint8_t *bytes;
	size_t n;
	const uint8_t *target;		/* of a pointer to char: the string that it points to; NULL: none */
	size_t target_n;
	bool has_cpu0;			/* of a pointer: per CPU, that of CPU 0 is cpu0 */
	uint64_t cpu0;
};

struct value_sink;

struct value_sink_ops {
	/* A struct, union or array begins; ends: more: elements that are not shown. */
	void (*open)(struct value_sink *s, const struct value *at, bool array);
	void (*close)(struct value_sink *s, bool array, uint64_t more);
	/* What the next value is: a member, or count elements from first on. */
	void (*member)(struct value_sink *s, const char *name);
	void (*element)(struct value_sink *s, uint64_t first, uint64_t count);
	void (*scalar)(struct value_sink *s, const struct value *at, const struct scalar *x);
	void (*cut)(struct value_sink *s);	/* it became too long here; open ones are closed */
};

struct value_sink {
	const struct value_sink_ops *ops;
	struct value_reader *v;
	struct outbuf *out;
	unsigned int depth;		/* of open ones */
	unsigned int steps;		/* of VALUE_STEPS */
	bool was_cut;
	void *arg;
};

/* 0; passing faults; -EIO: types are damaged. */
int value_walk(struct value_sink *s, const struct value *at);

/* Why something cannot be read, in words. */
const char *value_why(int error);

#endif
