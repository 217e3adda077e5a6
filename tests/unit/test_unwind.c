/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of each architecture from frame to frame, on stacks made by hand, and the walk over them: stacks of interrupts, registers in
 * between, ends, and what is damaged. */
#include <errno.h>
#include <string.h>

#include "arch/arm64.h"
#include "arch/i386.h"
#include "arch/orc.h"
#include "arch/ppc64.h"
#include "arch/riscv64.h"
#include "arch/s390x.h"
#include "arch/x86_64.h"
#include "base/bytes.h"
#include "kernel/stack/walk.h"
#include "tests/unit/unit.h"

#define STACK	0xc000000000100000ull	/* the task's, then that of interrupts */
#define IRQ	(STACK + 0x4000)
#define BYTES	0x8000u
#define CODE	0xc000000000000000ull
#define CODE_BYTES 0x10000u

/* Memory in words; rules by functions of 256 bytes. */
struct machine {
	struct unwind u;
	uint8_t memory[BYTES];
	uint8_t code[CODE_BYTES];
	struct orc_rule rules[CODE_BYTES / 256];
	uint64_t stack, code_at;
	struct stack_range irq;
	struct stack_kinds kinds;
	struct stack stack_out;
	int fault;
};

static int word(void *arg, uint64_t vaddr, uint64_t *out)
{
	const struct machine *m = arg;

	*out = 0;
	if (vaddr - m->stack <= BYTES - m->u.word_bytes)
		*out = get_uint(m->memory + (vaddr - m->stack), m->u.word_bytes, m->u.big_endian);
	else if (vaddr - m->code_at <= CODE_BYTES - m->u.word_bytes)
		*out = get_uint(m->code + (vaddr - m->code_at), m->u.word_bytes, m->u.big_endian);
	else
		return -EFAULT;
	return 0;
}

static bool is_code(void *arg, uint64_t vaddr)
{
	const struct machine *m = arg;

	return vaddr - m->code_at < CODE_BYTES;
}

static uint64_t function(void *arg, uint64_t pc)
{
	(void)arg;
	return pc & ~255ull;
}

static int rule(void *arg, uint64_t pc, struct orc_rule *out)
{
	const struct machine *m = arg;

	if (!is_code(arg, pc))
		return -ENOENT;
	*out = m->rules[(pc - m->code_at) / 256];
	return 0;
}

static struct machine *machine_new(const struct arch *arch)
{
	static struct machine m;

	m = (struct machine){ .stack = STACK, .code_at = CODE };
	m.u = (struct unwind){
		.arch = arch, .big_endian = arch->big_endian, .word_bytes = arch->elf_class / 8, .arg = &m, .word = word,
		.is_code = is_code, .function = function, .chain_offset = 152, .link_offset = 136, .record_offset = 304,
	};
	if (m.u.word_bytes == 4) {
		m.stack = 0xc0100000;
		m.code_at = 0xc0000000;
	}
	m.irq = (struct stack_range){ .kind = "IRQ", .first = m.stack + 0x4000, .end = m.stack + 0x8000 };
	m.kinds = (struct stack_kinds){ .list = &m.irq, .n = 1 };
	m.stack_out.first = m.stack;
	m.stack_out.last = m.stack + 0x4000;
	return &m;
}

static void put(struct machine *m, uint64_t vaddr, uint64_t value)
{
	uint8_t bytes[8];

	assert_true(vaddr >= m->stack && vaddr + m->u.word_bytes <= m->stack + BYTES);
	if (m->u.word_bytes == 8)
		put_u64(bytes, value, m->u.big_endian);
	else
		put_u32(bytes, (uint32_t)value, m->u.big_endian);
	memcpy(m->memory + (vaddr - m->stack), bytes, m->u.word_bytes);
}

