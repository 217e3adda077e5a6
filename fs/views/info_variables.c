/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/info_internal.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/views/commands.h"
#include "kernel/core/state.h"
#include "kernel/debuginfo/distribution.h"

/*
 * CPUs are the kernel's. Notes are of those whose registers were saved, so that their number is no more than that: kexec
 * has none of a CPU that did not stop.
 */
static int put_cpus(const struct engine *e, const struct symbols *s, struct outbuf *out)
{
	unsigned int cpus;
	int r = s ? state_cpus(e->kernel, s, &cpus) : -ENOENT;

	if (!r) {
		if (e->kernel->xen)
			out_printf(out, "cpus: %u (of dom0)\n", cpus);
		else if (e->nr_registers == cpus)
			out_printf(out, "cpus: %u\n", cpus);
		else
			out_printf(out, "cpus: %u, registers of %u\n", cpus, e->nr_registers);
		if (!e->kernel->xen)
			return 0;
	} else if (!e->nr_registers && e->nr_cpus) {
		out_printf(out, "cpus: %u (by the dump's header)\n", e->nr_cpus);
	}
	if (e->nr_registers)
		out_printf(out, "registers: of %u CPU%s\n", e->nr_registers, e->nr_registers == 1 ? "" : "s");
	return r;
}

static int put_taint(const struct engine *e, const struct symbols *s, struct outbuf *out)
{
	char letters[33];
	uint64_t taint;
	int r = s ? state_taint(e->kernel, s, &taint) : -ENOENT;

	if (r)
		return r;
	if (!taint) {
		out_printf(out, "taint: none\n");
		return 0;
	}
	state_taint_letters(taint, letters);
	out_printf(out, "taint: %llu (%s: ", (unsigned long long)taint, letters);
	state_taint_text(taint, out);
	out_printf(out, ")\n");
	return 0;
}

static int put_cmdline(const struct engine *e, const struct symbols *s, struct outbuf *out)
{
	char cmdline[STATE_CMDLINE_MAX];
	int r = s ? state_cmdline(e->kernel, s, cmdline) : -ENOENT;

	if (!r)
		info_text(out, "cmdline", cmdline);
	return r;
}

/* In the order of info. */
static const struct {
	const char *key;
	int (*put)(const struct engine *e, const struct symbols *s, struct outbuf *out);
} variables[] = {
	{ "cpus", put_cpus }, { "taint", put_taint }, { "cmdline", put_cmdline },
};

int info_variables(struct engine *e, struct outbuf *out)
{
	const struct kernel *k = e->kernel;
	char id[2 * STATE_BUILD_ID_MAX + 1];
	struct outbuf missing = OUTBUF_INIT;
	struct debug_package package;
	const struct symbols *s;
	const char *why;
	int r = facts_symbols(e->facts, &s, &why);

	if (r && r != -ENOTSUP)
		return r;
	if (!state_build_id(k, s, id))
		info_text(out, "build-id", id);
	if (!engine_debug_package(e, &package))
		info_text(out, "debug-package", package.name);
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (variables[i].put(e, s, out))
			out_printf(&missing, "%s%s", missing.len ? ", " : "", variables[i].key);
	/* a dump without addresses says that once, elsewhere */
	if (missing.len && k->has_space && !k->hypervisor)
		out_printf(out, "missing: %s: %s\n", missing.data,
			   s ? "not among the kernel's symbols, or not in the dump" : why);
	out_free(&missing);
	return 0;
}
