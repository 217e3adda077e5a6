/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF cores: which segments there are, where their bytes are, and that our own reader finds the same memory. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "formats/write/elf.h"
#include "tests/unit/fake.h"
#include "tests/unit/layout_file.h"
#include "tests/unit/unit.h"

#define P 4096ull

struct phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

struct core {
	struct layout *l;
	bool big;
	struct phdr *ph;
	uint64_t n;
	uint8_t ehdr[64];
};

/* Field by field with the offsets of the ELF specification. */
static const struct mapping direct_map = { 0xffff888000000000, 0, 0x400000000000 };

static struct core write_core(const struct pages *ps, const struct elf_output *o)
{
	struct core c = { .big = o->big_endian };
	uint64_t shoff;

	assert_int_equal(write_elf(ps, o, &c.l), 0);
	assert_true(layout_size(c.l) <= write_elf_bound(ps, o));
	assert_int_equal(layout_read(c.l, c.ehdr, 64, 0), 0);
	assert_memory_equal(c.ehdr, "\177ELF\2", 5);
	assert_int_equal(c.ehdr[EI_DATA], c.big ? ELFDATA2MSB : ELFDATA2LSB);
	assert_int_equal(c.ehdr[EI_VERSION], 1);
	assert_int_equal(get_u16(c.ehdr + 16, c.big), ET_CORE);
	assert_int_equal(get_u16(c.ehdr + 18, c.big), o->machine);
	assert_int_equal(get_u32(c.ehdr + 20, c.big), 1);
	assert_int_equal(get_u64(c.ehdr + 32, c.big), 64);
	assert_int_equal(get_u32(c.ehdr + 48, c.big), o->incomplete);
	assert_int_equal(get_u16(c.ehdr + 52, c.big), 64);
	assert_int_equal(get_u16(c.ehdr + 54, c.big), 56);
	c.n = get_u16(c.ehdr + 56, c.big);
	shoff = get_u64(c.ehdr + 40, c.big);
	if (c.n == PN_XNUM) {
		uint8_t shdr[64];

		assert_int_equal(get_u16(c.ehdr + 58, c.big), 64);
		assert_int_equal(get_u16(c.ehdr + 60, c.big), 1);
		assert_int_equal(get_u16(c.ehdr + 62, c.big), 0);
		assert_int_equal(layout_read(c.l, shdr, 64, shoff), 0);
		assert_int_equal(get_u32(shdr + 4, c.big), SHT_NULL);
		assert_int_equal(get_u64(shdr + 32, c.big), 1);
		c.n = get_u32(shdr + 44, c.big);
		assert_true(c.n >= PN_XNUM);
		assert_int_equal(shoff, 64 + 56 * c.n);
	} else {
		assert_int_equal(shoff, 0);
		assert_int_equal(get_u16(c.ehdr + 60, c.big), 0);
	}
	c.ph = calloc(c.n, sizeof(*c.ph));
	for (uint64_t i = 0; i < c.n; i++) {
		uint8_t b[56];

		assert_int_equal(layout_read(c.l, b, 56, 64 + 56 * i), 0);
		c.ph[i] = (struct phdr){
			get_u32(b, c.big), get_u32(b + 4, c.big), get_u64(b + 8, c.big), get_u64(b + 16, c.big),
			get_u64(b + 24, c.big), get_u64(b + 32, c.big), get_u64(b + 40, c.big),
		};
		assert_true(c.ph[i].offset + c.ph[i].filesz <= layout_size(c.l));
		assert_int_equal(c.ph[i].type, i ? PT_LOAD : PT_NOTE);
	}
	return c;
}

static void free_core(struct core *c)
{
	layout_unref(c->l);
	free(c->ph);
}

/* The bytes of a segment are those of memory; pages that are not stored read as zeroes. */
static void check_bytes(const struct core *c, struct fake *f, const struct phdr *ph)
{
	uint8_t *bytes = malloc(ph->filesz + 1);

	assert_int_equal(layout_read(c->l, bytes, ph->filesz, ph->offset), 0);
	for (uint64_t at = 0; at < ph->filesz; at += P) {
		uint64_t pfn = (ph->paddr + at) / P;

		if (f->states[pfn] == PAGE_DATA)
			assert_memory_equal(bytes + at, f->bytes[pfn], P);
		else
			assert_true(bytes_are_zero(bytes + at, P));
	}
	free(bytes);
}

