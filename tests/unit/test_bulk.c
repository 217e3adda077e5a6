/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large arrays: what is lost of them, and that nobody keeps copies. */
#include "kernel/object/bulk.h"
#include "base/fault.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define FILL 0xa5

/* From inside page 0 to inside page 7, each byte the number of its page, FILL in those whose bit is set in lost. */
static void expect(const struct kernel *k, uint64_t base, unsigned int lost)
{
	uint8_t buf[7 * 4096];
	uint64_t want = 0;

	memset(buf, 0xee, sizeof(buf));
	for (uint64_t i = 0; i < sizeof(buf); i++)
		want += lost >> (i + 0x800) / 4096 & 1;
	assert_int_equal(kbulk_read(k, base + 0x800, buf, sizeof(buf), FILL), want);
	for (uint64_t i = 0; i < sizeof(buf); i++) {
		uint64_t page = (i + 0x800) / 4096;

		assert_int_equal(buf[i], lost >> page & 1 ? FILL : page);
	}
}

static void test_losses(void **state)
{
	struct objects o;

	(void)state;
	objects_new(&o, &object_kinds[0]);
	for (unsigned int i = 0; i < 8; i++)
		memset(fake_page(o.f, i), (int)i, 4096);
	expect(&o.k, o.base, 0);
	fake_set(o.f, 2, 1, PAGE_EXCLUDED);
	expect(&o.k, o.base, 1 << 2);
	fake_damage(o.f, 3);
	fake_set(o.f, 0, 1, PAGE_ABSENT);
	expect(&o.k, o.base, 1 << 0 | 1 << 2 | 1 << 3);
	/* not mapped from page 6 on */
	o.window.len = 6 * 4096;
	expect(&o.k, o.base, 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7);
	assert_int_equal(kbulk_read(&o.k, o.base, NULL, 0, FILL), 0);
	objects_free(&o);
}

static int read_passing(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	(void)ps, (void)pfn, (void)count, (void)buf;
	return -ETIMEDOUT;
}

/* It is lost for now, and who watches is told that it is not the dump. */
static void test_passing(void **state)
{
	struct fault_watch watch;
	uint8_t buf[64];
	struct objects o;

	(void)state;
	objects_new(&o, &object_kinds[0]);
	o.f->ops.read = read_passing;
	fault_watch_begin(&watch);
	assert_int_equal(kbulk_read(&o.k, o.base, buf, sizeof(buf), FILL), sizeof(buf));
	assert_int_equal(fault_watch_end(&watch), -ETIMEDOUT);
	assert_int_equal(buf[63], FILL);
	objects_free(&o);
}

/* The kernel's copies of pages are for what is read again. */
static void test_not_kept(void **state)
{
	struct fake *f = fake_new(12, 0x400);
	uint8_t buf[4096];
	unsigned long reads;
	struct kernel *k;
	char *text;

	(void)state;
	fake_set(f, 0, 0x400, PAGE_ZERO);
	fake_u64(f, 0x200000, 42);
	k = fake_kernel(f, 0, "", &text);
	kernel_keep_pages(k);
	/* the first one, so that its page tables are kept */
	assert_int_equal(kbulk_read(k, FAKE_DIRECT + 0x200000, buf, sizeof(buf), FILL), 0);
	reads = f->reads;
	assert_int_equal(kbulk_read(k, FAKE_DIRECT + 0x200000, buf, sizeof(buf), FILL), 0);
	assert_int_equal(f->reads, reads + 1);
	assert_int_equal(buf[0], 42);
	kernel_close(k);
	free(text);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_passing),
		cmocka_unit_test(test_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
