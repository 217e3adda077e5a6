/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All tasks of a dump with their open files: list_tasks DUMP. The time that it took goes to stderr. */
#include "kernel/object/list.h"
#include "kernel/object/percpu.h"
#include "tests/tools/tool.h"

struct task_fields {
	struct kfield tasks, node, head, signal, pid, comm, state, exit, files, fdt, max, fd, open, dentry, name;
};

static void put_task(struct kreader *r, const struct task_fields *f, uint64_t task)
{
	unsigned int state = (unsigned int)(kget(r, task, &f->state) | kget(r, task, &f->exit));
	uint64_t files = kget_ptr(r, task, &f->files), fdt = files ? kget_ptr(r, files, &f->fdt) : 0, lost = 0;
	struct kbits open = kbits_of(r, fdt ? kget_ptr(r, fdt, &f->open) : 0, fdt ? kget_ptr(r, fdt, &f->max) : 0);
	char text[256];

	kget_string(r, task, &f->comm, text, sizeof(text));
	printf("%d %s %c\n", (int)kget(r, task, &f->pid), text,
	       state == 0x402 ? 'I' : "RSDTtXZP"[31 - __builtin_clz((state & 0x7f) * 2 | 1)]);
	while (kbits_next(&open)) {
		uint64_t file = kptr(r, kget_ptr(r, fdt, &f->fd) + open.bit * kreader_word(r));

		if (!file)
			continue;		/* reserved, not opened yet */
		kstring(r, kget_ptr(r, kget_ptr(r, file, &f->dentry), &f->name), text, sizeof(text));
		printf("  %u %s\n", (unsigned int)open.bit, text);
	}
	if (kreader_take(r, &lost))
		printf("  lost at %#llx\n", (unsigned long long)lost);
}

static int walk(struct kreader *r, const struct knames *names)
{
	struct task_fields f = {
		KFIELD("task_struct.tasks"), KFIELD("task_struct.thread_node"), KFIELD("signal_struct.thread_head"),
		KFIELD("task_struct.signal"), KFIELD("task_struct.pid"), KFIELD("task_struct.comm"),
		KFIELD("task_struct.__state|task_struct.state"), KFIELD("task_struct.exit_state"), KFIELD("task_struct.files"),
		KFIELD("files_struct.fdt"), KFIELD("fdtable.max_fds"), KFIELD("fdtable.fd"), KFIELD("fdtable.open_fds"),
		KFIELD("file.f_path.dentry"), KFIELD("dentry.d_name.name"),
	};
	uint64_t init, signal;

	if (kvariable(names, "init_task", &init) || kfields_resolve(names, (struct kfield *)&f, kfields_count(f)))
		return 1;
	for (struct klist l = klist_ring(r, init + f.tasks.at.offset, 1 << 22); klist_next(&l);) {
		signal = kget_ptr(r, l.node - f.tasks.at.offset, &f.signal);
		for (struct klist t = klist_ring(r, signal + f.head.at.offset, 1 << 22); klist_next(&t);)
			put_task(r, &f, t.node - f.node.at.offset);
	}
	return kreader_take(r, NULL) != 0;
}

int main(int argc, char **argv)
{
	struct tool t = tool_open(argc, argv);

	return tool_close(&t, walk(t.reader, &t.names));
}
