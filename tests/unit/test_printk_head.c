/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log when the page with the ring's head is lost: the same records, found by what else the dump has; or none. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/log/printk.h"
#include "tests/unit/arch_unit.h"

#define PAGES	48u
#define COUNT	128u			/* records; texts of 32 bytes */
#define INFO	88u
#define PRB	0x1000u			/* alone on its page */
#define FIXED	0x2020u			/* printk_rb_static, and its infos behind it on this page */
#define VARS	0x10000u		/* clear_seq, and variables that VMCOREINFO may name */
#define LOG_BUF	(VARS + 0x20)
#define LOG_LEN	(VARS + 0x28)
#define FIRST_BUF (VARS - 40 - COUNT * 32)	/* __log_buf */
#define DYNAMIC	0x12000u		/* printk_rb_dynamic */
#define BUF	0x20000u		/* its text */

static const struct arch identity = { .name = "identity" };
static struct mapping window = { 0, 0, PAGES << 12 };

struct parts {
	uint64_t rb, descs, infos, text;
};

/* A machine whose longs have word bytes; VMCOREINFO as the kernel writes it. */
struct machine {
	unsigned int word;
	struct fake *f;
	struct kernel k;
	char info[2000];
	size_t len;
};

static void name(struct machine *m, const char *symbol, uint64_t vaddr)
{
	m->len += (size_t)snprintf(m->info + m->len, sizeof(m->info) - m->len, "SYMBOL(%s)=%llx\n", symbol,
				   (unsigned long long)vaddr);
	m->k.vmci = (struct vmcoreinfo){ m->info, m->len };
}

static void put_word(struct machine *m, uint64_t at, uint64_t v)
{
	if (m->word == 4)
		fake_u32(m->f, at, (uint32_t)v);
	else
		fake_u64(m->f, at, v);
}

static struct machine *make_machine(unsigned int word)
{
	struct machine *m = calloc(1, sizeof(*m));
	static const char no_bytes[4096];
	const unsigned int w = word;

	assert_non_null(m);
	m->word = word;
	m->f = fake_new(12, PAGES);
	for (uint64_t page = 0; page < PAGES; page++)
		fake_write(m->f, page << 12, no_bytes, sizeof(no_bytes));
	m->k = (struct kernel){
		.pages = &m->f->pages, .has_space = true, .word_bytes = word, .page_shift = 12,
		.space = { .arch = &identity, .mem = &m->f->pages, .windows = &window, .nwindows = 1 },
	};
	m->len = (size_t)snprintf(m->info, sizeof(m->info),
		"SIZE(printk_ringbuffer)=%u\nOFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=%u\n"
		"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=%u\nOFFSET(prb_desc_ring.infos)=%u\n"
		"OFFSET(prb_desc_ring.head_id)=%u\nOFFSET(prb_desc_ring.tail_id)=%u\nSIZE(prb_desc)=%u\n"
		"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=%u\nOFFSET(prb_data_blk_lpos.begin)=0\n"
		"OFFSET(prb_data_blk_lpos.next)=%u\nSIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
		"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nOFFSET(prb_data_ring.size_bits)=0\n"
		"OFFSET(prb_data_ring.data)=%u\nOFFSET(atomic_long_t.counter)=0\n",
		11 * w, 5 * w, w, 2 * w, 3 * w, 4 * w, 3 * w, w, w, w);
	name(m, "prb", PRB);
	name(m, "printk_rb_static", FIXED);
	name(m, "clear_seq", VARS);
	return m;
}

static void free_machine(struct machine *m)
{
	fake_free(m->f);
	free(m);
}

/* The id that prb_init() begins with, in the 32 bits of an unsigned int. */
static uint64_t id_of(const struct machine *m, uint64_t seq)
{
	return (0x100000000 - COUNT + seq) & (((uint64_t)1 << (m->word * 8 - 2)) - 1);
}

/* A ring after n records: "WHAT number N". */
static void fill(struct machine *m, const struct parts *p, const char *what, uint64_t n)
{
	const unsigned int w = m->word;
	uint64_t oldest = n > COUNT ? n - COUNT : 0;

	fake_u32(m->f, p->rb, 7);
	put_word(m, p->rb + w, p->descs);
	put_word(m, p->rb + 2 * w, p->infos);
	put_word(m, p->rb + 3 * w, id_of(m, n - 1));
	put_word(m, p->rb + 4 * w, id_of(m, oldest));
	fake_u32(m->f, p->rb + 5 * w, 12);
	put_word(m, p->rb + 6 * w, p->text);
	/* what prb_init() leaves: the descriptor in front of the first is reusable */
	if (n < COUNT)
		put_word(m, p->descs + (COUNT - 1) * 3 * w, (uint64_t)3 << (w * 8 - 2) | id_of(m, UINT64_MAX));
	for (uint64_t i = oldest; i < n; i++) {
		uint64_t slot = i % COUNT, at = (i * 32 + 64) % (COUNT * 32);
		char text[28];
		int len = snprintf(text, sizeof(text), "%s number %llu.", what, (unsigned long long)i);

		put_word(m, p->descs + slot * 3 * w, (uint64_t)2 << (w * 8 - 2) | id_of(m, i));
		put_word(m, p->descs + (slot * 3 + 1) * w, i * 32 + 64);
		put_word(m, p->descs + (slot * 3 + 2) * w, i * 32 + 96);
		fake_u64(m->f, p->infos + slot * INFO, i);
		fake_u64(m->f, p->infos + slot * INFO + 8, i * 1000000);
		fake_u16(m->f, p->infos + slot * INFO + 16, (uint16_t)len);
		put_word(m, p->text + at, id_of(m, i));
		fake_write(m->f, p->text + at + w, text, (size_t)len);
	}
}

