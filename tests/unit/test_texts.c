/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which text of VMCOREINFO is the kernel's: the memory decides. Two kernels in one memory, remnants, wrong notes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/views/info_kernels.h"
#include "kernel/opening/open.h"
#include "kernel/opening/search.h"
#include "kernel/opening/texts.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define TEXT_BYTES 700
#define FIRST_BASE 0x0ull
#define FIRST_TEXT_PFN 0x300ull		/* where its text is */
#define SECOND_BASE 0x1000000ull	/* the crash kernel's phys_base */
#define SECOND_TEXT_PFN 0x1300ull
#define UTS 0x180000ull			/* from FAKE_TEXT on */

struct two {
	struct fake *f;
	struct kernel_input in;
	char first[TEXT_BYTES], second[TEXT_BYTES];
};

/* A kernel at phys_base: tables at FAKE_ROOT from there on, its name, its text in memory. */
static void put_kernel(struct fake *f, uint64_t phys_base, uint64_t text_pfn, const char *release, char *text)
{
	struct fake_tables t = fake_tables(f, 4, phys_base + FAKE_ROOT);
	char uts[3 * 65] = "Linux";

	fake_map(&t, FAKE_TEXT, phys_base, 1);
	fake_map(&t, FAKE_DIRECT, 0, 2);
	snprintf(uts + 2 * 65, 65, "%s", release);
	fake_write(f, phys_base + UTS, uts, sizeof(uts));
	snprintf(text, TEXT_BYTES, "OSRELEASE=%s\nPAGESIZE=4096\nSIZE(page)=64\nSIZE(list_head)=16\n"
		 "SYMBOL(init_uts_ns)=%llx\nOFFSET(uts_namespace.name)=0\nSYMBOL(swapper_pg_dir)=%llx\nSYMBOL(_stext)=%llx\n"
		 "NUMBER(phys_base)=%llu\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=0\n", release,
		 FAKE_TEXT + UTS, FAKE_TEXT + FAKE_ROOT, FAKE_TEXT, (unsigned long long)phys_base);
	memset(fake_page(f, text_pfn), 0, 4096);
	fake_write(f, text_pfn << 12, text, strlen(text));
}

static void two_kernels(struct two *t, bool note)
{
	*t = (struct two){ .f = fake_new(12, 0x2000) };
	put_kernel(t->f, FIRST_BASE, FIRST_TEXT_PFN, "6.1.0-first", t->first);
	put_kernel(t->f, SECOND_BASE, SECOND_TEXT_PFN, "6.1.0-second", t->second);
	t->in = (struct kernel_input){
		.pages = &t->f->pages, .elf_machine = EM_X86_64, .dump_name = "dump", .vmcoreinfo = note ? t->first : NULL,
		.vmcoreinfo_len = note ? strlen(t->first) : 0,
	};
}

static struct kernel *open_two(const struct two *t)
{
	struct kernel *k = NULL;

	assert_int_equal(kernel_open(&t->in, &k), 0);
	assert_true(k->has_space);
	return k;
}

static void check_is(struct kernel *k, const char *release, bool dropped)
{
	assert_string_equal(k->release, release);
	assert_string_equal(k->uts[2], release);
	assert_int_equal(k->note_dropped, dropped);
	kernel_close(k);
}

/* The note is right: nothing is read but what proves it, and the other kernel can be had by its address. */
static void test_right_note(void **state)
{
	struct two t;
	struct kernel *k;

	(void)state;
	two_kernels(&t, true);
	t.f->reads = 0;
	k = open_two(&t);
	assert_true(t.f->reads < 40);
	assert_null(k->vmci_found);
	check_is(k, "6.1.0-first", false);
	t.in.which = KERNEL_AT;
	t.in.text_paddr = SECOND_TEXT_PFN << 12;
	check_is(open_two(&t), "6.1.0-second", true);
	t.in.text_paddr = (SECOND_TEXT_PFN + 1) << 12;
	assert_int_equal(kernel_open(&t.in, &k), -EINVAL);
	t.in.which = KERNEL_SEARCH;
	check_is(open_two(&t), "6.1.0-second", true);	/* its text is the longer one */
	fake_free(t.f);
}

/* Without a note both are found; a CRASHTIME tells the one that died; one whose tables are gone is a remnant. */
static void test_no_note(void **state)
{
	struct two t;
	struct kernel *k;

	(void)state;
	two_kernels(&t, false);
	k = open_two(&t);
	assert_int_equal(k->texts.n, 2);
	assert_true(k->texts.list[0].proven && k->texts.list[1].proven);
	check_is(k, "6.1.0-second", false);
	fake_write(t.f, (FIRST_TEXT_PFN << 12) + strlen(t.first), "CRASHTIME=1700000000\n", 21);
	check_is(open_two(&t), "6.1.0-first", false);
	memset(fake_page(t.f, (FIRST_BASE + FAKE_ROOT) >> 12), 0, 4096);
	k = open_two(&t);
	assert_false(k->texts.list[0].proven);
	check_is(k, "6.1.0-second", false);
	fake_free(t.f);
}

