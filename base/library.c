/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/log.h"

static int load(void *arg)
{
	const struct library *l = arg;
	void *handle = NULL, *function;

	for (size_t i = 0; l->files[i] && !handle; i++)
		handle = dlopen(l->files[i], RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return fail(ENOTSUP, "a library is missing: %s", dlerror());
	for (size_t i = 0; i < l->nfunctions; i++) {
		function = dlsym(handle, l->functions[i].name);
		if (!function)
			return fail(ENOTSUP, "a library is too old: %s", dlerror());
		/* C has no conversion between the two kinds of pointers, POSIX says that they look the same */
		memcpy(l->functions[i].pointer, &function, sizeof(function));
	}
	return 0;
}

int library_load(struct library *l)
{
	return once_run(&l->once, load, l);
}
