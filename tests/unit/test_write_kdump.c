/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-compressed files: headers at their places, how each page is stored, and reader(writer(x)) == x. */
#include <errno.h>
#include <stdlib.h>

#include "base/codec.h"
#include "base/source.h"
#include "filter/level.h"
#include "formats/write/kdump.h"
#include "formats/write/kdump_copy.h"
#include "formats/write/kdump_emit.h"
#include "tests/unit/fake.h"
#include "tests/unit/layout_file.h"
#include "tests/unit/unit.h"

/* 1000 pages: 0-9 random, 10-29 the same text, 30-34 stored but zero, 35-39 zero, 40-50 excluded, 51-60 absent, then a mix
 * of text and random pages with some excluded ones. */
static struct fake *memory(unsigned int shift)
{
	struct fake *f = fake_new(shift, 1000);
	uint64_t seed = 17, size = pages_size(&f->pages);

	for (uint64_t pfn = 0; pfn < 1000; pfn++) {
		uint8_t *p;

		if (pfn >= 35 && pfn <= 60) {
			fake_set(f, pfn, 1, pfn < 40 ? PAGE_ZERO : pfn < 51 ? PAGE_EXCLUDED : PAGE_ABSENT);
			continue;
		}
		if (pfn > 60 && pfn % 50 == 7) {
			fake_set(f, pfn, 1, PAGE_EXCLUDED);
			continue;
		}
		p = fake_page(f, pfn);
		if (pfn < 10 || (pfn > 60 && pfn % 11 == 0))
			for (uint64_t i = 0; i < size; i += 8)
				put_u64(p + i, fake_random(&seed), false);
		else if (pfn < 30)
			memset(p, 'x', size);
		else if (pfn > 60)
			for (uint64_t i = 0; i < size; i++)
				p[i] = (uint8_t)(i % 64 == 0 ? pfn : i / 100);
	}
	f->run_limit = 100;
	return f;
}

static struct kdump_output output(enum codec codec, bool big)
{
	struct kdump_output o = {
		.big_endian = big, .codec = codec, .timestamp = 1700000000, .dump_level = 29, .phys_base = 0x12000000,
		.nr_cpus = 3, .uts = { "Linux", "node", "6.12.0", "#1 SMP", "x86_64", "(none)" },
	};

	return o;
}

static bool is_kept(const struct fake *f, uint64_t pfn)
{
	return page_is_kept((enum page_state)f->states[pfn]);
}

/* Where the descriptors are in a file of memory(): header, sub header of one block, two bitmaps of one block. */
static uint64_t desc_offset(const struct fake *f)
{
	return 4 * pages_size(&f->pages);
}

struct desc {
	uint64_t offset;
	uint32_t size, flags;
};

static struct desc desc_of(const uint8_t *file, const struct fake *f, uint64_t pfn, bool big)
{
	const uint8_t *d = file + desc_offset(f);

	for (uint64_t i = 0; i < pfn; i++)
		d += is_kept(f, i) ? 24 : 0;
	assert_int_equal(get_u64(d + 16, big), 0);
	return (struct desc){ get_u64(d, big), get_u32(d + 8, big), get_u32(d + 12, big) };
}

static void read_again(const struct layout *l, const struct fake *f, const struct kdump_output *o, bool damage);

