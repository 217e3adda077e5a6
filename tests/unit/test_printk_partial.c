/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log since the last clear, of all three forms, in memory made by hand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "kernel/log/printk.h"

#define MEMORY_BYTES 65536

/* Virtual addresses are physical ones. */
struct memory {
	struct pages pages;
	uint8_t bytes[MEMORY_BYTES];
};

static struct memory mem;
static struct outbuf text;

static int memory_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	memcpy(buf, ((const struct memory *)ps)->bytes + pfn * 4096, count * 4096);
	return 0;
}

static void memory_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_DATA, false };
}

static const struct pages_ops memory_ops = { .read = memory_read, .run = memory_run };
/* no tables: physical addresses */
static const struct arch identity = { .name = "identity" };
static struct mapping window = { 0, 0, MEMORY_BYTES };

static struct kernel kernel_of(const char *vmcoreinfo)
{
	mem.pages = (struct pages){ .ops = &memory_ops, .page_shift = 12, .max_pfn = MEMORY_BYTES / 4096 };
	return (struct kernel){
		.pages = &mem.pages, .vmci = { vmcoreinfo, strlen(vmcoreinfo) }, .has_space = true, .word_bytes = 8,
		.space = { .arch = &identity, .mem = &mem.pages, .windows = &window, .nwindows = 1 },
	};
}

static int clean(void **state)
{
	(void)state;
	memset(mem.bytes, 0, sizeof(mem.bytes));
	out_free(&text);
	return 0;
}

static void put(uint64_t at, unsigned int bytes, uint64_t value)
{
	for (unsigned int i = 0; i < bytes; i++)
		mem.bytes[at + i] = (uint8_t)(value >> (i * 8));
}

/* --- 5.10 and later: 8 descriptors, ids and numbers of records that have gone around the ring */

#define RING_INFO \
	"SYMBOL(prb)=100\nSYMBOL(clear_seq)=200\n" \
	"SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=48\n" \
	"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\nOFFSET(prb_desc_ring.infos)=16\n" \
	"OFFSET(prb_desc_ring.head_id)=24\nOFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\n" \
	"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=8\nOFFSET(prb_data_blk_lpos.begin)=0\n" \
	"OFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=88\nOFFSET(printk_info.ts_nsec)=8\n" \
	"OFFSET(printk_info.text_len)=16\nOFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)=8\n" \
	"OFFSET(atomic_long_t.counter)=0\n"
#define SEQ_INFO "OFFSET(printk_info.seq)=0\n"
#define LATCH_INFO "SIZE(latched_seq)=24\nOFFSET(latched_seq.val)=8\n"

/* Records first to last by number; the id of a record is its number + 5, so that slots and numbers differ. */
static void make_ring(uint64_t first, uint64_t last)
{
	put(0x100, 8, 0x1000);
	put(0x1000, 4, 3);
	put(0x1008, 8, 0x2000);
	put(0x1010, 8, 0x3000);
	put(0x1018, 8, last + 5);
	put(0x1020, 8, first + 5);
	put(0x1030, 4, 12);
	put(0x1038, 8, 0x4000);
	for (uint64_t seq = first; seq <= last; seq++) {
		uint64_t id = seq + 5, slot = id % 8, begin = slot * 32;

		put(0x2000 + slot * 24, 8, id | (uint64_t)2 << 62);
		put(0x2000 + slot * 24 + 8, 8, begin);
		put(0x2000 + slot * 24 + 16, 8, begin + 32);
		put(0x3000 + slot * 88, 8, seq);
		put(0x3000 + slot * 88 + 8, 8, seq * 1000000000);
		put(0x3000 + slot * 88 + 16, 2, 3);
		put(0x4000 + begin, 8, id);
		put(0x4000 + begin + 8, 3, (uint64_t)'0' << 16 | 'n' << 8 | 'o');
		mem.bytes[0x4000 + begin + 10] = (uint8_t)('a' + seq % 26);
	}
}

static void expect_lines(const struct kernel *k, uint64_t first, uint64_t last)
{
	char expected[1024] = "";
	size_t n = 0;

	out_free(&text);
	assert_int_equal(printk_render_partial(k, NULL, &text), 0);
	for (uint64_t seq = first; seq <= last; seq++)
		n += (size_t)snprintf(expected + n, sizeof(expected) - n, "[%5u.000000] on%c\n", (unsigned int)seq,
				      (char)('a' + seq % 26));
	assert_string_equal(text.len ? text.data : "", expected);
}

static void ring_plain(void **state)
{
	struct kernel k = kernel_of(RING_INFO SEQ_INFO);

	(void)state;
	make_ring(10, 15);
	put(0x200, 8, 0);
	expect_lines(&k, 10, 15);	/* never cleared */
	put(0x200, 8, 3);
	expect_lines(&k, 10, 15);	/* what was there then has been overwritten */
	put(0x200, 8, 10);
	expect_lines(&k, 10, 15);
	/* slots of the clear in front of the head's and behind it: where makedumpfile 1.7.8 runs away */
	for (uint64_t clear = 11; clear <= 15; clear++) {
		put(0x200, 8, clear);
		expect_lines(&k, clear, 15);
	}
	put(0x200, 8, 16);
	expect_lines(&k, 16, 15);	/* nothing since */
}