/* Offsets of frames from code and stack: pc, sp; ends with pc 0. */
static void check(struct machine *m, struct unwind_frame from, const uint64_t *pcs, enum stack_end end)
{
	struct stack *s = &m->stack_out;

	assert_int_equal(stack_walk(&m->u, &m->kinds, &m->fault, from, s), 0);
	for (size_t i = 0; pcs[i]; i++) {
		if (i >= s->n)
			fail_msg("frame %zu of %s is missing", i, m->u.arch->name);
		assert_int_equal(s->frames[i].pc, pcs[i]);
	}
	for (size_t i = 0; i < s->n; i++)
		assert_true(pcs[i]);
	assert_int_equal(s->end, end);
}

static void test_orc(void **state)
{
	/* sp+8, bp at prev sp - 16, CALL, in each era; then REGS with signal, END */
	static const struct {
		unsigned int version;
		bool reordered;
		uint16_t call, regs, end, none;
	} eras[] = {
		{ ARCH_VERSION(5, 10, 0), false, 0x0015, 0x0105, 0x0400, 0x0000 },
		{ ARCH_VERSION(6, 3, 0), false, 0x0015, 0x0505, 0x0800, 0x0000 },
		{ ARCH_VERSION(6, 12, 0), false, 0x0215, 0x0b05, 0x0100, 0x0000 },
		{ ARCH_VERSION(7, 2, 0), true, 0x0283, 0x0b03, 0x0100, 0x0000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(eras); i++) {
		uint8_t entry[4][ORC_ENTRY_BYTES] = { { 8, 0, 0xf0, 0xff }, { 0 }, { 0 }, { 0 } };
		struct orc_layout l;
		struct orc_rule r;

		orc_layout_of(eras[i].version, &l);
		put_u16(entry[0] + 4, eras[i].call, false);
		put_u16(entry[1] + 4, eras[i].regs, false);
		put_u16(entry[2] + 4, eras[i].end, false);
		put_u16(entry[3] + 4, eras[i].none, false);
		l.reordered = orc_is_reordered(&l, entry[0], 4);
		assert_int_equal(l.reordered, eras[i].reordered);
		orc_decode(&l, entry[0], &r);
		assert_int_equal(r.type, ORC_CALL);
		assert_int_equal(r.sp, ORC_SP);
		assert_int_equal(r.sp_offset, 8);
		assert_int_equal(r.bp, ORC_PREV_SP);
		assert_int_equal(r.bp_offset, -16);
		assert_false(r.signal);
		orc_decode(&l, entry[1], &r);
		assert_int_equal(r.type, ORC_REGS);
		assert_true(r.signal);
		orc_decode(&l, entry[2], &r);
		assert_int_equal(r.type, ORC_END);
		orc_decode(&l, entry[3], &r);
		assert_int_equal(r.type, ORC_NONE);
	}
}

/* An interrupt on its own stack: a function, the entry code whose frame points to the task's stack, registers, the function that
 * was interrupted (it has moved its sp already), the one that called it, the entry of a system call, a program. */
static void test_x86_64(void **state)
{
	struct machine *m = machine_new(&arch_x86_64);
	uint64_t regs = STACK + 0x3000;

	(void)state;
	m->u.rule = rule;
	m->rules[1] = (struct orc_rule){ .sp_offset = 24, .sp = ORC_SP, .bp = ORC_PREV_SP, .bp_offset = -16, .type = ORC_CALL };
	m->rules[2] = (struct orc_rule){ .sp_offset = 0, .sp = ORC_BP_INDIRECT, .bp = ORC_UNDEFINED, .type = ORC_REGS, .signal = true };
	m->rules[3] = (struct orc_rule){ .sp_offset = 16, .sp = ORC_SP, .bp = ORC_UNDEFINED, .type = ORC_CALL };
	m->rules[4] = (struct orc_rule){ .sp_offset = 16, .sp = ORC_BP, .bp = ORC_PREV_SP, .bp_offset = -16, .type = ORC_CALL };
	m->rules[5] = (struct orc_rule){ .sp_offset = 8, .sp = ORC_SP, .bp = ORC_UNDEFINED, .type = ORC_REGS_PARTIAL, .signal = true };
	put(m, IRQ + 0x3f00 + 8, IRQ + 0x3f80);		/* bp of 1 */
	put(m, IRQ + 0x3f00 + 16, CODE + 0x210);
	put(m, IRQ + 0x3f80, regs);
	put(m, regs + 32, STACK + 0x3200);		/* rbp */
	put(m, regs + 128, CODE + 0x300);		/* rip: the first instruction of 3 */
	put(m, regs + 136, 0x10);
	put(m, regs + 152, STACK + 0x3100);
	put(m, STACK + 0x3108, CODE + 0x480);
	put(m, STACK + 0x3200, 0x1234);
	put(m, STACK + 0x3208, CODE + 0x520);
	put(m, STACK + 0x3218, 0x400000);
	put(m, STACK + 0x3220, 0x33);
	put(m, STACK + 0x3230, 0x7fff0000);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = IRQ + 0x3f00, .exact = true },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x480, CODE + 0x520, 0x400000, 0 }, STACK_USER);
	assert_string_equal(m->stack_out.frames[0].kind, "IRQ");
	assert_string_equal(m->stack_out.frames[2].kind, "task");
	assert_int_equal(m->stack_out.frames[2].regs, regs);
	assert_true(m->stack_out.frames[2].exact);
	assert_false(m->stack_out.frames[3].exact);

	/* the entry code has no rule: what it called is told, then there is nothing that can be called */
	m->rules[5] = (struct orc_rule){ .type = ORC_END };
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = IRQ + 0x3f00, .exact = true },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x480, CODE + 0x520, 0 }, STACK_WHOLE);

	/* 3 has no rule: the word behind a call of it is exact, not the one before, which is behind another call */
	m->rules[3] = (struct orc_rule){ 0 };
	m->code[0x480 - 5] = 0xe8;
	put_u32(m->code + 0x480 - 4, (uint32_t)(0x300 - 0x480), false);
	put(m, STACK + 0x3100, CODE + 0x490);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = IRQ + 0x3f00, .exact = true },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x480, CODE + 0x520, 0 }, STACK_WHOLE);
	assert_false(m->stack_out.frames[3].guessed);
	/* a call through a register: guessed, and so is all that follows */
	m->code[0x490 - 2] = 0xff;
	m->code[0x490 - 1] = 0xd0;
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = IRQ + 0x3f00, .exact = true },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x490, CODE + 0x480, 0 }, STACK_TORN);
	assert_true(m->stack_out.frames[3].guessed);
	assert_true(m->stack_out.frames[4].guessed);
}