enum { A = PAGE_ABSENT, X = PAGE_EXCLUDED, Z = PAGE_ZERO, D = PAGE_DATA };

static void test_pieces(void **state)
{
	static const struct {
		struct { uint64_t count; int state; } runs[8];
		struct { uint64_t first, filesz, memsz; } want[5];	/* in pages */
	} rows[] = {
		{ { { 10, D } }, { { 0, 10, 10 } } },
		/* 255 excluded pages stay a hole, 256 end the segment */
		{ { { 10, D }, { 255, X }, { 5, D } }, { { 0, 270, 270 } } },
		{ { { 10, D }, { 256, X }, { 5, D } }, { { 0, 10, 266 }, { 266, 5, 5 } } },
		{ { { 10, D }, { 300, X }, { 5, D }, { 257, X }, { 1, D } }, { { 0, 10, 310 }, { 310, 5, 262 }, { 572, 1, 1 } } },
		/* two short runs are no long one */
		{ { { 1, D }, { 200, X }, { 1, D }, { 200, X }, { 1, D } }, { { 0, 403, 403 } } },
		/* at the start and at the end */
		{ { { 255, X }, { 5, D } }, { { 0, 260, 260 } } },
		{ { { 256, X }, { 5, D } }, { { 0, 0, 256 }, { 256, 5, 5 } } },
		{ { { 5, D }, { 3, X } }, { { 0, 5, 8 } } },
		{ { { 5, D }, { 300, X } }, { { 0, 5, 305 } } },
		{ { { 300, X } }, { { 0, 0, 300 } } },
		/* absent pages are never bridged, however few */
		{ { { 5, D }, { 1, A }, { 5, D } }, { { 0, 5, 5 }, { 6, 5, 5 } } },
		{ { { 3, A }, { 5, D }, { 2, X }, { 1, A }, { 2, X }, { 5, D } }, { { 3, 5, 7 }, { 11, 7, 7 } } },
		{ { { 5, D }, { 200, X }, { 1, A }, { 200, X }, { 5, D } }, { { 0, 5, 205 }, { 206, 205, 205 } } },
		/* zero pages are written */
		{ { { 5, D }, { 300, Z }, { 5, D }, { 2, Z } }, { { 0, 312, 312 } } },
		{ { { 4, Z }, { 256, X }, { 4, Z } }, { { 0, 4, 260 }, { 260, 4, 4 } } },
		{ { { 100, A } }, { { 0 } } },
		{ { { 0, A } }, { { 0 } } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (uint64_t limit = 7; limit <= 4096; limit = limit == 7 ? 256 : limit * 16) {
			struct elf_output o = { .machine = EM_X86_64, .notes = "note", .notes_len = 4 };
			struct fake *f = fake_new(12, 1000);
			uint64_t pfn = 0, next = 0, n = 0;
			bool tails = false;
			struct core c;

			for (int r = 0; r < 8; r++) {
				fake_set(f, pfn, rows[i].runs[r].count, (enum page_state)rows[i].runs[r].state);
				for (uint64_t end = pfn + rows[i].runs[r].count; pfn < end; pfn++)
					if (rows[i].runs[r].state == D)
						fake_fill(f, pfn);
			}
			f->pages.max_pfn = pfn;
			f->run_limit = limit;
			c = write_core(&f->pages, &o);
			while (rows[i].want[n].memsz)
				n++;
			if (c.n != n + 1)
				fail_msg("row %zu: %llu segments", i, (unsigned long long)c.n - 1);
			assert_int_equal(c.ph[0].filesz, 4);
			for (uint64_t s = 0; s < n; s++)
				tails |= rows[i].want[s].memsz != rows[i].want[s].filesz;
			for (uint64_t s = 0; s < n; s++) {
				const struct phdr *ph = &c.ph[s + 1];

				if (ph->paddr != rows[i].want[s].first * P || ph->filesz != rows[i].want[s].filesz * P ||
				    ph->memsz != rows[i].want[s].memsz * P)
					fail_msg("row %zu, segment %llu: paddr %#llx filesz %#llx memsz %#llx", i,
						 (unsigned long long)s, (unsigned long long)ph->paddr,
						 (unsigned long long)ph->filesz, (unsigned long long)ph->memsz);
				assert_int_equal(ph->vaddr, 0);
				/* one segment behind the other; at pages when all of their pages are there */
				assert_int_equal(ph->offset % P != 0, tails);
				if (next)
					assert_int_equal(ph->offset, next);
				next = ph->offset + ph->filesz;
				check_bytes(&c, f, ph);
			}
			free_core(&c);
			f->pages.max_pfn = 1000;
			fake_free(f);
		}
	}
}

static void test_holes(void **state)
{
	struct fake *f = fake_new(12, 20);
	struct elf_output o = { .machine = EM_X86_64, .holes = HOLES_FAIL };
	struct core c;
	uint8_t b;

	(void)state;
	for (uint64_t pfn = 0; pfn < 20; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 5, 5, PAGE_EXCLUDED);
	fake_damage(f, 12);
	c = write_core(&f->pages, &o);
	assert_int_equal(layout_read(c.l, &b, 1, c.ph[1].offset + 5 * P - 1), 0);
	assert_int_equal(layout_read(c.l, &b, 1, c.ph[1].offset + 5 * P), -ENODATA);
	assert_int_equal(layout_read(c.l, &b, 1, c.ph[1].offset + 12 * P), -EIO);
	free_core(&c);
	fake_free(f);
}

static void test_header(void **state)
{
	uint8_t notes[10000], back[10000];
	struct fake *f = fake_new(12, 10);

	(void)state;
	for (size_t i = 0; i < sizeof(notes); i++)
		notes[i] = (uint8_t)(i * 13);
	for (uint64_t pfn = 2; pfn < 10; pfn++)
		fake_fill(f, pfn);
	for (int big = 0; big <= 1; big++) {
		struct elf_output o = {
			.machine = big ? EM_S390 : EM_X86_64, .big_endian = big, .incomplete = big, .notes = notes,
			.notes_len = sizeof(notes), .direct = &direct_map,
		};
		struct core c = write_core(&f->pages, &o);

		assert_int_equal(c.n, 2);
		assert_int_equal(c.ph[0].filesz, sizeof(notes));
		assert_int_equal(layout_read(c.l, back, sizeof(notes), c.ph[0].offset), 0);
		assert_memory_equal(back, notes, sizeof(notes));
		assert_int_equal(c.ph[1].vaddr, 0xffff888000002000);
		assert_int_equal(c.ph[1].flags, PF_R | PF_W | PF_X);
		check_bytes(&c, f, &c.ph[1]);
		free_core(&c);
	}
	fake_free(f);
}

/* The kernel image has segments of its own, in front of the others: its stored parts, at the same bytes of the file. */
static void test_image(void **state)
{
	struct fake *f = fake_new(12, 1000);
	struct mapping image = { 0xffffffff81000000, 5 * P, 600 * P };
	struct elf_output o = {
		.machine = EM_X86_64, .image = &image, .direct = &direct_map,
	};
	static const struct { uint64_t first, count; } parts[] = { { 5, 15 }, { 400, 50 }, { 460, 145 } };
	struct core c;

	(void)state;
	for (uint64_t pfn = 0; pfn < 800; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 20, 380, PAGE_EXCLUDED);
	fake_set(f, 450, 10, PAGE_ABSENT);
	c = write_core(&f->pages, &o);
	assert_int_equal(c.n, 1 + 3 + 3);
	for (int i = 0; i < 3; i++) {
		const struct phdr *ph = &c.ph[1 + i], *whole = &c.ph[4 + i];

		assert_int_equal(ph->paddr, parts[i].first * P);
		assert_int_equal(ph->filesz, parts[i].count * P);
		assert_int_equal(ph->memsz, parts[i].count * P);
		assert_int_equal(ph->vaddr, 0xffffffff81000000 + (parts[i].first - 5) * P);
		assert_int_equal(ph->offset, whole->offset + (ph->paddr - whole->paddr));
		assert_int_equal(whole->vaddr, 0xffff888000000000 + whole->paddr);
		check_bytes(&c, f, ph);
		check_bytes(&c, f, whole);
	}
	free_core(&c);
	/* an image that is not in the dump */
	image.paddr = 5000 * P;
	c = write_core(&f->pages, &o);
	assert_int_equal(c.n, 1 + 3);
	free_core(&c);
	fake_free(f);
}

/* 65533 segments are the last that fit into e_phnum. */
static void test_many_segments(void **state)
{
	static const uint64_t counts[] = { 65533, 65534, 65535, 70000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct fake *f = fake_new(12, 2 * counts[i]);
		struct elf_output o = { .machine = EM_X86_64, .notes = "abcd", .notes_len = 4 };
		struct core c;
		struct dump *d;
		char *name;

		for (uint64_t pfn = 0; pfn < 2 * counts[i]; pfn += 2)
			fake_set(f, pfn, 1, PAGE_ZERO);
		fake_fill(f, 2 * counts[i] - 2);
		c = write_core(&f->pages, &o);
		assert_int_equal(c.n, counts[i] + 1);
		assert_int_equal(get_u16(c.ehdr + 56, false), min_u64(counts[i] + 1, 0xffff));
		for (uint64_t s = 1; s < c.n; s++) {
			assert_int_equal(c.ph[s].paddr, 2 * (s - 1) * P);
			assert_int_equal(c.ph[s].filesz, P);
		}
		check_bytes(&c, f, &c.ph[c.n - 1]);
		if (counts[i] == 70000) {
			uint64_t n[PAGE_DATA + 1];
			uint8_t page[4096];

			assert_int_equal(layout_open(c.l, &d, &name), 0);
			pages_count(&d->pages, n);
			assert_int_equal(n[PAGE_DATA], 70000);
			assert_int_equal(pages_read(&d->pages, 139998, page), 0);
			assert_memory_equal(page, f->bytes[139998], 4096);
			dump_close(d);
			free(name);
		}
		free_core(&c);
		fake_free(f);
	}
}

/* Memory of random runs. */
static struct fake *random_memory(uint64_t *seed, uint64_t max_pfn)
{
	static const enum page_state states[] = { PAGE_DATA, PAGE_DATA, PAGE_EXCLUDED, PAGE_ZERO, PAGE_ABSENT, PAGE_EXCLUDED };
	struct fake *f = fake_new(12, max_pfn);

	for (uint64_t pfn = 0; pfn < max_pfn;) {
		uint64_t n = min_u64(fake_random(seed) % (fake_random(seed) % 4 ? 40 : 700) + 1, max_pfn - pfn);
		enum page_state state = states[fake_random(seed) % ARRAY_SIZE(states)];

		fake_set(f, pfn, n, state);
		for (uint64_t end = pfn + n; pfn < end; pfn++)
			if (state == PAGE_DATA)
				fake_fill(f, pfn);
	}
	f->run_limit = fake_random(seed) % 400 + 1;
	return f;
}

/* What was written is what our reader finds. Short runs of excluded pages read as zeroes, and zero pages are data. */
static void test_read_again(void **state)
{
	uint64_t seed = 99;

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct fake *f = random_memory(&seed, 3000);
		struct mapping image = { 0xffffffff81000000, 100 * P, 2000 * P };
		struct elf_output o = {
			.machine = round & 1 ? EM_PPC64 : EM_X86_64, .big_endian = round & 1, .image = round & 2 ? &image : NULL,
			.incomplete = round & 4,
		};
		struct core c = write_core(&f->pages, &o);
		struct dump *d;
		char *name;

		assert_int_equal(layout_open(c.l, &d, &name), 0);
		assert_string_equal(d->format, "elf");
		assert_int_equal(d->elf_machine, o.machine);
		assert_int_equal(d->big_endian, o.big_endian);
		assert_int_equal(d->incomplete, o.incomplete);
		for (uint64_t pfn = 0; pfn < 3000; pfn++) {
			struct page_run run;
			uint8_t page[4096];

			pages_run(&d->pages, pfn, &run);
			if (f->states[pfn] == PAGE_ABSENT)
				assert_int_equal(run.state, PAGE_ABSENT);
			else if (run.state == PAGE_EXCLUDED)
				assert_int_equal(f->states[pfn], PAGE_EXCLUDED);
			else
				assert_int_equal(run.state, PAGE_DATA);
			if (run.state != PAGE_DATA)
				continue;
			assert_int_equal(pages_read(&d->pages, pfn, page), 0);
			if (f->states[pfn] == PAGE_DATA)
				assert_memory_equal(page, f->bytes[pfn], P);
			else
				assert_true(bytes_are_zero(page, P));
		}
		dump_close(d);
		free(name);
		free_core(&c);
		fake_free(f);
	}
}

