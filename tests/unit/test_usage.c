/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU time as cputime_adjust() divides it; of a task, and of a process with what threads that are gone have left. */
#include <stdlib.h>

#include "kernel/sched/usage.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define TICK 1000u
enum { TASK = 0x1000, THREAD = 0x1400, SIGNAL = 0x2000 };

/* Every member is there, 8 bytes, in the order in which it is asked for first. */
struct members {
	char names[96][64];
	unsigned int n;
};

static int place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	struct members *m = *(struct members *const *)arg;
	char name[64];
	unsigned int i = 0;

	snprintf(name, sizeof(name), "%s.%s", type, path);
	while (i < m->n && strcmp(m->names[i], name))
		i++;
	assert_true(i < ARRAY_SIZE(m->names));
	if (i == m->n)
		memcpy(m->names[m->n++], name, sizeof(name));
	*out = (struct kplace){ .offset = i * 8, .bytes = 8 };
	return 0;
}

static void put(struct objects *o, uint64_t object, const struct kfield *f, uint64_t value)
{
	object_uint(o, object + f->at.offset, 8, value);
}

static void is_time(const struct task_usage *u, uint64_t utime, uint64_t stime)
{
	assert_int_equal(u->utime, utime * TICK);
	assert_int_equal(u->stime, stime * TICK);
}

static void test_times(void **state)
{
	/* ticks, time on a CPU, what was told before; what is told */
	static const struct {
		unsigned int utime, stime, exec, prev_utime, prev_stime, told_utime, told_stime;
	} cases[] = {
		{ 3, 1, 8, 0, 0, 6, 2 }, { 0, 5, 8, 0, 0, 0, 8 }, { 5, 0, 8, 0, 0, 8, 0 }, { 0, 0, 8, 0, 0, 8, 0 },
		{ 3, 1, 8, 1, 4, 4, 4 }, { 1, 3, 8, 5, 1, 5, 3 }, { 3, 1, 8, 6, 3, 6, 3 },
	};
	struct members *members = calloc(1, sizeof(*members));
	struct knames names = { .arg = &members, .place = place };
	struct task_entry threads[2];
	struct usage_layout l;
	struct task_usage u;
	struct objects o;

	(void)state;
	assert_int_equal(usage_layout(&names, &l), 0);
	objects_new(&o, &object_kinds[0]);
	put(&o, o.base + TASK, &l.f.signal, o.base + SIGNAL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put(&o, o.base + TASK, &l.f.utime, cases[i].utime * TICK);
		put(&o, o.base + TASK, &l.f.stime, cases[i].stime * TICK);
		put(&o, o.base + TASK, &l.f.exec, cases[i].exec * TICK);
		put(&o, o.base + TASK, &l.f.prev_utime, cases[i].prev_utime * TICK);
		put(&o, o.base + TASK, &l.f.prev_stime, cases[i].prev_stime * TICK);
		usage_read(objects_reader(&o), &l, o.base + TASK, NULL, 0, &u);
		is_time(&u, cases[i].told_utime, cases[i].told_stime);
	}
	/* a kernel that measures has nothing to divide */
	l.f.prev_utime.known = false;
	usage_read(o.r, &l, o.base + TASK, NULL, 0, &u);
	is_time(&u, 3, 1);
	/* the process: two threads, and one that is gone */
	threads[0] = (struct task_entry){ .vaddr = o.base + TASK };
	threads[1] = (struct task_entry){ .vaddr = o.base + THREAD };
	put(&o, o.base + THREAD, &l.f.utime, 10 * TICK);
	put(&o, o.base + THREAD, &l.f.exec, 12 * TICK);
	put(&o, o.base + THREAD, &l.f.min_flt, 5);
	put(&o, o.base + SIGNAL, &l.f.sig_utime, 4 * TICK);
	put(&o, o.base + SIGNAL, &l.f.sig_exec, 4 * TICK);
	put(&o, o.base + SIGNAL, &l.f.sig_min_flt, 7);
	put(&o, o.base + SIGNAL, &l.f.sig_prev_stime, 6 * TICK);
	usage_read(objects_reader(&o), &l, o.base + TASK, threads, ARRAY_SIZE(threads), &u);
	assert_int_equal(u.exec, (8 + 12 + 4) * TICK);
	assert_int_equal(u.min_flt, 12);
	is_time(&u, 18, 6);	/* 24 in the ratio of 17 ticks to 1, but not below what was told */
	objects_free(&o);
	free(members);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_times) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
