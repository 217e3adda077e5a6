/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of types and variables that are known here. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/types_internal.h"

/* Variables of the kernel whose type BTF does not tell. tests/real/real-symbols.t holds them against DWARF. */
static const struct {
	const char *variable, *type;
} wellknown[] = {
	/* tasks, users, namespaces */
	{ "init_task", "task_struct" }, { "init_mm", "mm_struct" }, { "init_files", "files_struct" },
	{ "init_fs", "fs_struct" }, { "init_cred", "cred" }, { "root_user", "user_struct" },
	{ "init_signals", "signal_struct" }, { "init_sighand", "sighand_struct" }, { "init_nsproxy", "nsproxy" },
	{ "init_pid_ns", "pid_namespace" }, { "init_uts_ns", "uts_namespace" }, { "init_ipc_ns", "ipc_namespace" },
	{ "init_user_ns", "user_namespace" }, { "init_cgroup_ns", "cgroup_namespace" },
	{ "init_time_ns", "time_namespace" }, { "init_struct_pid", "pid" }, { "init_css_set", "css_set" },
	{ "cgrp_dfl_root", "cgroup_root" }, { "root_task_group", "task_group" }, { "nr_threads", "int" },
	{ "total_forks", "unsigned long" }, { "pid_max", "int" }, { "cgroup_hierarchy_idr", "idr" },
	{ "workqueues", "list_head" }, { "worker_pool_idr", "idr" }, { "prog_idr", "idr" }, { "map_idr", "idr" },
	/* modules, symbols, log, panic */
	{ "modules", "list_head" }, { "btf_modules", "list_head" }, { "prb", "printk_ringbuffer *" },
	{ "printk_rb_static", "printk_ringbuffer" }, { "log_buf", "char *" }, { "log_buf_len", "u32" },
	{ "panic_cpu", "atomic_t" }, { "crashing_cpu", "int" }, { "saved_command_line", "char *" },
	/* memory */
	{ "contig_page_data", "pglist_data" }, { "_totalram_pages", "atomic_long_t" }, { "max_pfn", "unsigned long" },
	{ "slab_caches", "list_head" }, { "vmap_area_list", "list_head" }, { "vmap_area_root", "rb_root" },
	{ "iomem_resource", "resource" }, { "ioport_resource", "resource" },
	/* files, devices, network */
	{ "super_blocks", "list_head" }, { "file_systems", "file_system_type *" }, { "tty_drivers", "list_head" },
	{ "clocksource_list", "list_head" }, { "pci_root_buses", "list_head" }, { "init_net", "net" },
	{ "net_namespace_list", "list_head" }, { "irq_desc_tree", "xarray" }, { "sparse_irqs", "maple_tree" },
	/* time */
	{ "jiffies", "unsigned long" }, { "jiffies_64", "u64" },
};

const char *types_wellknown(const char *variable)
{
	for (size_t i = 0; i < ARRAY_SIZE(wellknown); i++)
		if (!strcmp(wellknown[i].variable, variable))
			return wellknown[i].type;
	return NULL;
}

bool types_base_names(const char *name, char out[2][TYPES_BASE_NAME])
{
	static const char *const words[] = { "signed", "unsigned", "short", "long", "int", "char" };
	unsigned int count[ARRAY_SIZE(words)] = { 0 };

	if (!*name)
		return false;
	for (size_t i = 0, len; *name; name += len + strspn(name + len, " ")) {
		len = strcspn(name, " ");
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i]) == len && !memcmp(words[i], name, len))
				break;
		if (i == ARRAY_SIZE(words) || !len)
			return false;
		count[i]++;
	}
	if (count[0] + count[1] > 1 || count[2] > 1 || count[3] > 2 || count[4] > 1 || count[5] > 1)
		return false;
	if (count[5] && count[2] + count[3] + count[4])
		return false;
	if (count[5]) {
		for (size_t i = 0; i < 2; i++)
			snprintf(out[i], TYPES_BASE_NAME, "%schar", count[0] ? "signed " : count[1] ? "unsigned " : "");
		return true;
	}
	snprintf(out[0], TYPES_BASE_NAME, "%s%s%sint", count[2] ? "short " : "",
		 count[3] > 1 ? "long long " : count[3] ? "long " : "", count[1] ? "unsigned " : "");
	snprintf(out[1], TYPES_BASE_NAME, "%s%s", count[1] ? "unsigned " : "",
		 count[2] ? "short" : count[3] > 1 ? "long long" : count[3] ? "long" : "int");
	return true;
}