/* Notes of any length, then ERASEINFO: both padded to 4, found by the reader. */
static void test_eraseinfo(void **state)
{
	struct fake *f = fake_new(12, 4);
	static const char text[] = "erase a.b size 16\nerase c nullify\n";

	(void)state;
	fake_fill(f, 1);
	for (int big = 0; big <= 1; big++) {
		for (size_t len = 1; len < sizeof(text); len++) {
			/* an empty note "ab", and what a damaged dump may have behind it */
			static const uint8_t notes[2][19] = { { 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 'a', 'b' },
							      { 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 'a', 'b' } };
			struct elf_output o = {
				.machine = EM_X86_64, .big_endian = big, .notes = notes[big], .notes_len = 16 + len % 4,
				.eraseinfo = text, .eraseinfo_len = len,
			};
			struct core c = write_core(&f->pages, &o);
			uint64_t at = c.ph[0].offset + round_up_u64(o.notes_len, 4);
			uint8_t note[24 + sizeof(text)];
			struct dump *d;
			char *name;

			assert_int_equal(c.ph[0].filesz, round_up_u64(o.notes_len, 4) + 24 + round_up_u64(len, 4));
			assert_int_equal(layout_read(c.l, note, 24 + len, at), 0);
			assert_int_equal(get_u32(note, big), 10);
			assert_int_equal(get_u32(note + 4, big), len);
			assert_int_equal(get_u32(note + 8, big), 0);
			assert_memory_equal(note + 12, "ERASEINFO\0\0\0", 12);
			assert_memory_equal(note + 24, text, len);
			check_bytes(&c, f, &c.ph[1]);
			if (o.notes_len == 16) {
				assert_int_equal(layout_open(c.l, &d, &name), 0);
				/* whole lines: an end is added */
				assert_int_equal(d->eraseinfo_len, len + (text[len - 1] != '\n'));
				assert_memory_equal(d->eraseinfo, text, len);
				assert_int_equal(d->eraseinfo[d->eraseinfo_len - 1], '\n');
				dump_close(d);
				free(name);
			}
			free_core(&c);
		}
	}
	fake_free(f);
}

