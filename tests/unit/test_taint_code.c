/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code of get_taint() in kernels of Debian, as compiled and as ftrace leaves it; and code that is something else. */
#define taint_code_find tested_find
#include "kernel/core/taint_code.c"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

struct row {
	bool (*decode)(const struct code *c, uint64_t *vaddr);
	bool big_endian;
	uint64_t vaddr, want;		/* want 0: nothing */
	const char *hex;		/* nothing but traps behind it */
};

static const struct row rows[] = {
	/* arm64 6.1: as it is in the file, and in memory */
	{ decode_arm64, false, 0xffff800008093790, 0xffff800009a18c20, "1f2003d51f2003d520cc00b03f2303d5bf2303d5001046f9c0035fd6" },
	{ decode_arm64, false, 0xffff800008093790, 0xffff800009a18c20, "e9031eaa1f2003d520cc00b03f2303d5bf2303d5001046f9c0035fd6" },
	/* oops_may_print(): another load, and more than that */
	{ decode_arm64, false, 0xffff8000080937b0, 0, "1f2003d51f2003d520cc00b03f2303d5bf2303d500444cb91f000071e0179f1ac0035fd6" },
	{ decode_arm64, false, 0xffff800008093790, 0, "20cc00b0201046f9c0035fd6" },	/* by another register */
	{ decode_arm64, false, 0xffff800008093790, 0, "20cc00b0001046f9" },
	{ decode_arm64, false, 0xffff800008093790, 0, "001046f9c0035fd6" },
	{ decode_arm, false, 0xc044a6e0, 0xc17b0364, "04e02de5f71fffeb603300e37b314ce3040093e51eff2fe1" },
	{ decode_arm, false, 0xc044a6e0, 0xc17b0364, "04e02de504d08de2603300e37b314ce3040093e51eff2fe1" },
	{ decode_arm, false, 0xc044a6f8, 0, "04e02de5f11fffeb603300e37b314ce3180093e5100f6fe1a002a0e11eff2fe1" },
	{ decode_arm, false, 0xc044a6e0, 0, "603300e3040093e51eff2fe1" },	/* half of an address */
	{ decode_i386, false, 0xc107ce50, 0xc1eaee94, "e8eb28feff55a194eeeac189e55dc3" },
	{ decode_i386, false, 0xc107ce50, 0xc1eaee94, "3e8d74260055a194eeeac189e55de912345678" },
	{ decode_i386, false, 0xc107ce60, 0, "e8db28feff55a18ceeeac185c089e50f94c05dc3" },
	{ decode_i386, false, 0xc107ce50, 0, "55c3" },
	{ decode_x86_64, false, 0xffffffff810c45d0, 0xffffffff83795cd8, "f30f1efa0f1f440000488b05f8166d02c3" },
	{ decode_x86_64, false, 0xffffffff810c45d0, 0, "488b0d00166d02c3" },
	{ decode_mips64, false, 0xffffffff80143638, 0xffffffff81266580, "2508e003c85b040c256000002681023c0800e003806542dc" },
	{ decode_mips64, false, 0xffffffff80143638, 0xffffffff81266580, "2508e00300000000256000002681023c0800e003806542dc" },
	{ decode_mips64, false, 0xffffffff80143650, 0, "2508e003c85b040c256000002681023c7465428c0800e0030100422c" },
	{ decode_ppc64, false, 0xc0000000001379b0, 0xc000000002792860, "01014c3c50074238a602087ce150f34b6501223d60a769e82000804e" },
	{ decode_ppc64, false, 0xc0000000001379b0, 0xc000000002792860, "01014c3c50074238a602087c000000606501223d60a769e82000804e" },
	{ decode_ppc64, false, 0xc0000000001379d0, 0, "01014c3c30074238a602087cc150f34b6501223d80a769803400637c7ed963542000804e" },
	{ decode_ppc64, false, 0xc0000000001379b0, 0, "6501223d60a769e82000804e" },	/* whose table? */
	{ decode_s390x, true, 0x1487e8, 0x12a9d08, "c00400000000c428008b0a8d07fe" },
	{ decode_s390x, true, 0x1487ee, 0x12a9d08, "c428008b0a8dc0f412345678" },
	{ decode_s390x, true, 0x1487f8, 0, "c00400000000c42d008b0a951022a72affffec223fbf215507fe" },
	{ decode_s390x, true, 0x1487ee, 0, "c428008b0a8d1022" },
};

static void read_hex(const char *hex, uint8_t out[CODE_BYTES])
{
	memset(out, 0xcc, CODE_BYTES);
	for (size_t n = 0; *hex; hex += 2) {
		unsigned int byte;

		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n++] = (uint8_t)byte;
	}
}

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t bytes[CODE_BYTES];
		struct code c = { .bytes = bytes, .vaddr = rows[i].vaddr, .big_endian = rows[i].big_endian };
		uint64_t got = 0;

		read_hex(rows[i].hex, bytes);
		if (rows[i].decode(&c, &got) != !!rows[i].want || (rows[i].want && got != rows[i].want))
			fail_msg("row %zu: %s is %#llx", i, rows[i].hex, (unsigned long long)got);
	}
}

/* Nothing is read behind the code, whatever it is. */
static void test_bounds(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		uint8_t *bytes = malloc(CODE_BYTES);
		const struct row *row = &rows[round % ARRAY_SIZE(rows)];
		struct code c = { .bytes = bytes, .vaddr = row->vaddr, .big_endian = row->big_endian };
		uint64_t got;

		assert_non_null(bytes);
		/* the code again and again, with one byte changed */
		read_hex(row->hex, bytes);
		for (size_t i = 8; i < CODE_BYTES; i++)
			if (bytes[i] == 0xcc)
				bytes[i] = bytes[i % 8];
		seed = seed * 1664525 + 1013904223;
		bytes[seed >> 8 & (CODE_BYTES - 1)] = (uint8_t)(seed >> 24);
		row->decode(&c, &got);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_decode), cmocka_unit_test(test_bounds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