/* Notes that lead nowhere: to no tables, to the wrong name, to nothing at all. */
static void test_wrong_notes(void **state)
{
	static const char *const why[] = {
		"the kernel's page tables are not in the dump", "the kernel in memory has another release", "it has no line OSRELEASE",
	};
	struct kernel *k;
	struct two t;
	char note[TEXT_BYTES];

	(void)state;
	two_kernels(&t, true);
	t.in.vmcoreinfo = note;
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			snprintf(note, sizeof(note), "OSRELEASE=6.1.0-first\nSYMBOL(swapper_pg_dir)=%llx\nSYMBOL(_stext)=%llx\n"
				 "NUMBER(phys_base)=0\n", FAKE_TEXT + 0x1900000, FAKE_TEXT + 0x1000000);
		else if (i == 1)
			snprintf(note, sizeof(note), "OSRELEASE=5.5.5-other%s", strchr(t.first, '\n'));
		else
			snprintf(note, sizeof(note), "no text\n");
		t.in.vmcoreinfo_len = strlen(note);
		k = open_two(&t);
		assert_non_null(k->note_wrong);
		assert_string_equal(k->note_wrong, why[i]);
		assert_non_null(k->vmci_found);
		check_is(k, "6.1.0-second", true);
	}
	/* nothing better: it stays */
	fake_write(t.f, FIRST_TEXT_PFN << 12, "NONE", 4);
	fake_write(t.f, SECOND_TEXT_PFN << 12, "NONE", 4);
	snprintf(note, sizeof(note), "OSRELEASE=5.5.5-other%s", strchr(t.first, '\n'));
	t.in.vmcoreinfo_len = strlen(note);
	assert_int_equal(kernel_open(&t.in, &k), 0);
	assert_string_equal(k->release, "5.5.5-other");
	assert_false(k->note_dropped);
	kernel_close(k);
	fake_free(t.f);
}

/* -i: the text of the kernel that the note is not of, with that of the other one in memory or not. */
static void test_given(void **state)
{
	char path[] = "/tmp/test_texts.XXXXXX";
	int fd = mkstemp(path);
	struct two t;
	struct kernel *k;

	(void)state;
	two_kernels(&t, true);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, t.second, strlen(t.second)), strlen(t.second));
	t.in.vmcoreinfo_file = path;
	for (int gone = 0; gone < 2; gone++) {
		k = open_two(&t);
		assert_true(k->given_alone);
		assert_null(k->vmci_found);
		check_is(k, "6.1.0-second", true);
		fake_write(t.f, SECOND_TEXT_PFN << 12, "NONE", 4);
	}
	/* the same one: its lines over the note's */
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, t.first, strlen(t.first), 0), strlen(t.first));
	k = open_two(&t);
	assert_false(k->given_alone);
	check_is(k, "6.1.0-first", false);
	close(fd);
	unlink(path);
	fake_free(t.f);
}

/* What info looks at: only the memory for the crash kernel. */
static void test_others(void **state)
{
	struct kernel_texts others;
	struct two t;
	struct kernel *k;

	(void)state;
	two_kernels(&t, true);
	k = open_two(&t);
	assert_int_equal(texts_others(k, 0x1000, 0x2000, &others), 0);
	assert_int_equal(others.n, 1);
	assert_int_equal(others.list[0].paddr, SECOND_TEXT_PFN << 12);
	texts_free(&others);
	assert_int_equal(texts_others(k, 0x1000, 0x1300, &others), -ENOENT);
	/* the copy that a kernel makes of its own text is no other kernel */
	assert_int_equal(texts_others(k, 0x200, 0x400, &others), -ENOENT);
	assert_int_equal(texts_others(k, 0x1000, UINT64_MAX, &others), 0);
	texts_free(&others);
	kernel_close(k);
	fake_free(t.f);
}

static void test_crash_memory(void **state)
{
	static const struct {
		const char *log;
		uint64_t start, len;
	} logs[] = {
		{ "[    0.0] crashkernel reserved: 0x0000000015000000 - 0x000000001d000000 (128 MB)\n", 0x15000000, 0x8000000 },
		{ "[    0.0] Reserving 128MB of memory at 336MB for crashkernel (System RAM: 511MB)\n", 0x15000000, 0x8000000 },
		{ "[    0.0] Reserving nothing\nReserving 1MB of memory at 2MB for crashkernel", 0x200000, 0x100000 },
		{ "[    0.0] Reserving 128MB of memory at 336MB for something\n", 0, 0 },
		{ "crashkernel reserved: 0x20 - 0x10", 0, 0 },
		{ "crashkernel reserved: 0x", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		struct crash_memory c;

		info_find_crash_memory(logs[i].log, &c);
		assert_int_equal(c.start, logs[i].start);
		assert_int_equal(c.len, logs[i].len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_note),
		cmocka_unit_test(test_no_note),
		cmocka_unit_test(test_wrong_notes),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_crash_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
