/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log as syslog(2) and as /dev/kmsg give it: levels, callers, devices, fragments of lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/log/printk.h"
#include "tests/unit/arch_unit.h"

#define PAGES	16u
#define VARS	0x1000u
#define RB	0x2000u
#define DESCS	0x3000u
#define INFOS	0x4000u
#define TEXT	0x5000u

static const struct arch identity = { .name = "identity" };
static struct mapping window = { 0, 0, PAGES << 12 };

static struct kernel kernel_of(const struct fake *f, const char *text, unsigned int version, bool big)
{
	return (struct kernel){
		.pages = &f->pages, .vmci = { text, strlen(text) }, .has_space = true, .big_endian = big, .word_bytes = 8,
		.page_shift = 12, .version = version,
		.space = { .arch = &identity, .mem = &f->pages, .windows = &window, .nwindows = 1 },
	};
}

static void expect(const struct kernel *k, enum printk_form form, const char *want)
{
	struct outbuf out = OUTBUF_INIT;
	struct printk_loss loss;

	assert_int_equal(printk_render_form(k, NULL, form, &out, &loss), 0);
	assert_string_equal(out.data ? out.data : "", want);
	assert_int_equal(loss.gaps, 0);
	assert_true(out.len <= printk_bound(k));
	out_free(&out);
}

static void put(struct fake *f, uint64_t at, unsigned int bytes, uint64_t v, bool big)
{
	uint8_t raw[8];

	if (bytes == 2)
		put_u16(raw, (uint16_t)v, big);
	else if (bytes == 4)
		put_u32(raw, (uint32_t)v, big);
	else
		put_u64(raw, v, big);
	fake_write(f, at, raw, bytes);
}

/* u8 flags:5, level:3: where the first bit field is depends on the byte order */
static void put_level(struct fake *f, uint64_t at, unsigned int facility, unsigned int flags, unsigned int level, bool big)
{
	uint8_t raw[2] = { (uint8_t)facility, (uint8_t)(big ? flags << 3 | level : level << 5 | flags) };

	fake_write(f, at, raw, 2);
}

/* --- 5.10 and later */

#define RING_INFO \
	"SYMBOL(prb)=1000\n" \
	"SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=48\n" \
	"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\nOFFSET(prb_desc_ring.infos)=16\n" \
	"OFFSET(prb_desc_ring.head_id)=24\nOFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\n" \
	"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=8\nOFFSET(prb_data_blk_lpos.begin)=0\n" \
	"OFFSET(prb_data_blk_lpos.next)=8\nOFFSET(printk_info.seq)=0\nOFFSET(printk_info.ts_nsec)=8\n" \
	"OFFSET(printk_info.text_len)=16\nOFFSET(printk_info.caller_id)=20\nOFFSET(prb_data_ring.size_bits)=0\n" \
	"OFFSET(prb_data_ring.data)=8\nOFFSET(atomic_long_t.counter)=0\n"
#define DEVICE_INFO \
	"SIZE(dev_printk_info)=64\nOFFSET(dev_printk_info.subsystem)=0\nLENGTH(printk_info_subsystem)=16\n" \
	"OFFSET(dev_printk_info.device)=16\nLENGTH(printk_info_device)=48\n"

struct ring {
	struct fake *f;
	bool big;
	uint64_t info_bytes, device, n;
};

static void add(struct ring *g, const char *text, unsigned int facility, unsigned int flags, unsigned int level, uint32_t caller,
		const char *subsystem, const char *device)
{
	uint64_t id = 20 + g->n, slot = id % 16, at = g->n * 128, info = INFOS + slot * g->info_bytes;

	put(g->f, DESCS + slot * 24, 8, (uint64_t)2 << 62 | id, g->big);
	put(g->f, DESCS + slot * 24 + 8, 8, at, g->big);
	put(g->f, DESCS + slot * 24 + 16, 8, at + 128, g->big);
	put(g->f, info, 8, 1000 + g->n, g->big);
	put(g->f, info + 8, 8, 1234567890 + g->n, g->big);
	put(g->f, info + 16, 2, strlen(text), g->big);
	put_level(g->f, info + 18, facility, flags, level, g->big);
	put(g->f, info + 20, 4, caller, g->big);
	fake_write(g->f, info + g->device, subsystem, strlen(subsystem));
	fake_write(g->f, info + g->device + 16, device, strlen(device));
	put(g->f, TEXT + at, 8, id, g->big);
	fake_write(g->f, TEXT + at + 8, text, strlen(text));
	put(g->f, RB + 24, 8, id, g->big);
	g->n++;
}