static void test_header(void **state)
{
	struct fake *f = memory(12);

	(void)state;
	for (int big = 0; big <= 1; big++) {
		static const char notes[] = "................VMCOREINFO-TEXT.";
		struct kdump_output o = output(CODEC_ZSTD, big);
		struct layout *l;
		uint8_t *b;

		o.notes = notes;
		o.notes_len = sizeof(notes) - 1;
		o.vmcoreinfo_offset = 16;
		o.vmcoreinfo_len = 15;
		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		b = layout_bytes(l);
		assert_memory_equal(b, "KDUMP   ", 8);
		assert_int_equal(get_u32(b + 8, big), 6);
		assert_string_equal((char *)b + 12, "Linux");
		assert_string_equal((char *)b + 12 + 65, "node");
		assert_string_equal((char *)b + 12 + 2 * 65, "6.12.0");
		assert_string_equal((char *)b + 12 + 4 * 65, "x86_64");
		assert_string_equal((char *)b + 12 + 5 * 65, "(none)");
		assert_int_equal(get_u64(b + 408, big), 1700000000);
		assert_int_equal(get_u64(b + 416, big), 0);
		assert_int_equal(get_u32(b + 424, big), 0x20);		/* zstd, complete */
		assert_int_equal(get_u32(b + 428, big), 4096);
		assert_int_equal(get_u32(b + 432, big), 1);		/* blocks of the sub header */
		assert_int_equal(get_u32(b + 436, big), 2);		/* blocks of both bitmaps */
		assert_int_equal(get_u32(b + 440, big), 1000);
		assert_int_equal(get_u32(b + 460, big), 3);
		assert_int_equal(get_u64(b + 4096, big), 0x12000000);
		assert_int_equal(get_u32(b + 4096 + 8, big), 29);
		assert_int_equal(get_u32(b + 4096 + 12, big), 0);	/* split */
		assert_int_equal(get_u64(b + 4096 + 40, big), 15);
		assert_memory_equal(b + get_u64(b + 4096 + 32, big), "VMCOREINFO-TEXT", 15);
		assert_int_equal(get_u64(b + 4096 + 56, big), sizeof(notes) - 1);
		assert_memory_equal(b + get_u64(b + 4096 + 48, big), notes, sizeof(notes) - 1);
		assert_int_equal(get_u64(b + 4096 + 64, big), 0);	/* eraseinfo */
		assert_int_equal(get_u64(b + 4096 + 72, big), 0);
		assert_int_equal(get_u64(b + 4096 + 96, big), 1000);
		/* behind the sub header's 104 bytes */
		assert_true(get_u64(b + 4096 + 48, big) >= 4096 + 104);
		for (uint64_t pfn = 0; pfn < 8 * 4096; pfn++) {
			int bit1 = b[2 * 4096 + pfn / 8] >> (pfn % 8) & 1, bit2 = b[3 * 4096 + pfn / 8] >> (pfn % 8) & 1;

			assert_int_equal(bit1, pfn < 1000 && f->states[pfn] != PAGE_ABSENT);
			assert_int_equal(bit2, pfn < 1000 && is_kept(f, pfn));
		}
		free(b);
		layout_unref(l);
	}
	fake_free(f);
}

/* Behind the page data; also when a page is damaged, which writes the header once more, and in a part of a set. */
static void test_eraseinfo(void **state)
{
	static const char text[] = "erase a.b size 16\nerase c nullify\n";

	(void)state;
	for (int how = 0; how < 8; how++) {
		bool big = how & 1, damaged = how & 2, split = how & 4;
		struct fake *f = memory(12);
		struct kdump_output o = output(CODEC_ZLIB, big), without = o;
		struct layout *l, *plain;
		uint64_t size;
		uint8_t *b;

		if (damaged)
			fake_damage(f, 5);
		o.split = without.split = split;
		o.end_pfn = without.end_pfn = split ? 500 : 0;
		assert_int_equal(write_kdump(&f->pages, &f->pages, &without, NULL, &plain), 0);
		size = layout_size(plain);
		o.eraseinfo = text;
		o.eraseinfo_len = sizeof(text) - 1;
		assert_int_equal(write_kdump_bound(&f->pages, &o), write_kdump_bound(&f->pages, &without) + sizeof(text) - 1);
		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		assert_int_equal(layout_size(l), size + sizeof(text) - 1);
		b = layout_bytes(l);
		assert_int_equal(get_u64(b + 4096 + 64, big), size);
		assert_int_equal(get_u64(b + 4096 + 72, big), sizeof(text) - 1);
		assert_memory_equal(b + size, text, sizeof(text) - 1);
		assert_int_equal(get_u32(b + 424, big), damaged && !split ? 9 : 1);
		assert_int_equal(get_u32(b + 4096 + 12, big), split);
		free(b);
		layout_unref(l);
		layout_unref(plain);
		fake_free(f);
	}
}

/* 32-bit machines: longs of 4 bytes, 64-bit numbers aligned to 4. */
static void test_header_32(void **state)
{
	struct fake *f = memory(12);

	(void)state;
	for (int big = 0; big <= 1; big++) {
		static const char notes[] = "................VMCOREINFO-TEXT.";
		struct kdump_output o = output(CODEC_ZLIB, big);
		struct layout *l;
		uint8_t *b;

		o.word_bytes = 4;
		o.notes = notes;
		o.notes_len = sizeof(notes) - 1;
		o.vmcoreinfo_offset = 16;
		o.vmcoreinfo_len = 15;
		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		b = layout_bytes(l);
		assert_int_equal(get_u32(b + 404, big), 1700000000);
		assert_int_equal(get_u32(b + 412, big), 1);		/* zlib, complete */
		assert_int_equal(get_u32(b + 416, big), 4096);
		assert_int_equal(get_u32(b + 424, big), 2);
		assert_int_equal(get_u32(b + 428, big), 1000);
		assert_int_equal(get_u32(b + 448, big), 3);
		assert_int_equal(get_u32(b + 4096, big), 0x12000000);
		assert_int_equal(get_u32(b + 4096 + 4, big), 29);
		assert_int_equal(get_u32(b + 4096 + 8, big), 0);
		assert_memory_equal(b + get_u64(b + 4096 + 20, big), "VMCOREINFO-TEXT", 15);
		assert_int_equal(get_u32(b + 4096 + 28, big), 15);
		assert_memory_equal(b + get_u64(b + 4096 + 32, big), notes, sizeof(notes) - 1);
		assert_int_equal(get_u32(b + 4096 + 40, big), sizeof(notes) - 1);
		assert_int_equal(get_u64(b + 4096 + 72, big), 1000);
		assert_int_equal(get_u64(b + 4096 + 32, big), 4096 + 80);
		free(b);
		read_again(l, f, &o, false);
		layout_unref(l);
	}
	fake_free(f);
}

