/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF cores built here; what tests/mkdump covers is in test_kdump_made.c. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "formats/find.h"
#include "formats/reader/dump.h"
#include "formats/reader/notes.h"
#include "formats/source/open.h"

struct core {
	int fd;
	char path[64];
	uint64_t notes_at, data_at;
};

/* An ELF64 core of n PT_LOADs; notes behind the headers, data_bytes bytes of memory at data_at. */
static void make_core(struct core *c, const Elf64_Phdr *loads, size_t n, const void *notes, size_t notes_len,
		      uint64_t data_bytes)
{
	Elf64_Ehdr eh = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT } };
	Elf64_Phdr note = { .p_type = PT_NOTE, .p_filesz = notes_len };
	uint64_t table = sizeof(eh) + (n + 1) * sizeof(note);

	eh.e_type = ET_CORE;
	eh.e_machine = EM_X86_64;
	eh.e_phoff = sizeof(eh);
	eh.e_phentsize = sizeof(note);
	eh.e_phnum = (Elf64_Half)(n + 1);
	c->notes_at = note.p_offset = table;
	c->data_at = table + notes_len;
	c->fd = memfd_create("core", 0);
	snprintf(c->path, sizeof(c->path), "/proc/self/fd/%d", c->fd);
	assert_int_equal(pwrite(c->fd, &eh, sizeof(eh), 0), sizeof(eh));
	assert_int_equal(pwrite(c->fd, &note, sizeof(note), sizeof(eh)), sizeof(note));
	for (size_t i = 0; i < n; i++) {
		Elf64_Phdr ph = loads[i];

		ph.p_type = PT_LOAD;
		ph.p_offset += c->data_at;
		assert_int_equal(pwrite(c->fd, &ph, sizeof(ph), (off_t)(sizeof(eh) + (i + 1) * sizeof(ph))), sizeof(ph));
	}
	if (notes_len)
		assert_int_equal(pwrite(c->fd, notes, notes_len, (off_t)note.p_offset), notes_len);
	for (uint64_t i = 0; i < data_bytes; i += 8)
		assert_int_equal(pwrite(c->fd, &i, 8, (off_t)(c->data_at + i)), 8);
}

static struct dump *open_core(const struct core *c)
{
	struct source *src;
	struct dump *d;

	assert_int_equal(source_open(c->path, &src), 0);
	assert_int_equal(dump_open(src, NULL, &d), 0);
	return d;
}

static void test_segments_in_file_order(void **state)
{
	const Elf64_Phdr loads[] = {
		{ .p_offset = 0x2000, .p_vaddr = 0xffff888000005000, .p_paddr = 0x5000, .p_filesz = 0x1000, .p_memsz = 0x3000 },
		{ .p_offset = 0, .p_vaddr = 0xffff888000001000, .p_paddr = 0x1000, .p_filesz = 0x2000, .p_memsz = 0x2000 },
	};
	struct page_run run;
	struct dump *d;
	struct core c;
	uint64_t page[512];

	(void)state;
	make_core(&c, loads, 2, NULL, 0, 0x3000);
	d = open_core(&c);
	assert_int_equal(d->nsegments, 2);
	assert_int_equal(d->segments[0].paddr, 0x5000);
	assert_int_equal(d->segments[0].memsz, 0x3000);
	assert_int_equal(d->segments[1].filesz, 0x2000);
	assert_int_equal(d->elf_machine, EM_X86_64);
	assert_int_equal(d->pages.max_pfn, 8);
	pages_run(&d->pages, 0, &run);
	assert_int_equal(run.state, PAGE_ABSENT);
	assert_int_equal(run.count, 1);
	pages_run(&d->pages, 2, &run);
	assert_int_equal(run.state, PAGE_DATA);
	assert_int_equal(run.count, 1);
	pages_run(&d->pages, 6, &run);
	assert_int_equal(run.state, PAGE_EXCLUDED);
	assert_int_equal(run.count, 2);
	pages_run(&d->pages, 8, &run);
	assert_int_equal(run.state, PAGE_ABSENT);
	assert_int_equal(pages_read(&d->pages, 5, page), 0);
	assert_int_equal(page[1], 0x2008);
	assert_int_equal(pages_read(&d->pages, 6, page), -ENODATA);
	dump_close(d);
	close(c.fd);
}

