/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code in memory against a vmlinux, which is made of the same memory before it is changed. */
#include <errno.h>
#include <string.h>

#include "kernel/code/patched.h"
#include "tests/unit/fake_code.h"
#include "tests/unit/unit.h"

static void expect(struct code *x, const char *summary, const char *lines)
{
	struct outbuf out = OUTBUF_INIT;
	const char *at;

	assert_int_equal(patched_put(x->facts, x->path, &out), 0);
	assert_int_equal(out.error, 0);
	at = out.data ? out.data : "";
	assert_memory_equal(at, summary, strlen(summary));
	assert_string_equal(at + strlen(summary), lines);
	out_free(&out);
}

static void change(struct code *x, uint64_t at, const char *bytes, size_t n)
{
	fake_write(x->w.f, at, bytes, n);
}

static void test_same(void **state)
{
	struct code x;

	(void)state;
	open_code(&x);
	expect(&x, "", "");
	close_code(&x);
}

/* Bytes in the file as lines have them. */
static const char *file_hex(uint64_t at, size_t n, char out[80])
{
	for (size_t i = 0; i < n; i++) {
		uint64_t word = ((at + i) / 8 * 8) * 0x9e3779b97f4a7c15ull | 0x0101010101010101ull;

		snprintf(out + 2 * i, 3, "%02x", (unsigned int)(word >> (at + i) % 8 * 8 & 0xff));
	}
	return out;
}

/* Each kind by its table, and what no table has; all of a site is one place though not all its bytes differ. */
static void test_kinds(void **state)
{
	char lines[2048], hex[80], more[80], third[80];
	uint32_t moved, back;
	struct code x;
	int n;

	(void)state;
	open_code(&x);
	moved = get_u32(x.w.f->bytes[0] + MOVED_AT, false) + SHIFT;
	back = get_u32(x.w.f->bytes[0] + BACK_AT + 8, false) - SHIFT;
	fake_u32(x.w.f, MOVED_AT, moved);
	fake_u32(x.w.f, BACK_AT + 8, back);
	change(&x, RETURN_AT, "\xc3\xcc\xcc\xcc\xcc", 5);
	change(&x, LABEL_AT, "\x0f\x1f\x44\x00\x00", 5);
	change(&x, ALTERNATIVE_AT + 1, "\x90", 1);
	change(&x, FTRACE_AT, "\x0f\x1f\x44\x00\x00", 5);
	change(&x, PROBE_AT, "\xcc", 1);
	change(&x, CHANGED_AT, "\xfe\xfe", 2);
	change(&x, LIVE_AT, "\xe8\x00\x00\x00\x00", 5);
	file_hex(ALTERNATIVE_AT, 3, more);
	snprintf(third, sizeof(third), "%.2s90%.2s", more, more + 4);
	n = snprintf(lines, sizeof(lines), "0xffffffff80000110 f+0x10 5 %s c3cccccccc return thunk\n", file_hex(RETURN_AT, 5, hex));
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000120 f+0x20 5 %s 0f1f440000 jump label <a_key>\n",
		      file_hex(LABEL_AT, 5, hex));
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000130 f+0x30 3 %s %s alternative\n", more, third);
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000200 g+0 5 %s 0f1f440000 ftrace\n", file_hex(FTRACE_AT, 5, hex));
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000220 g+0x20 1 %s cc kprobe\n", file_hex(PROBE_AT, 1, hex));
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000261 g+0x61 2 %s fefe unexplained\n", file_hex(CHANGED_AT, 2, hex));
	file_hex(H, 9, hex);
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "0xffffffff80000300 h+0 9 %s %.8se800000000 live patch <far+0x40>\n", hex, hex);
	expect(&x, "# kprobe: 1\n# live patch: 1\n# ftrace: 1\n# jump label: 1\n# alternative: 1\n# return thunk: 1\n"
	       "# KASLR: 2\n# unexplained: 1\n", lines);
	close_code(&x);
}

/* Two changes with few equal bytes between are one place; a known place between them is its own. */
static void test_borders(void **state)
{
	char lines[1024], hex[80], second[80];
	struct code x;

	(void)state;
	open_code(&x);
	change(&x, FAR, "\xfe", 1);		/* the first byte of a page */
	change(&x, FAR + 3, "\xfe", 1);
	change(&x, FAR + 0x10, "\xfe", 1);
	change(&x, RETURN_AT - 1, "\xfe\xc3", 2);
	file_hex(FAR, 4, hex);
	file_hex(RETURN_AT, 5, second);
	snprintf(lines, sizeof(lines),
		 "0xffffffff8000010f f+0xf 1 %s fe unexplained\n0xffffffff80000110 f+0x10 5 %s c3%s return thunk\n",
		 file_hex(RETURN_AT - 1, 1, hex), second, second + 2);
	file_hex(FAR, 4, hex);
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
		 "0xffffffff80001000 far+0 4 %s fe%.4sfe unexplained\n", hex, hex + 2);
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
		 "0xffffffff80001010 far+0x10 1 %s fe unexplained\n", file_hex(FAR + 0x10, 1, hex));
	expect(&x, "# return thunk: 1\n# unexplained: 3\n", lines);
	close_code(&x);
}

static void test_lost(void **state)
{
	char lines[256], hex[80];
	struct code x;

	(void)state;
	open_code(&x);
	change(&x, FAR + 8, "\xfe", 1);
	fake_set(x.w.f, 0, 1, PAGE_EXCLUDED);
	snprintf(lines, sizeof(lines), "0xffffffff80001008 far+0x8 1 %s fe unexplained\n", file_hex(FAR + 8, 1, hex));
	expect(&x, "# unexplained: 1\n# 0xffffffff80000000 to 0xffffffff80001000: not in the dump\n", lines);
	close_code(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
