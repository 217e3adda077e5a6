/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/panicked.h"

#include <errno.h>

#include "kernel/object/percpu.h"

int task_panicked(struct kreader *r, const struct knames *names, uint64_t *task)
{
	struct kfield curr = KFIELD("rq.curr");
	uint64_t panic_cpu, runqueues, rq;
	struct kcpus cpus;
	int64_t cpu;
	int result = kfields_resolve(names, &curr, 1);

	if (!result)
		result = kvariable(names, "panic_cpu|crashing_cpu", &panic_cpu);
	if (!result)
		result = kvariable(names, "runqueues", &runqueues);
	if (!result)
		result = kcpus_read(names, r, &cpus);
	if (result)
		return result;
	cpu = kint(r, panic_cpu, 4);
	result = kreader_take(r, NULL);
	if (!result && (cpu < 0 || cpu >= cpus.n))
		result = -ENOENT;
	if (!result)
		result = kpercpu(r, &cpus, (unsigned int)cpu, runqueues, &rq);
	if (result)
		return result;
	*task = kget_ptr(r, rq, &curr);
	result = kreader_take(r, NULL);
	return result ? result : *task ? 0 : -ENOENT;
}
