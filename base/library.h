/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared libraries that only some runs need: loaded when the first of their functions is called. The loading and linking
 * of libcurl and of all it needs takes longer than the whole of --cat vmcoreinfo, and a copy of the program in an initramfs
 * does without.
 *
 * In the sandbox nothing can be opened: what a process may need there it loads before, by one call for all of them. Hence all
 * are in one list, which DEFINE_LIBRARY() puts them into when the program starts.
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
	bool of_reader;			/* the process that reads dumps may need it */
	struct library *next;
	char why_not[200];		/* when it could not be loaded */
	_Atomic bool told;		/* that has been logged */
};

void library_register(struct library *l);	/* for DEFINE_LIBRARY() */

/* At the top of a file, with two arrays of it; without a semicolon. */
#define DEFINE_LIBRARY(library, is_of_reader, file_names, function_table)					\
	static struct library library = {									\
		.once = ONCE_INIT, .files = file_names, .functions = function_table,				\
		.nfunctions = sizeof(function_table) / sizeof((function_table)[0]), .of_reader = is_of_reader,	\
	};													\
	static void __attribute__((constructor)) register_##library(void)					\
	{													\
		library_register(&library);									\
	}

/* Those that the process which reads dumps may need and that are there. */
void library_load_for_reader(void);

/* 0, or -ENOTSUP (logged once): it is not installed, or lacks a function. It is never unloaded. */
int library_load(struct library *l);
/* Can it be loaded? Nothing is logged. */
bool library_is_there(struct library *l);

#endif
