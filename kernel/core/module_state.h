/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lsmod wants to know of a module: kernel/module/{main,procfs}.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_CORE_MODULE_STATE_H
#define VMCOREFS_KERNEL_CORE_MODULE_STATE_H

#include "kernel/object/fields.h"

#define MODULE_USERS_MAX 4096u

struct module_state_layout {
	struct kfield name, state, refcnt, users, user_list, user, init, exit, taints;
	struct kfield mem, mem_base, mem_size;		/* since 6.4 */
	struct {
		struct kfield base, size;
	} layouts[3];					/* core, data, init; before 6.4 */
	int64_t coming, going, unformed;		/* of enum module_state */
};

struct module_state {
	uint64_t bytes, base;		/* of all its memory; of its text */
	int64_t users;			/* its reference count; those that are modules are to be asked for */
	bool can_go;			/* modules can be unloaded (MODULE_UNLOAD) */
	bool is_permanent;		/* it has no exit function */
	enum { MODULE_IS_LIVE, MODULE_IS_COMING, MODULE_IS_GOING } state;
	uint64_t taints;
};

/* -ENOENT: the kernel's types do not tell it; other errors: they cannot be read. */
int module_state_layout(const struct knames *names, struct module_state_layout *out);
void module_state_read(struct kreader *r, const struct module_state_layout *l, uint64_t module, struct module_state *out);
/* The names of the modules that use it, until fn returns something else than 0, which is returned. */
int module_users_each(struct kreader *r, const struct module_state_layout *l, uint64_t module, int (*fn)(void *arg, const char *name),
		      void *arg);

#endif
