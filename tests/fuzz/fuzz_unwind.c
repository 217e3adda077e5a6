/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as the stacks of a kernel of each architecture that has a way to unwind them, as its code, and as tables of ORC. The
 * first bytes of the input: the architecture, registers to begin with; the rest is memory from address 0 on. Walks end, tell no more
 * frames than they may, and each frame of a stack lies above the one before.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "kernel/debuginfo/orc.h"
#include "kernel/stack/walk.h"

#define PAGES 16u

#include "tests/fuzz/memory.h"

#define BEGIN	16u			/* bytes before the memory */
#define CODE	0x8000u			/* the second half is code too */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct machine {
	struct unwind u;
	struct kreader *r;
	struct orc orc;
	uint64_t base;			/* the kernel's addresses have these upper bits */
};

static int word(void *arg, uint64_t vaddr, uint64_t *out)
{
	struct machine *m = arg;
	int r = kptr_at(m->r, vaddr, out);

	kreader_take(m->r, NULL);
	return r;
}

static bool is_code(void *arg, uint64_t vaddr)
{
	const struct machine *m = arg;

	return vaddr - m->base - CODE < CODE;
}

static uint64_t function(void *arg, uint64_t pc)
{
	return is_code(arg, pc) ? pc & ~(uint64_t)63 : 0;
}

static int rule(void *arg, uint64_t pc, struct orc_rule *out)
{
	struct machine *m = arg;

	return orc_find_in(&m->orc, m->base, m->base + 64 * 4, 64, pc, out);
}

static void check(const struct stack *s)
{
	if (s->n > STACK_MAX_FRAMES || s->end > STACK_LONG || !s->n)
		abort();
	for (size_t i = 1; i < s->n; i++) {
		const struct stack_frame *f = &s->frames[i], *below = f - 1;

		if (!f->user && f->kind && f->kind == below->kind && f->sp < below->sp)
			abort();
		if (below->user)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static struct memory memory;
	static struct stack stack;
	static struct machine m;
	struct mapping window = { .len = PAGES * PAGE };
	struct kernel k = { .pages = &memory.pages, .page_shift = 12, .has_space = true };
	struct stack_range ranges[] = { { .kind = "IRQ" }, { .kind = "NMI" } };
	struct stack_kinds kinds = { .list = ranges, .n = ARRAY_SIZE(ranges) };
	struct unwind_frame f;
	unsigned int n = 0;
	int fault = 0;

	if (size < BEGIN)
		return 0;
	while (arches[n])
		n++;
	memory.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(memory.bytes, 0, sizeof(memory.bytes));
	memcpy(memory.bytes, data + BEGIN, min_u64(size - BEGIN, PAGES * PAGE));
	k.arch = arches[data[0] % n];
	k.word_bytes = k.arch->elf_class / 8;
	k.big_endian = k.arch->big_endian;
	m.base = k.word_bytes == 8 ? 0xc000000000000000 : 0xc0000000;
	window.vaddr = m.base;
	k.space = (struct space){ .arch = k.arch, .mem = &memory.pages, .windows = &window, .nwindows = 1 };
	if (kreader_open(&k, &m.r))
		return 0;
	m.orc = (struct orc){ .r = m.r };
	orc_layout_of((unsigned int)data[1] << 12, &m.orc.layout);
	m.orc.layout.reordered = data[2] & 1;
	m.u = (struct unwind){
		.arch = k.arch, .big_endian = k.big_endian, .word_bytes = k.word_bytes, .arg = &m, .word = word, .is_code = is_code,
		.function = function, .rule = data[2] & 2 ? NULL : rule, .pac_mask = data[2] & 4 ? 0xff : 0,
		.chain_offset = data[3] & 0xf8, .link_offset = data[4] & 0xf8, .record_offset = data[5] & 0xf8u,
	};
	f = (struct unwind_frame){
		.pc = m.base + CODE + data[6], .sp = m.base + get_u16(data + 8, false), .fp = m.base + get_u16(data + 10, false),
		.link = m.base + get_u16(data + 12, false), .exact = data[2] & 8, .has_link = data[2] & 16,
	};
	ranges[0].first = m.base + 0x2000;
	ranges[0].end = ranges[1].first = m.base + 0x3000;
	ranges[1].end = m.base + 0x3800;
	stack.first = m.base + 0x4000;
	stack.last = m.base + 0x8000;
	if (stack_walk(&m.u, &kinds, &fault, f, &stack))
		abort();
	check(&stack);
	kreader_close(m.r);
	return 0;
}
