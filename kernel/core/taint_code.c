/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/taint_code.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define CODE_BYTES 64u

/* Code of one machine: where the word lies that it returns. false: it does something else. */
struct code {
	const uint8_t *bytes;		/* CODE_BYTES of them */
	uint64_t vaddr;
	bool big_endian;
};

static uint32_t instruction(const struct code *c, size_t i)
{
	return get_u32(c->bytes + 4 * i, c->big_endian);
}

static uint64_t extended(uint64_t value, unsigned int bits)
{
	uint64_t sign = (uint64_t)1 << (bits - 1);

	return ((value & (2 * sign - 1)) ^ sign) - sign;
}

/* adrp xN, page; ldr x0, [xN, #offset]; ret. Between them hints (nop, bti, paciasp, autiasp), in front what ftrace left: mov x9,
 * x30. */
static bool decode_arm64(const struct code *c, uint64_t *vaddr)
{
	uint64_t page = 0;
	unsigned int base = 32;
	bool loaded = false;

	for (size_t i = 0; i < CODE_BYTES / 4; i++) {
		uint32_t in = get_u32(c->bytes + 4 * i, false);	/* code is little-endian on all of them */

		if ((in & 0xfffff01f) == 0xd503201f || in == 0xaa1e03e9)
			continue;
		if ((in & 0x9f000000) == 0x90000000 && !loaded && base == 32) {
			uint64_t pages = extended((in >> 5 & 0x7ffff) << 2 | (in >> 29 & 3), 21);

			base = in & 31;
			page = ((c->vaddr + 4 * i) & ~(uint64_t)0xfff) + (pages << 12);
		} else if ((in & 0xffc0001f) == 0xf9400000 && (in >> 5 & 31) == base && !loaded) {
			*vaddr = page + (in >> 10 & 0xfff) * 8;
			loaded = true;
		} else {
			return in == 0xd65f03c0 && loaded;
		}
	}
	return false;
}

/* movw rN, #low; movt rN, #high; ldr r0, [rN, #offset]; bx lr. In front what ftrace left: str lr, [sp, #-4]!; then bl to the
 * tracer, or what undoes that: ldr lr, [sp], #4; add sp, sp, #4. */
static bool decode_arm(const struct code *c, uint64_t *vaddr)
{
	static const uint32_t passed[] = { 0xe52de004, 0xe49de004, 0xe28dd004, 0xe8bd4000, 0xe320f000, 0xe1a00000 };
	uint32_t base = 16, value = 0;
	bool high = false, loaded = false;

	for (size_t i = 0; i < CODE_BYTES / 4; i++) {
		uint32_t in = instruction(c, i), imm = (in >> 4 & 0xf000) | (in & 0xfff);
		bool pass = i == 1 && (in & 0xff000000) == 0xeb000000;

		for (size_t n = 0; n < ARRAY_SIZE(passed); n++)
			pass |= in == passed[n];
		if (pass)
			continue;
		if ((in & 0xfff00000) == 0xe3000000 && base == 16) {
			base = in >> 12 & 15;
			value = imm;
		} else if ((in & 0xfff00000) == 0xe3400000 && (in >> 12 & 15) == base && !high) {
			value |= imm << 16;
			high = true;
		} else if ((in & 0xfff0f000) == 0xe5900000 && (in >> 16 & 15) == base && high && !loaded) {
			*vaddr = value + (in & 0xfff);
			loaded = true;
		} else {
			return in == 0xe12fff1e && loaded;
		}
	}
	return false;
}

/* mov moffs32, %eax (i386), or mov rel32(%rip), %rax; ret, or jmp to a thunk that does. Around it a call to the tracer, or five
 * bytes of nothing in its place, and the frame. */
static bool decode_x86(const struct code *c, uint64_t *vaddr, bool is_64)
{
	static const struct { uint8_t len, bytes[5]; } passed[] = {
		{ 4, { 0xf3, 0x0f, 0x1e, 0xfa } }, { 5, { 0x0f, 0x1f, 0x44, 0, 0 } }, { 5, { 0x3e, 0x8d, 0x74, 0x26, 0 } },
		{ 5, { 0x66, 0x66, 0x66, 0x66, 0x90 } }, { 1, { 0x55 } }, { 1, { 0x5d } }, { 2, { 0x89, 0xe5 } },
		{ 3, { 0x48, 0x89, 0xe5 } }, { 1, { 0x90 } },
	};
	bool loaded = false;

	for (size_t at = 0; at + 8 <= CODE_BYTES;) {
		const uint8_t *in = c->bytes + at;
		size_t step = !at && in[0] == 0xe8 ? 5 : 0;

		for (size_t n = 0; n < ARRAY_SIZE(passed) && !step; n++)
			if (!memcmp(in, passed[n].bytes, passed[n].len))
				step = passed[n].len;
		if (!step && !loaded && !is_64 && in[0] == 0xa1) {
			*vaddr = get_u32(in + 1, false);
			loaded = true;
			step = 5;
		} else if (!step && !loaded && is_64 && in[0] == 0x48 && in[1] == 0x8b && in[2] == 0x05) {
			*vaddr = c->vaddr + at + 7 + extended(get_u32(in + 3, false), 32);
			loaded = true;
			step = 7;
		}
		if (!step)
			return loaded && (in[0] == 0xc3 || in[0] == 0xe9);
		at += step;
	}
	return false;
}

