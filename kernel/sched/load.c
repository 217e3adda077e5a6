/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/load.h"

#include "base/bytes.h"
#include "kernel/object/variable.h"

#define TICK_IDLE_ACTIVE 4u	/* TS_FLAG_IDLE_ACTIVE of tick_sched.flags, since 6.9 */

int cpu_time_layout(struct kreader *r, const struct knames *names, struct cpu_time_layout *out)
{
	struct load_fields {
		struct kfield index[CPU_TIMES], stat, idle_time, iowait_time, idle_active, tick_flags, idle_entered;
		struct kfield nr_running, nr_switches, nr_iowait, elapses, elapses_since;
	} f = {
		{
			KFIELD("cpu_usage_stat.CPUTIME_USER"), KFIELD("cpu_usage_stat.CPUTIME_NICE"),
			KFIELD("cpu_usage_stat.CPUTIME_SYSTEM"), KFIELD("cpu_usage_stat.CPUTIME_IDLE"),
			KFIELD("cpu_usage_stat.CPUTIME_IOWAIT"), KFIELD("cpu_usage_stat.CPUTIME_IRQ"),
			KFIELD("cpu_usage_stat.CPUTIME_SOFTIRQ"), KFIELD("cpu_usage_stat.CPUTIME_STEAL"),
			KFIELD("cpu_usage_stat.CPUTIME_GUEST"), KFIELD("cpu_usage_stat.CPUTIME_GUEST_NICE"),
		},
		KFIELD("kernel_cpustat.cpustat"), KFIELD("?tick_sched.idle_sleeptime"), KFIELD("?tick_sched.iowait_sleeptime"),
		KFIELD("?tick_sched.idle_active"), KFIELD("?tick_sched.flags"), KFIELD("?tick_sched.idle_entrytime"), KFIELD("rq.nr_running"),
		KFIELD("rq.nr_switches"), KFIELD("rq.nr_iowait"), KFIELD("?kernel_cpustat.idle_elapse"),
		KFIELD("?kernel_cpustat.idle_entrytime"),
	};
	uint64_t active;
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (result)
		return result;
	*out = (struct cpu_time_layout){
		.stat = f.stat, .idle_time = f.idle_time, .iowait_time = f.iowait_time, .idle_active = f.idle_active,
		.tick_flags = f.tick_flags, .idle_entered = f.idle_entered, .elapses = f.elapses, .elapses_since = f.elapses_since,
		 .nr_running = f.nr_running, .nr_switches = f.nr_switches, .nr_iowait = f.nr_iowait,
	};
	for (unsigned int i = 0; i < CPU_TIMES; i++)
		out->index[i] = f.index[i];
	active = kvariable_or(names, r, "tick_nohz_active", 4, 1);
	if (!f.idle_time.known || !active || kvariable(names, "tick_cpu_sched", &out->tick))
		out->tick = 0;
	result = kvariable(names, "kernel_cpustat", &out->cpustat);
	return result ? result : kvariable(names, "runqueues", &out->runqueues);
}

/* get_cpu_idle_time_us(): the time since it went to sleep is idle time, or waiting for I/O if somebody there does */
static void add_sleep(struct kreader *r, const struct kcpus *cpus, const struct cpu_time_layout *l, unsigned int cpu, uint64_t now,
		      uint64_t out[CPU_TIMES])
{
	uint64_t rq, entered, at;
	bool waits = false, sleeps;

	if (!kpercpu(r, cpus, cpu, l->runqueues, &rq))
		waits = kget(r, rq, &l->nr_iowait) & UINT32_MAX;
	if (l->elapses.known) {
		if (kpercpu(r, cpus, cpu, l->cpustat, &at))
			return;
		sleeps = kget(r, at, &l->elapses);
		entered = (uint64_t)kget(r, at, &l->elapses_since);
	} else {
		if (kpercpu(r, cpus, cpu, l->tick, &at))
			return;
		sleeps = l->idle_active.known ? kget(r, at, &l->idle_active) : kget(r, at, &l->tick_flags) & TICK_IDLE_ACTIVE;
		entered = (uint64_t)kget(r, at, &l->idle_entered);
		out[CPU_TIME_IDLE] = (uint64_t)kget(r, at, &l->idle_time);
		out[CPU_TIME_IOWAIT] = (uint64_t)kget(r, at, &l->iowait_time);
	}
	if (sleeps && entered < now)
		out[waits ? CPU_TIME_IOWAIT : CPU_TIME_IDLE] += now - entered;
}

int cpu_times_read(struct kreader *r, const struct kcpus *cpus, const struct cpu_time_layout *l, unsigned int cpu, bool online,
		   uint64_t now, uint64_t out[CPU_TIMES])
{
	uint64_t vaddr;
	int result = kpercpu(r, cpus, cpu, l->cpustat, &vaddr);

	if (result)
		return result;
	for (unsigned int i = 0; i < CPU_TIMES; i++)
		out[i] = kuint(r, vaddr + l->stat.at.offset + ((uint64_t)l->index[i].at.value & 63) * 8, 8);
	if (online && (l->tick || l->elapses.known))
		add_sleep(r, cpus, l, cpu, now, out);
	return 0;
}

void run_counts_read(struct kreader *r, const struct kcpus *cpus, const struct cpu_time_layout *l, struct run_counts *out)
{
	uint64_t rq;

	*out = (struct run_counts){ 0 };
	for (struct kbits b = kcpus_each(r, cpus, true); kbits_next(&b);)
		if (!kpercpu(r, cpus, (unsigned int)b.bit, l->runqueues, &rq))
			out->running += (uint64_t)kget(r, rq, &l->nr_running);
	for (struct kbits b = kcpus_each(r, cpus, false); kbits_next(&b);) {
		if (kpercpu(r, cpus, (unsigned int)b.bit, l->runqueues, &rq))
			continue;
		out->switches += (uint64_t)kget(r, rq, &l->nr_switches);
		out->iowait += (uint64_t)kget(r, rq, &l->nr_iowait) & UINT32_MAX;
	}
}