static struct parts fixed_parts(const struct machine *m)
{
	/* a small variable is between the head and the infos */
	uint64_t infos = FIXED + 11 * m->word + 24;

	return (struct parts){ FIXED, infos + COUNT * INFO, infos, FIRST_BUF };
}

static struct machine *make_fixed(unsigned int word, uint64_t n)
{
	struct machine *m = make_machine(word);
	struct parts p = fixed_parts(m);

	put_word(m, PRB, FIXED);
	put_word(m, LOG_BUF, FIRST_BUF);
	fake_u32(m->f, LOG_LEN, COUNT * 32);
	fill(m, &p, "fixed", n);
	return m;
}

/* Shows the log: each record of n, but those whose info is on the lost page (0: none is), and a line that says older or not. */
static void expect(struct machine *m, const char *what, uint64_t n, uint64_t infos, uint64_t lost_page, bool older, uint64_t head)
{
	struct outbuf out = OUTBUF_INIT;
	struct printk_loss loss;
	uint64_t lost = 0;
	char text[200];

	assert_int_equal(printk_render_form(&m->k, NULL, PRINTK_KMSG, &out, &loss), 0);
	snprintf(text, sizeof(text), "4,0,0,-;vmcorefs: the log's head cannot be read: page %#llx is damaged or cut off; %s\n",
		 (unsigned long long)head, older ? "these records were found without it, and newer ones may be elsewhere" :
		 "the records were found without it");
	assert_int_equal(strncmp(out.data, text, strlen(text)), 0);
	assert_int_equal(strncmp(text + strlen("4,0,0,-;vmcorefs: "), loss.head, strlen(loss.head)), 0);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = infos + i % COUNT * INFO;
		bool gone = lost_page && (at >> 12 == lost_page || (at + INFO - 1) >> 12 == lost_page);

		snprintf(text, sizeof(text), "\n0,%llu,%llu,-;%s number %llu.\n", (unsigned long long)i,
			 (unsigned long long)i * 1000, what, (unsigned long long)i);
		if (i + COUNT < n || gone)
			assert_null(strstr(out.data, text));
		else
			assert_non_null(strstr(out.data, text));
		lost += i + COUNT >= n && gone;
	}
	assert_int_equal(loss.amount, lost);
	out_free(&out);
}

static void expect_error(struct machine *m, int error)
{
	struct outbuf out = OUTBUF_INIT;

	assert_int_equal(printk_render(&m->k, &out), error);
	assert_int_equal(out.len, 0);
	out_free(&out);
}

static const uint64_t lengths[] = { 60, 100, 128, 129, 200, 300, 1000 };

/* With no names but those of VMCOREINFO: where the parts lie. */
static void fixed_by_place(void **state)
{
	(void)state;
	for (unsigned int word = 4; word <= 8; word += 4) {
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
			struct machine *m = make_fixed(word, lengths[i]);
			struct parts p = fixed_parts(m);

			fake_damage(m->f, FIXED >> 12);
			expect(m, "fixed", lengths[i], p.infos, FIXED >> 12, false, FIXED >> 12);
			/* prb leads nowhere either, and it might have led elsewhere */
			fake_damage(m->f, PRB >> 12);
			expect(m, "fixed", lengths[i], p.infos, FIXED >> 12, true, PRB >> 12);
			name(m, "log_buf", LOG_BUF);
			name(m, "__log_buf", FIRST_BUF);
			expect(m, "fixed", lengths[i], p.infos, FIXED >> 12, false, PRB >> 12);
			free_machine(m);
		}
	}
}

/* By their names they may lie anywhere. */
static void fixed_by_name(void **state)
{
	const struct parts p = { FIXED, 0x18008, 0x14010, 0x24010 };

	(void)state;
	for (unsigned int word = 4; word <= 8; word += 4) {
		struct machine *m = make_machine(word);

		put_word(m, PRB, FIXED);
		fill(m, &p, "named", 200);
		fake_damage(m->f, FIXED >> 12);
		expect_error(m, -EIO);
		name(m, "_printk_rb_static_descs", p.descs);
		name(m, "_printk_rb_static_infos", p.infos);
		expect_error(m, -EIO);
		name(m, "__log_buf", p.text);
		expect(m, "named", 200, p.infos, 0, false, FIXED >> 12);
		/* a page with some of the descriptors is lost, too: texts and infos tell of these records */
		fake_damage(m->f, p.descs >> 12);
		if (p.descs >> 12 != (p.descs + COUNT * 3 * word - 1) >> 12)
			expect(m, "named", 200, p.infos, 0, false, FIXED >> 12);
		else
			expect_error(m, -EIO);
		free_machine(m);
	}
}

