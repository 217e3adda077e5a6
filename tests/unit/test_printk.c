/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log in its three forms, as the kernel of each era leaves it in memory. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/log/printk.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define VARS	0x200000ull		/* physical addresses of what the tests write */
#define RB	0x201000ull
#define DESCS	0x210000ull
#define INFOS	0x220000ull
#define TEXT	0x240000ull
#define V(paddr) (FAKE_DIRECT + (paddr))

/* Renders and compares; want NULL: fails with error. */
static void expect(const struct kernel *k, const char *want, int error)
{
	struct outbuf out = OUTBUF_INIT;
	int r = printk_render(k, &out);

	assert_int_equal(r, want ? 0 : error);
	if (want)
		assert_string_equal(out.data ? out.data : "", want);
	out_free(&out);
}

/* --- 5.10 and later --------------------------------------------------------------------------------------------- */

/* pahole of 5.10 to 6.12, x86_64 */
static const char ring_info[] =
	"SYMBOL(prb)=ffff888000200000\nSYMBOL(log_buf)=ffff888000240000\nSYMBOL(log_buf_len)=ffff888000200008\n"
	"SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=48\n"
	"OFFSET(printk_ringbuffer.fail)=80\nSIZE(prb_desc_ring)=48\nOFFSET(prb_desc_ring.count_bits)=0\n"
	"OFFSET(prb_desc_ring.descs)=8\nOFFSET(prb_desc_ring.infos)=16\nOFFSET(prb_desc_ring.head_id)=24\n"
	"OFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\nOFFSET(prb_desc.state_var)=0\n"
	"OFFSET(prb_desc.text_blk_lpos)=8\nSIZE(prb_data_blk_lpos)=16\nOFFSET(prb_data_blk_lpos.begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nOFFSET(printk_info.caller_id)=20\n"
	"OFFSET(printk_info.dev_info)=24\nSIZE(dev_printk_info)=64\nSIZE(prb_data_ring)=32\n"
	"OFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)=8\nSIZE(atomic_long_t)=8\n"
	"OFFSET(atomic_long_t.counter)=0\n";

#define COUNT_BITS 3
#define SIZE_BITS 8			/* 256 bytes of text */
#define ID_MASK (~(uint64_t)0 >> 2)

enum { RESERVED, COMMITTED, FINALIZED, REUSABLE };

struct log {
	struct fake *f;
	struct kernel *k;
	char *text;
};

static struct log ring(uint64_t tail, uint64_t head)
{
	struct log l = { .f = fake_new(12, 0x1000) };

	fake_u64(l.f, VARS, V(RB));
	fake_u32(l.f, RB, COUNT_BITS);
	fake_u64(l.f, RB + 8, V(DESCS));
	fake_u64(l.f, RB + 16, V(INFOS));
	fake_u64(l.f, RB + 24, head);
	fake_u64(l.f, RB + 32, tail);
	fake_u32(l.f, RB + 48, SIZE_BITS);
	fake_u64(l.f, RB + 56, V(TEXT));
	fake_page(l.f, DESCS >> 12);
	fake_page(l.f, INFOS >> 12);
	memset(fake_page(l.f, TEXT >> 12), '#', 4096);
	l.k = fake_kernel(l.f, 0, ring_info, &l.text);
	return l;
}

static void done(struct log *l)
{
	kernel_close(l->k);
	free(l->text);
	fake_free(l->f);
}

static void desc(struct log *l, uint64_t id, unsigned int state, uint64_t begin, uint64_t next, uint64_t ts, uint16_t len)
{
	uint64_t slot = id % (1 << COUNT_BITS);

	fake_u64(l->f, DESCS + slot * 24, (uint64_t)state << 62 | (id & ID_MASK));
	fake_u64(l->f, DESCS + slot * 24 + 8, begin);
	fake_u64(l->f, DESCS + slot * 24 + 16, next);
	fake_u64(l->f, INFOS + slot * 88 + 8, ts);
	fake_u16(l->f, INFOS + slot * 88 + 16, len);
}

/* A block of text: the id, then the bytes, at an offset in the ring. */
static void block(struct log *l, uint64_t at, uint64_t id, const char *text)
{
	fake_u64(l->f, TEXT + at, id);
	fake_write(l->f, TEXT + at + 8, text, strlen(text));
}