static struct ring ring_of(uint64_t info_bytes, uint64_t device, bool big)
{
	struct ring g = { fake_new(12, PAGES), big, info_bytes, device, 0 };
	static const char zeroes[4096];

	for (uint64_t page = 0; page < PAGES; page++)
		fake_write(g.f, page << 12, zeroes, 4096);
	put(g.f, VARS, 8, RB, big);
	put(g.f, RB, 4, 4, big);
	put(g.f, RB + 8, 8, DESCS, big);
	put(g.f, RB + 16, 8, INFOS, big);
	put(g.f, RB + 32, 8, 20, big);
	put(g.f, RB + 48, 4, 12, big);
	put(g.f, RB + 56, 8, TEXT, big);
	return g;
}

static void ring(void **state)
{
	/* printk_info of 5.10 to 6.18, and with CONFIG_PRINTK_EXECUTION_CTX; both byte orders */
	static const struct { const char *info; uint64_t bytes, device; bool big; } kinds[] = {
		{ RING_INFO DEVICE_INFO "SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=24\n", 88, 24, false },
		{ RING_INFO DEVICE_INFO "SIZE(printk_info)=112\nOFFSET(printk_info.dev_info)=44\n", 112, 44, false },
		{ RING_INFO DEVICE_INFO "SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=24\n", 88, 24, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct ring g = ring_of(kinds[i].bytes, kinds[i].device, kinds[i].big);
		struct kernel k = kernel_of(g.f, kinds[i].info, ARCH_VERSION(6, 1, 0), kinds[i].big);

		add(&g, "Linux version", 0, 2, 5, 0, "", "");
		add(&g, "usb 1-1: new", 0, 2, 6, 77, "usb", "c189:1");
		add(&g, "a name of sixteen", 0, 0, 3, 0x80000003, "0123456789abcdef", "+pci:\\\x01");
		add(&g, "two\nlines, \\ and \xc3\xa9\x1b[m\t.", 3, 2, 7, 4194304, "", "n3");
		add(&g, "begins", 23, 8, 0, 0, "", "");
		add(&g, "", 1, 10, 4, 0, "", "");
		expect(&k, PRINTK_RAW,
		       "<5>[    1.234567] Linux version\n<6>[    1.234567] usb 1-1: new\n<3>[    1.234567] a name of sixteen\n"
		       "<31>[    1.234567] two\n<31>[    1.234567] lines, \\ and \xc3\xa9\\x1b[m\t.\n<184>[    1.234567] begins\n"
		       "<12>[    1.234567] \n");
		expect(&k, PRINTK_KMSG,
		       "5,1000,1234567,-,caller=T0;Linux version\n"
		       "6,1001,1234567,-,caller=T77;usb 1-1: new\n SUBSYSTEM=usb\n DEVICE=c189:1\n"
		       "3,1002,1234567,-,caller=C3;a name of sixteen\n SUBSYSTEM=0123456789abcdef\n DEVICE=+pci:\\x5c\\x01\n"
		       "31,1003,1234567,-,caller=T4194304;two\\x0alines, \\x5c and \\xc3\\xa9\\x1b[m\\x09.\n DEVICE=n3\n"
		       "184,1004,1234567,c,caller=T0;begins\n"
		       "12,1005,1234567,c,caller=T0;\n");
		fake_free(g.f);
	}
}

/* Facts that are missing or lie outside the structure leave out what they are for. */
static void ring_without_facts(void **state)
{
	static const char *const kinds[] = {
		"SIZE(printk_info)=88\n",
		"SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=24\n",
		"SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=25\n" DEVICE_INFO,
		"SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=-8\n" DEVICE_INFO,
		"SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=24\nOFFSET(dev_printk_info.device)=41\n" DEVICE_INFO,
		"SIZE(printk_info)=88\nOFFSET(printk_info.dev_info)=24\nLENGTH(printk_info_subsystem)=-1\n" DEVICE_INFO,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct ring g = ring_of(88, 24, false);
		struct kernel k;
		char *text = NULL;

		assert_true(asprintf(&text, "%s%s%s", i ? "" : "OFFSET(printk_info.caller_id)=85\n", kinds[i], RING_INFO) > 0);
		k = kernel_of(g.f, text, 0, false);
		add(&g, "text", 0, 2, 6, 1, "pci", "+pci:1");
		expect(&k, PRINTK_KMSG, i ? "6,1000,1234567,-,caller=T1;text\n" : "6,1000,1234567,-;text\n");
		free(text);
		fake_free(g.f);
	}
}

/* --- 3.5 to 5.9 */

#define RECORDS_INFO \
	"SYMBOL(log_buf)=1000\nSYMBOL(log_buf_len)=1008\nSYMBOL(log_first_idx)=100c\nSYMBOL(log_next_idx)=1010\n" \
	"OFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n"

struct records {
	struct fake *f;
	bool big;
	unsigned int head;
	uint32_t next;
};

static struct records records_of(unsigned int head, bool big)
{
	struct records g = { fake_new(12, PAGES), big, head, 0 };
	static const char zeroes[4096];

	for (uint64_t page = 0; page < PAGES; page++)
		fake_write(g.f, page << 12, zeroes, 4096);
	put(g.f, VARS, 8, TEXT, big);
	put(g.f, VARS + 8, 4, 4096, big);
	return g;
}

static void store(struct records *g, const char *text, unsigned int flags, unsigned int level, const char *dict, size_t dict_len)
{
	uint64_t at = TEXT + g->next;
	size_t text_len = strlen(text), len = (g->head + text_len + dict_len + 3) & ~(size_t)3;

	put(g->f, at, 8, 2000000, g->big);
	put(g->f, at + 8, 2, len, g->big);
	put(g->f, at + 10, 2, text_len, g->big);
	put(g->f, at + 12, 2, dict_len, g->big);
	put_level(g->f, at + 14, 0, flags, level, g->big);
	if (g->head > 16)
		put(g->f, at + 16, 4, 0x80000002, g->big);
	fake_write(g->f, at + g->head, text, text_len);
	fake_write(g->f, at + g->head + text_len, dict, dict_len);
	g->next += (uint32_t)len;
	put(g->f, VARS + 16, 4, g->next, g->big);
}
#define STORE(g, text, flags, level, dict) store(g, text, flags, level, dict, sizeof(dict) - 1)

static void records(void **state)
{
	(void)state;
	for (int big = 0; big <= 1; big++) {
		struct records g = records_of(16, big);
		struct kernel k = kernel_of(g.f, RECORDS_INFO "SIZE(printk_log)=16\n", ARCH_VERSION(4, 19, 0), big);

		STORE(&g, "plain", 2, 6, "");
		STORE(&g, "pci 0000: x", 2, 4, "SUBSYSTEM=pci\0DEVICE=+pci:0000\\");
		STORE(&g, "two\nlines", 8, 3, "");
		expect(&k, PRINTK_RAW, "<6>[    0.002000] plain\n<4>[    0.002000] pci 0000: x\n<3>[    0.002000] two\n"
		       "<3>[    0.002000] lines\n");
		expect(&k, PRINTK_KMSG, "6,0,2000,-;plain\n4,1,2000,-;pci 0000: x\n SUBSYSTEM=pci\n DEVICE=+pci:0000\\x5c\n"
		       "3,2,2000,c;two\\x0alines\n");
		fake_free(g.f);
	}
}

/* CONFIG_PRINTK_CALLER: the struct is longer. A dictionary that claims to be longer than its record. */
static void records_caller(void **state)
{
	struct records g = records_of(24, false);
	struct kernel k = kernel_of(g.f, RECORDS_INFO "SIZE(printk_log)=24\nOFFSET(printk_log.caller_id)=16\n",
				    ARCH_VERSION(5, 4, 0), false);

	(void)state;
	STORE(&g, "text", 2, 6, "A=1");
	put(g.f, TEXT + 12, 2, 1000, false);
	expect(&k, PRINTK_KMSG, "6,0,2000,-,caller=C2;text\n A=1\n");
	fake_free(g.f);
}

/* Until 4.8 fragments of a line are records of their own, which readers put together: NEWLINE 2, PREFIX 4, CONT 8. */
static void records_fragments(void **state)
{
	struct records g = records_of(16, false);
	struct kernel k = kernel_of(g.f, RECORDS_INFO "SIZE(printk_log)=16\n", ARCH_VERSION(4, 4, 0), false);

	(void)state;
	STORE(&g, "Checking...", 8 | 4, 6, "");
	STORE(&g, " still", 8, 6, "");
	STORE(&g, " ok", 8 | 2, 6, "");
	STORE(&g, "next", 2 | 4, 5, "");
	STORE(&g, "Open end", 8 | 4, 6, "");
	STORE(&g, "another CPU's", 2 | 4, 3, "");
	STORE(&g, "last", 8 | 4, 6, "");
	expect(&k, PRINTK_RAW, "<6>[    0.002000] Checking... still ok\n<5>[    0.002000] next\n"
	       "<6>[    0.002000] Open end\n<3>[    0.002000] another CPU's\n<6>[    0.002000] last\n");
	expect(&k, PRINTK_KMSG, "6,0,2000,c;Checking...\n6,1,2000,+; still\n6,2,2000,+; ok\n5,3,2000,-;next\n"
	       "6,4,2000,c;Open end\n3,5,2000,-;another CPU's\n6,6,2000,c;last\n");
	/* later ones print what is there */
	k.version = ARCH_VERSION(4, 9, 0);
	expect(&k, PRINTK_RAW, "<6>[    0.002000] Checking...\n<6>[    0.002000]  still\n<6>[    0.002000]  ok\n<5>[    0.002000] next\n"
	       "<6>[    0.002000] Open end\n<3>[    0.002000] another CPU's\n<6>[    0.002000] last\n");
	fake_free(g.f);
}

/* --- until 3.4: the log has the form of syslog(2), and no records */

static void characters(void **state)
{
	static const char info[] = "SYMBOL(log_buf)=1000\nSYMBOL(log_buf_len)=1008\nSYMBOL(log_end)=100c\n";
	struct fake *f = fake_new(12, PAGES);
	struct kernel k = kernel_of(f, info, ARCH_VERSION(2, 6, 32), false);
	struct outbuf out = OUTBUF_INIT;

	(void)state;
	fake_u64(f, VARS, TEXT);
	fake_u32(f, VARS + 8, 4096);
	fake_u32(f, VARS + 12, 14);
	fake_write(f, TEXT, "<6>one\n<4>two\n", 14);
	expect(&k, PRINTK_RAW, "<6>one\n<4>two\n");
	assert_null(printk_why_no_form(&k, PRINTK_RAW));
	assert_non_null(printk_why_no_form(&k, PRINTK_KMSG));
	assert_int_equal(printk_render_form(&k, NULL, PRINTK_KMSG, &out, NULL), -ENOTSUP);
	assert_int_equal(out.len, 0);
	fake_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring),
		cmocka_unit_test(ring_without_facts),
		cmocka_unit_test(records),
		cmocka_unit_test(records_caller),
		cmocka_unit_test(records_fragments),
		cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests_name("printk_forms", tests, NULL, NULL);
}