/* A frame that is its own caller, one below, a stack that was left already. */
static void test_loops(void **state)
{
	struct machine *m = machine_new(&arch_arm64);

	(void)state;
	put(m, STACK + 0x100, STACK + 0x100);
	put(m, STACK + 0x108, CODE + 0x110);
	check(m, (struct unwind_frame){ .pc = CODE + 0x210, .sp = STACK + 0x80, .fp = STACK + 0x100 },
	      (uint64_t[]){ CODE + 0x210, CODE + 0x110, 0 }, STACK_TORN);
	put(m, STACK + 0x100, IRQ + 0x100);
	put(m, IRQ + 0x100, STACK + 0x100);
	put(m, IRQ + 0x108, CODE + 0x310);
	assert_int_equal(stack_walk(&m->u, &m->kinds, &m->fault,
				    (struct unwind_frame){ .pc = CODE + 0x210, .sp = STACK + 0x80, .fp = STACK + 0x100 },
				    &m->stack_out), 0);
	assert_int_equal(m->stack_out.end, STACK_TORN);
	assert_true(m->stack_out.n < 10);
}

/* With PAC; registers of an interrupt; a leaf function. */
static void test_arm64(void **state)
{
	struct machine *m = machine_new(&arch_arm64);
	uint64_t regs = STACK + 0x2000;

	(void)state;
	m->u.pac_mask = 0x007f000000000000;
	m->code_at = 0xffff800000000000;
	put(m, STACK + 0x1000, regs + 304);
	put(m, STACK + 0x1008, 0xffad800000000110);		/* signed */
	put(m, regs + 304, STACK + 0x3000);
	put(m, regs + 312, m->code_at + 0x204);
	put(m, regs + 8 * 29, STACK + 0x3000);
	put(m, regs + 8 * 30, m->code_at + 0x310);
	put(m, regs + 248, STACK + 0x2f00);
	put(m, regs + 256, m->code_at + 0x204);
	put(m, regs + 264, 5);
	put(m, STACK + 0x3000, STACK + 0x3100);
	put(m, STACK + 0x3008, m->code_at + 0x410);
	/* 2 has no record: x30 tells its caller */
	check(m, (struct unwind_frame){ .pc = m->code_at + 0x10, .sp = STACK + 0x1000, .fp = STACK + 0x1000 },
	      (uint64_t[]){ m->code_at + 0x10, 0xffff800000000110, m->code_at + 0x204, m->code_at + 0x310, m->code_at + 0x410, 0 },
	      STACK_WHOLE);
	assert_int_equal(m->stack_out.frames[2].regs, regs);
	/* it has: mov x29, sp is behind it */
	put_u32(m->code + 0x200, 0x910003fd, false);
	check(m, (struct unwind_frame){ .pc = m->code_at + 0x10, .sp = STACK + 0x1000, .fp = STACK + 0x1000 },
	      (uint64_t[]){ m->code_at + 0x10, 0xffff800000000110, m->code_at + 0x204, m->code_at + 0x410, 0 }, STACK_WHOLE);
	/* since 6.14 the record in the registers is of zeroes and a type */
	put(m, regs + 304, 0);
	put(m, regs + 312, 0);
	put(m, regs + 320, 2);
	check(m, (struct unwind_frame){ .pc = m->code_at + 0x10, .sp = STACK + 0x1000, .fp = STACK + 0x1000 },
	      (uint64_t[]){ m->code_at + 0x10, 0xffff800000000110, m->code_at + 0x204, m->code_at + 0x410, 0 }, STACK_WHOLE);
	put(m, regs + 320, 1);
	check(m, (struct unwind_frame){ .pc = m->code_at + 0x10, .sp = STACK + 0x1000, .fp = STACK + 0x1000 },
	      (uint64_t[]){ m->code_at + 0x10, 0xffff800000000110, 0 }, STACK_WHOLE);
}

