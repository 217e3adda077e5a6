/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of CPUs: in kernel_cpustat, by the idle tick, and as they are since 7.2; run queues. */
#include "kernel/core/cpus.h"
#include "kernel/object/variable.h"
#include "kernel/sched/load.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { VARIABLES = 0x1000, OFFSETS = 0x1100, MASKS = 0x1200, STAT = 0x2000, TICK = 0x2100, RQ = 0x2200, CPU_BYTES = 0x1000 };

static const char *const times[] = { "USER", "NICE", "SYSTEM", "IDLE", "IOWAIT", "IRQ", "SOFTIRQ", "STEAL", "GUEST", "GUEST_NICE" };
static char time_names[CPU_TIMES][48];

static void name_all(struct objects *o, struct object_name *table)
{
	unsigned int w = o->k.word_bytes;

	for (unsigned int i = 0; i < CPU_TIMES; i++) {
		snprintf(time_names[i], sizeof(time_names[i]), "cpu_usage_stat.CPUTIME_%s", times[i]);
		fake_name_add(table, time_names[i], 0, 0)->value = CPU_TIMES - 1 - i;	/* another order than that of /proc/stat */
	}
	fake_name_add(table, "kernel_cpustat.cpustat", 8, 80);
	fake_name_add(table, "rq.nr_running", 0, 4);
	fake_name_add(table, "rq.nr_switches", 8, 8);
	fake_name_add(table, "rq.nr_iowait", 16, 4);
	fake_name_add(table, "kernel_cpustat", o->base + STAT, 0);
	fake_name_add(table, "runqueues", o->base + RQ, 0);
	fake_name_add(table, "nr_cpu_ids", o->base + VARIABLES, 4);
	fake_name_add(table, "__per_cpu_offset", o->base + OFFSETS, 0);
	fake_name_add(table, "__cpu_possible_mask", o->base + MASKS, 0);
	fake_name_add(table, "__cpu_online_mask", o->base + MASKS + 0x10, 0);
	fake_name_add(table, "__cpu_active_mask", o->base + MASKS + 0x20, 0);
	object_uint(o, o->base + VARIABLES, 4, 3);
	for (unsigned int cpu = 0; cpu < 3; cpu++)
		object_word(o, o->base + OFFSETS + cpu * w, cpu * CPU_BYTES);
	object_word(o, o->base + MASKS, 7);
	object_word(o, o->base + MASKS + 0x10, 1);	/* the one that panicked */
	object_word(o, o->base + MASKS + 0x20, 3);
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		uint64_t at = o->base + cpu * CPU_BYTES;

		for (unsigned int i = 0; i < CPU_TIMES; i++)
			object_uint(o, at + STAT + 8 + 8 * (CPU_TIMES - 1 - i), 8, 1000 * (i + 1) + cpu);
		object_uint(o, at + RQ, 4, cpu + 2);
		object_uint(o, at + RQ + 8, 8, 1ull << 40);
		object_uint(o, at + RQ + 16, 4, cpu == 1);
	}
}

