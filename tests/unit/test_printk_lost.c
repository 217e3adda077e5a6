/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log when pages of it are lost: what is on other pages is there, byte for byte, with one line for what is not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/log/printk.h"
#include "tests/unit/arch_unit.h"

#define PAGES	32u
#define VARS	0x1000u
#define RB	0x2000u
#define DESCS	0x3000u			/* 512 of 24 bytes: 3 pages */
#define INFOS	0x6000u			/* 512 of 88: 11 pages */
#define TEXT	0x11000u		/* 512 of 64: 8 pages */
#define RECORDS	512u

static const struct arch identity = { .name = "identity" };
static struct mapping window = { 0, 0, PAGES << 12 };

static struct kernel kernel_of(const struct fake *f, const char *text)
{
	return (struct kernel){
		.pages = &f->pages, .vmci = { text, strlen(text) }, .has_space = true, .word_bytes = 8, .page_shift = 12,
		.space = { .arch = &identity, .mem = &f->pages, .windows = &window, .nwindows = 1 },
	};
}

/* Lines of a that are not in b, or lines of b that are not in a; lost: of our own, counted and taken out of b before. */
struct comparison {
	unsigned int missing, extra, lost_lines;
	unsigned long long lost;
	char first[200];		/* of the lost lines */
};

static struct comparison compare(const char *whole, char *part)
{
	struct comparison c = { 0 };
	char *save, *line;

	for (line = strtok_r(part, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *own = strstr(line, "vmcorefs: ");
		size_t len = strlen(line);

		if (own) {
			if (!c.lost_lines++)
				snprintf(c.first, sizeof(c.first), "%s", own + 10);
			c.lost += strtoull(own + 10, NULL, 10);
			continue;
		}
		/* in order: each line is found behind the one before it */
		while (*whole && (strncmp(whole, line, len) || whole[len] != '\n')) {
			c.missing++;
			whole += strcspn(whole, "\n") + 1;
		}
		if (!*whole) {
			c.extra++;
			break;
		}
		whole += len + 1;
	}
	for (; *whole; whole += strcspn(whole, "\n") + 1)
		c.missing++;
	return c;
}

static char *render(const struct kernel *k, enum printk_form form, struct printk_loss *loss)
{
	struct outbuf out = OUTBUF_INIT;

	assert_int_equal(printk_render_form(k, NULL, form, &out, loss), 0);
	return out.data;
}

/* --- 5.10 and later */

static const char ring_info[] =
	"SYMBOL(prb)=1000\nSYMBOL(clear_seq)=1010\n"
	"SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=48\n"
	"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\nOFFSET(prb_desc_ring.infos)=16\n"
	"OFFSET(prb_desc_ring.head_id)=24\nOFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\n"
	"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=8\nOFFSET(prb_data_blk_lpos.begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nOFFSET(prb_data_ring.size_bits)=0\n"
	"OFFSET(prb_data_ring.data)=8\nOFFSET(atomic_long_t.counter)=0\n";

static const char no_text[4096];

/* Numbers 10000 to 10511; the id of each is 7 more, so that slots, numbers and places differ. */
static struct fake *make_ring(void)
{
	struct fake *f = fake_new(12, PAGES);