static bool decode_i386(const struct code *c, uint64_t *vaddr)
{
	return decode_x86(c, vaddr, false);
}

static bool decode_x86_64(const struct code *c, uint64_t *vaddr)
{
	return decode_x86(c, vaddr, true);
}

/* lui v0, high; jr ra; ld v0, low(v0): kernels whose symbols have 32 bits. In front what ftrace left: move at, ra; jal, or nop;
 * move t0, zero. */
static bool decode_mips64(const struct code *c, uint64_t *vaddr)
{
	for (size_t i = 0; i + 2 < CODE_BYTES / 4; i++) {
		uint32_t in = instruction(c, i), load = instruction(c, i + 2);

		if (!in || in == 0x03e00825 || in == 0x00006025 || (i == 1 && in >> 26 == 3))
			continue;
		if (in >> 16 != 0x3c02 || instruction(c, i + 1) != 0x03e00008 || load >> 16 != 0xdc42)
			return false;
		*vaddr = extended((uint64_t)(in & 0xffff) << 16, 32) + extended(load & 0xffff, 16);
		return true;
	}
	return false;
}

/* addis r2, r12, ...; addi r2, r2, ...: the table of contents (ELFv2); addis rN, r2, high; ld r3, low(rN); blr. Between them what
 * ftrace left: mflr r0; bl, or nop. */
static bool decode_ppc64(const struct code *c, uint64_t *vaddr)
{
	uint64_t toc, high = 0;
	unsigned int base = 32;
	bool loaded = false;

	if (instruction(c, 0) >> 16 != 0x3c4c || instruction(c, 1) >> 16 != 0x3842)
		return false;
	toc = c->vaddr + extended((uint64_t)(instruction(c, 0) & 0xffff) << 16, 32) + extended(instruction(c, 1) & 0xffff, 16);
	for (size_t i = 2; i < CODE_BYTES / 4; i++) {
		uint32_t in = instruction(c, i);

		if (in == 0x60000000 || in == 0x7c0802a6 || (i == 3 && (in & 0xfc000003) == 0x48000001))
			continue;
		if ((in & 0xfc1f0000) == 0x3c020000 && base == 32) {
			base = in >> 21 & 31;
			high = toc + extended((uint64_t)(in & 0xffff) << 16, 32);
		} else if ((in & 0xffe00003) == 0xe8600000 && (in >> 16 & 31) == base && !loaded) {
			*vaddr = high + extended(in & 0xfffc, 16);
			loaded = true;
		} else {
			return in == 0x4e800020 && loaded;
		}
	}
	return false;
}

/* lgrl %r2, ...; br %r14, or a jump to a thunk that does. In front a branch never taken, in place of the tracer. */
static bool decode_s390x(const struct code *c, uint64_t *vaddr)
{
	size_t at = get_u16(c->bytes, true) == 0xc004 ? 6 : 0;
	const uint8_t *in = c->bytes + at;

	if (get_u16(in, true) != 0xc428)
		return false;
	*vaddr = c->vaddr + at + 2 * extended(get_u32(in + 2, true), 32);
	return get_u16(in + 6, true) == 0x07fe || get_u16(in + 6, true) == 0xc0f4;
}

static const struct {
	uint16_t machine;
	uint8_t elf_class;
	bool (*decode)(const struct code *c, uint64_t *vaddr);
} machines[] = {
	{ EM_AARCH64, 64, decode_arm64 }, { EM_ARM, 32, decode_arm }, { EM_386, 32, decode_i386 },
	{ EM_X86_64, 64, decode_x86_64 }, { EM_MIPS, 64, decode_mips64 }, { EM_PPC64, 64, decode_ppc64 },
	{ EM_S390, 64, decode_s390x },
};

int taint_code_find(const struct kernel *k, const struct symbols *s, uint64_t *vaddr)
{
	uint8_t bytes[CODE_BYTES];
	struct code c = { .bytes = bytes, .big_endian = k->big_endian };
	struct mapping image;
	struct symbol function;
	int r;

	if (!k->arch || symbols_find(s, "get_taint", &function) || image_range(k, &image, NULL))
		return -ENOENT;
	r = kernel_read(k, function.vaddr, bytes, sizeof(bytes));
	if (r)
		return r;
	c.vaddr = function.vaddr;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine != k->arch->elf_machine || machines[i].elf_class != k->arch->elf_class)
			continue;
		if (!machines[i].decode(&c, vaddr))
			break;
		*vaddr = kernel_wrap(k, *vaddr);
		if (*vaddr % k->word_bytes || *vaddr - image.vaddr >= image.len)
			break;
		return 0;
	}
	return -ENOENT;
}