/* How pages are stored: zero pages share one, what does not shrink is raw, the rest has the codec. */
static void test_descriptors(void **state)
{
	struct fake *f = memory(12);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		struct kdump_output o = output(codecs[i], i % 2);
		struct progress progress = { 0 };
		struct desc zero, d;
		struct layout *l;
		uint8_t *b;

		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, &progress, &l), 0);
		assert_true(progress.total > 0);
		assert_int_equal(progress.done, progress.total);
		b = layout_bytes(l);
		zero = desc_of(b, f, 30, o.big_endian);
		assert_int_equal(zero.flags, 0);
		assert_int_equal(zero.size, 4096);
		assert_true(bytes_are_zero(b + zero.offset, 4096));
		for (uint64_t pfn = 31; pfn < 40; pfn++) {
			d = desc_of(b, f, pfn, o.big_endian);
			assert_memory_equal(&d, &zero, sizeof(d));
		}
		for (uint64_t pfn = 0; pfn < 10; pfn++) {
			d = desc_of(b, f, pfn, o.big_endian);
			assert_int_equal(d.flags, 0);
			assert_int_equal(d.size, 4096);
			assert_memory_equal(b + d.offset, f->bytes[pfn], 4096);
		}
		for (uint64_t pfn = 10; pfn < 30; pfn++) {
			d = desc_of(b, f, pfn, o.big_endian);
			assert_int_equal(d.flags, codecs[i]);
			assert_true(codecs[i] == CODEC_NONE ? d.size == 4096 : d.size < 400);
		}
		/* in order, one behind the other */
		for (uint64_t pfn = 0, last = 0; pfn < 1000; pfn++) {
			if (!is_kept(f, pfn))
				continue;
			d = desc_of(b, f, pfn, o.big_endian);
			assert_true(d.offset + d.size <= layout_size(l));
			if (d.offset == zero.offset)
				continue;
			assert_true(d.offset >= last);
			last = d.offset + d.size;
		}
		free(b);
		layout_unref(l);
	}
	fake_free(f);
}

/* Every page of the dump is what it was; damaged: could not be read. */
static void read_again(const struct layout *l, const struct fake *f, const struct kdump_output *o, bool damage)
{
	uint64_t size = pages_size(&f->pages);
	uint8_t *page = malloc(size);
	struct dump *d;
	char *name;

	assert_int_equal(layout_open(l, &d, &name), 0);
	assert_string_equal(d->format, "kdump-compressed");
	assert_int_equal(d->big_endian, o->big_endian);
	assert_int_equal(d->header_version, 6);
	assert_int_equal(d->timestamp, o->timestamp);
	assert_int_equal(d->dump_level, o->dump_level);
	assert_int_equal(d->nr_cpus, o->nr_cpus);
	assert_true(d->has_phys_base);
	assert_int_equal(d->phys_base, o->phys_base);
	assert_memory_equal(d->uts, o->uts, sizeof(d->uts));
	assert_int_equal(d->incomplete, damage || o->incomplete);
	assert_int_equal(d->pages.page_shift, f->pages.page_shift);
	assert_int_equal(d->pages.max_pfn, f->pages.max_pfn);
	assert_int_equal(d->notes_len, round_up_u64(o->notes_len, 4));
	if (o->notes_len)
		assert_memory_equal(d->notes, o->notes, o->notes_len);
	for (uint64_t pfn = 0; pfn < f->pages.max_pfn; pfn++) {
		enum page_state want = (enum page_state)f->states[pfn];
		struct page_run run;

		pages_run(&d->pages, pfn, &run);
		assert_int_equal(run.state, want == PAGE_ZERO ? PAGE_DATA : want);
		if (run.state != PAGE_DATA)
			continue;
		if (f->damaged[pfn]) {
			assert_int_equal(pages_read(&d->pages, pfn, page), -EIO);
			continue;
		}
		assert_int_equal(pages_read(&d->pages, pfn, page), 0);
		if (want == PAGE_DATA)
			assert_memory_equal(page, f->bytes[pfn], size);
		else
			assert_true(bytes_are_zero(page, size));
	}
	dump_close(d);
	free(name);
	free(page);
}

