/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of registers: what each of them must be, places by the manuals and by the C library's struct elf_prstatus, values.
 */
#include <elf.h>
#include <stddef.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include "arch/arch.h"
#include "arch/i386.h"
#include "arch/s390x.h"
#include "arch/x86_64.h"
#include "arch/x86_notes.h"
#include "kernel/input.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static const struct note_layout *prstatus_of(const char *name)
{
	for (const struct arch *const *a = arches; *a; a++)
		if (!strcmp((*a)->name, name))
			return (*a)->notes;
	return NULL;
}

static bool overlap(int a, int na, int b, int nb)
{
	return a < b + nb && b < a + na;
}

static void expect_register(const struct note_layout *l, size_t i)
{
	const struct arch_register *r = &l->registers[i];

	assert_true(r->bytes == 4 || r->bytes == 8);
	assert_int_equal(r->offset % r->bytes, 0);
	assert_true(l->open || r->offset + r->bytes <= l->bytes);
	assert_true(r->frame == NOT_IN_FRAME || (r->frame >= 0 && r->frame % r->bytes == 0));
	for (size_t k = 0; k < i; k++) {
		const struct arch_register *o = &l->registers[k];

		assert_string_not_equal(r->name, o->name);
		assert_true(!r->role || r->role != o->role);
		assert_false(overlap(r->offset, r->bytes, o->offset, o->bytes));
		assert_false(r->frame != NOT_IN_FRAME && o->frame != NOT_IN_FRAME &&
			     overlap(r->frame, r->bytes, o->frame, o->bytes));
	}
}

static void test_tables(void **state)
{
	(void)state;
	for (const struct arch *const *a = arches; *a; a++) {
		const struct note_layout *l = (*a)->notes;

		assert_non_null(l);
		assert_int_equal(l->type, NT_PRSTATUS);
		assert_string_equal(l->owner, "CORE");
		assert_non_null(note_register_of(l, REGISTER_PC));
		assert_non_null(note_register_of(l, REGISTER_SP));
		for (; l->owner; l++)
			for (size_t i = 0; i < l->n; i++)
				expect_register(l, i);
	}
}