	for (uint64_t page = 0; page < PAGES; page++)
		fake_write(f, page << 12, no_text, 4096);
	fake_u64(f, VARS, RB);
	fake_u32(f, RB, 9);
	fake_u64(f, RB + 8, DESCS);
	fake_u64(f, RB + 16, INFOS);
	fake_u64(f, RB + 24, 10007 + RECORDS - 1);
	fake_u64(f, RB + 32, 10007);
	fake_u32(f, RB + 48, 15);
	fake_u64(f, RB + 56, TEXT);
	for (uint64_t i = 0; i < RECORDS; i++) {
		uint64_t id = 10007 + i, slot = id % RECORDS, at = (i + 100) * 64 % 32768;
		char text[40];
		int n = snprintf(text, sizeof(text), "this is record number %llu", (unsigned long long)i);

		fake_u64(f, DESCS + slot * 24, (uint64_t)2 << 62 | id);
		fake_u64(f, DESCS + slot * 24 + 8, at);
		fake_u64(f, DESCS + slot * 24 + 16, at + 64);
		fake_u64(f, INFOS + slot * 88, 10000 + i);
		fake_u64(f, INFOS + slot * 88 + 8, i * 1000000);
		fake_u16(f, INFOS + slot * 88 + 16, (uint16_t)n);
		fake_u64(f, TEXT + at, id);
		fake_write(f, TEXT + at + 8, text, (size_t)n);
	}
	return f;
}

/* Each page of the three parts, in each way of being lost. */
static void ring_each_page(void **state)
{
	static const struct { enum page_state state; bool damaged; const char *what; } ways[] = {
		{ PAGE_DATA, true, "damaged or cut off" }, { PAGE_EXCLUDED, false, "not in the dump" },
		{ PAGE_ABSENT, false, "not in the dump" },
	};
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct printk_loss loss;
	char *whole = render(&k, PRINTK_DMESG, &loss);

	(void)state;
	assert_int_equal(loss.gaps, 0);
	for (uint64_t page = DESCS >> 12; page < (TEXT >> 12) + 8; page++) {
		/* a structure that goes across the end of the page counts; two texts that do not fit there */
		unsigned int size = page < INFOS >> 12 ? 24 : page < TEXT >> 12 ? 88 : 64;

		for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
			char *part, want[100];
			struct comparison c;

			fake_set(f, page, 1, ways[i].state);
			f->damaged[page] = ways[i].damaged;
			part = render(&k, PRINTK_DMESG, &loss);
			c = compare(whole, part);
			free(part);
			f->damaged[page] = false;
			fake_set(f, page, 1, PAGE_DATA);
			assert_int_equal(c.extra, 0);
			assert_int_equal(c.lost, c.missing);
			assert_int_equal(loss.gaps, c.lost_lines);
			if (size == 24) {		/* found by the ids in front of the texts */
				assert_int_equal(c.missing, 0);
				continue;
			}
			assert_in_range(c.missing, 4096 / size, 4096 / size + 2);
			assert_in_range(c.lost_lines, 1, 2);	/* two: the slots go around there */
			assert_int_equal(loss.amount, c.lost);
			assert_false(loss.in_bytes);
			assert_string_equal(loss.first, c.first);
			snprintf(want, sizeof(want), " cannot be read: page %#llx is %s", (unsigned long long)page,
				 ways[i].what);
			assert_non_null(strstr(c.first, want));
		}
	}
	free(whole);
	fake_free(f);
}

/* Texts of lost descriptors are shown only when there is one, and a record that is its own. */
static void ring_descriptors(void **state)
{
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct printk_loss loss;
	/* record 300 is in slot 67: on the first page of descriptors; its text is at 400 * 64 */
	const uint64_t block = TEXT + 400 * 64, info = INFOS + 67 * 88;
	char *whole = render(&k, PRINTK_KMSG, &loss), *part;

	(void)state;
	fake_damage(f, DESCS >> 12);
	part = render(&k, PRINTK_KMSG, &loss);
	assert_string_equal(part, whole);
	free(part);
	for (int i = 0; i < 4; i++) {
		if (i == 0)
			fake_u64(f, block, 10007 + 300 + RECORDS);	/* its block is overwritten */
		else if (i == 1)
			fake_u64(f, block + 40, 10007 + 300);		/* two places */
		else if (i == 2)
			fake_u64(f, info, 10000 + 300 - RECORDS);	/* what tells of it is older */
		else
			fake_u16(f, info + 16, 0xffff);			/* longer than the buffer */
		part = render(&k, PRINTK_DMESG, &loss);
		assert_int_equal(loss.amount, 1);
		assert_non_null(strstr(part, "[    0.299000] vmcorefs: 1 record cannot be read: page 0x3 is damaged or cut off\n"));
		assert_null(strstr(part, "number 300\n"));
		assert_non_null(strstr(part, "number 301\n"));
		free(part);
		fake_u64(f, block, 10007 + 300);
		fake_u64(f, block + 40, 0);
		fake_u64(f, info, 10000 + 300);
		fake_u16(f, info + 16, (uint16_t)strlen("this is record number 300"));
	}
	part = render(&k, PRINTK_KMSG, &loss);
	assert_string_equal(part, whole);
	free(part);
	free(whole);
	fake_free(f);
}