static void test_read_again(void **state)
{
	(void)state;
	for (unsigned int shift = 12; shift <= 16; shift += 4) {
		struct fake *f = memory(shift);

		for (size_t i = 0; i < CODECS; i++) {
			for (int big = 0; big <= 1; big++) {
				struct kdump_output o = output(codecs[i], big);
				struct layout *l;

				o.incomplete = big;
				workers_set_threads(big ? 5 : 1);
				assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
				assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
				read_again(l, f, &o, false);
				layout_unref(l);
			}
		}
		fake_free(f);
	}
	workers_set_threads(0);
}

/* A file that is read in pieces is the same as in one: at all borders of its parts, one byte before and behind. */
static void test_borders(void **state)
{
	static const uint64_t borders[] = { 4096, 8192, 12288, 16384, 16384 + 24, 16384 + 934 * 24 };
	struct fake *f = memory(12);
	struct kdump_output o = output(CODEC_LZO, false);
	struct layout *l;
	uint8_t *all, part[3];

	(void)state;
	assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
	all = layout_bytes(l);
	for (size_t i = 0; i < ARRAY_SIZE(borders); i++) {
		assert_int_equal(layout_read(l, part, 3, borders[i] - 1), 0);
		assert_memory_equal(part, all + borders[i] - 1, 3);
		assert_int_equal(layout_read(l, part, 1, borders[i]), 0);
		assert_int_equal(part[0], all[borders[i]]);
	}
	for (uint64_t off = 8192; off < 16384; off += 31) {	/* bitmaps from any byte on */
		assert_int_equal(layout_read(l, part, 3, off), 0);
		assert_memory_equal(part, all + off, 3);
	}
	assert_int_equal(layout_read(l, part, 1, layout_size(l)), -EINVAL);
	free(all);
	layout_unref(l);
	fake_free(f);
}

/* A page that cannot be read: an empty descriptor, the rest as ever, and the file is marked. */
static void test_damage(void **state)
{
	static const uint64_t bad[] = { 0, 15, 33, 300, 999 };
	struct fake *f = memory(12);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		fake_damage(f, bad[i]);
	for (size_t c = 0; c < CODECS; c++) {
		struct kdump_output o = output(codecs[c], c % 2);
		struct layout *l;
		uint8_t *b;

		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		b = layout_bytes(l);
		assert_int_equal(get_u32(b + 424, o.big_endian), (uint32_t)codecs[c] | 0x8);
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			struct desc d = desc_of(b, f, bad[i], o.big_endian);

			assert_int_equal(d.offset, 0);
			assert_int_equal(d.size, 0);
			assert_int_equal(d.flags, 0);
		}
		assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
		free(b);
		read_again(l, f, &o, true);
		layout_unref(l);
	}
	fake_free(f);
}

/* Pages from 600 on are known to be lost: the file was cut there. */
static uint64_t lost_at_600(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	(void)ps;
	return pfn >= 600 ? count : 0;
}

static uint64_t lost_in_the_middle(const struct pages *ps, uint64_t pfn, uint64_t count)
{
	(void)ps;
	return pfn >= 600 && pfn < 149900 ? min_u64(count, 149900 - pfn) : 0;
}

static void run_to_lost(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	fake_run(ps, pfn, out);
	if (pfn < 600)
		out->count = min_u64(out->count, 600 - pfn);
}

/* So many lost ones that they are in no item of the work: the file is as if each had been tried. */
static void test_many_lost(void **state)
{
	struct fake *f = fake_new(12, 150000);
	uint64_t seed = 3;

	(void)state;
	for (uint64_t pfn = 0; pfn < 150000; pfn++) {
		f->states[pfn] = PAGE_DATA;
		if (pfn < 600 || pfn >= 149900)
			put_u64(fake_page(f, pfn), fake_random(&seed), false);
		else
			fake_damage(f, pfn);
	}
	for (size_t c = 0; c < 2; c++) {
		struct kdump_output o = output(codecs[c], false);
		uint8_t *b[2];
		struct layout *l;

		for (int told = 0; told < 2; told++) {
			f->ops.lost = told ? lost_in_the_middle : NULL;
			f->ops.run = told ? run_to_lost : fake_run;
			f->reads = 0;
			assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
			assert_true(told ? f->reads < 2000 : f->reads > 140000);
			b[told] = layout_bytes(l);
			if (told)
				assert_memory_equal(b[0], b[1], layout_size(l));
			layout_unref(l);
		}
		free(b[0]);
		free(b[1]);
	}
	fake_free(f);
}

