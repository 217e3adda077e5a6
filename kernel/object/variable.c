/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/variable.h"

#include <errno.h>

#include "kernel/object/percpu.h"

int kvariable_uint(const struct knames *names, struct kreader *r, const char *path, unsigned int bytes, uint64_t *out)
{
	uint64_t vaddr;
	int error = kvariable(names, path, &vaddr);

	*out = 0;
	if (error)
		return error;
	*out = kuint(r, vaddr, bytes ? bytes : kreader_word(r));
	return kreader_take(r, NULL);
}

uint64_t kvariable_or(const struct knames *names, struct kreader *r, const char *path, unsigned int bytes, uint64_t otherwise)
{
	uint64_t vaddr;

	return kvariable(names, path, &vaddr) ? otherwise : kuint(r, vaddr, bytes ? bytes : kreader_word(r));
}

int kenumerator(const struct knames *names, const char *path, int64_t *out)
{
	struct kfield f = KFIELD(path);
	int r = kfields_resolve(names, &f, 1);

	*out = f.at.value;
	return r;
}

uint64_t kpercpu_counter(const struct knames *names, struct kreader *r, const struct kcpus *cpus, uint64_t vaddr)
{
	struct counter_fields { struct kfield count, counters; } f = {
		KFIELD("percpu_counter.count"), KFIELD("?percpu_counter.counters"),
	};
	uint64_t shares;
	int64_t sum;

	if (kfields_resolve(names, (struct kfield *)&f, kfields_count(f)))
		return 0;
	sum = (int64_t)kuint(r, vaddr + f.count.at.offset, 8);
	shares = kget_ptr(r, vaddr, &f.counters);
	if (shares)
		sum += kpercpu_sum(r, cpus, shares);
	return sum < 0 ? 0 : (uint64_t)sum;
}