static void test_times(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 4 * ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[40] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		unsigned int era = kind % 4;
		struct cpu_time_layout l;
		struct run_counts run;
		uint64_t out[CPU_TIMES];
		struct kcpus cpus;
		struct objects o;

		objects_new(&o, &object_kinds[kind / 4]);
		assert_int_equal(cpu_time_layout(o.r, &names, &l), -ENOENT);
		name_all(&o, table);
		if (era == 1 || era == 2) {
			fake_name_add(table, "tick_sched.idle_sleeptime", 0, 8);
			fake_name_add(table, "tick_sched.iowait_sleeptime", 8, 8);
			fake_name_add(table, "tick_sched.idle_entrytime", 16, 8);
			fake_name_add(table, "tick_cpu_sched", o.base + TICK, 0);
			fake_name_add(table, era == 1 ? "tick_sched.idle_active" : "tick_sched.flags", 24, 4);
		} else if (era == 3) {
			fake_name_add(table, "kernel_cpustat.idle_elapse", 0, 1);
			fake_name_add(table, "kernel_cpustat.idle_entrytime", TICK - STAT, 8);
		}
		for (unsigned int cpu = 0; cpu < 3; cpu++) {
			uint64_t at = o.base + cpu * CPU_BYTES;

			object_uint(&o, at + TICK, 8, era == 3 ? 5000 : 70000);
			object_uint(&o, at + TICK + 8, 8, 80000);
			object_uint(&o, at + TICK + 16, 8, 5000);
			object_uint(&o, at + TICK + 24, 4, era == 1 ? 1 : 6);
			object_uint(&o, at + STAT, 1, 1);
		}
		objects_reader(&o);
		assert_int_equal(cpu_time_layout(o.r, &names, &l), 0);
		assert_int_equal(kernel_cpus(&names, o.r, &cpus), 0);
		assert_int_equal(cpu_times_read(o.r, &cpus, &l, 0, true, 6000, out), 0);
		assert_int_equal(out[CPU_TIME_USER], 1000);
		assert_int_equal(out[CPU_TIME_GUEST_NICE], 10000);
		assert_int_equal(out[CPU_TIME_IDLE], era == 0 ? 4000 : era == 3 ? 5000 : 71000);
		assert_int_equal(out[CPU_TIME_IOWAIT], era == 0 || era == 3 ? 5000 : 80000);
		/* somebody waits for I/O there */
		assert_int_equal(cpu_times_read(o.r, &cpus, &l, 1, true, 6000, out), 0);
		assert_int_equal(out[CPU_TIME_IDLE], era == 0 || era == 3 ? 4001 : 70000);
		assert_int_equal(out[CPU_TIME_IOWAIT], era == 0 ? 5001 : era == 3 ? 6001 : 81000);
		/* it was offline: its tick tells nothing */
		assert_int_equal(cpu_times_read(o.r, &cpus, &l, 2, false, 6000, out), 0);
		assert_int_equal(out[CPU_TIME_IDLE], 4002);
		assert_int_equal(cpu_times_read(o.r, &cpus, &l, 3, true, 6000, out), -ENOENT);
		run_counts_read(o.r, &cpus, &l, &run);
		assert_int_equal(run.running, 2 + 3);
		assert_int_equal(run.switches, 3ull << 40);
		assert_int_equal(run.iowait, 1);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		objects_free(&o);
	}
}

static void test_counter(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[40] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct objects o;
		struct kcpus cpus;
		uint64_t value;

		objects_new(&o, &object_kinds[kind]);
		name_all(&o, table);
		fake_name_add(table, "percpu_counter.count", 0, 8);
		fake_name_add(table, "percpu_counter.counters", 8, o.k.word_bytes);
		object_uint(&o, o.base + 0x3000, 8, 100);
		object_word(&o, o.base + 0x3008, o.base + 0x2800);
		object_uint(&o, o.base + 0x2800, 4, (uint64_t)-30);
		object_uint(&o, o.base + 0x3800, 4, 5);
		assert_int_equal(kernel_cpus(&names, objects_reader(&o), &cpus), 0);
		assert_int_equal(kpercpu_counter(&names, o.r, &cpus, o.base + 0x3000), 75);
		object_uint(&o, o.base + 0x3000, 8, 3);
		objects_reader(&o);
		assert_int_equal(kpercpu_counter(&names, o.r, &cpus, o.base + 0x3000), 0);
		assert_int_equal(kernel_cpus_sum(o.r, &cpus, o.base + RQ, 4), 2 + 3 + 4);
		assert_int_equal(kvariable_uint(&names, o.r, "none|nr_cpu_ids", 4, &value), 0);
		assert_int_equal(value, 3);
		assert_int_equal(kvariable_uint(&names, o.r, "none", 4, &value), -ENOENT);
		assert_int_equal(kvariable_or(&names, o.r, "none", 4, 17), 17);
		fake_set(o.f, VARIABLES >> 12, 1, PAGE_EXCLUDED);
		objects_reader(&o);
		assert_int_equal(kvariable_uint(&names, o.r, "nr_cpu_ids", 4, &value), -ENODATA);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_times), cmocka_unit_test(test_counter) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
