/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/usage.h"

int usage_layout(const struct knames *names, struct usage_layout *out)
{
	struct usage_fields f = {
		.signal = KFIELD("task_struct.signal"), .utime = KFIELD("task_struct.utime"), .stime = KFIELD("task_struct.stime"),
		.gtime = KFIELD("task_struct.gtime"), .exec = KFIELD("task_struct.se.sum_exec_runtime"),
		.min_flt = KFIELD("task_struct.min_flt"), .maj_flt = KFIELD("task_struct.maj_flt"),
		.prev_utime = KFIELD("?task_struct.prev_cputime.utime"), .prev_stime = KFIELD("?task_struct.prev_cputime.stime"),
		.start = KFIELD("task_struct.start_boottime|task_struct.real_start_time"),
		.blkio = KFIELD("?task_delay_info.blkio_delay"),
		.sig_utime = KFIELD("signal_struct.utime"), .sig_stime = KFIELD("signal_struct.stime"),
		.sig_gtime = KFIELD("signal_struct.gtime"), .sig_exec = KFIELD("signal_struct.sum_sched_runtime"),
		.sig_min_flt = KFIELD("signal_struct.min_flt"), .sig_maj_flt = KFIELD("signal_struct.maj_flt"),
		.sig_prev_utime = KFIELD("?signal_struct.prev_cputime.utime"),
		.sig_prev_stime = KFIELD("?signal_struct.prev_cputime.stime"),
		.cutime = KFIELD("signal_struct.cutime"), .cstime = KFIELD("signal_struct.cstime"),
		.cgtime = KFIELD("signal_struct.cgtime"), .cmin_flt = KFIELD("signal_struct.cmin_flt"),
		.cmaj_flt = KFIELD("signal_struct.cmaj_flt"),
		.prio = KFIELD("task_struct.prio"), .static_prio = KFIELD("task_struct.static_prio"),
		.rt_priority = KFIELD("task_struct.rt_priority"), .policy = KFIELD("task_struct.policy"),
		.cpu = KFIELD("?task_struct.thread_info.cpu|task_struct.cpu"),
		.nvcsw = KFIELD("task_struct.nvcsw"), .nivcsw = KFIELD("task_struct.nivcsw"),
		.run_delay = KFIELD("?task_struct.sched_info.run_delay"), .pcount = KFIELD("?task_struct.sched_info.pcount"),
		.exit_signal = KFIELD("task_struct.exit_signal"),
		.io = {
			[IO_RCHAR] = KFIELD("?task_struct.ioac.rchar"), [IO_WCHAR] = KFIELD("?task_struct.ioac.wchar"),
			[IO_SYSCR] = KFIELD("?task_struct.ioac.syscr"), [IO_SYSCW] = KFIELD("?task_struct.ioac.syscw"),
			[IO_READ] = KFIELD("?task_struct.ioac.read_bytes"), [IO_WRITE] = KFIELD("?task_struct.ioac.write_bytes"),
			[IO_CANCELLED] = KFIELD("?task_struct.ioac.cancelled_write_bytes"),
		},
		.sig_io = {
			[IO_RCHAR] = KFIELD("?signal_struct.ioac.rchar"), [IO_WCHAR] = KFIELD("?signal_struct.ioac.wchar"),
			[IO_SYSCR] = KFIELD("?signal_struct.ioac.syscr"), [IO_SYSCW] = KFIELD("?signal_struct.ioac.syscw"),
			[IO_READ] = KFIELD("?signal_struct.ioac.read_bytes"), [IO_WRITE] = KFIELD("?signal_struct.ioac.write_bytes"),
			[IO_CANCELLED] = KFIELD("?signal_struct.ioac.cancelled_write_bytes"),
		},
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	return r;
}

/* a * b / c, where c is not less than a */
static uint64_t part(uint64_t a, uint64_t b, uint64_t c)
{
	return (uint64_t)((unsigned __int128)a * b / c);
}

/*
 * cputime_adjust(): ticks tell how the time on a CPU was divided, what was told once never goes down. Kernels that measure
 * instead of counting ticks (CONFIG_VIRT_CPU_ACCOUNTING_NATIVE) have no such members.
 */
static void adjust(struct task_usage *u, uint64_t prev_utime, uint64_t prev_stime)
{
	uint64_t stime, rtime = u->exec;

	if (prev_utime + prev_stime >= rtime) {
		u->utime = prev_utime;
		u->stime = prev_stime;
		return;
	}
	stime = !u->stime ? 0 : !u->utime ? rtime : part(u->stime, rtime, u->stime + u->utime);
	if (stime < prev_stime)
		stime = prev_stime;
	u->utime = rtime - stime;
	if (u->utime < prev_utime)
		u->utime = prev_utime;
	u->stime = rtime - u->utime;
}

static void add_thread(struct kreader *r, const struct usage_fields *f, uint64_t task, struct task_usage *out)
{
	out->utime += kget_ptr(r, task, &f->utime);
	out->stime += kget_ptr(r, task, &f->stime);
	out->gtime += kget_ptr(r, task, &f->gtime);
	out->exec += kget_ptr(r, task, &f->exec);
	out->min_flt += kget_ptr(r, task, &f->min_flt);
	out->maj_flt += kget_ptr(r, task, &f->maj_flt);
}

void usage_read(struct kreader *r, const struct usage_layout *l, uint64_t task, const struct task_entry *threads, size_t n,
		struct task_usage *out)
{
	const struct usage_fields *f = &l->f;
	uint64_t signal = kget_ptr(r, task, &f->signal);

	*out = (struct task_usage){
		.start = kget_ptr(r, task, &f->start),
		.nvcsw = kget_ptr(r, task, &f->nvcsw), .nivcsw = kget_ptr(r, task, &f->nivcsw),
		.run_delay = kget_ptr(r, task, &f->run_delay), .pcount = kget_ptr(r, task, &f->pcount),
		.prio = (int)kget(r, task, &f->prio), .static_prio = (int)kget(r, task, &f->static_prio),
		.policy = (int)kget(r, task, &f->policy), .exit_signal = (int)kget(r, task, &f->exit_signal),
		.rt_priority = (unsigned int)kget(r, task, &f->rt_priority), .cpu = (unsigned int)kget(r, task, &f->cpu),
	};
	if (signal) {
		out->cutime = kget_ptr(r, signal, &f->cutime);
		out->cstime = kget_ptr(r, signal, &f->cstime);
		out->cgtime = kget_ptr(r, signal, &f->cgtime);
		out->cmin_flt = kget_ptr(r, signal, &f->cmin_flt);
		out->cmaj_flt = kget_ptr(r, signal, &f->cmaj_flt);
	}
	if (!threads || !signal) {
		add_thread(r, f, task, out);
		if (f->prev_utime.known)
			adjust(out, kget_ptr(r, task, &f->prev_utime), kget_ptr(r, task, &f->prev_stime));
		return;
	}
	out->utime = kget_ptr(r, signal, &f->sig_utime);
	out->stime = kget_ptr(r, signal, &f->sig_stime);
	out->gtime = kget_ptr(r, signal, &f->sig_gtime);
	out->exec = kget_ptr(r, signal, &f->sig_exec);
	out->min_flt = kget_ptr(r, signal, &f->sig_min_flt);
	out->maj_flt = kget_ptr(r, signal, &f->sig_maj_flt);
	for (size_t i = 0; i < n; i++)
		add_thread(r, f, threads[i].vaddr, out);
	if (f->sig_prev_utime.known)
		adjust(out, kget_ptr(r, signal, &f->sig_prev_utime), kget_ptr(r, signal, &f->sig_prev_stime));
}

void usage_read_io(struct kreader *r, const struct usage_layout *l, uint64_t task, const struct task_entry *threads, size_t n,
		   uint64_t out[USAGE_IO])
{
	uint64_t signal = threads ? kget_ptr(r, task, &l->f.signal) : 0;

	for (unsigned int i = 0; i < USAGE_IO; i++) {
		out[i] = signal ? kget_ptr(r, signal, &l->f.sig_io[i]) : 0;
		if (!threads)
			out[i] = kget_ptr(r, task, &l->f.io[i]);
		for (size_t j = 0; threads && j < n; j++)
			out[i] += kget_ptr(r, threads[j].vaddr, &l->f.io[i]);
	}
}