/* Only prb is lost: the head that is there. */
static void prb_alone(void **state)
{
	struct machine *m = make_fixed(8, 100);
	const struct parts moved = { DYNAMIC, BUF - COUNT * 24, BUF - COUNT * 24 - COUNT * INFO, BUF };

	(void)state;
	fake_damage(m->f, PRB >> 12);
	expect(m, "fixed", 100, FIXED, 0, true, PRB >> 12);
	/* it was never made */
	name(m, "printk_rb_dynamic", DYNAMIC);
	expect(m, "fixed", 100, FIXED, 0, false, PRB >> 12);
	fill(m, &moved, "moved", 150);
	expect(m, "moved", 150, moved.infos, 0, false, PRB >> 12);
	free_machine(m);
}

/* A larger log, allocated downwards or upwards. */
static void dynamic(void **state)
{
	const struct parts ways[] = {
		{ DYNAMIC, BUF - COUNT * 24, BUF - COUNT * 24 - COUNT * INFO, BUF },
		{ DYNAMIC, BUF + COUNT * 32, BUF + COUNT * 32 + COUNT * 24, BUF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct machine *m = make_fixed(8, 100);

		fill(m, &ways[i], "moved", 200);
		put_word(m, PRB, DYNAMIC);
		put_word(m, LOG_BUF, BUF);
		fake_damage(m->f, DYNAMIC >> 12);
		expect_error(m, -EIO);		/* not what the kernel said before it moved */
		name(m, "log_buf", LOG_BUF);
		expect(m, "moved", 200, ways[i].infos, 0, false, DYNAMIC >> 12);
		name(m, "log_buf_len", LOG_LEN);
		expect(m, "moved", 200, ways[i].infos, 0, false, DYNAMIC >> 12);
		/* and by log_buf alone that prb led here */
		name(m, "__log_buf", FIRST_BUF);
		fake_damage(m->f, PRB >> 12);
		expect(m, "moved", 200, ways[i].infos, 0, false, PRB >> 12);
		free_machine(m);
	}
}

/* Parts that do not fit together are none. */
static void nothing_made_up(void **state)
{
	struct machine *m;
	struct parts p;

	(void)state;
	for (int what = 0; what < 4; what++) {
		m = make_fixed(8, 200);
		p = fixed_parts(m);
		fake_damage(m->f, FIXED >> 12);
		for (uint64_t i = 0; i < COUNT; i++) {
			if (what == 0)		/* ids of other slots */
				fake_u64(m->f, p.descs + i * 24, (uint64_t)2 << 62 | id_of(m, i + 7));
			else if (what == 1)	/* numbers of other records */
				fake_u64(m->f, p.infos + i * INFO, 5000 + i);
			else if (what == 2)	/* texts of others */
				fake_u64(m->f, p.text + i * 32, id_of(m, i + 1));
		}
		if (what == 3)
			fake_set(m->f, p.text >> 12, 2, PAGE_EXCLUDED);
		expect_error(m, -EIO);
		free_machine(m);
	}
	/* one record that is damaged in itself is no reason against the others */
	m = make_fixed(8, 128);
	p = fixed_parts(m);
	fake_damage(m->f, FIXED >> 12);
	fake_u64(m->f, p.descs + 90 * 24, 0x1234567);
	{
		struct outbuf out = OUTBUF_INIT;

		assert_int_equal(printk_render(&m->k, &out), 0);
		assert_non_null(strstr(out.data, "number 89.\n"));
		assert_null(strstr(out.data, "number 90.\n"));
		assert_non_null(strstr(out.data, "number 91.\n"));
		out_free(&out);
	}
	free_machine(m);
}

static uint64_t failing_page;

static int failing_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	if (pfn <= failing_page && failing_page < pfn + count)
		return -EAGAIN;
	return fake_read(ps, pfn, count, buf);
}

/* A server that does not answer for a moment is no loss, and no reason to say that the log cannot be found. */
static void passing_faults(void **state)
{
	struct machine *m = make_fixed(8, 200);
	struct parts p = fixed_parts(m);
	const uint64_t pages[] = { PRB >> 12, p.descs >> 12, (p.infos + COUNT * INFO / 2) >> 12, p.text >> 12 };

	(void)state;
	m->f->ops.read = failing_read;
	fake_damage(m->f, FIXED >> 12);
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		failing_page = pages[i];
		expect_error(m, -EAGAIN);
	}
	failing_page = 0;
	expect(m, "fixed", 200, p.infos, FIXED >> 12, false, FIXED >> 12);
	free_machine(m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_by_place),
		cmocka_unit_test(fixed_by_name),
		cmocka_unit_test(prb_alone),
		cmocka_unit_test(dynamic),
		cmocka_unit_test(nothing_made_up),
		cmocka_unit_test(passing_faults),
	};

	return cmocka_run_group_tests_name("printk_head", tests, NULL, NULL);
}
