/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as a kernel log, in all forms. Byte 0: the era, and whether a page is lost; the rest: physical memory from
 * 8 KiB on, behind tables that map the first GiB by one entry. Pages beyond the input are zero; a few of the kernel's
 * pointers are set right.
 */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/log/printk.h"

#define PAGES 16u
#define FIRST 2u	/* page of the input; 0: top table, 1: the one below */

#include "kernel/opening/open.h"
#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t lost_page;	/* 0: none */

static int read_or_lose(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	if (lost_page && pfn <= lost_page && lost_page < pfn + count)
		return -EIO;
	return memory_read(ps, pfn, count, buf);
}

static void render(const struct kernel *k, enum printk_form form)
{
	struct printk_loss loss;
	struct outbuf out = OUTBUF_INIT;

	printk_render_form(k, NULL, form, &out, &loss);
	/* each byte of the log is shown a few times at the most: no endless loops */
	if (out.len > 64 * PAGES * PAGE)
		abort();
	out_free(&out);
}

#define TABLES "SYMBOL(swapper_pg_dir)=ffffffff80000000\nNUMBER(phys_base)=0\n"

static const char *const infos[] = {
	TABLES "SYMBOL(prb)=ffff888000002000\nSYMBOL(printk_rb_static)=ffff888000002010\n"
	"SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\n"
	"OFFSET(printk_ringbuffer.text_data_ring)=48\nOFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\n"
	"OFFSET(prb_desc_ring.infos)=16\nOFFSET(prb_desc_ring.head_id)=24\nOFFSET(prb_desc_ring.tail_id)=32\n"
	"SIZE(prb_desc)=24\nOFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=8\n"
	"OFFSET(prb_data_blk_lpos.begin)=0\nOFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=48\n"
	"OFFSET(printk_info.seq)=0\nOFFSET(printk_info.caller_id)=20\nOFFSET(printk_info.dev_info)=24\n"
	"OFFSET(dev_printk_info.subsystem)=0\nLENGTH(printk_info_subsystem)=8\nOFFSET(dev_printk_info.device)=8\n"
	"LENGTH(printk_info_device)=16\nSYMBOL(clear_seq)=ffff888000002080\n"
	"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nOFFSET(prb_data_ring.size_bits)=0\n"
	"OFFSET(prb_data_ring.data)=8\nOFFSET(atomic_long_t.counter)=0\n",
	TABLES "SYMBOL(log_buf)=ffff888000002000\nSYMBOL(log_buf_len)=ffff888000002008\n"
	"SYMBOL(log_first_idx)=ffff88800000200c\nSYMBOL(log_next_idx)=ffff888000002010\nSIZE(printk_log)=16\n"
	"OFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n"
	"SYMBOL(clear_idx)=ffff888000002014\n",
	TABLES "SYMBOL(log_buf)=ffff888000002000\nSYMBOL(log_buf_len)=ffff888000002008\n"
	"SYMBOL(log_end)=ffff88800000200c\nSYMBOL(logged_chars)=ffff888000002010\n",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = read_or_lose, .run = memory_run_all };
	static struct memory m;
	struct kernel_input in = { .pages = &m.pages, .elf_machine = EM_X86_64 };
	struct outbuf out = OUTBUF_INIT;
	unsigned int era;
	struct kernel *k;

	if (!size)
		return 0;
	if (!m.pages.ops)	/* The stream, not the descriptor: sanitizers and the fuzzer go on to report. */
		stderr = fopen("/dev/null", "w");
	era = data[0] % ARRAY_SIZE(infos);
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	put_u64(m.bytes[0] + 0x111 * 8, 0x1067, false);
	put_u64(m.bytes[1], 0xe3, false);
	memcpy(m.bytes[FIRST], data + 1, min_u64(size - 1, (PAGES - FIRST) * PAGE));
	if (!(data[0] & 0x80)) {	/* the pointers right: the ring itself, or the buffer */
		put_u64(m.bytes[2], era ? 0xffff888000003000 : 0xffff888000002010, false);
		if (!era) {
			put_u64(m.bytes[2] + 0x18, 0xffff888000002100, false);
			put_u64(m.bytes[2] + 0x20, 0xffff888000002800, false);
			put_u64(m.bytes[2] + 0x48, 0xffff888000003000, false);
		}
	}
	in.vmcoreinfo = infos[era];
	in.vmcoreinfo_len = strlen(infos[era]);
	if (kernel_open(&in, &k))
		return 0;
	if (!k->has_space)
		abort();
	lost_page = data[0] & 0x40 ? FIRST + (data[0] >> 2 & 15) % (PAGES - FIRST) : 0;
	for (enum printk_form form = PRINTK_DMESG; form <= PRINTK_KMSG; form++)
		render(k, form);
	printk_render_partial(k, NULL, &out);
	out_free(&out);
	lost_page = 0;
	kernel_close(k);
	return 0;
}
