/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as that of a kernel: its symbols, types and modules. Byte 0: what VMCOREINFO tells of kallsyms; the rest:
 * physical memory from 12 KiB on, which the kernel image is mapped on, behind page tables.
 */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/core/state.h"
#include "kernel/debuginfo/facts.h"

#define PAGES 48u
#define FIRST 3u	/* page of the input; 0 to 2: tables */

#include "kernel/opening/open.h"
#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES "SYMBOL(swapper_pg_dir)=ffffffff80000000\nNUMBER(phys_base)=0\nSYMBOL(_stext)=ffffffff80000000\n"
#define TOLD LINES "SYMBOL(kallsyms_names)=ffffffff80005000\nSYMBOL(kallsyms_num_syms)=ffffffff80003000\n" \
	"SYMBOL(kallsyms_token_table)=ffffffff80003400\nSYMBOL(kallsyms_token_index)=ffffffff80003100\n"

static const char *const infos[] = {
	TOLD "SYMBOL(kallsyms_offsets)=ffffffff80004000\nSYMBOL(kallsyms_relative_base)=ffffffff80003008\n",
	TOLD "SYMBOL(kallsyms_offsets)=ffffffff80004000\n",
	TOLD "SYMBOL(kallsyms_addresses)=ffffffff80004000\n",
	LINES,
};

static int ask(void *arg, const struct symbol *sym)
{
	const struct facts *f = arg;
	const struct module *module;
	struct symbol its;

	if (facts_symbol_at(f, sym->vaddr, &its, &module) == 0 && its.vaddr > sym->vaddr)
		abort();
	return 0;
}

static int ask_kernel(void *arg, const struct symbol *sym)
{
	struct symbol its;

	if (*sym->name && facts_find_symbol(arg, NULL, sym->name, &its))
		abort();
	return ask(arg, sym);
}

static void use_types(const struct types *t)
{
	static const char *const names[] = { "task_struct", "module", "bad", "list_head", "signs", "large", "u64", "unsigned long" };
	static const char *const members[] = { "pid", "hi", "a", "list", "name", "array", "five", "mem" };
	struct type_member m;
	struct type type, to;
	int64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (types_find(t, i & 1 ? "demo" : NULL, names[i], &type))
			continue;
		types_enumerator(t, &type, "PLUS", &value);
		for (size_t n = 0; n < ARRAY_SIZE(members); n++) {
			if (types_member(t, &type, members[n], &m))
				continue;
			for (int depth = 0; depth < 8 && !types_target(t, &m.type, &to); depth++)
				m.type = to;
		}
	}
	types_variable(t, NULL, "init_task", &type);
	types_variable(t, NULL, "saved_command_line", &type);
	types_variable(t, "demo", "of_module_var", &type);
}

static void use_state(const struct kernel *k, const struct symbols *s)
{
	char id[2 * STATE_BUILD_ID_MAX + 1], *cmdline = malloc(STATE_CMDLINE_MAX);
	unsigned int cpus;
	uint64_t taint;

	if (!state_cpus(k, s, &cpus) && !cpus)
		abort();
	if (!state_cmdline(k, s, cmdline) && strlen(cmdline) >= STATE_CMDLINE_MAX)
		abort();
	if (!state_build_id(k, s, id) && (!*id || strspn(id, "0123456789abcdef") != strlen(id)))
		abort();
	state_taint(k, s, &taint);
	free(cmdline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	struct kernel_input in = { .elf_machine = EM_X86_64 };
	struct memory *m = calloc(1, sizeof(*m));
	struct facts *f = NULL;
	const struct modules *modules;
	const struct symbols *s;
	const struct types *t;
	struct kernel *k = NULL;

	if (!m || size < 1) {
		free(m);
		return 0;
	}
	log_set_level(LOG_LVL_ERR);
	in.vmcoreinfo = infos[data[0] % ARRAY_SIZE(infos)];
	in.vmcoreinfo_len = strlen(in.vmcoreinfo);
	memcpy(m->bytes[FIRST], data + 1, min_u64(size - 1, (uint64_t)(PAGES - FIRST) * PAGE));
	/* the image: one page of 2 MiB, of which PAGES * PAGE bytes are there */
	put_u64(m->bytes[0] + 511 * 8, 1 * PAGE | 3, false);
	put_u64(m->bytes[1] + 510 * 8, 2 * PAGE | 3, false);
	put_u64(m->bytes[2], 0x83, false);
	m->pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	in.pages = &m->pages;
	if (kernel_open(&in, &k))
		goto out_free;
	f = facts_new(k, NULL);
	if (!f)
		goto out_free;
	if (!facts_types(f, &t, NULL))
		use_types(t);
	if (!facts_symbols(f, &s, NULL)) {
		symbols_each(s, ask_kernel, f);
		use_state(k, s);
	}
	if (!facts_modules(f, &modules, NULL))
		for (size_t i = 0; i < modules->n; i++)
			module_each_symbol(&modules->list[i], ask, f);
out_free:
	facts_free(f);
	kernel_close(k);
	free(m);
	return 0;
}