static void test_s390x(void **state)
{
	struct machine *m = machine_new(&arch_s390x);
	uint64_t regs = STACK + 0x1100 + 160;

	(void)state;
	put(m, STACK + 0x1000 + 152, STACK + 0x1100);
	put(m, STACK + 0x1100 + 136, CODE + 0x210);
	/* the chain ends: registers of what was interrupted */
	put(m, regs + 16, CODE + 0x300);
	put(m, regs + 144, STACK + 0x2000);
	put(m, STACK + 0x2000 + 152, STACK + 0x2100);
	put(m, STACK + 0x2100 + 136, CODE + 0x410);
	put(m, STACK + 0x2100 + 160 + 8, 1ull << 48);
	put(m, STACK + 0x2100 + 160 + 16, 0x1000);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x410, 0x1000, 0 }, STACK_USER);
	assert_true(m->stack_out.frames[2].exact);
	/* a chain that leads to no code */
	put(m, STACK + 0x1100 + 136, 0x77);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x300, CODE + 0x410, 0 }, STACK_TORN);
	assert_true(m->stack_out.frames[1].guessed);
}

static void test_ppc64(void **state)
{
	struct machine *m = machine_new(&arch_ppc64le);
	uint64_t regs = STACK + 0x1100 + 112;

	(void)state;
	put(m, STACK + 0x1000, STACK + 0x1100);
	put(m, STACK + 0x1100 + 16, CODE + 0x210);
	put(m, STACK + 0x1100 + 96, 0x7265677368657265);
	put(m, regs + 8, STACK + 0x2000);
	put(m, regs + 8 * 32, CODE + 0x300);
	put(m, regs + 8 * 33, 0x1000);
	put(m, STACK + 0x2000, STACK + 0x2100);
	put(m, STACK + 0x2100 + 16, CODE + 0x410);
	put(m, STACK + 0x2100, 0x7ffff000);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x410, 0 }, STACK_WHOLE);
	put(m, regs + 8 * 33, 0x4000);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, 0 }, STACK_USER);
}

