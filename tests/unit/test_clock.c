/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that stands still, in all three eras of where it is. */
#include "kernel/core/clock.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { KEEPER = 0x1000, SECONDS = 0, FRACTION = 8, SHIFT = 16, MONO_S = 24, MONO_NS = 32, REAL = 40, BOOT = 48, INTERVAL = 56 };

static void name_members(struct object_name *table, unsigned int word)
{
	fake_name_add(table, "timekeeper.xtime_sec", SECONDS, 8);
	fake_name_add(table, "timekeeper.tkr_mono.xtime_nsec", FRACTION, 8);
	fake_name_add(table, "timekeeper.tkr_mono.shift", SHIFT, 4);
	fake_name_add(table, "timekeeper.wall_to_monotonic.tv_sec", MONO_S, 8)->is_signed = true;
	fake_name_add(table, "timekeeper.wall_to_monotonic.tv_nsec", MONO_NS, word)->is_signed = true;
	fake_name_add(table, "timekeeper.offs_real", REAL, 8)->is_signed = true;
	fake_name_add(table, "timekeeper.offs_boot", BOOT, 8)->is_signed = true;
	fake_name_add(table, "timekeeper.xtime_interval", INTERVAL, 8);
}

static void test_clock(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 3 * ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[16] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		unsigned int era = kind % 3;
		struct kernel_clock clock;
		struct objects o;
		uint64_t at;

		objects_new(&o, &object_kinds[kind / 3]);
		assert_int_equal(kernel_clock_read(o.r, &names, &clock), -ENOENT);
		name_members(table, o.k.word_bytes);
		assert_int_equal(kernel_clock_read(o.r, &names, &clock), -ENOENT);
		at = o.base + KEEPER + (era ? 64 : 0);
		fake_name_add(table, era == 0 ? "shadow_timekeeper" : era == 1 ? "tk_core" : "timekeeper_data", o.base + KEEPER, 0);
		if (era)
			fake_name_add(table, "tk_data.timekeeper", 64, 64);
		/* it is 1700000100.75 s, since the boot 100.25 s, 7 s of them asleep */
		object_uint(&o, at + SECONDS, 8, 1700000100);
		object_uint(&o, at + FRACTION, 8, 750000000ull << 8);
		object_uint(&o, at + SHIFT, 4, 8);
		object_uint(&o, at + MONO_S, 8, (uint64_t)-1700000007);
		object_uint(&o, at + MONO_NS, o.k.word_bytes, (uint64_t)-500000000);
		object_uint(&o, at + REAL, 8, 1700000007500000000);
		object_uint(&o, at + BOOT, 8, 7000000000);
		object_uint(&o, at + INTERVAL, 8, 3999876ull << 8);
		objects_reader(&o);
		assert_int_equal(kernel_clock_read(o.r, &names, &clock), 0);
		assert_int_equal(clock.hz, 250);
		assert_int_equal(clock.monotonic, 93250000000);
		assert_int_equal(clock.boottime, 100250000000);
		assert_int_equal(clock.booted, 1700000000);
		/* before its own beginning; a shift of nonsense; a page that is lost */
		object_uint(&o, at + SECONDS, 8, 1600000000);
		assert_int_equal(kernel_clock_read(objects_reader(&o), &names, &clock), -EIO);
		object_uint(&o, at + SECONDS, 8, 1700000100);
		object_uint(&o, at + SHIFT, 4, 200);
		assert_int_equal(kernel_clock_read(objects_reader(&o), &names, &clock), -EIO);
		object_uint(&o, at + SHIFT, 4, 8);
		object_uint(&o, at + INTERVAL, 8, 0);
		assert_int_equal(kernel_clock_read(objects_reader(&o), &names, &clock), -EIO);
		fake_set(o.f, KEEPER >> 12, 1, PAGE_EXCLUDED);
		assert_int_equal(kernel_clock_read(objects_reader(&o), &names, &clock), -ENODATA);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_clock) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
