/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/cpus.h"

int kernel_cpus(const struct knames *names, struct kreader *r, struct kcpus *out)
{
	uint64_t active;
	int result = kcpus_read(names, r, out);

	if (!result && out->online && !kvariable(names, "__cpu_active_mask", &active))
		out->online = active;
	return result;
}

uint64_t kernel_cpus_sum(struct kreader *r, const struct kcpus *cpus, uint64_t vaddr, unsigned int bytes)
{
	uint64_t sum = 0, at;

	for (struct kbits b = kcpus_each(r, cpus, false); kbits_next(&b);)
		if (!kpercpu(r, cpus, (unsigned int)b.bit, vaddr, &at))
			sum += kuint(r, at, bytes);
	return sum;
}