static void record(struct log *l, uint64_t id, uint64_t begin, uint64_t next, uint64_t ts, const char *text)
{
	desc(l, id, FINALIZED, begin, next, ts, (uint16_t)strlen(text));
	block(l, begin % (1 << SIZE_BITS), id, text);
}

static void test_ring(void **state)
{
	struct log l = ring(100, 102);

	(void)state;
	assert_string_equal(printk_kind(l.k), "ring buffer");
	record(&l, 100, 512, 536, 1234567890, "first line");
	record(&l, 101, 536, 560, 1234568999, "second");
	record(&l, 102, 560, 584, 123456789012345678, "third");
	desc(&l, 102, COMMITTED, 560, 584, 123456789012345678, 5);	/* still may grow: shown all the same */
	/* older than the tail: not part of the log */
	record(&l, 99, 400, 424, 1, "old");
	expect(l.k, "[    1.234567] first line\n[    1.234568] second\n[123456789.012345] third\n", 0);
	done(&l);
}

static void test_ring_one_record(void **state)
{
	struct log l = ring(7, 7);

	(void)state;
	record(&l, 7, 0, 16, 0, "x");
	expect(l.k, "[    0.000000] x\n", 0);
	done(&l);
}

/* The ring is full, and the ids wrap at 2^62. */
static void test_ring_ids_wrap(void **state)
{
	uint64_t tail = ID_MASK - 3;
	struct log l = ring(tail, 3);
	char want[300] = "", text[8];

	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "m%llu", (unsigned long long)i);
		record(&l, (tail + i) & ID_MASK, i * 24, i * 24 + 24, i * 1000000000, text);
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "[%5llu.000000] m%llu\n",
			 (unsigned long long)i, (unsigned long long)i);
	}
	expect(l.k, want, 0);
	done(&l);
}

/* A block that does not fit in front of the end is at the start of the ring; from 6.18 on one that ends just there is not. */
static void test_ring_wrapped_text(void **state)
{
	struct log l = ring(1, 4);

	(void)state;
	desc(&l, 1, FINALIZED, 224, 256 + 48, 0, 30);
	block(&l, 0, 1, "the text that is at the start!");
	desc(&l, 2, FINALIZED, 512 + 192, 512 + 256, 0, 50);
	block(&l, 192, 2, "fifty bytes that end where the ring of text ends!!");
	desc(&l, 3, FINALIZED, 512 + 192, 512 + 256, 0, 60);	/* text_len lies: no more than the block has */
	desc(&l, 4, FINALIZED, 48, 80, 0, 24);
	block(&l, 48, 4, "twenty-four bytes, full!");
	expect(l.k, "[    0.000000] the text that is at the start!\n"
	       "[    0.000000] fifty bytes that end where the ring of text ends!!\n"
	       "[    0.000000] fifty bytes that end where the ring of text ends!!######\n"
	       "[    0.000000] twenty-four bytes, full!\n", 0);
	done(&l);
}

static void test_ring_no_data(void **state)
{
	struct log l = ring(1, 7);

	(void)state;
	desc(&l, 1, FINALIZED, 1, 1, 0, 5);		/* FAILED_LPOS: the text is lost */
	desc(&l, 2, FINALIZED, 3, 65, 0, 20);		/* EMPTY_LINE_LPOS is 3; half of a pair */
	desc(&l, 3, FINALIZED, 64, 64, 0, 5);
	desc(&l, 4, FINALIZED, 64, 68, 0, 5);		/* no room for the id */
	desc(&l, 5, FINALIZED, 64, 64 + 256, 0, 5);	/* the same place */
	record(&l, 6, 64, 72, 0, "");			/* an id and no text */
	record(&l, 7, 72, 96, 0, "there");
	expect(l.k, "[    0.000000] \n[    0.000000] there\n", 0);
	done(&l);
}

static void test_ring_states(void **state)
{
	struct log l = ring(10, 15);

	(void)state;
	for (uint64_t id = 10; id <= 15; id++) {
		char text[2] = { (char)('a' + id - 10), 0 };

		record(&l, id, id * 16, id * 16 + 16, 0, text);
	}
	desc(&l, 10, RESERVED, 160, 176, 0, 1);
	desc(&l, 11, COMMITTED, 176, 192, 0, 1);
	desc(&l, 13, REUSABLE, 208, 224, 0, 1);
	fake_u64(l.f, DESCS + 14 % 8 * 24, (uint64_t)FINALIZED << 62 | 6);	/* of one wrap before */
	expect(l.k, "[    0.000000] b\n[    0.000000] c\n[    0.000000] f\n", 0);
	done(&l);
}

