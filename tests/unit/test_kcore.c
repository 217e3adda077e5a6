/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is special about /proc/kcore: which memory is not the kernel's, where VMCOREINFO was before 4.19. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "formats/elf/kcore.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"
#include "tests/unit/unit.h"

static char path[4096];

static void put_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_crash_ranges(void **state)
{
	struct extents x = { 0 };
	char line[600];

	(void)state;
	put_file("00000000-00000fff : Reserved\n"
		 "00001000-0009fbff : System RAM\n"
		 "00100000-bffdcfff : System RAM\n"
		 "  02600000-035fffff : Kernel code\n"
		 "  a9000000-b8ffffff : Crash kernel\n"
		 "  b9000000-b9ffffff : Crash kernel of another\n"
		 "100000000-13fffffff : System RAM\n"
		 "  137000000-137ffffff : Crash kernel\n");
	assert_int_equal(kcore_iomem_ranges(path, "Crash kernel", &x), 0);
	assert_int_equal(x.n, 2);
	assert_int_equal(x.list[0].start, 0xa9000000);
	assert_int_equal(x.list[0].len, 0x10000000);
	assert_int_equal(x.list[1].start, 0x137000000);
	assert_int_equal(x.list[1].len, 0x1000000);
	extents_free(&x);
	/* as those who may not see addresses read it; nonsense; lines without an end */
	snprintf(line, sizeof(line), "  00000000-00000000 : Crash kernel\n  5-4 : Crash kernel\n  1- : Crash kernel\n"
		 "  0-ffffffffffffffff : Crash kernel\n%0300d\n 1000-1fff : Crash kernel", 0);
	put_file(line);
	assert_int_equal(kcore_iomem_ranges(path, "Crash kernel", &x), 0);
	assert_int_equal(x.n, 0);
	assert_int_equal(kcore_iomem_ranges("/nonexistent/iomem", "Crash kernel", &x), 0);
	assert_int_equal(x.n, 0);
	extents_free(&x);
}

static void expect(const struct extents *x, const struct extent *want, size_t n)
{
	assert_int_equal(x->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(x->list[i].start, want[i].start);
		assert_int_equal(x->list[i].len, want[i].len);
		assert_int_equal(x->list[i].offset, want[i].offset);
	}
}

static void test_remove(void **state)
{
	static const struct extent want[] = {
		{ .start = 0, .len = 50, .offset = 1000 }, { .start = 60, .len = 40, .offset = 1060 },
		{ .start = 350, .len = 50, .offset = 3050 }, { .start = 500, .len = 10, .offset = 5000 },
	};
	struct extents x = { 0 }, what = { 0 };

	(void)state;
	extents_add(&x, 0, 100, 1000);
	extents_add(&x, 200, 50, 2000);
	extents_add(&x, 300, 100, 3000);
	extents_add(&x, 500, 10, 5000);
	extents_add(&what, 190, 160, 0);	/* all of one, the head of the next */
	extents_add(&what, 50, 10, 0);		/* cuts one in two */
	extents_add(&what, 510, 100, 0);
	extents_add(&what, 100, 90, 0);
	assert_int_equal(extents_remove(&x, &what), 0);
	expect(&x, want, 4);
	extents_free(&what);
	extents_add(&what, 0, UINT64_MAX, 0);
	assert_int_equal(extents_remove(&x, &what), 0);
	assert_int_equal(x.n, 0);
	extents_free(&what);
	extents_free(&x);
}

/* Five pages; a note at the end of the second, into the third. */
static uint8_t memory[5 * 4096];

static int memory_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	(void)ps;
	assert_true(pfn + count <= 5);
	memcpy(buf, memory + pfn * 4096, count * 4096);
	return 0;
}

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_DATA, false };
}

static void test_vmcoreinfo(void **state)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run };
	static const char *const nonsense[] = {
		"", "x", "3000", "3000 0", "3000 20000", "0xfffffffffffffff0 40", "5000 1024", "ffffff000 1024",
	};
	static const char text[] = "OSRELEASE=4.11.0\n";
	struct source src = { .name = "kcore" };
	struct dump d = { .src = &src, .pages = { &ops, 12, 5 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		put_file(nonsense[i]);
		assert_int_equal(kcore_add_vmcoreinfo(&d, path), 0);
		assert_int_equal(d.notes_len, 0);
	}
	assert_int_equal(kcore_add_vmcoreinfo(&d, "/nonexistent/vmcoreinfo"), 0);
	assert_int_equal(d.notes_len, 0);

	put_u32(memory + 0x1ff0, 11, false);
	put_u32(memory + 0x1ff4, sizeof(text) - 1, false);
	memcpy(memory + 0x1ffc, "VMCOREINFO\0", 12);
	memcpy(memory + 0x2008, text, sizeof(text) - 1);
	put_file("0x0000000000001ff0 81\n");		/* %pa and %x: 0x81 bytes */
	assert_int_equal(kcore_add_vmcoreinfo(&d, path), 0);
	assert_int_equal(d.notes_len, 0x84);
	assert_int_equal(dump_find_vmcoreinfo(&d), 0);
	assert_string_equal(d.vmcoreinfo, text);
	free(d.vmcoreinfo);
	free(d.notes);
}

static void test_live(void **state)
{
	/* CORE, type 4, without contents */
	uint8_t note[20] = { 5, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 'C', 'O', 'R', 'E' };
	struct source src = { .name = "kcore", .procfs = true };
	struct dump d = { .src = &src, .notes = note, .notes_len = sizeof(note) };

	(void)state;
	assert_true(kcore_is_live(&d));
	note[8] = 1;		/* /proc/vmcore */
	assert_false(kcore_is_live(&d));
	note[8] = 4;
	src.procfs = false;	/* a copy */
	assert_false(kcore_is_live(&d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_ranges),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_vmcoreinfo),
		cmocka_unit_test(test_live),
	};
	const char *dir = getenv("TMPDIR");
	int fd, r;

	snprintf(path, sizeof(path), "%s/test_kcore.XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	if (fd < 0)
		return 1;
	close(fd);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return r;
}