/* They are marked as damaged ones are, and not one of them is tried. */
static void test_lost(void **state)
{
	struct fake *f = memory(12);

	(void)state;
	for (uint64_t pfn = 600; pfn < 1000; pfn++)
		fake_damage(f, pfn);
	for (size_t c = 0; c < CODECS; c++) {
		struct kdump_output o = output(codecs[c], c % 2);
		unsigned long tried[2];
		struct layout *l;
		uint8_t *b[2];

		for (int told = 0; told < 2; told++) {
			f->ops.lost = told ? lost_at_600 : NULL;
			f->reads = 0;
			assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
			tried[told] = f->reads;
			b[told] = layout_bytes(l);
			if (told)
				assert_memory_equal(b[0], b[1], layout_size(l));
			layout_unref(l);
		}
		/* without, a failed read of many is followed by one of each page */
		assert_true(tried[0] > tried[1] + 100);
		assert_true(tried[1] < 200);
		free(b[0]);
		free(b[1]);
	}
	fake_free(f);
}

/* Notes that need more than the rest of the sub header's block. */
static void test_big_notes(void **state)
{
	static const size_t lengths[] = { 0, 4096 - 104, 4096 - 104 + 4, 2 * 4096 - 104, 50000 };
	struct fake *f = memory(12);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct kdump_output o = output(CODEC_ZLIB, false);
		uint8_t *notes = malloc(lengths[i] + 1), sub[4];
		struct layout *l;

		/* one note whose description fills it up */
		for (size_t n = 0; n < lengths[i]; n++)
			notes[n] = (uint8_t)(n * 7 + 1);
		if (lengths[i]) {
			put_u32(notes, 5, false);
			put_u32(notes + 4, (uint32_t)(lengths[i] - 20), false);
			put_u32(notes + 8, 77, false);
			memcpy(notes + 12, "NOTE\0\0\0", 8);
		}
		o.notes = notes;
		o.notes_len = lengths[i];
		assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
		assert_int_equal(layout_read(l, sub, 4, 432), 0);
		assert_int_equal(get_u32(sub, false), (104 + lengths[i] + 4095) / 4096);
		assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
		read_again(l, f, &o, false);
		layout_unref(l);
		free(notes);
	}
	fake_free(f);
}

/* The first bitmap is the machine's, the second one that of the selection. */
static void test_selection(void **state)
{
	struct fake *f = memory(12), *few = memory(12);
	struct kdump_output o = output(CODEC_ZLIB, false);
	struct layout *l;
	uint8_t *b;

	(void)state;
	for (uint64_t pfn = 100; pfn < 900; pfn++)
		if (is_kept(few, pfn))
			fake_set(few, pfn, 1, PAGE_EXCLUDED);
	fake_set(f, 45, 1, PAGE_ABSENT);	/* the machine is asked, not the selection */
	assert_int_equal(write_kdump(&f->pages, &few->pages, &o, NULL, &l), 0);
	b = layout_bytes(l);
	for (uint64_t pfn = 0; pfn < 1000; pfn++) {
		assert_int_equal(b[2 * 4096 + pfn / 8] >> (pfn % 8) & 1, f->states[pfn] != PAGE_ABSENT);
		assert_int_equal(b[3 * 4096 + pfn / 8] >> (pfn % 8) & 1, is_kept(few, pfn));
	}
	assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
	free(b);
	layout_unref(l);
	fake_free(f);
	fake_free(few);
}

/* Runs are read in pieces of 32 pages, also through a level, which does not know how pages are stored. */
static void test_bulk(void **state)
{
	struct fake *f = fake_new(12, 1000);
	struct pages *level;

	(void)state;
	for (uint64_t pfn = 0; pfn < 1000; pfn++)
		fake_fill(f, pfn);
	fake_set(f, 500, 1, PAGE_EXCLUDED);
	level = level_new(&f->pages, NULL, 0, 1000);
	for (size_t i = 0; i < CODECS; i++) {
		struct kdump_output o = output(codecs[i], false);
		struct layout *l;

		f->reads = 0;
		assert_int_equal(write_kdump(&f->pages, level, &o, NULL, &l), 0);
		assert_true(f->reads <= 1000 / 32 + 6);		/* and what ends at the gap and at items of 256 pages */
		read_again(l, f, &o, false);
		layout_unref(l);
	}
	level_free(level);
	fake_free(f);
}

/* A selection that ends before the machine does: nothing is said of the pages behind it, in either bitmap. */
static void test_cut_off(void **state)
{
	struct fake *f = memory(12), *few = memory(12);
	struct kdump_output o = output(CODEC_ZLIB, false);
	struct layout *l;
	uint8_t *b;

	(void)state;
	few->pages.max_pfn = 700;
	assert_int_equal(write_kdump(&f->pages, &few->pages, &o, NULL, &l), 0);
	b = layout_bytes(l);
	assert_int_equal(get_u32(b + 440, false), 700);
	for (uint64_t pfn = 0; pfn < 8 * 4096; pfn++) {
		assert_int_equal(b[2 * 4096 + pfn / 8] >> (pfn % 8) & 1, pfn < 700 && f->states[pfn] != PAGE_ABSENT);
		assert_int_equal(b[3 * 4096 + pfn / 8] >> (pfn % 8) & 1, pfn < 700 && is_kept(few, pfn));
	}
	assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
	free(b);
	read_again(l, few, &o, false);
	layout_unref(l);
	few->pages.max_pfn = 1000;
	fake_free(f);
	fake_free(few);
}

