/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* filled before main() */
static struct library *libraries;

void library_register(struct library *l)
{
	l->next = libraries;
	libraries = l;
}

static int cannot(struct library *l, const char *why)
{
	snprintf(l->why_not, sizeof(l->why_not), "%s: %s", why, dlerror());
	return -ENOTSUP;
}

static int load(void *arg)
{
	struct library *l = arg;
	void *handle = NULL, *function;

	for (size_t i = 0; l->files[i] && !handle; i++)
		handle = dlopen(l->files[i], RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return cannot(l, "a library is missing");
	for (size_t i = 0; i < l->nfunctions; i++) {
		function = dlsym(handle, l->functions[i].name);
		if (!function)
			return cannot(l, "a library is too old");
		/* C has no conversion between the two kinds of pointers, POSIX says that they look the same */
		memcpy(l->functions[i].pointer, &function, sizeof(function));
	}
	return 0;
}

int library_load(struct library *l)
{
	int r = once_run(&l->once, load, l);

	if (r == -ENOTSUP && !atomic_exchange(&l->told, true))
		log_err("%s", l->why_not);
	return r;
}

bool library_is_there(struct library *l)
{
	return !once_run(&l->once, load, l);
}

void library_load_for_reader(void)
{
	for (struct library *l = libraries; l; l = l->next)
		if (l->of_reader)
			library_is_there(l);
}
