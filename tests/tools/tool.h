/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tools that walk the objects of one dump: TOOL [-x VMLINUX] DUMP. Ends the program when that cannot be opened.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_TOOLS_TOOL_H
#define VMCOREFS_TESTS_TOOLS_TOOL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fs/views/engine.h"
#include "kernel/debuginfo/facts_names.h"

struct tool {
	struct engine *engine;		/* owned */
	struct kreader *reader;		/* owned */
	struct knames names;
	struct timespec start;		/* when symbols and types were open */
};

static inline struct tool tool_open(int argc, char **argv)
{
	struct engine_options opt = { .dump.npaths = 1, .codec = -1 };
	const struct symbols *s;
	const struct types *t;
	const char *why = NULL;
	struct tool tool;
	int c;

	while ((c = getopt(argc, argv, "x:")) != -1) {
		if (c != 'x')
			exit(1);
		opt.vmlinux = optarg;
	}
	if (optind + 1 != argc)
		exit(1);
	opt.dump.paths = (const char *[]){ argv[optind] };
	if (engine_open(&opt, &tool.engine))
		exit(1);
	if (facts_symbols(tool.engine->facts, &s, &why) || facts_types(tool.engine->facts, &t, &why)) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	if (kreader_open(tool.engine->kernel, &tool.reader)) {
		fprintf(stderr, "%s\n", tool.engine->kernel->why_no_space);
		exit(1);
	}
	tool.names = facts_names(tool.engine->facts);
	clock_gettime(CLOCK_MONOTONIC, &tool.start);
	return tool;
}

/* Returns result. */
static inline int tool_close(struct tool *t, int result)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "%.2f ms\n", (double)(end.tv_sec - t->start.tv_sec) * 1e3 + (double)(end.tv_nsec - t->start.tv_nsec) / 1e6);
	kreader_close(t->reader);
	engine_close(t->engine);
	return result;
}

#endif