/* Bytes of NT_PRSTATUS and where its registers are, by the kernels' headers. */
static void test_places(void **state)
{
	static const struct {
		const char *arch;
		uint16_t bytes;
		const char *pc;
		uint16_t pc_at;
		const char *sp;
		uint16_t sp_at;
	} places[] = {
		{ "x86_64", 336, "rip", 240, "rsp", 264 }, { "i386", 144, "eip", 120, "esp", 132 },
		{ "aarch64", 392, "pc", 368, "sp", 360 }, { "aarch64_be", 392, "pc", 368, "sp", 360 },
		{ "arm", 148, "pc", 132, "sp", 124 }, { "riscv64", 376, "pc", 112, "sp", 128 },
		{ "s390x", 336, "psw.addr", 120, "r15", 248 }, { "ppc64", 504, "nip", 368, "r1", 120 },
		{ "ppc64le", 504, "nip", 368, "r1", 120 }, { "ppc", 268, "nip", 200, "r1", 76 },
		{ "loongarch64", 480, "era", 376, "r3", 136 }, { "mips64", 480, "epc", 384, "r29", 344 },
		{ "sparc64", 408, "tpc", 376, "o6", 224 }, { "ia64", 1144, "ip", 448, "r12", 208 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct note_layout *l = prstatus_of(places[i].arch);

		assert_non_null(l);
		assert_int_equal(l->bytes, places[i].bytes);
		assert_string_equal(note_register_of(l, REGISTER_PC)->name, places[i].pc);
		assert_int_equal(note_register_of(l, REGISTER_PC)->offset, places[i].pc_at);
		assert_string_equal(note_register_of(l, REGISTER_SP)->name, places[i].sp);
		assert_int_equal(note_register_of(l, REGISTER_SP)->offset, places[i].sp_at);
	}
}

#ifdef __x86_64__
static void expect_user_register(const char *name, size_t offset)
{
	const struct arch_register *r = note_register(arch_x86_64.notes, name);

	assert_non_null(r);
	assert_int_equal(r->offset, offsetof(struct elf_prstatus, pr_reg) + offset);
}

static void test_of_this_machine(void **state)
{
	(void)state;
	assert_int_equal(arch_x86_64.notes->bytes, sizeof(struct elf_prstatus));
	assert_int_equal(arch_x86_64.notes->n * 8, sizeof(struct user_regs_struct));
#define EXPECT(member, name) expect_user_register(name, offsetof(struct user_regs_struct, member))
	EXPECT(r15, "r15"); EXPECT(r14, "r14"); EXPECT(r13, "r13"); EXPECT(r12, "r12"); EXPECT(rbp, "rbp"); EXPECT(rbx, "rbx");
	EXPECT(r11, "r11"); EXPECT(r10, "r10"); EXPECT(r9, "r9"); EXPECT(r8, "r8"); EXPECT(rax, "rax"); EXPECT(rcx, "rcx");
	EXPECT(rdx, "rdx"); EXPECT(rsi, "rsi"); EXPECT(rdi, "rdi"); EXPECT(orig_rax, "orig_rax"); EXPECT(rip, "rip");
	EXPECT(cs, "cs"); EXPECT(eflags, "rflags"); EXPECT(rsp, "rsp"); EXPECT(ss, "ss"); EXPECT(fs_base, "fs_base");
	EXPECT(gs_base, "gs_base"); EXPECT(ds, "ds"); EXPECT(es, "es"); EXPECT(fs, "fs"); EXPECT(gs, "gs");
#undef EXPECT
}
#endif

/* Each word of a note is its own number. */
static void test_values(void **state)
{
	uint8_t desc[336];
	struct arch_note note = { "CORE", NT_PRSTATUS, desc, sizeof(desc) };
	const struct note_layout *l;
	uint64_t value;

	(void)state;
	for (unsigned int i = 0; i < sizeof(desc) / 8; i++)
		put_u64(desc + 8 * i, 0x1100000000000000 + i, true);
	l = note_layout(&arch_s390x, &note);
	assert_ptr_equal(l, arch_s390x.notes);
	assert_true(note_value(&note, note_register(l, "psw.addr"), true, &value));
	assert_int_equal(value, 0x110000000000000f);
	assert_true(note_value(&note, note_register_of(l, REGISTER_SP), true, &value));
	assert_int_equal(value, 0x110000000000001f);
	assert_true(note_value(&note, note_register(l, "a0"), true, &value));
	assert_int_equal(value, 0x11000000);
	assert_true(note_value(&note, note_register(l, "a1"), true, &value));
	assert_int_equal(value, 0x20);
	assert_true(note_value(&note, note_register(l, "r0"), false, &value));
	assert_int_equal(value, 0x1000000000000011);
	assert_null(note_register(l, "r16"));
	assert_false(note_value(&note, note_register(l, "r16"), true, &value));
	assert_null(note_register_of(l, REGISTER_FP));
	/* too short, too long, somebody else's, of another kind */
	for (size_t len = 0; len <= sizeof(desc); len++) {
		note.len = len;
		assert_true(!note_layout(&arch_s390x, &note) == (len != sizeof(desc)));
		assert_int_equal(note_value(&note, note_register_of(l, REGISTER_SP), true, &value), len >= 256);
	}
	note = (struct arch_note){ "OTHER", NT_PRSTATUS, desc, sizeof(desc) };
	assert_null(note_layout(&arch_s390x, &note));
	note = (struct arch_note){ "CORE", NT_PRPSINFO, desc, sizeof(desc) };
	assert_null(note_layout(&arch_s390x, &note));
	note = (struct arch_note){ "LINUX", 0x304, desc, 128 };
	assert_true(note_value(&note, note_register(note_layout(&arch_s390x, &note), "cr13"), true, &value));
	assert_int_equal(value, 0x110000000000000d);
}

/* QEMU's note may be longer than it was once. */
static void test_x86_control(void **state)
{
	static const struct arch *const both[] = { &arch_i386, &arch_x86_64 };
	uint8_t desc[448] = { 0 };
	struct arch_note note = { "QEMU", 0, desc, 432 };
	struct x86_paging regs;
	uint64_t value;

	(void)state;
	put_u64(desc + 392, 0x80000001, false);
	put_u64(desc + 416, 0x1234000, false);
	put_u64(desc + 424, CR4_LA57, false);
	put_u64(desc + 432, 0x5678, false);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		const struct note_layout *l;

		note.len = 432;
		assert_true(x86_paging_of(both[i], &note, &regs));
		assert_int_equal(regs.cr3, 0x1234000);
		assert_int_equal(regs.cr4, CR4_LA57);
		l = note_layout(both[i], &note);
		assert_false(note_value(&note, note_register(l, "kernel_gs_base"), false, &value));
		note.len = 440;
		assert_true(note_value(&note, note_register(l, "kernel_gs_base"), false, &value));
		assert_int_equal(value, 0x5678);
		note.len = 431;
		assert_false(x86_paging_of(both[i], &note, &regs));
	}
	note.len = 432;
	assert_false(x86_paging_of(&arch_s390x, &note, &regs));
	put_u64(desc + 392, 1, false);
	assert_false(x86_paging_of(&arch_x86_64, &note, &regs));
}

static const struct arch *guessed(size_t len, bool big_endian)
{
	static const uint8_t desc[1200];
	struct arch_note note = { "CORE", NT_PRSTATUS, desc, len };
	struct fake *f = fake_new(12, 16);
	struct kernel_input in = { .pages = &f->pages, .big_endian = big_endian, .notes = &note, .nnotes = 1 };
	const struct arch *found;
	struct kernel *k;

	assert_int_equal(kernel_open(&in, &k), 0);
	found = k->arch;
	kernel_close(k);
	fake_free(f);
	return found;
}

/* A dump that does not say of which machine it is; the size of mips64's notes is loongarch64's too. */
static void test_guess(void **state)
{
	(void)state;
	assert_ptr_equal(guessed(336, false), &arch_x86_64);
	assert_ptr_equal(guessed(336, true), &arch_s390x);
	assert_ptr_equal(guessed(144, false), &arch_i386);
	assert_null(guessed(144, true));
	assert_null(guessed(480, false));
	assert_string_equal(guessed(480, true)->name, "mips64");
	assert_null(guessed(337, false));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_places),
#ifdef __x86_64__
		cmocka_unit_test(test_of_this_machine),
#endif
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_x86_control),
		cmocka_unit_test(test_guess),
	};

	return cmocka_run_group_tests_name("registers", tests, NULL, NULL);
}
