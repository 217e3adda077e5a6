/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/runqueues.h"

int runqueues_find(struct kreader *r, const struct knames *names, struct runqueues *out)
{
	int result;

	*out = (struct runqueues){ .curr = KFIELD("rq.curr") };
	result = kfields_resolve(names, &out->curr, 1);
	if (!result)
		result = kvariable(names, "runqueues", &out->vaddr);
	return result ? result : kcpus_read(names, r, &out->cpus);
}

uint64_t runqueues_current(struct kreader *r, const struct runqueues *q, unsigned int cpu)
{
	uint64_t rq;

	return kpercpu(r, &q->cpus, cpu, q->vaddr, &rq) ? 0 : kget_ptr(r, rq, &q->curr);
}