static void ring_latch(void **state)
{
	struct kernel k = kernel_of(RING_INFO SEQ_INFO LATCH_INFO);

	(void)state;
	make_ring(2, 6);
	put(0x208, 8, 4);
	put(0x210, 8, 6);
	put(0x200, 4, 8);
	expect_lines(&k, 4, 6);
	put(0x200, 4, 9);
	expect_lines(&k, 6, 6);
}

static void ring_without_facts(void **state)
{
	struct kernel k = kernel_of(RING_INFO);

	(void)state;
	make_ring(2, 6);
	assert_non_null(printk_why_no_partial(&k));
	assert_int_equal(printk_render_partial(&k, NULL, &text), -ENOENT);
	assert_int_equal(printk_render(&k, &text), 0);
	k = kernel_of(RING_INFO SEQ_INFO);
	assert_null(printk_why_no_partial(&k));
	k = kernel_of(RING_INFO "OFFSET(printk_info.seq)=81\n");
	assert_int_equal(printk_render_partial(&k, NULL, &text), -EIO);
	k = kernel_of(RING_INFO SEQ_INFO "SIZE(latched_seq)=24\nOFFSET(latched_seq.val)=9\n");
	assert_int_equal(printk_render_partial(&k, NULL, &text), -EIO);
}

/* --- 3.5 to 5.9 */

#define RECORDS_INFO \
	"SYMBOL(log_buf)=100\nSYMBOL(log_buf_len)=108\nSYMBOL(log_first_idx)=10c\nSYMBOL(log_next_idx)=110\n" \
	"SIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n"
#define CLEAR_IDX "SYMBOL(clear_idx)=114\n"

static void make_record(uint64_t at, uint64_t seq)
{
	put(0x1000 + at, 8, seq * 1000000000);
	put(0x1008 + at, 2, 20);
	put(0x100a + at, 2, 3);
	memcpy(mem.bytes + 0x1010 + at, "on", 2);
	mem.bytes[0x1012 + at] = (uint8_t)('a' + seq % 26);
}

/* A buffer of 100 bytes holds four; the fifth is at the start again. */
static void make_records(bool wrapped)
{
	put(0x100, 8, 0x1000);
	put(0x108, 4, 100);
	for (uint64_t i = 0; i < 4; i++)
		make_record(i * 20, i);
	put(0x10c, 4, 0);
	put(0x110, 4, 80);
	if (wrapped) {
		make_record(0, 4);
		put(0x10c, 4, 20);
		put(0x110, 4, 20);
	}
}

static void records(void **state)
{
	struct kernel k = kernel_of(RECORDS_INFO CLEAR_IDX);

	(void)state;
	make_records(false);
	expect_lines(&k, 0, 3);
	for (uint64_t i = 1; i <= 4; i++) {
		put(0x114, 4, i * 20);
		expect_lines(&k, i, 3);
	}
	put(0x114, 4, 37);		/* overwritten since */
	expect_lines(&k, 0, 3);
	make_records(true);
	put(0x110, 4, 0);		/* first 20, next 0 */
	put(0x114, 4, 0);
	expect_lines(&k, 1, 3);
	k = kernel_of(RECORDS_INFO);
	assert_non_null(printk_why_no_partial(&k));
}

/* --- until 3.4 */

#define CHARACTERS_INFO "SYMBOL(log_buf)=100\nSYMBOL(log_buf_len)=108\nSYMBOL(log_end)=10c\n"

static void characters(void **state)
{
	struct kernel k = kernel_of(CHARACTERS_INFO "SYMBOL(logged_chars)=110\n");

	(void)state;
	put(0x100, 8, 0x1000);
	put(0x108, 4, 16);
	memcpy(mem.bytes + 0x1000, "<6>c\n<6>a\n<6>bb\n", 16);
	put(0x10c, 4, 21);		/* 5 bytes into the second round */
	put(0x110, 4, 5);
	assert_int_equal(printk_render_partial(&k, NULL, &text), 0);
	assert_string_equal(text.data, "<6>c\n");
	out_free(&text);
	put(0x110, 4, 11);
	assert_int_equal(printk_render_partial(&k, NULL, &text), 0);
	assert_string_equal(text.data, "<6>bb\n<6>c\n");
	out_free(&text);
	assert_int_equal(printk_render(&k, &text), 0);
	assert_string_equal(text.data, "<6>a\n<6>bb\n<6>c\n");
	out_free(&text);
	put(0x110, 4, 0);
	assert_int_equal(printk_render_partial(&k, NULL, &text), 0);
	assert_int_equal(text.len, 0);
	k = kernel_of(CHARACTERS_INFO);
	assert_non_null(printk_why_no_partial(&k));
	assert_int_equal(printk_render(&k, &text), 0);
	assert_string_equal(text.data, "<6>a\n<6>bb\n<6>c\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ring_plain, clean),
		cmocka_unit_test_setup(ring_latch, clean),
		cmocka_unit_test_setup(ring_without_facts, clean),
		cmocka_unit_test_setup(records, clean),
		cmocka_unit_test_setup_teardown(characters, clean, clean),
	};

	return cmocka_run_group_tests_name("printk_partial", tests, NULL, NULL);
}
