/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of 32-bit kernels, in both byte orders: longs and pointers of 4 bytes. Offsets as i386's pahole has them. */
#include <errno.h>

#include "kernel/log/printk.h"
#include "tests/unit/arch_unit.h"

#define RB	0x1000u
#define DESCS	0x2000u
#define INFOS	0x3000u
#define TEXT	0x4000u
#define VARS	0x5000u
#define COUNT	8u
#define ID_MASK	0x3fffffffu

static const char ring_info[] =
	"SYMBOL(prb)=5000\nSYMBOL(clear_seq)=5010\n"
	"SIZE(printk_ringbuffer)=44\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=24\n"
	"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=4\nOFFSET(prb_desc_ring.infos)=8\n"
	"OFFSET(prb_desc_ring.head_id)=12\nOFFSET(prb_desc_ring.tail_id)=16\nSIZE(prb_desc)=12\n"
	"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=4\nOFFSET(prb_data_blk_lpos.begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=4\nSIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nSIZE(prb_data_ring)=16\n"
	"OFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)=4\nOFFSET(atomic_long_t.counter)=0\n"
	"SIZE(latched_seq)=20\nOFFSET(latched_seq.val)=4\n";

static const char records_info[] =
	"SYMBOL(log_buf)=5000\nSYMBOL(log_buf_len)=5004\nSYMBOL(log_first_idx)=5008\nSYMBOL(log_next_idx)=500c\n"
	"SIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n";

static const struct arch identity = { .name = "identity" };
static struct mapping window = { 0, 0, 0x10000 };

static struct kernel kernel_of(const struct fake *f, const char *text, bool big)
{
	return (struct kernel){
		.pages = &f->pages, .vmci = { text, strlen(text) }, .has_space = true, .big_endian = big, .word_bytes = 4,
		.space = { .arch = &identity, .mem = &f->pages, .windows = &window, .nwindows = 1 },
	};
}

static void expect(const struct kernel *k, bool partial, const char *want)
{
	struct outbuf out = OUTBUF_INIT;

	assert_int_equal(partial ? printk_render_partial(k, NULL, &out) : printk_render(k, &out), 0);
	assert_string_equal(out.data ? out.data : "", want);
	out_free(&out);
}

static void put16(struct fake *f, uint64_t at, uint16_t v, bool big)
{
	uint8_t raw[2];

	put_u16(raw, v, big);
	fake_write(f, at, raw, 2);
}

/* A block of text starts with the id: 4 bytes. */
static void record(struct fake *f, bool big, uint32_t id, uint64_t seq, uint32_t begin, uint32_t next, const char *text)
{
	uint32_t slot = id % COUNT;

	put_entry(f, DESCS + slot * 12, 2u << 30 | id, 4, big);
	put_entry(f, DESCS + slot * 12 + 4, begin, 4, big);
	put_entry(f, DESCS + slot * 12 + 8, next, 4, big);
	put_entry(f, INFOS + slot * 88, seq, 8, big);
	put_entry(f, INFOS + slot * 88 + 8, seq * 1000000000, 8, big);
	put16(f, INFOS + slot * 88 + 16, (uint16_t)strlen(text), big);
	put_entry(f, TEXT + begin % 256, id, 4, big);
	fake_write(f, TEXT + begin % 256 + 4, text, strlen(text));
}

/* Ids wrap at 2^30 and positions at 2^32. */
static void check_ring(bool big)
{
	struct fake *f = fake_memory(12, 0x10, 0, 0x10);
	struct kernel k = kernel_of(f, ring_info, big);

	put_entry(f, VARS, RB, 4, big);
	put_entry(f, RB, 3, 4, big);
	put_entry(f, RB + 4, DESCS, 4, big);
	put_entry(f, RB + 8, INFOS, 4, big);
	put_entry(f, RB + 12, 0, 4, big);		/* head */
	put_entry(f, RB + 16, ID_MASK - 1, 4, big);	/* tail */
	put_entry(f, RB + 24, 8, 4, big);		/* 256 bytes */
	put_entry(f, RB + 28, TEXT, 4, big);
	record(f, big, ID_MASK - 1, 7, 0xffffffc0, 0xffffffe0, "twenty-eight bytes are full.");
	record(f, big, ID_MASK, 8, 0xffffffe0, 0, "and up to the end");
	record(f, big, 0, 9, 0, 12, "around");
	expect(&k, false, "[    7.000000] twenty-eight bytes are full.\n[    8.000000] and up to the end\n"
	       "[    9.000000] around\n");
	/* a latch of two copies: the second one counts */
	put_entry(f, VARS + 0x10, 1, 4, big);
	put_entry(f, VARS + 0x14, 0, 8, big);
	put_entry(f, VARS + 0x1c, 8, 8, big);
	expect(&k, true, "[    8.000000] and up to the end\n[    9.000000] around\n");
	fake_free(f);
}

static void test_ring(void **state)
{
	(void)state;
	check_ring(false);
	check_ring(true);
}

static void check_records(bool big)
{
	struct fake *f = fake_memory(12, 0x10, 0, 0x10);
	struct kernel k = kernel_of(f, records_info, big);

	put_entry(f, VARS, TEXT, 4, big);
	put_entry(f, VARS + 4, 256, 4, big);
	put_entry(f, VARS + 12, 48, 4, big);
	for (unsigned int i = 0; i < 2; i++) {
		put_entry(f, TEXT + i * 24, (i + 1) * 1000000000ull, 8, big);
		put16(f, TEXT + i * 24 + 8, 24, big);
		put16(f, TEXT + i * 24 + 10, 5, big);
		fake_write(f, TEXT + i * 24 + 16, i ? "line2" : "line1", 5);
	}
	expect(&k, false, "[    1.000000] line1\n[    2.000000] line2\n");
	fake_free(f);
}

static void test_records(void **state)
{
	(void)state;
	check_records(false);
	check_records(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