/* --- a source that tells how its pages are stored: in a file in memory. Its zlib streams have another level, so that copies
 * can be told. */

static struct {
	struct source src;
	uint8_t *bytes;
	struct page_place *places;	/* by pfn */
	_Atomic uint64_t reads, read_bytes;
} file;

static ssize_t file_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	assert_ptr_equal(s, &file.src);
	file.reads++;
	file.read_bytes += n;
	memcpy(buf, file.bytes + off, n);
	return (ssize_t)n;
}

static void file_places(const struct pages *ps, uint64_t pfn, uint64_t count, struct page_place *out)
{
	const struct fake *f = fake_of(ps);

	for (uint64_t i = 0; i < count; i++) {
		assert_int_equal(f->states[pfn + i], PAGE_DATA);
		out[i] = file.places[pfn + i];
	}
}

static const struct source_ops file_ops = { .read = file_read };

/* raw: some pages are stored uncompressed that would shrink. */
static void store(struct fake *f, enum codec codec, bool raw)
{
	uint64_t size = pages_size(&f->pages), at = 100;

	file.places = calloc(f->pages.max_pfn, sizeof(*file.places));
	file.bytes = malloc(100 + f->pages.max_pfn * size);
	for (uint64_t pfn = 0; pfn < f->pages.max_pfn; pfn++) {
		struct page_place *p = &file.places[pfn];
		ssize_t n;

		if (f->states[pfn] != PAGE_DATA || f->damaged[pfn])
			continue;
		n = raw && pfn % 13 == 5 ? 0 : codec_compress(codec_ctx_thread(), codec, f->bytes[pfn], size, file.bytes + at);
		*p = (struct page_place){ &file.src, at, n ? (uint32_t)n : (uint32_t)size, n ? codec : CODEC_NONE, false };
		if (!n)
			memcpy(file.bytes + at, f->bytes[pfn], size);
		/* a mark that our own compressor does not make: zlib's header for the best level */
		if (n && codec == CODEC_ZLIB)
			memcpy(file.bytes + at, "\x78\xda", 2);
		at += p->len + (pfn % 64 == 0 ? 7 : 0);		/* not all of them without gaps */
	}
	file.src = (struct source){ .ops = &file_ops, .name = "file", .size = at };
	file.reads = file.read_bytes = 0;
	f->reads = 0;
	f->ops.places = file_places;
}

static void unstore(void)
{
	free(file.places);
	free(file.bytes);
	file.bytes = NULL;
	file.places = NULL;
}

/* What kdump_emit() puts: the file as it is when pages are copied or compressed one after the other. */
struct emitted {
	uint8_t *bytes;
	uint64_t size, cap;
};

static int put_emitted(void *arg, const void *buf, size_t n, uint64_t off)
{
	struct emitted *e = arg;

	assert_true(off + n <= e->cap);
	memcpy(e->bytes + off, buf, n);
	return 0;
}

static void emit(const struct fake *f, const struct kdump_output *o, struct emitted *e)
{
	struct page_sink sink = { .put = put_emitted, .arg = e };

	e->cap = write_kdump_bound(&f->pages, o);
	e->bytes = calloc(1, e->cap);
	assert_int_equal(kdump_emit(&f->pages, &f->pages, o, &sink, NULL, &e->size), 0);
}

static void expect_same(const struct layout *l, const struct emitted *e, uint64_t seed)
{
	uint8_t *part = malloc(e->size);

	assert_int_equal(layout_size(l), e->size);
	assert_int_equal(layout_read(l, part, e->size, 0), 0);
	assert_memory_equal(part, e->bytes, e->size);
	for (int i = 0; i < 300; i++) {
		uint64_t off = fake_random(&seed) % e->size, n = fake_random(&seed) % (i % 2 ? 100 : 100000);

		n = min_u64(n, e->size - off);
		memset(part, 0xee, n);
		assert_int_equal(layout_read(l, part, n, off), 0);
		assert_memory_equal(part, e->bytes + off, n);
	}
	free(part);
}

static void test_copy_stored(void **state)
{
	struct fake *f = memory(12);

	(void)state;
	fake_damage(f, 20);
	for (size_t s = 1; s < CODECS; s++) {
		store(f, codecs[s], false);
		for (size_t i = 0; i < CODECS; i++) {
			struct kdump_output o = output(codecs[i], false);
			struct layout *l;
			struct desc d;
			uint8_t *b;

			assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
			b = layout_bytes(l);
			d = desc_of(b, f, 500, false);
			assert_int_equal(d.flags, codecs[i]);
			if (codecs[i] == CODEC_ZLIB)
				assert_int_equal(!memcmp(b + d.offset, "\x78\xda", 2), codecs[s] == CODEC_ZLIB);
			/* zero pages are found in their stored form too */
			d = desc_of(b, f, 30, false);
			assert_int_equal(d.flags, 0);
			assert_int_equal(d.offset, desc_of(b, f, 39, false).offset);
			free(b);
			read_again(l, f, &o, true);
			layout_unref(l);
		}
		unstore();
	}
	fake_free(f);
}

