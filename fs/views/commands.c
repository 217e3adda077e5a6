/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/commands.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/views/row.h"

/* What a command has for the vmlinux, in gdb's own words too, and for the ELF core. */
struct names {
	const char *vmlinux, *for_gdb, *elf;
};

int engine_debug_package(const struct engine *e, struct debug_package *out)
{
	const struct kernel *k = e->kernel;
	const char *release = k->release[0] ? k->release : k->uts[2][0] ? k->uts[2] : e->dump->uts[2];
	const char *version = k->uts[3][0] ? k->uts[3] : e->dump->uts[3];

	return k->hypervisor ? -ENOENT : distribution_debug_package(release, version, out);
}

const char *missing_commands(const struct engine *e)
{
	if (e->kernel->hypervisor)
		return "they are for Linux, and -o xen=hypervisor shows Xen itself";
	return e->kernel->vmci.text ? NULL : "the debuggers need VMCOREINFO, and the dump has none (-x, -i)";
}

/* How far KASLR has moved the kernel; 0 where it has not, or the kernel does not tell. */
static unsigned long long kernel_offset(const struct engine *e)
{
	uint64_t offset;

	return vmci_kernel_offset(&e->kernel->vmci, &offset) ? 0 : offset;
}

/* crash has its own way to the offset; what it is told is certain. */
static void put_crash(const struct engine *e, const struct names *n, struct outbuf *out)
{
	out_printf(out, "crash ");
	if (kernel_offset(e) && !strcmp(engine_machine(e), "x86_64"))
		out_printf(out, "--kaslr=%#llx ", kernel_offset(e));
	out_printf(out, "%s %s", n->vmlinux, n->elf);
}

static void put_gdb(const struct engine *e, const struct names *n, struct outbuf *out)
{
	out_printf(out, "gdb -c %s -ex \"symbol-file -o %#llx %s\"", n->elf, kernel_offset(e), n->for_gdb);
}

/* It takes the offset from VMCOREINFO. */
static void put_drgn(const struct engine *e, const struct names *n, struct outbuf *out)
{
	(void)e;
	out_printf(out, "drgn -c %s -s %s", n->elf, n->vmlinux);
}

static const struct command {
	const char *name, *arguments;
	void (*put)(const struct engine *e, const struct names *n, struct outbuf *out);
} commands[] = {
	{ "crash", "[ARGUMENT...]", put_crash }, { "gdb", "[ARGUMENT...]", put_gdb },
	{ "drgn", "[SCRIPT [ARGUMENT...]]", put_drgn },
};

enum { CRASH, GDB, DRGN };

/* One word of a shell. */
static void put_word(const char *s, struct outbuf *out)
{
	out_char(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			out_printf(out, "'\\'");
		out_char(out, *s);
		if (*s == '\'')
			out_char(out, '\'');
	}
	out_char(out, '\'');
}

void put_commands(const struct engine *e, struct outbuf *out)
{
	struct debug_package package;
	struct outbuf word = OUTBUF_INIT;
	struct names n = { .vmlinux = "VMLINUX", .elf = "elf" };

	if (missing_commands(e))
		return;
	if (e->vmlinux_path) {
		put_word(e->vmlinux_path, &word);
		n.vmlinux = word.error ? "VMLINUX" : word.data;
	} else if (!engine_debug_package(e, &package)) {
		n.vmlinux = package.vmlinux;
	}
	n.for_gdb = n.vmlinux;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		out_printf(out, "%s: ", commands[i].name);
		commands[i].put(e, &n, out);
		out_char(out, '\n');
	}
	out_free(&word);
}

/* A script: the vmlinux may be somewhere else, and what is behind the script's name is for the debugger. */
static int put_script(const struct engine *e, const struct command *c, struct outbuf *out)
{
	static const struct names n = { "\"$vmlinux\"", "\\\"$vmlinux\\\"", "\"$(dirname \"$0\")/elf\"" };
	struct debug_package package;
	bool known = !engine_debug_package(e, &package);

	out_printf(out, "#!/bin/sh\n# %s on this dump: [VMLINUX=FILE] sh %s.cmd %s\nvmlinux=${VMLINUX:-", c->name, c->name,
		   c->arguments);
	if (e->vmlinux_path)
		put_word(e->vmlinux_path, out);
	else
		out_printf(out, "%s", known ? package.vmlinux : "vmlinux");
	out_printf(out, "}\nif [ ! -r \"$vmlinux\" ]; then\n"
		   "\techo \"$0: $vmlinux: not here: %s%s%sVMLINUX=FILE says where it is\" >&2\n\texit 1\nfi\nexec ",
		   known ? "install " : "", known ? package.name : "", known ? ", or " : "");
	c->put(e, &n, out);
	out_printf(out, " \"$@\"\n");
	return 0;
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	return put_script(e, &commands[at->row->param], out);
}

static const struct view_row rows[] = {
	{ .path = "crash.cmd", .cost = "none", .use = "`sh`",
	  .help = "starts crash on elf: sh crash.cmd", .type = VIEW_TEXT, .param = CRASH,
	  .render = render, .missing = missing_commands },
	{ .path = "gdb.cmd", .cost = "none", .use = "`sh`",
	  .help = "starts gdb on elf", .type = VIEW_TEXT, .param = GDB, .render = render,
	  .missing = missing_commands },
	{ .path = "drgn.cmd", .cost = "none", .use = "`sh`",
	  .help = "starts drgn on elf", .type = VIEW_TEXT, .param = DRGN, .render = render,
	  .missing = missing_commands },
};

VIEW_FAMILY(commands, rows);
