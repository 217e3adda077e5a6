/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages were read, and that everything else is as below. */
#include "base/recorder.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static void test_recorder(void **state)
{
	struct fake *f = fake_new(12, 10);
	struct pages *ps = recorder_new(&f->pages);
	uint8_t got[2 * 4096], bytes[16];
	struct page_run run, below;

	(void)state;
	for (uint64_t pfn = 2; pfn < 6; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 7, 1, PAGE_EXCLUDED);
	assert_non_null(ps);
	assert_int_equal(ps->page_shift, 12);
	assert_int_equal(ps->max_pfn, 10);
	for (uint64_t pfn = 0; pfn < 10; pfn++) {
		pages_run(ps, pfn, &run);
		pages_run(&f->pages, pfn, &below);
		assert_memory_equal(&run, &below, sizeof(run));
		assert_false(recorder_has(ps, pfn));
	}
	assert_int_equal(pages_read_run(ps, 3, 2, got), 0);
	assert_memory_equal(got, f->bytes[3], 4096);
	assert_memory_equal(got + 4096, f->bytes[4], 4096);
	/* what is damaged was looked at */
	fake_damage(f, 5);
	assert_int_equal(pages_read_bytes(ps, 0x5000, sizeof(bytes), bytes, HOLES_FAIL), -EIO);
	for (uint64_t pfn = 0; pfn < 12; pfn++)
		assert_int_equal(recorder_has(ps, pfn), pfn >= 3 && pfn <= 5);
	assert_false(recorder_has(ps, UINT64_MAX));
	recorder_free(ps);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_recorder) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