/* The bound holds for a source and for any selection of its pages, and is not absurd. */
static void test_bound(void **state)
{
	uint64_t seed = 1234;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct fake *f = random_memory(&seed, 20000);
		struct mapping image = { 0xffffffff81000000, 0, 20000 * P };
		struct elf_output o = {
			.machine = EM_X86_64, .notes = "abc", .notes_len = 3, .image = &image, .eraseinfo = "erase a size 3\n",
			.eraseinfo_len = 15,
		};
		uint64_t bound = write_elf_bound(&f->pages, &o), counts[PAGE_DATA + 1];
		struct layout *l;

		pages_count(&f->pages, counts);
		assert_true(bound < (20000 - counts[PAGE_ABSENT]) * P + (1 << 20));
		assert_int_equal(write_elf(&f->pages, &o, &l), 0);
		assert_true(layout_size(l) <= bound);
		layout_unref(l);
		/* leave out runs of 256 to 300, with as little between them as can be */
		for (uint64_t pfn = fake_random(&seed) % 300; pfn < 19000; pfn += 257 + fake_random(&seed) % 50)
			for (uint64_t i = pfn; i < pfn + 256; i++)
				if (f->states[i] != PAGE_ABSENT)
					f->states[i] = PAGE_EXCLUDED;
		assert_int_equal(write_elf(&f->pages, &o, &l), 0);
		assert_true(layout_size(l) <= bound);
		layout_unref(l);
		fake_free(f);
	}
}