/* What is known of the first of them: its time when only the text is lost; its number always. */
static void ring_line(void **state)
{
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct printk_loss loss;
	char *text;

	(void)state;
	/* record 28 is at the beginning of the third page, 91 at its end */
	fake_damage(f, (TEXT >> 12) + 2);
	text = render(&k, PRINTK_DMESG, &loss);
	assert_non_null(strstr(text, "[    0.027000] this is record number 27\n"
			       "[    0.028000] vmcorefs: 64 records cannot be read: page 0x13 is damaged or cut off\n"
			       "[    0.092000] this is record number 92\n"));
	free(text);
	text = render(&k, PRINTK_RAW, &loss);
	assert_non_null(strstr(text, "\n<4>[    0.028000] vmcorefs: 64 records cannot be read: page 0x13 is damaged or cut off\n<0>["));
	free(text);
	/* and the next one with it, in another way */
	fake_set(f, (TEXT >> 12) + 3, 1, PAGE_EXCLUDED);
	text = render(&k, PRINTK_KMSG, &loss);
	assert_non_null(strstr(text, "\n4,10028,28000,-;vmcorefs: 128 records cannot be read: page 0x13 is damaged or cut off, "
			       "others are lost too\n0,10156,156000,-;this is record number 156\n"));
	free(text);
	/* in the same way: one run */
	f->damaged[(TEXT >> 12) + 2] = false;
	fake_damage(f, (TEXT >> 12) + 3);
	fake_set(f, (TEXT >> 12) + 3, 1, PAGE_DATA);
	fake_damage(f, (TEXT >> 12) + 4);
	text = render(&k, PRINTK_DMESG, &loss);
	assert_non_null(strstr(text, "vmcorefs: 128 records cannot be read: 2 pages from 0x14 on are damaged or cut off\n"));
	free(text);
	f->damaged[(TEXT >> 12) + 3] = f->damaged[(TEXT >> 12) + 4] = false;
	/* structures that tell of the records: their time is that of the last one before */
	fake_damage(f, (INFOS >> 12) + 8);
	text = render(&k, PRINTK_KMSG, &loss);
	/* slot 372 is the first on this page, in part: record 372 - 10007 % 512 = 93 */
	assert_non_null(strstr(text, "0,10092,92000,-;this is record number 92\n4,10093,92000,-;vmcorefs: 47 records "));
	free(text);
	fake_free(f);
}

/* Nothing is left of one of the parts: an error, not a line. */
static void ring_all_lost(void **state)
{
	static const struct { uint64_t page, count; } parts[] = {
		{ DESCS >> 12, 3 }, { INFOS >> 12, 11 }, { TEXT >> 12, 8 },
	};
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		fake_set(f, parts[i].page, parts[i].count, PAGE_EXCLUDED);
		assert_int_equal(printk_render(&k, &out), -ENODATA);
		fake_set(f, parts[i].page, parts[i].count - 1, PAGE_DATA);
		fake_damage(f, parts[i].page);
		assert_int_equal(printk_render(&k, &out), 0);
		out_free(&out);
		f->damaged[parts[i].page] = false;
		fake_set(f, parts[i].page, parts[i].count, PAGE_DATA);
	}
	assert_int_equal(out.len, 0);
	fake_free(f);
}

/* The clear is among what is lost, in front of it or behind it. */
static void ring_partial(void **state)
{
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	fake_damage(f, (INFOS >> 12) + 8);	/* records 93 to 139 */
	for (uint64_t clear = 80; clear <= 160; clear++) {
		unsigned int lines = 0;
		unsigned long long lost = 0;

		fake_u64(f, VARS + 0x10, 10000 + clear);
		assert_int_equal(printk_render_partial(&k, NULL, &out), 0);
		for (const char *at = out.data; (at = strchr(at, '\n')); at++)
			lines++;
		if (strstr(out.data, "vmcorefs: "))
			lost = strtoull(strstr(out.data, "vmcorefs: ") + 10, NULL, 10);
		assert_int_equal(lost, clear <= 93 ? 47 : clear <= 139 ? 140 - clear : 0);
		assert_int_equal(lines - !!lost + lost, RECORDS - clear);
		out_free(&out);
	}
	fake_free(f);
}

static int passing_error, passing_page;

static int failing_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	if (pfn <= (uint64_t)passing_page && (uint64_t)passing_page < pfn + count)
		return passing_error;
	return fake_read(ps, pfn, count, buf);
}