/* What is stored in so few bytes that it may be zero. */
static uint64_t short_bytes(const struct fake *f)
{
	uint64_t bytes = 0;

	for (uint64_t pfn = 0; pfn < f->pages.max_pfn; pfn++)
		if (file.places[pfn].len < pages_size(&f->pages) / 16)
			bytes += file.places[pfn].len;
	return bytes;
}

/* Copied while it is read or when it is made: the same bytes. */
static void test_copy_layout(void **state)
{
	(void)state;
	for (unsigned int shift = 12; shift <= 16; shift += 4) {
		struct fake *f = memory(shift);

		fake_damage(f, 20);
		fake_damage(f, 999);
		for (size_t s = 1; s < CODECS; s++) {
			struct kdump_output o = output(codecs[s], s % 2);
			struct emitted e;
			struct layout *l;

			o.copy_raw = true;
			store(f, codecs[s], true);
			assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
			/* the two damaged pages are tried; stored data is looked at where it may be zero */
			assert_int_equal(f->reads, 2);
			assert_int_equal(file.read_bytes, short_bytes(f));
			emit(f, &o, &e);
			expect_same(l, &e, s);
			read_again(l, f, &o, true);
			layout_unref(l);
			free(e.bytes);

			for (uint64_t start = 0; start < 1000; start += 256) {	/* parts */
				o.split = true;
				o.start_pfn = start;
				o.end_pfn = min_u64(start + 256, 1000);
				assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
				emit(f, &o, &e);
				expect_same(l, &e, s);
				layout_unref(l);
				free(e.bytes);
			}
			unstore();
		}
		fake_free(f);
	}
}

static bool is_compressed(const struct pages *ps)
{
	(void)ps;
	return true;
}

/* Nothing is compressed: sizes are known when all pages have been seen once, wherever and however they are stored. */
static void test_copy_plain(void **state)
{
	(void)state;
	for (unsigned int shift = 12; shift <= 16; shift += 4) {
		struct kdump_output o = output(CODEC_NONE, shift == 12);
		struct fake *f = memory(shift);
		struct emitted e;
		struct layout *l;

		fake_damage(f, 20);
		fake_damage(f, 21);
		fake_damage(f, 300);
		fake_damage(f, 999);
		for (int shared = 0; shared <= 1; shared++) {
			if (shared)
				f->ops.compressed = is_compressed;
			workers_set_threads(shared ? 3 : 1);
			o.split = false;
			o.start_pfn = 0;
			assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
			emit(f, &o, &e);
			expect_same(l, &e, shift);
			read_again(l, f, &o, true);
			/* a page that was well when it was looked at */
			fake_damage(f, 500);
			assert_int_equal(layout_read(l, e.bytes, e.size, 0), -EIO);
			f->damaged[500] = false;
			layout_unref(l);
			free(e.bytes);
			for (uint64_t start = 0; start < 1000; start += 333) {
				o.split = true;
				o.start_pfn = start;
				o.end_pfn = min_u64(start + 333, 1000);
				assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
				emit(f, &o, &e);
				expect_same(l, &e, start);
				layout_unref(l);
				free(e.bytes);
			}
		}
		workers_set_threads(0);
		fake_free(f);
	}
}

/* Pages enough for several threads. */
static void test_copy_many(void **state)
{
	struct fake *f = fake_new(8, 90000);
	struct kdump_output o = output(CODEC_ZLIB, false);
	uint64_t seed = 5;
	struct emitted e;
	struct layout *l;

	(void)state;
	for (uint64_t pfn = 0; pfn < 90000; pfn++) {
		uint64_t x = fake_random(&seed) % 100;

		if (x < 10)
			fake_set(f, pfn, 1, PAGE_EXCLUDED);
		else if (x < 15)
			fake_set(f, pfn, 1, PAGE_ZERO);
		else
			memset(fake_page(f, pfn) + x, (int)x, 100);
	}
	workers_set_threads(4);
	store(f, CODEC_ZLIB, false);
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
	assert_int_equal(f->reads, 0);
	emit(f, &o, &e);
	expect_same(l, &e, 9);
	workers_set_threads(0);
	free(e.bytes);
	layout_unref(l);
	unstore();
	fake_free(f);
}

