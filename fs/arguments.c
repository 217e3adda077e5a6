/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/source/http/http.h"

void arguments_free(int argc, char **args)
{
	for (int i = 0; i < argc; i++)
		free(args[i]);
	free(args);
}

char **arguments_take(int argc, char **argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; copy && i < argc; i++) {
		copy[i] = strdup(argv[i]);
		if (!copy[i]) {
			arguments_free(i, copy);
			return NULL;
		}
		http_hide_url(argv[i]);
	}
	return copy;
}

int arguments_close_files(const struct options *o, int argc, char *const *args)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	int *keep = NULL;
	size_t n = 0, cap = 0;
	int r = vector_push(keep, n, cap, o->ready_fd);

	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++)
			for (const char *at = args[i]; !r && (at = strstr(at, folders[k]));) {
				at += strlen(folders[k]);
				r = vector_push(keep, n, cap, (int)strtol(at, NULL, 10));
			}
	if (!r)
		io_close_others(keep, n);
	free(keep);
	return r;
}

/* Where nobody looks for a path any more. */
static void forget(struct options *o, int argc, char **args)
{
	for (size_t i = 0; i < o->banks.n; i++)
		if (http_is_url(o->banks.paths[i]))
			http_hide_url(o->banks.paths[i]);
	for (int i = 1; i < argc; i++)
		if (http_is_url(args[i]) || o->banks.n)
			http_hide_url(args[i]);
}

int arguments_start_http(struct options *o, int argc, char **args, const struct sandbox_rules *rules,
			 struct sandbox_state *state)
{
	size_t n = o->fs.dump.npaths;
	const char **urls = calloc(n, sizeof(*urls)), **paths = calloc(n, sizeof(*paths));
	unsigned int nurls = 0;
	int r = urls && paths ? 0 : fail(ENOMEM, "out of memory");

	for (size_t i = 0; i < n && !r; i++) {
		paths[i] = o->fs.dump.paths[i];
		if (!http_is_url(paths[i]))
			continue;
		urls[nurls] = paths[i];
		paths[i] = http_numbered_url(paths[i], nurls++);
		if (!paths[i])
			r = fail(ENOMEM, "out of memory");
	}
	if (!r && nurls)
		r = http_start(urls, nurls, rules, state);
	if (nurls) {
		forget(o, argc, args);
		o->fs.dump.paths = paths;
		paths = NULL;
	}
	free(urls);
	free(paths);
	return r < 0 ? r : nurls > 0;
}
