/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared libraries that only some runs need: loaded when the first of their functions is called. The loading and linking
 * of libcurl and of all it needs takes longer than the whole of --cat vmcoreinfo, and a copy of the program in an initramfs
 * does without.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_LIBRARY_H
#define VMCOREFS_BASE_LIBRARY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/once.h"

struct library_function {
	const char *name;
	void *pointer;			/* to the function pointer that is filled in */
};

struct library {
	struct once once;
	const char *const *files;	/* tried in this order; NULL ends them */
	const struct library_function *functions;
	size_t nfunctions;
	char why_not[200];		/* when it could not be loaded */
	_Atomic bool told;		/* that has been logged */
};

/* 0, or -ENOTSUP (logged once): it is not installed, or lacks a function. It is never unloaded. */
int library_load(struct library *l);
/* Can it be loaded? Nothing is logged. */
bool library_is_there(struct library *l);

#endif
