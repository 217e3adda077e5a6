/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/clock.h"

#include <errno.h>

#define SECOND 1000000000ull

struct clock_fields {
	struct kfield in_data, seconds, fraction, shift, monotonic_seconds, monotonic_nsec, offs_real, offs_boot, interval;
};

/*
 * Up to 6.12 there is a second timekeeper with a name of its own, which is as new as that inside tk_core; later both are in a
 * struct tk_data, since 6.17 the first one of an array of these.
 */
static int find(const struct knames *names, const struct clock_fields *f, uint64_t *out)
{
	if (!f->in_data.known)
		return kvariable(names, "shadow_timekeeper", out);
	if (kvariable(names, "timekeeper_data|tk_core", out))
		return -ENOENT;
	*out += f->in_data.at.offset;
	return 0;
}

int kernel_clock_read(struct kreader *r, const struct knames *names, struct kernel_clock *out)
{
	struct clock_fields f = {
		KFIELD("?tk_data.timekeeper"), KFIELD("timekeeper.xtime_sec"), KFIELD("timekeeper.tkr_mono.xtime_nsec"),
		KFIELD("timekeeper.tkr_mono.shift"), KFIELD("timekeeper.wall_to_monotonic.tv_sec"),
		KFIELD("timekeeper.wall_to_monotonic.tv_nsec"), KFIELD("timekeeper.offs_real"), KFIELD("timekeeper.offs_boot"),
		KFIELD("timekeeper.xtime_interval"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));
	uint64_t tk, shift, tick;
	int64_t seconds, nsec, boot;

	if (!result)
		result = find(names, &f, &tk);
	if (result)
		return result;
	shift = (uint64_t)kget(r, tk, &f.shift);
	seconds = (int64_t)((uint64_t)kget(r, tk, &f.seconds) + (uint64_t)kget(r, tk, &f.monotonic_seconds));
	nsec = (int64_t)((uint64_t)kget(r, tk, &f.fraction) >> (shift & 63)) + kget(r, tk, &f.monotonic_nsec);
	boot = kget(r, tk, &f.offs_boot);
	/* about as long as a tick: clocks are trimmed */
	tick = (uint64_t)kget(r, tk, &f.interval) >> (shift & 63);
	result = kreader_take(r, NULL);
	if (result)
		return result;
	if (shift > 63 || seconds < 0 || seconds > INT32_MAX || nsec < -(int64_t)SECOND || nsec > 4 * (int64_t)SECOND || boot < 0 ||
	    boot > INT64_MAX / 4 || tick < SECOND / 10000 || tick > SECOND / 10)
		return -EIO;
	out->monotonic = (uint64_t)seconds * SECOND + (uint64_t)nsec;
	out->boottime = out->monotonic + (uint64_t)boot;
	out->hz = (SECOND + tick / 2) / tick;
	out->booted = (kget(r, tk, &f.offs_real) - boot) / (int64_t)SECOND;
	return kreader_take(r, NULL);
}
