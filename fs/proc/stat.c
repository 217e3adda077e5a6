/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/{stat,statm,comm,schedstat,io}: fs/proc/{array,base}.c. A number that is lost is 0, as these have no place to say so. */
#include "fs/proc/numbers.h"
#include "fs/proc/proc.h"

#define NICE_0 120
#define RT_PRIORITIES 100
#define OLD_SIGNALS 0x7fffffffu		/* what stat shows of sets of signals */
#define LIMIT_RSS 5u			/* RLIMIT_RSS */

static void put_memory(struct outbuf *out, const struct mm_facts *m)
{
	if (!m->vaddr) {
		out_printf(out, " 0 0 0 0 0 0 0");
		return;
	}
	out_number(out, m->start_data);
	out_number(out, m->end_data);
	out_number(out, m->start_brk);
	out_number(out, m->arg_start);
	out_number(out, m->arg_end);
	out_number(out, m->env_start);
	out_number(out, m->env_end);
}

static int render_stat(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct task_identity id;
	struct task_signals sig;
	struct task_usage u;
	struct mm_facts m;
	struct proc_task t;
	unsigned int shift = e->kernel->page_shift;
	int exit_code, r = proc_task_open(e, at, &t);

	if (r)
		return r;
	identity_read(t.r, &t.proc->identity, t.vaddr, &id);
	signals_read(t.r, &t.proc->signals, t.vaddr, &sig);
	usage_read(t.r, &t.proc->usage, t.vaddr, t.threads, t.nthreads, &u);
	mm_read(t.r, &t.proc->mm, t.vaddr, &m);
	if (!sig.has_process) {
		id.pgid = id.sid = -1;
		id.ppid = 0;
	}
	exit_code = t.whole && sig.exited ? sig.group_exit_code : sig.exit_code;
	out_printf(out, "%d (%s) %c %d %d %d %d %d %u", id.pid, id.name, id.state, id.ppid, id.pgid, id.sid, (int)sig.tty,
		   sig.tty_pgrp, id.flags);
	out_number(out, u.min_flt);
	out_number(out, u.cmin_flt);
	out_number(out, u.maj_flt);
	out_number(out, u.cmaj_flt);
	out_number(out, ticks_of(u.utime));
	out_number(out, ticks_of(u.stime));
	out_number(out, ticks_of(u.cutime));
	out_number(out, ticks_of(u.cstime));
	out_printf(out, " %d %d %u 0", u.prio - RT_PRIORITIES, u.static_prio - NICE_0, sig.nr_threads);
	out_number(out, ticks_of(u.start));
	out_number(out, m.total_vm << shift);
	out_number(out, mm_rss(&m));
	out_number(out, !sig.has_process ? 0 : proc_limit(e, sig.soft[LIMIT_RSS]));
	out_number(out, m.start_code);
	out_number(out, m.end_code);
	out_number(out, m.start_stack);
	out_printf(out, " 0 0");
	out_number(out, sig.pending & OLD_SIGNALS);
	out_number(out, sig.blocked & OLD_SIGNALS);
	out_number(out, sig.ignored & OLD_SIGNALS);
	out_number(out, sig.caught & OLD_SIGNALS);
	out_printf(out, " %d 0 0 %d %u %u %u", (!t.whole || sig.nr_threads < 2) && !id.running, u.exit_signal, u.cpu, u.rt_priority,
		   (unsigned int)u.policy);
	out_number(out, ticks_of(u.blkio));
	out_number(out, ticks_of(u.gtime));
	out_number(out, ticks_of(u.cgtime));
	put_memory(out, &m);
	out_printf(out, " %d\n", exit_code);
	proc_task_close(&t);
	return 0;
}

static int render_statm(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	unsigned int shift = e->kernel->page_shift;
	uint64_t page = (uint64_t)1 << shift;
	struct proc_task t;
	struct mm_facts m;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	mm_read(t.r, &t.proc->mm, t.vaddr, &m);
	out_printf(out, "%llu", (unsigned long long)m.total_vm);
	out_number(out, mm_rss(&m));
	out_number(out, m.counters[MM_FILE] + m.counters[MM_SHMEM]);
	out_number(out, (((m.end_code + page - 1) & ~(page - 1)) - (m.start_code & ~(page - 1))) >> shift);
	out_printf(out, " 0");
	out_number(out, m.data_vm + m.stack_vm);
	out_printf(out, " 0\n");
	proc_task_close(&t);
	return 0;
}

static int render_comm(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	char name[TASK_NAME_BYTES];
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	identity_name(t.r, &t.proc->identity, t.vaddr, name);
	out_printf(out, "%s\n", name);
	proc_task_close(&t);
	return 0;
}

static int render_schedstat(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	struct task_usage u;
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	usage_read(t.r, &t.proc->usage, t.vaddr, NULL, 0, &u);
	out_printf(out, "%llu", (unsigned long long)u.exec);
	out_number(out, u.run_delay);
	out_number(out, u.pcount);
	out_char(out, '\n');
	proc_task_close(&t);
	return 0;
}

static int render_io(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static const char *const names[USAGE_IO] = {
		[IO_RCHAR] = "rchar", [IO_WCHAR] = "wchar", [IO_SYSCR] = "syscr", [IO_SYSCW] = "syscw",
		[IO_READ] = "read_bytes", [IO_WRITE] = "write_bytes", [IO_CANCELLED] = "cancelled_write_bytes",
	};
	uint64_t io[USAGE_IO];
	struct proc_task t;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	usage_read_io(t.r, &t.proc->usage, t.vaddr, t.threads, t.nthreads, io);
	for (unsigned int i = 0; i < USAGE_IO; i++)
		out_printf(out, "%s: %llu\n", names[i], (unsigned long long)io[i]);
	proc_task_close(&t);
	return 0;
}

static const struct view_row rows[] = {
	PROC_ROWS("stat", VIEW_PROC_TEXT, .render = render_stat),
	{ .path = "proc/<caller>/stat", .type = VIEW_PROC_TEXT, .param = PROC_CALLER, .render = render_stat },
	PROC_ROWS("statm", VIEW_PROC_TEXT, .render = render_statm),
	PROC_ROWS("comm", VIEW_PROC_TEXT, .render = render_comm),
	PROC_ROWS("schedstat", VIEW_PROC_TEXT, .render = render_schedstat),
	PROC_ROWS("io", VIEW_PROC_TEXT, .render = render_io),
};

VIEW_FAMILY(proc_stat, rows);