/* Pages that cannot be copied: one in another codec, an uncompressed one that may shrink; and too many damaged ones. */
static void test_copy_refused(void **state)
{
	struct fake *f = memory(12);
	struct kdump_output o = output(CODEC_LZO, false);
	struct layout *l;

	(void)state;
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), -ENOTSUP);
	store(f, CODEC_LZO, false);
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), -ENOTSUP);	/* random pages */
	o.copy_raw = true;
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
	layout_unref(l);
	file.places[500].codec = CODEC_ZLIB;
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), -ENOTSUP);
	file.places[500] = (struct page_place){ .len = 0 };	/* what an overlay says of a page it has changed */
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), -ENOTSUP);
	assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
	read_again(l, f, &o, false);
	layout_unref(l);
	unstore();
	fake_free(f);

	f = fake_new(12, 200000);
	fake_set(f, 0, 200000, PAGE_DATA);
	memset(f->damaged, true, 200000);
	store(f, CODEC_LZO, false);
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), -ENOTSUP);
	assert_true(f->reads < 100000);
	unstore();
	fake_free(f);
}

/* The file changes under us: an error, nothing made up. */
static void test_copy_changed(void **state)
{
	struct fake *f = memory(12);
	struct kdump_output o = output(CODEC_LZO, false);
	struct emitted e;
	struct layout *l;
	uint8_t *buf;
	uint64_t size;

	(void)state;
	o.copy_raw = true;
	store(f, CODEC_LZO, false);
	assert_int_equal(kdump_copy(&f->pages, &f->pages, &o, NULL, &l), 0);
	emit(f, &o, &e);
	size = layout_size(l);
	buf = malloc(size);
	file.places[999].len--;
	assert_int_equal(layout_read(l, buf, 4, size - 4), -EIO);
	assert_int_equal(layout_read(l, buf, size / 2, 0), -EIO);	/* descriptors */
	file.places[999].len += 2;
	assert_int_equal(layout_read(l, buf, 4, size - 4), -EIO);
	file.places[999].len--;
	file.src.size -= 50;
	assert_int_equal(layout_read(l, buf, 4, size - 4), -EIO);
	file.src.size += 50;
	expect_same(l, &e, 1);
	layout_unref(l);
	free(e.bytes);
	free(buf);
	unstore();
	fake_free(f);
}

/* Nothing is kept, and nothing is there. */
static void test_empty(void **state)
{
	struct fake *f = fake_new(12, 100);
	struct kdump_output o = output(CODEC_ZLIB, false);
	struct layout *l;

	(void)state;
	fake_set(f, 0, 100, PAGE_EXCLUDED);
	assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
	assert_true(layout_size(l) <= write_kdump_bound(&f->pages, &o));
	read_again(l, f, &o, false);
	layout_unref(l);
	fake_free(f);
}

/* More than 2^32 pages: the old 32-bit field is full, the new one tells. */
static void far_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_ABSENT, false };
	if (pfn == ps->max_pfn - 1)
		out->state = PAGE_ZERO;
	else
		out->count--;
}

static void test_far_memory(void **state)
{
	struct fake *f = fake_new(12, 1);
	struct kdump_output o = output(CODEC_ZLIB, false);
	uint64_t far = ((uint64_t)1 << 32) + 10, bitmap = 131073;	/* blocks */
	struct layout *l;
	uint8_t b[104], byte;

	(void)state;
	f->ops.run = far_run;
	f->pages.max_pfn = far;
	assert_int_equal(write_kdump(&f->pages, &f->pages, &o, NULL, &l), 0);
	assert_int_equal(layout_read(l, b, 4, 440), 0);
	assert_int_equal(get_u32(b, false), UINT32_MAX);
	assert_int_equal(layout_read(l, b, 4, 436), 0);
	assert_int_equal(get_u32(b, false), 2 * bitmap);
	assert_int_equal(layout_read(l, b, 104, 4096), 0);
	assert_int_equal(get_u64(b + 96, false), far);
	/* the last page's bit in the second bitmap, and its descriptor */
	assert_int_equal(layout_read(l, &byte, 1, (2 + bitmap) * 4096 + (far - 1) / 8), 0);
	assert_int_equal(byte, 1 << (far - 1) % 8);
	assert_int_equal(layout_read(l, b, 24, (2 + 2 * bitmap) * 4096), 0);
	assert_int_equal(get_u32(b + 8, false), 4096);
	layout_unref(l);
	f->pages.max_pfn = 1;
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_eraseinfo),
		cmocka_unit_test(test_header_32),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_read_again),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_many_lost),
		cmocka_unit_test(test_big_notes),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_copy_stored),
		cmocka_unit_test(test_copy_layout),
		cmocka_unit_test(test_copy_plain),
		cmocka_unit_test(test_copy_many),
		cmocka_unit_test(test_copy_refused),
		cmocka_unit_test(test_copy_changed),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_far_memory),
	};

	return cmocka_run_group_tests_name("write_kdump", tests, NULL, NULL);
}