/* QEMU with paging lists the same page once a mapping; 60000 headers that overlap must not take quadratic time. */
static void test_many_overlapping(void **state)
{
	const size_t n = 60000;
	Elf64_Phdr *loads = calloc(n, sizeof(*loads));
	struct timespec a, b;
	uint64_t page[512];
	struct page_run run;
	struct dump *d;
	struct core c;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint64_t at = (i * 7919) % 1000 * 0x1000;

		loads[i] = (Elf64_Phdr){ .p_offset = at, .p_paddr = 0x100000 + at, .p_filesz = 0x3e9000 - at,
					 .p_memsz = 0x3e9000 - at };
	}
	make_core(&c, loads, n, NULL, 0, 0x3e9000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	d = open_core(&c);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	pages_run(&d->pages, 0x100, &run);
	assert_int_equal(run.count, 0x3e9);
	assert_int_equal(run.state, PAGE_DATA);
	for (uint64_t pfn = 0x100; pfn < 0x4e9; pfn++) {
		assert_int_equal(pages_read(&d->pages, pfn, page), 0);
		assert_int_equal(page[511], (pfn - 0x100) * 4096 + 4088);
	}
	dump_close(d);
	close(c.fd);
	free(loads);
	print_message("# 60000 overlapping PT_LOADs: opened in %.0f ms\n",
		      (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	assert_true(b.tv_sec - a.tv_sec < 5);
}

static size_t put_note(uint8_t *p, const char *name, uint32_t namesz, uint32_t type, const void *desc, uint32_t descsz)
{
	put_u32(p, namesz, false);
	put_u32(p + 4, descsz, false);
	put_u32(p + 8, type, false);
	memcpy(p + 12, name, strlen(name));
	if (descsz)
		memcpy(p + 12 + round_up_u64(namesz, 4), desc, descsz);
	return 12 + round_up_u64(namesz, 4) + round_up_u64(descsz, 4);
}

static void test_notes(void **state)
{
	const Elf64_Phdr load = { .p_filesz = 0x1000, .p_memsz = 0x1000 };
	uint8_t notes[512] = { 0 };
	struct dump_note note;
	size_t n = 0, pos = 0;
	struct dump *d;
	struct core c;

	(void)state;
	n += put_note(notes + n, "CORE", 5, 1, "abcde", 5);
	n += 24;			/* a CPU that left its notes empty */
	n += put_note(notes + n, "A-NAME-OF-MORE-THAN-31-CHARACTERS", 34, 7, NULL, 0);
	n += put_note(notes + n, "VMCOREINFO", 11, 0, "OSRELEASE=6\nPAGESIZE=4096\n\0rest", 31);
	n += put_note(notes + n, "CORE", 5, 1, "last", 4);
	put_u32(notes + n, 5, false);	/* claims more than there is */
	put_u32(notes + n + 4, 0xfffffff0, false);
	n += 16;
	make_core(&c, &load, 1, notes, n, 0x1000);
	d = open_core(&c);
	assert_string_equal(d->vmcoreinfo, "OSRELEASE=6\nPAGESIZE=4096\n");
	assert_int_equal(d->vmcoreinfo_len, 26);
	assert_int_equal(dump_next_note(d, &pos, &note), 1);
	assert_string_equal(note.name, "CORE");
	assert_int_equal(note.header_offset, 0);
	assert_int_equal(note.desc_len, 5);
	assert_memory_equal(note.desc, "abcde", 5);
	assert_int_equal(dump_next_note(d, &pos, &note), 1);
	assert_string_equal(note.name, "A-NAME-OF-MORE-THAN-31-CHARACTE");
	assert_int_equal(note.type, 7);
	assert_int_equal(note.desc_len, 0);
	assert_int_equal(dump_next_note(d, &pos, &note), 1);
	assert_string_equal(note.name, "VMCOREINFO");
	assert_int_equal(dump_next_note(d, &pos, &note), 1);
	assert_memory_equal(note.desc, "last", 4);
	assert_int_equal(dump_next_note(d, &pos, &note), 0);
	assert_int_equal(dump_next_note(d, &pos, &note), 0);
	dump_close(d);
	close(c.fd);
}

static void test_unknown_format(void **state)
{
	const char text[] = "this is not a dump";
	struct source *src;
	struct dump *d;
	char path[64];
	int fd = memfd_create("text", 0);

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (size_t n = 1; n < sizeof(text); n++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, text, n, 0), n);
		assert_int_equal(source_open(path, &src), 0);
		assert_int_equal(dump_open(src, NULL, &d), -ENOTSUP);
	}
	close(fd);
}

/* Pages whose bytes lie beyond the end of the file: exactly those that begin there. */
static void test_lost(void **state)
{
	static const Elf64_Phdr loads[] = {
		{ .p_paddr = 0, .p_offset = 0, .p_filesz = 10 * 4096, .p_memsz = 10 * 4096 },
		{ .p_paddr = 20 * 4096 + 100, .p_offset = 1 << 20, .p_filesz = 3 * 4096, .p_memsz = 3 * 4096 },
	};
	uint8_t page[4096];
	struct core c;
	struct dump *d;

	(void)state;
	make_core(&c, loads, 2, NULL, 0, 5 * 4096 + 8);
	d = open_core(&c);
	assert_int_equal(pages_lost(&d->pages, 0, 10), 0);
	assert_int_equal(pages_lost(&d->pages, 5, 5), 0);	/* 8 bytes of it are there */
	assert_int_equal(pages_lost(&d->pages, 6, 4), 4);
	assert_int_equal(pages_lost(&d->pages, 6, 2), 2);
	assert_int_equal(pages_lost(&d->pages, 20, 4), 0);	/* its first bytes are zero */
	assert_int_equal(pages_lost(&d->pages, 21, 3), 3);
	for (uint64_t pfn = 0; pfn < 24; pfn++)
		if (pfn < 10 || pfn >= 20)
			assert_int_equal(pages_read(&d->pages, pfn, page), pfn < 5 ? 0 : -EIO);
	dump_close(d);
	close(c.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments_in_file_order),
		cmocka_unit_test(test_many_overlapping),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_unknown_format),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