/* A server that does not answer, no memory: nothing is lost, so nothing may say so. */
static void passing_faults(void **state)
{
	static const int errors[] = { -EAGAIN, -ETIMEDOUT, -ENOMEM, -EINTR, -ENOSPC, -ENOTSUP };
	static const int pages[] = { DESCS >> 12, (INFOS >> 12) + 3, (TEXT >> 12) + 5 };
	struct fake *f = make_ring();
	struct kernel k = kernel_of(f, ring_info);
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	f->ops.read = failing_read;
	fake_damage(f, (TEXT >> 12) + 2);	/* beside real damage, too */
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(pages); j++) {
			passing_error = errors[i];
			passing_page = pages[j];
			assert_int_equal(printk_render(&k, &out), errors[i]);
			assert_int_equal(out.len, 0);
		}
	}
	passing_page = 0;
	assert_int_equal(printk_render(&k, &out), 0);
	out_free(&out);
	fake_free(f);
}

/* --- 3.5 to 5.9 */

static const char records_info[] =
	"SYMBOL(log_buf)=1000\nSYMBOL(log_buf_len)=1008\nSYMBOL(log_first_idx)=100c\nSYMBOL(log_next_idx)=1010\n"
	"SYMBOL(clear_idx)=1014\n"
	"SIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n"
	"OFFSET(printk_log.dict_len)=12\n";

#define BUF_LEN 32768u

/* Writes the record i with its dictionary as log_store() does it; returns where the next one goes. */
static uint32_t store(struct fake *f, uint32_t at, unsigned int i, uint32_t *first)
{
	static const char dict[] = "SUBSYSTEM=pci\0DEVICE=+pci:0000:00:1f.3";
	char text[80];
	unsigned int text_len = (unsigned int)snprintf(text, sizeof(text), "record %u of lengths that differ %.*s", i, (int)(i * 7 % 40),
						       "0123456789012345678901234567890123456789");
	unsigned int dict_len = i % 5 ? 0 : sizeof(dict) - 1, len = (16 + text_len + dict_len + 3) & ~3u;

	if (at + len + 16 > BUF_LEN) {
		fake_write(f, TEXT + at, no_text, 16);
		at = 0;
	}
	/* what is overwritten is the oldest */
	while (*first >= at && *first < at + len + 16 && i > 10) {
		uint16_t old = get_u16(f->bytes[(TEXT + *first + 8) >> 12] + ((TEXT + *first + 8) & 4095), false);

		*first = old ? *first + old : 0;
		if (!old)
			break;
	}
	fake_write(f, TEXT + at, no_text, len);
	fake_u64(f, TEXT + at, i * 10000000ull);
	fake_u16(f, TEXT + at + 8, (uint16_t)len);
	fake_u16(f, TEXT + at + 10, (uint16_t)text_len);
	fake_u16(f, TEXT + at + 12, (uint16_t)dict_len);
	fake_write(f, TEXT + at + 16, text, text_len);
	fake_write(f, TEXT + at + 16 + text_len, dict, dict_len);
	return at + len;
}

/* n records, of which the last ones are there: 400 fit. */
static struct fake *make_records(unsigned int n)
{
	struct fake *f = fake_new(12, PAGES);
	uint32_t at = 0, first = 0;

	for (uint64_t page = 0; page < PAGES; page++)
		fake_write(f, page << 12, no_text, 4096);
	for (unsigned int i = 0; i < n; i++)
		at = store(f, at, i, &first);
	fake_u64(f, VARS, TEXT);
	fake_u32(f, VARS + 8, BUF_LEN);
	fake_u32(f, VARS + 12, first);
	fake_u32(f, VARS + 16, at);
	return f;
}

