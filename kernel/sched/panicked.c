/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/panicked.h"

#include <errno.h>

#include "kernel/sched/runqueues.h"

int task_panicked(struct kreader *r, const struct knames *names, uint64_t *task)
{
	struct runqueues q;
	uint64_t panic_cpu;
	int64_t cpu;
	int result = runqueues_find(r, names, &q);

	if (!result)
		result = kvariable(names, "panic_cpu|crashing_cpu", &panic_cpu);
	if (result)
		return result;
	cpu = kint(r, panic_cpu, 4);
	result = kreader_take(r, NULL);
	if (!result && (cpu < 0 || cpu >= q.cpus.n))
		result = -ENOENT;
	if (result)
		return result;
	*task = runqueues_current(r, &q, (unsigned int)cpu);
	result = kreader_take(r, NULL);
	return result ? result : *task ? 0 : -ENOENT;
}