/* The tail is nonsense: what the descriptors say is shown. No head and no tail make it run long. */
static void test_ring_garbage(void **state)
{
	static const uint64_t garbage[] = { 0, 0x123456789abcdef, ID_MASK, UINT64_MAX, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		struct log l = ring(garbage[i], 102);
		struct outbuf out = OUTBUF_INIT;

		record(&l, 100, 512, 536, 0, "first");
		record(&l, 101, 536, 560, 0, "second");
		record(&l, 102, 560, 584, 0, "third");
		expect(l.k, "[    0.000000] first\n[    0.000000] second\n[    0.000000] third\n", 0);
		fake_u64(l.f, RB + 24, garbage[i]);
		fake_u64(l.f, RB + 32, 100);
		assert_int_equal(printk_render(l.k, &out), 0);
		assert_true(out.len < 1000);
		out_free(&out);
		done(&l);
	}
}

static void test_ring_damage(void **state)
{
	struct log l = ring(1, 1);

	(void)state;
	record(&l, 1, 0, 24, 0, "text");
	expect(l.k, "[    0.000000] text\n", 0);
	fake_u32(l.f, RB, 60);				/* 2^60 records */
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, RB, 0);
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, RB, COUNT_BITS);
	fake_u32(l.f, RB + 48, 40);
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, RB + 48, 2);
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, RB + 48, 31);			/* 2 GiB of text: more than is read */
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, RB + 48, SIZE_BITS);
	fake_u64(l.f, RB + 8, 0x1000);
	expect(l.k, NULL, -EFAULT);
	fake_u64(l.f, RB + 8, V(DESCS));
	fake_set(l.f, TEXT >> 12, 1, PAGE_EXCLUDED);
	expect(l.k, NULL, -ENODATA);
	fake_set(l.f, TEXT >> 12, 1, PAGE_DATA);
	expect(l.k, "[    0.000000] text\n", 0);
	fake_damage(l.f, VARS >> 12);
	expect(l.k, NULL, -EIO);
	done(&l);
}

/* VMCOREINFO without one of the lines, and with lines that do not fit together. */
static void test_ring_facts(void **state)
{
	static const char *const bad[] = {
		"SIZE(prb_desc)=8", "SIZE(printk_info)=4", "SIZE(prb_desc)=100000", "OFFSET(prb_desc.state_var)=20",
		"OFFSET(prb_desc.text_blk_lpos)=24", "OFFSET(prb_data_blk_lpos.next)=-16", "OFFSET(printk_info.text_len)=87",
		"OFFSET(prb_desc.state_var)=-8", "OFFSET(printk_info.ts_nsec)=-1",
	};
	struct log l = ring(1, 1);

	(void)state;
	record(&l, 1, 0, 24, 0, "text");
	for (const char *line = strstr(l.k->vmci.text, "SIZE(printk_ringbuffer)"); *line;) {
		struct kernel k = *l.k;
		char *text = strndup(k.vmci.text, k.vmci.len);
		size_t at = (size_t)(line - k.vmci.text), len = strcspn(line, "\n");
		bool needed = strncmp(line, "OFFSET(printk_ringbuffer.fail)", 30) && strncmp(line, "SIZE(prb_desc_ring)", 19) &&
			      strncmp(line, "SIZE(prb_data_blk_lpos)", 23) && strncmp(line, "OFFSET(printk_info.seq)", 23) &&
			      strncmp(line, "OFFSET(printk_info.caller_id)", 29) && strncmp(line, "SIZE(prb_data_ring)", 19) &&
			      strncmp(line, "OFFSET(printk_info.dev_info)", 28) && strncmp(line, "SIZE(dev_printk_info)", 21) &&
			      strncmp(line, "SIZE(atomic_long_t)", 19);

		text[at] = 'x';
		k.vmci.text = text;
		if (needed)
			expect(&k, NULL, -EIO);
		else
			expect(&k, "[    0.000000] text\n", 0);
		free(text);
		line += len + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct kernel k = *l.k;
		char *text = NULL;
		int n = asprintf(&text, "%s\n%s", bad[i], k.vmci.text);	/* the first of two lines counts */

		k.vmci.text = text;
		k.vmci.len = (size_t)n;
		expect(&k, NULL, -EIO);
		free(text);
	}
	/* two that fit only together: no sum may be made on the way that does not */
	for (int i = 0; i < 2; i++) {
		struct kernel k = *l.k;
		struct outbuf out = OUTBUF_INIT;
		char *text = NULL;
		int n = asprintf(&text, "%s\n%s", i ? "OFFSET(prb_desc.state_var)=-8\nOFFSET(atomic_long_t.counter)=8" :
				 "OFFSET(prb_data_blk_lpos.next)=-8", k.vmci.text);

		k.vmci.text = text;
		k.vmci.len = (size_t)n;
		printk_render(&k, &out);
		out_free(&out);
		free(text);
	}
	done(&l);
}