/* Of a source of class 32: the same class, while everything fits. */
static void test_class_32(void **state)
{
	static const char notes[] = "some note";
	struct mapping direct = { 0xc0000000, 0x40000000, 300 * P };

	(void)state;
	for (int how = 0; how < 4; how++) {
		bool big = how & 1, beyond = how & 2;
		uint64_t base = 0x40000, top = beyond ? 0x100000 : base + 400;
		struct fake *f = fake_new(12, top);
		struct elf_output o = {
			.machine = EM_ARM, .elf_class = 32, .big_endian = big, .flags = 0x5000400, .incomplete = true, .notes_aligned = true,
			.notes = notes, .notes_len = sizeof(notes), .direct = &direct,
		};
		uint8_t b[4096], page[4096];
		struct layout *l;

		for (uint64_t pfn = base; pfn < base + 400; pfn++)
			fake_fill(f, pfn);
		fake_set(f, base + 10, 260, PAGE_EXCLUDED);
		if (beyond)		/* memory that ends at 4 GiB */
			fake_fill(f, top - 1);
		assert_int_equal(write_elf(&f->pages, &o, &l), 0);
		assert_int_equal(layout_read(l, b, sizeof(b), 0), 0);
		assert_int_equal(b[EI_CLASS], beyond ? ELFCLASS64 : ELFCLASS32);
		if (!beyond) {
			/* pages are left out at the end of one: not at a page */
			uint32_t data = (52 + 4 * 32 + sizeof(notes) + 15) / 16 * 16;
			uint32_t want[4][6] = {	/* type, vaddr, paddr, filesz, memsz; the note's offset */
				{ PT_NOTE, 0, 0, sizeof(notes), sizeof(notes), 52 + 4 * 32 },
				{ PT_LOAD, 0xc0000000, 0x40000000, 10 * P, 270 * P, data },
				{ PT_LOAD, 0xc010e000, 0x4010e000, 30 * P, 30 * P, data + 10 * P },
				{ PT_LOAD, 0, 0x4012c000, 100 * P, 100 * P, data + 40 * P },
			};

			assert_int_equal(get_u16(b + 16, big), ET_CORE);
			assert_int_equal(get_u16(b + 18, big), EM_ARM);
			assert_int_equal(get_u32(b + 28, big), 52);	/* e_phoff */
			assert_int_equal(get_u32(b + 36, big), 0x5000401);	/* e_flags */
			assert_int_equal(get_u16(b + 40, big), 52);
			assert_int_equal(get_u16(b + 42, big), 32);
			assert_int_equal(get_u16(b + 44, big), 4);	/* e_phnum */
			for (int i = 0; i < 4; i++) {
				const uint8_t *ph = b + 52 + i * 32;

				assert_int_equal(get_u32(ph, big), want[i][0]);
				assert_int_equal(get_u32(ph + 4, big), want[i][5]);
				assert_int_equal(get_u32(ph + 8, big), want[i][1]);
				assert_int_equal(get_u32(ph + 12, big), want[i][2]);
				assert_int_equal(get_u32(ph + 16, big), want[i][3]);
				assert_int_equal(get_u32(ph + 20, big), want[i][4]);
				assert_int_equal(get_u32(ph + 24, big), i ? 7 : 0);
				assert_int_equal(get_u32(ph + 28, big), i ? 0 : 4);
			}
			assert_memory_equal(b + 52 + 4 * 32, notes, sizeof(notes));
			assert_int_equal(layout_read(l, page, sizeof(page), data + 40 * P), 0);
			assert_memory_equal(page, f->bytes[base + 300], sizeof(page));
		}
		layout_unref(l);
		fake_free(f);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class_32),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_many_segments),
		cmocka_unit_test(test_read_again),
		cmocka_unit_test(test_eraseinfo),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests_name("write_elf", tests, NULL, NULL);
}