static void test_riscv64(void **state)
{
	struct machine *m = machine_new(&arch_riscv64);
	uint64_t regs = STACK + 0x1100;

	(void)state;
	put(m, STACK + 0x1100 - 16, regs + 288);
	put(m, STACK + 0x1100 - 8, CODE + 0x210);
	put(m, regs, CODE + 0x300);
	put(m, regs + 16, STACK + 0x2000);
	put(m, regs + 64, STACK + 0x2100);
	put(m, regs + 256, 0x100);
	put(m, STACK + 0x2100 - 16, STACK + 0x3f00);
	put(m, STACK + 0x2100 - 8, CODE + 0x410);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000, .fp = STACK + 0x1100 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, CODE + 0x300, CODE + 0x410, 0 }, STACK_WHOLE);
	put(m, regs, 0x10000);
	put(m, regs + 256, 0);
	check(m, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK + 0x1000, .fp = STACK + 0x1100 },
	      (uint64_t[]){ CODE + 0x110, CODE + 0x210, 0x10000, 0 }, STACK_USER);
}

static void test_i386(void **state)
{
	struct machine *m = machine_new(&arch_i386);
	uint64_t stack = m->stack, code = m->code_at, regs = stack + 0x2000;

	(void)state;
	put(m, stack + 0x1000, regs & 0x7fffffff);		/* no frame: registers */
	put(m, stack + 0x1004, code + 0x210);
	put(m, regs + 4 * 5, stack + 0x3000);
	put(m, regs + 4 * 12, code + 0x300);
	put(m, regs + 4 * 13, 0x60);
	put(m, regs + 4 * 15, stack + 0x2100);
	put(m, stack + 0x3000, 0);
	put(m, stack + 0x3004, code + 0x410);
	check(m, (struct unwind_frame){ .pc = code + 0x110, .sp = stack + 0x1000, .fp = stack + 0x1000 },
	      (uint64_t[]){ code + 0x110, code + 0x210, code + 0x300, code + 0x410, 0 }, STACK_WHOLE);
	put(m, regs + 4 * 13, 0x73);
	check(m, (struct unwind_frame){ .pc = code + 0x110, .sp = stack + 0x1000, .fp = stack + 0x1000 },
	      (uint64_t[]){ code + 0x110, code + 0x210, code + 0x300, 0 }, STACK_USER);
}

/* A passing fault ends it, and is no end of a stack. */
static void test_fault(void **state)
{
	struct machine *m = machine_new(&arch_arm64);

	(void)state;
	m->fault = -ENOMEM;
	put(m, STACK + 0x100, STACK + 0x200);
	put(m, STACK + 0x108, CODE + 0x110);
	assert_int_equal(stack_walk(&m->u, &m->kinds, &m->fault,
				    (struct unwind_frame){ .pc = CODE + 0x210, .sp = STACK + 0x80, .fp = STACK + 0x100 },
				    &m->stack_out), -ENOMEM);
}

/* More frames than are told, more stacks than are visited. */
static void test_long(void **state)
{
	struct machine *m = machine_new(&arch_s390x);

	(void)state;
	m->u.chain_offset = 0;
	m->u.link_offset = 8;
	for (uint64_t at = STACK; at < STACK + 0x3ff0; at += 16) {
		put(m, at, at + 16);
		put(m, at + 8, CODE + 0x110);
	}
	assert_int_equal(stack_walk(&m->u, &m->kinds, &m->fault, (struct unwind_frame){ .pc = CODE + 0x110, .sp = STACK },
				    &m->stack_out), 0);
	assert_int_equal(m->stack_out.n, STACK_MAX_FRAMES);
	assert_int_equal(m->stack_out.end, STACK_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orc), cmocka_unit_test(test_x86_64), cmocka_unit_test(test_loops), cmocka_unit_test(test_arm64),
		cmocka_unit_test(test_s390x), cmocka_unit_test(test_ppc64), cmocka_unit_test(test_riscv64),
		cmocka_unit_test(test_i386), cmocka_unit_test(test_fault), cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