/* --- 3.5 to 5.9 --------------------------------------------------------------------------------------------------- */

#define BUF_LEN 256

static const char records_info[] =
	"SYMBOL(log_buf)=ffff888000200000\nSYMBOL(log_buf_len)=ffff888000200008\n"
	"SYMBOL(log_first_idx)=ffff88800020000c\nSYMBOL(clear_idx)=ffff888000200010\n"
	"SYMBOL(log_next_idx)=ffff888000200014\nSIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\n"
	"OFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\nOFFSET(printk_log.dict_len)=12\n";
static const char records_info_3_5[] =
	"SYMBOL(log_buf)=ffff888000200000\nSYMBOL(log_buf_len)=ffff888000200008\n"
	"SYMBOL(log_first_idx)=ffff88800020000c\nSYMBOL(log_next_idx)=ffff888000200014\nSIZE(log)=16\n"
	"OFFSET(log.ts_nsec)=0\nOFFSET(log.len)=8\nOFFSET(log.text_len)=10\n";

static struct log records(const char *info, uint32_t first, uint32_t next)
{
	struct log l = { .f = fake_new(12, 0x1000) };

	fake_u64(l.f, VARS, V(TEXT));
	fake_u32(l.f, VARS + 8, BUF_LEN);
	fake_u32(l.f, VARS + 12, first);
	fake_u32(l.f, VARS + 20, next);
	fake_page(l.f, TEXT >> 12);
	l.k = fake_kernel(l.f, 0, info, &l.text);
	return l;
}

/* Returns where the next one starts. */
static uint32_t put_record(struct log *l, uint32_t at, uint16_t len, uint64_t ts, const char *text)
{
	fake_u64(l->f, TEXT + at, ts);
	fake_u16(l->f, TEXT + at + 8, len);
	fake_u16(l->f, TEXT + at + 10, (uint16_t)strlen(text));
	fake_write(l->f, TEXT + at + 16, text, strlen(text));
	return at + len;
}

static void test_records(void **state)
{
	(void)state;
	for (int old = 0; old <= 1; old++) {
		struct log l = records(old ? records_info_3_5 : records_info, 0, 72);

		assert_string_equal(printk_kind(l.k), "records");
		put_record(&l, 0, 32, 5000000, "Linux");
		put_record(&l, 32, 40, 6000999, "with a dictionary");	/* 3 bytes + SUBSYSTEM=... are not shown */
		put_record(&l, 72, 24, 7, "next");
		expect(l.k, "[    0.005000] Linux\n[    0.006000] with a dictionary\n", 0);
		done(&l);
	}
}

static void test_records_empty(void **state)
{
	struct log l = records(records_info, 0, 0);

	(void)state;
	expect(l.k, "", 0);
	done(&l);
}

/* The log went round: a record of length 0 says that the next one is at the start; so does too little room for one. */
static void test_records_wrapped(void **state)
{
	struct log l = records(records_info, 160, 64);

	(void)state;
	put_record(&l, 160, 48, 1000000000, "one");
	put_record(&l, 208, 0, 0, "");
	put_record(&l, 0, 32, 2000000000, "two");
	put_record(&l, 32, 32, 3000000000, "three");
	put_record(&l, 64, 32, 0, "oldest, overwritten");
	expect(l.k, "[    1.000000] one\n[    2.000000] two\n[    3.000000] three\n", 0);
	put_record(&l, 160, 88, 1000000000, "one");	/* ends 8 bytes before the end */
	expect(l.k, "[    1.000000] one\n[    2.000000] two\n[    3.000000] three\n", 0);
	put_record(&l, 160, 96, 1000000000, "one");	/* ends at the end */
	expect(l.k, "[    1.000000] one\n[    2.000000] two\n[    3.000000] three\n", 0);
	done(&l);
}