/* Each page of it, of logs that have gone around to any place: no record of another page is missing, none is made up. */
static void records_each_page(void **state)
{
	static const unsigned int lengths[] = { 100, 300, 450, 500, 600, 777, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct fake *f = make_records(lengths[i]);
		struct kernel k = kernel_of(f, records_info);
		struct printk_loss loss;
		char *whole = render(&k, PRINTK_DMESG, &loss), last[40];

		assert_int_equal(loss.gaps, 0);
		snprintf(last, sizeof(last), "] record %u of", lengths[i] - 1);
		assert_non_null(strstr(whole, last));
		for (uint64_t page = TEXT >> 12; page < (TEXT >> 12) + 8; page++) {
			struct comparison c;
			char *part;

			fake_damage(f, page);
			part = render(&k, PRINTK_DMESG, &loss);
			c = compare(whole, part);
			free(part);
			f->damaged[page] = false;
			assert_int_equal(c.extra, 0);
			/* 4 KiB are 50 to 57 records; the page may have had nothing of the log */
			assert_true(c.missing <= 59);
			assert_int_equal(!!c.lost_lines, !!c.missing);
			assert_true(c.lost_lines <= 2);
			assert_int_equal(loss.gaps, c.lost_lines);
			assert_true(c.lost <= 4096 + 2 * 130);
			if (c.lost_lines) {
				assert_true(loss.in_bytes);
				assert_non_null(strstr(c.first, " bytes cannot be read: page 0x"));
			}
		}
		free(whole);
		fake_free(f);
	}
}

/* Two and all pages; the clear in lost memory. */
static void records_more(void **state)
{
	struct fake *f = make_records(300);
	struct kernel k = kernel_of(f, records_info);
	struct outbuf out = OUTBUF_INIT;
	struct printk_loss loss;
	char *text;

	(void)state;
	fake_damage(f, (TEXT >> 12) + 1);
	fake_damage(f, (TEXT >> 12) + 2);
	text = render(&k, PRINTK_RAW, &loss);
	assert_int_equal(loss.gaps, 1);
	assert_in_range(loss.amount, 8192, 8192 + 260);
	assert_non_null(strstr(text, " bytes cannot be read: 2 pages from 0x12 on are damaged or cut off\n<0>["));
	assert_non_null(strstr(text, "] record 0 of"));
	assert_non_null(strstr(text, "] record 299 of"));
	free(text);
	/* cleared at a record of which nothing is left: what comes behind the lost pages is younger */
	fake_u32(f, VARS + 20, 4096 + 1000);
	assert_int_equal(printk_render_partial(&k, NULL, &out), 0);
	assert_null(strstr(out.data, "] record 0 of"));
	assert_null(strstr(out.data, "vmcorefs"));
	assert_non_null(strstr(out.data, "] record 299 of"));
	out_free(&out);
	fake_set(f, TEXT >> 12, 8, PAGE_EXCLUDED);
	assert_int_equal(printk_render(&k, &out), -ENODATA);
	assert_int_equal(out.len, 0);
	fake_free(f);
}

/* --- until 3.4 */

static void characters(void **state)
{
	static const char info[] = "SYMBOL(log_buf)=1000\nSYMBOL(log_buf_len)=1008\nSYMBOL(log_end)=100c\nSYMBOL(logged_chars)=1010\n";
	struct fake *f = fake_new(12, PAGES);
	struct kernel k = kernel_of(f, info);
	struct printk_loss loss;
	char *text;

	(void)state;
	fake_u64(f, VARS, TEXT);
	fake_u32(f, VARS + 8, 16384);
	fake_u32(f, VARS + 12, 16384 + 8000);		/* gone around: from 8000 on, then the first 8000 */
	for (uint32_t at = 0; at < 16384; at += 16) {
		char line[17];

		snprintf(line, sizeof(line), "<6>line %07u\n", at);
		fake_write(f, TEXT + at, line, 16);
	}
	fake_damage(f, (TEXT >> 12) + 3);
	fake_damage(f, TEXT >> 12);
	text = render(&k, PRINTK_DMESG, &loss);
	assert_int_equal(strncmp(text, "<6>line 0008000\n", 16), 0);
	assert_non_null(strstr(text, "<6>line 0012272\n<4>vmcorefs: 8192 bytes cannot be read: page 0x14 is damaged or cut off, "
			       "others are lost too\n<6>line 0004096\n"));
	assert_int_equal(strcmp(text + strlen(text) - 16, "<6>line 0007984\n"), 0);
	assert_true(loss.in_bytes);
	assert_int_equal(loss.amount, 8192);
	free(text);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_each_page),
		cmocka_unit_test(ring_descriptors),
		cmocka_unit_test(ring_line),
		cmocka_unit_test(ring_all_lost),
		cmocka_unit_test(ring_partial),
		cmocka_unit_test(passing_faults),
		cmocka_unit_test(records_each_page),
		cmocka_unit_test(records_more),
		cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests_name("printk_lost", tests, NULL, NULL);
}
