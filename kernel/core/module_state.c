/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/module_state.h"

#include "base/bytes.h"
#include "kernel/object/list.h"

#define MEM_MAX 16u		/* MOD_MEM_NUM_TYPES is 7 */

int module_state_layout(const struct knames *names, struct module_state_layout *out)
{
	struct state_fields {
		struct kfield name, state, refcnt, users, user_list, user, init, exit, taints, mem, mem_base, mem_size, layouts[6];
		struct kfield coming, going;
	} f = {
		KFIELD("module.name"), KFIELD("module.state"), KFIELD("?module.refcnt"), KFIELD("?module.source_list"),
		KFIELD("?module_use.source_list"), KFIELD("?module_use.source"), KFIELD("?module.init"), KFIELD("?module.exit"),
		KFIELD("module.taints"), KFIELD("?module.mem"), KFIELD("?module_memory.base"), KFIELD("?module_memory.size"),
		{
			KFIELD("?module.core_layout.base"), KFIELD("?module.core_layout.size"), KFIELD("?module.data_layout.base"),
			KFIELD("?module.data_layout.size"), KFIELD("?module.init_layout.base"), KFIELD("?module.init_layout.size"),
		},
		KFIELD("module_state.MODULE_STATE_COMING"), KFIELD("module_state.MODULE_STATE_GOING"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	*out = (struct module_state_layout){
		.name = f.name, .state = f.state, .refcnt = f.refcnt, .users = f.users, .user_list = f.user_list, .user = f.user,
		.init = f.init, .exit = f.exit, .taints = f.taints, .mem = f.mem, .mem_base = f.mem_base, .mem_size = f.mem_size,
		.coming = f.coming.at.value, .going = f.going.at.value,
	};
	for (unsigned int i = 0; i < 3; i++) {
		out->layouts[i].base = f.layouts[2 * i];
		out->layouts[i].size = f.layouts[2 * i + 1];
	}
	return r;
}

void module_state_read(struct kreader *r, const struct module_state_layout *l, uint64_t module, struct module_state *out)
{
	uint64_t at = module + l->mem.at.offset;
	int64_t state = kget(r, module, &l->state);

	*out = (struct module_state){
		.can_go = l->refcnt.known, .users = (int32_t)kget(r, module, &l->refcnt) - 1, .taints = (uint64_t)kget(r, module, &l->taints),
		.is_permanent = l->exit.known && kget(r, module, &l->init) && !kget(r, module, &l->exit),
		.state = state == l->coming ? MODULE_IS_COMING : state == l->going ? MODULE_IS_GOING : MODULE_IS_LIVE,
	};
	for (uint64_t i = 0; l->mem.known && i < min_u64(l->mem.at.count, MEM_MAX); i++, at += l->mem.at.element_bytes) {
		out->base = i ? out->base : kget_ptr(r, at, &l->mem_base);
		out->bytes += (uint32_t)kget(r, at, &l->mem_size);
	}
	for (unsigned int i = 0; i < 3; i++)
		out->bytes += (uint32_t)kget(r, module, &l->layouts[i].size);
	if (!l->mem.known)
		out->base = kget_ptr(r, module, &l->layouts[0].base);
}

int module_users_each(struct kreader *r, const struct module_state_layout *l, uint64_t module, int (*fn)(void *arg, const char *name),
		      void *arg)
{
	struct klist list = klist_ring(r, module + l->users.at.offset, MODULE_USERS_MAX);
	char name[64];
	int told = 0;

	while (l->users.known && !told && klist_next(&list)) {
		uint64_t user = kget_ptr(r, list.node - l->user_list.at.offset, &l->user);

		kget_string(r, user, &l->name, name, sizeof(name));
		told = fn(arg, name);
	}
	return told;
}