static void test_records_damaged(void **state)
{
	static const struct { uint16_t len, text_len; } bad[] = {
		{ 8, 1 }, { 300, 1 }, { 0xffff, 1 }, { 32, 17 }, { 32, 0xffff }, { 15, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct log l = records(records_info, 0, 96);

		put_record(&l, 0, 32, 0, "good");
		put_record(&l, 32, bad[i].len, 0, "");
		fake_u16(l.f, TEXT + 32 + 10, bad[i].text_len);
		put_record(&l, 64, 32, 0, "behind it");
		expect(l.k, "[    0.000000] good\n", 0);
		done(&l);
	}
}

/* Records that lead round and round: the end is not among them. Each is shown once, or twice where the round closes. */
static void test_records_loop(void **state)
{
	static const uint32_t ends[] = { 1000000, 33, 200 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct log l = records(records_info, 0, ends[i]);
		struct outbuf out = OUTBUF_INIT;

		put_record(&l, 0, 32, 0, "a");
		put_record(&l, 32, 32, 0, "b");
		put_record(&l, 64, 0, 0, "");
		assert_int_equal(printk_render(l.k, &out), 0);
		assert_true(!strncmp(out.data, "[    0.000000] a\n[    0.000000] b\n", 34));
		assert_true(out.len <= 4 * 17);
		out_free(&out);
		done(&l);
	}
}

static void test_records_facts(void **state)
{
	struct log l = records(records_info, 300, 0);	/* first beyond the buffer */
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	printk_render(l.k, &out);
	assert_true(out.len < 100);
	out_free(&out);
	fake_u32(l.f, VARS + 8, 0xffffffff);		/* 4 GiB of log */
	expect(l.k, NULL, -EIO);
	fake_u32(l.f, VARS + 8, 0);
	fake_u32(l.f, VARS + 12, 0);
	expect(l.k, "", 0);
	fake_u64(l.f, VARS, 0x4000);
	fake_u32(l.f, VARS + 8, BUF_LEN);
	expect(l.k, NULL, -EFAULT);
	done(&l);
}

/* --- until 3.4 ---------------------------------------------------------------------------------------------------- */

static const char characters_info[] =
	"SYMBOL(log_buf)=ffff888000200000\nSYMBOL(log_buf_len)=ffff888000200008\n"
	"SYMBOL(log_end)=ffff88800020000c\nSYMBOL(logged_chars)=ffff888000200010\n";

static void test_characters(void **state)
{
	static const struct { uint32_t end, chars; const char *want, *since_clear; } logs[] = {
		{ 0, 0, "", "" },
		{ 10, 10, "<6>line 1\n", "<6>line 1\n" },
		{ 16, 16, "<6>line 1\n<7>abc", "<6>line 1\n<7>abc" },
		{ 10, 4, "<6>line 1\n", "e 1\n" },
		{ 10, 0, "<6>line 1\n", "" },
		{ 10, 100, "<6>line 1\n", "<6>line 1\n" },
		/* wrapped: 21 characters were written, 16 are there: those from 5 on, then the first 5 */
		{ 21, 16, "ne 1\n<7>abc<6>li", "ne 1\n<7>abc<6>li" },
		{ 21, 100, "ne 1\n<7>abc<6>li", "ne 1\n<7>abc<6>li" },
		{ 21, 7, "ne 1\n<7>abc<6>li", "bc<6>li" },
		{ 21, 5, "ne 1\n<7>abc<6>li", "<6>li" },
		{ 0xfffffff5, 16, "ne 1\n<7>abc<6>li", "ne 1\n<7>abc<6>li" },
	};
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		struct log l = { .f = fake_new(12, 0x1000) };

		fake_u64(l.f, VARS, V(TEXT));
		fake_u32(l.f, VARS + 8, 16);
		fake_u32(l.f, VARS + 12, logs[i].end);
		fake_u32(l.f, VARS + 16, logs[i].chars);
		fake_write(l.f, TEXT, "<6>line 1\n<7>abcNOT PART", 24);
		l.k = fake_kernel(l.f, 0, characters_info, &l.text);
		assert_string_equal(printk_kind(l.k), "characters");
		expect(l.k, logs[i].want, 0);
		assert_int_equal(printk_render_partial(l.k, NULL, &out), 0);
		assert_string_equal(out.len ? out.data : "", logs[i].since_clear);
		out_free(&out);
		fake_u32(l.f, VARS + 8, 0);
		expect(l.k, NULL, -EIO);
		done(&l);
	}
}

/* Without logged_chars all that was ever written is there. */
static void test_characters_without_count(void **state)
{
	struct log l = { .f = fake_new(12, 0x1000) };

	(void)state;
	fake_u64(l.f, VARS, V(TEXT));
	fake_u32(l.f, VARS + 8, 16);
	fake_u32(l.f, VARS + 12, 21);
	fake_write(l.f, TEXT, "<6>line 1\n<7>abc", 16);
	l.k = fake_kernel(l.f, 0, "SYMBOL(log_buf)=ffff888000200000\nSYMBOL(log_buf_len)=ffff888000200008\n"
			  "SYMBOL(log_end)=ffff88800020000c\n", &l.text);
	expect(l.k, "ne 1\n<7>abc<6>li", 0);
	done(&l);
}

static void test_no_log(void **state)
{
	struct log l = { .f = fake_new(12, 0x1000) };

	(void)state;
	l.k = fake_kernel(l.f, 0, "", &l.text);
	assert_null(printk_kind(l.k));
	expect(l.k, NULL, -ENOENT);
	done(&l);
}

/* --- text of a record --------------------------------------------------------------------------------------------- */

static void text_is(const char *text, size_t len, const char *want)
{
	struct outbuf out = OUTBUF_INIT;

	printk_record(&out, 0, text, len);
	assert_int_equal(out.len, 15 + strlen(want) + 1);
	assert_memory_equal(out.data, "[    0.000000] ", 15);
	assert_memory_equal(out.data + 15, want, strlen(want));
	assert_int_equal(out.data[out.len - 1], '\n');
	out_free(&out);
}
#define TEXT_IS(text, want) text_is(text, sizeof(text) - 1, want)

static void test_text(void **state)
{
	(void)state;
	TEXT_IS("", "");
	TEXT_IS("plain ~!\tx", "plain ~!\tx");
	TEXT_IS("a\nb", "a\n               b");
	TEXT_IS("a\n\nb\n", "a\n               \n               b\n               ");
	TEXT_IS("\x1b[31mred\x7f\0end", "\\x1b[31mred\\x7f\\x00end");
	TEXT_IS("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	TEXT_IS("\xc3", "\\xc3");			/* cut off */
	TEXT_IS("\xe2\x82", "\\xe2\\x82");
	TEXT_IS("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	TEXT_IS("\xc3(", "\\xc3(");
	TEXT_IS("\xa9x", "\\xa9x");			/* in the middle */
	TEXT_IS("\xc0\x80\xc1\xbf", "\\xc0\\x80\\xc1\\xbf");	/* overlong */
	TEXT_IS("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
	TEXT_IS("\xe0\xa0\x80", "\xe0\xa0\x80");
	TEXT_IS("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
	TEXT_IS("\xed\xa0\x80", "\\xed\\xa0\\x80");	/* a surrogate */
	TEXT_IS("\xed\x9f\xbf", "\xed\x9f\xbf");
	TEXT_IS("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");	/* U+10FFFF, and one more */
	TEXT_IS("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	TEXT_IS("\xf5\xff\xfe", "\\xf5\\xff\\xfe");
	TEXT_IS("\xc2\x9b" "31m", "\\xc2\\x9b31m");	/* CSI: a control character of terminals */
	TEXT_IS("\xc2\xa0", "\xc2\xa0");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_ring_one_record),
		cmocka_unit_test(test_ring_ids_wrap),
		cmocka_unit_test(test_ring_wrapped_text),
		cmocka_unit_test(test_ring_no_data),
		cmocka_unit_test(test_ring_states),
		cmocka_unit_test(test_ring_garbage),
		cmocka_unit_test(test_ring_damage),
		cmocka_unit_test(test_ring_facts),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_records_empty),
		cmocka_unit_test(test_records_wrapped),
		cmocka_unit_test(test_records_damaged),
		cmocka_unit_test(test_records_loop),
		cmocka_unit_test(test_records_facts),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_characters_without_count),
		cmocka_unit_test(test_no_log),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("printk", tests, NULL, NULL);
}
