/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel knows of itself in its variables, and the debug package that its names tell. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/core/state.h"
#include "kernel/debuginfo/distribution.h"
#include "kernel/opening/open.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/unit.h"

enum { NR_CPU_IDS = 0x6000, MASK = 0x6008, TAINT = 0x6100, CMDLINE = 0x6108, TEXT = 0x6200, NOTES = 0x6300, NOTES_END = 0x6348, FREE = 0x240000 };

struct world {
	struct fake *f;
	struct kernel *k;
	char *text;
	struct symbols *s;
};

static struct world make(const struct fake_sym *syms, size_t n, const char *more)
{
	struct world w = { .f = fake_new(12, 0x400) };
	struct outbuf lines = OUTBUF_INIT;
	const char *why;

	fake_kallsyms(w.f, FORM_BASED, syms, n);
	out_printf(&lines, "%s%s", fake_kallsyms_lines(FORM_BASED), more);
	w.k = fake_kernel(w.f, 0, lines.data, &w.text);
	out_free(&lines);
	assert_int_equal(symbols_open(w.k, NULL, &w.s, &why), 0);
	return w;
}

static void done(struct world *w)
{
	symbols_close(w->s);
	kernel_close(w->k);
	free(w->text);
	fake_free(w->f);
}

static const struct fake_sym all[] = {
	{ FAKE_TEXT, 'T', "_stext" }, { FAKE_TEXT + NR_CPU_IDS, 'D', "nr_cpu_ids" },
	{ FAKE_TEXT + MASK, 'D', "__cpu_present_mask" }, { FAKE_TEXT + TAINT, 'b', "tainted_mask" },
	{ FAKE_TEXT + CMDLINE, 'B', "saved_command_line" }, { FAKE_TEXT + NOTES, 'R', "__start_notes" },
	{ FAKE_TEXT + NOTES_END, 'R', "__stop_notes" },
};

static void expect_cpus(const struct world *w, int error, unsigned int want)
{
	unsigned int cpus = 0;

	assert_int_equal(state_cpus(w->k, w->s, &cpus), error);
	if (!error)
		assert_int_equal(cpus, want);
}

static void test_cpus(void **state)
{
	struct world w = make(all, ARRAY_SIZE(all), "");

	(void)state;
	fake_u32(w.f, NR_CPU_IDS, 2);
	fake_u64(w.f, MASK, 3);
	expect_cpus(&w, 0, 2);
	fake_u64(w.f, MASK, ~(uint64_t)0);	/* what is above nr_cpu_ids is none */
	expect_cpus(&w, 0, 2);
	fake_u32(w.f, NR_CPU_IDS, 240);		/* most of them can be plugged in */
	fake_u64(w.f, MASK, 5);
	fake_u64(w.f, MASK + 8, 1);
	expect_cpus(&w, 0, 3);
	fake_u32(w.f, NR_CPU_IDS, 64);
	expect_cpus(&w, 0, 2);
	fake_u64(w.f, MASK, 0);
	expect_cpus(&w, -EIO, 0);
	fake_u32(w.f, NR_CPU_IDS, 0);
	expect_cpus(&w, -EIO, 0);
	fake_u32(w.f, NR_CPU_IDS, 0x7fffffff);
	expect_cpus(&w, -EIO, 0);
	done(&w);
	w = make(all, 2, "");			/* no mask */
	fake_u32(w.f, NR_CPU_IDS, 4);
	expect_cpus(&w, 0, 4);
	done(&w);
	w = make(all, 1, "");
	expect_cpus(&w, -ENOENT, 0);
	done(&w);
}

static void expect_taint(uint64_t taint, const char *letters, const char *text)
{
	struct outbuf out = OUTBUF_INIT;
	char got[33];

	state_taint_letters(taint, got);
	assert_string_equal(got, letters);
	state_taint_text(taint, &out);
	assert_string_equal(out.data ? out.data : "", text);
	out_free(&out);
}

static void test_taint(void **state)
{
	struct world w = make(all, ARRAY_SIZE(all), "");
	uint64_t taint;

	(void)state;
	fake_u64(w.f, TAINT, 0x3200);
	assert_int_equal(state_taint(w.k, w.s, &taint), 0);
	assert_int_equal(taint, 0x3200);
	done(&w);
	w = make(all, 1, "");
	assert_int_equal(state_taint(w.k, w.s, &taint), -ENOENT);
	done(&w);
	/* the letters of kernel/panic.c */
	expect_taint(0, "", "");
	expect_taint(0x3200, "GWOE", "a warning, a module from outside, an unsigned module");
	expect_taint(0x3001, "POE", "a proprietary module, a module from outside, an unsigned module");
	expect_taint(0x80, "GD", "an oops");
	expect_taint((uint64_t)1 << 28, "G", "bit 28");
	state_taint_letters(~(uint64_t)0, (char[33]){ 0 });
	expect_taint(0xfffff, "PFSRMBUDAWCIOELKXTNJ", "a proprietary module, a module was forced to load, a CPU out of its specification, "
		     "a module was forced to unload, a machine check, a bad page, asked for by a user, an oops, an ACPI table was overridden, "
		     "a warning, a staging driver, a workaround for firmware, a module from outside, an unsigned module, a soft lockup, "
		     "a live patch, an auxiliary taint of the distribution, the randstruct plugin, a test, fwctl's debug write");
}

static void test_cmdline(void **state)
{
	struct world w = make(all, ARRAY_SIZE(all), "");
	char got[STATE_CMDLINE_MAX], full[STATE_CMDLINE_MAX];

	(void)state;
	fake_u64(w.f, CMDLINE, image(TEXT));
	fake_write(w.f, TEXT, "root=/dev/vda1 quiet", 21);
	assert_int_equal(state_cmdline(w.k, w.s, got), 0);
	assert_string_equal(got, "root=/dev/vda1 quiet");
	memset(full, 'x', sizeof(full));	/* has no end */
	fake_u64(w.f, CMDLINE, image(0x8000));
	fake_write(w.f, 0x8000, full, sizeof(full));
	assert_int_equal(state_cmdline(w.k, w.s, got), -EIO);
	fake_u64(w.f, CMDLINE, 0);
	assert_int_equal(state_cmdline(w.k, w.s, got), -EIO);
	done(&w);
}

/* No symbol: two copies, whose pointers are neighbours in the image, one of them cut by parse_args(). */
static void test_cmdline_search(void **state)
{
	static const char whole[] = "root=/dev/vda1 quiet x=\"a b\" --", cut[] = "root\0/dev/vda1\0quiet\0x\0\"a b\0\0--";
	static const struct {
		uint64_t at, value;
		bool found;
	} rows[] = {
		{ 0x900, 0, true },
		{ FREE + 0x100 + 4, '.', false },		/* cut where nothing was */
		{ FREE + 0x100 + sizeof(cut) - 1, 'x', false },	/* goes on */
		{ FREE + 0x100, 'R', false },
		{ FREE + 5, 7, false },				/* no text */
		{ FREE + 0x100 + 4, '=', true },		/* one option fewer with a value */
		{ CMDLINE + 0x10, 1, true },
		{ CMDLINE + 8, 0, false },
		{ CMDLINE, 0, false },
	};
	char got[STATE_CMDLINE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w = make(all, 4, "");

		fake_u64(w.f, CMDLINE, FAKE_DIRECT + FREE);
		fake_u64(w.f, CMDLINE + 8, FAKE_DIRECT + FREE + 0x100);
		fake_write(w.f, FREE, whole, sizeof(whole));
		fake_write(w.f, FREE + 0x100, cut, sizeof(cut));
		/* two texts that are the same are none of it, nor are two short ones */
		fake_u64(w.f, CMDLINE + 0x140, FAKE_DIRECT + FREE + 0x200);
		fake_u64(w.f, CMDLINE + 0x148, FAKE_DIRECT + FREE + 0x300);
		fake_write(w.f, FREE + 0x200, whole, sizeof(whole));
		fake_write(w.f, FREE + 0x300, whole, sizeof(whole));
		fake_u64(w.f, CMDLINE + 0x1a0, FAKE_DIRECT + FREE + 0x400);
		fake_u64(w.f, CMDLINE + 0x1a8, FAKE_DIRECT + FREE + 0x420);
		fake_write(w.f, FREE + 0x400, "a b", 4);
		fake_write(w.f, FREE + 0x420, "a\0b", 4);
		if (rows[i].at % 8 || rows[i].at >= FREE)
			fake_write(w.f, rows[i].at, &(char){ (char)rows[i].value }, 1);
		else
			fake_u64(w.f, rows[i].at, rows[i].value);
		assert_int_equal(state_cmdline(w.k, w.s, got), rows[i].found ? 0 : -ENOENT);
		if (rows[i].found)
			assert_string_equal(got, whole);
		/* a second pair with another text: which one it is is not known */
		fake_u64(w.f, CMDLINE + 0x80, FAKE_DIRECT + FREE + 0x500);
		fake_u64(w.f, CMDLINE + 0xc0, FAKE_DIRECT + FREE + 0x600);
		fake_write(w.f, FREE + 0x500, "other=1 line", 13);
		fake_write(w.f, FREE + 0x600, "other\0001\0line", 13);
		assert_int_equal(state_cmdline(w.k, w.s, got), rows[i].found ? -ENOENT : 0);
		done(&w);
	}
}

static void put_note(struct world *w, uint64_t at, uint32_t name_len, uint32_t desc_len, uint32_t type, const char *name)
{
	fake_u32(w->f, at, name_len);
	fake_u32(w->f, at + 4, desc_len);
	fake_u32(w->f, at + 8, type);
	fake_write(w->f, at + 12, name, strlen(name) + 1);
}

static void test_build_id(void **state)
{
	char id[2 * STATE_BUILD_ID_MAX + 1];
	struct world w = make(all, ARRAY_SIZE(all), "BUILD-ID=00ffab\n");

	(void)state;
	assert_int_equal(state_build_id(w.k, NULL, id), 0);
	assert_string_equal(id, "00ffab");
	done(&w);
	w = make(all, ARRAY_SIZE(all), "BUILD-ID=00ff$(x)\n");
	assert_int_equal(state_build_id(w.k, NULL, id), -EIO);
	done(&w);
	/* before 5.9: behind another note */
	w = make(all, ARRAY_SIZE(all), "");
	assert_int_equal(state_build_id(w.k, NULL, id), -ENOENT);
	put_note(&w, NOTES, 6, 4, 0x100, "Linux");
	put_note(&w, NOTES + 24, 4, 20, 3, "GNU");
	fake_write(w.f, NOTES + 40, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\xff", 20);
	assert_int_equal(state_build_id(w.k, w.s, id), 0);
	assert_string_equal(id, "0102030405060708090a0b0c0d0e0f10111213ff");
	fake_u32(w.f, NOTES + 28, 0x1000);	/* runs out of the notes */
	assert_int_equal(state_build_id(w.k, w.s, id), -ENOENT);
	fake_u32(w.f, NOTES + 28, 0);
	assert_int_equal(state_build_id(w.k, w.s, id), -EIO);
	fake_u32(w.f, NOTES, 0xfffffff0);
	assert_int_equal(state_build_id(w.k, w.s, id), -ENOENT);
	done(&w);
}

static void test_packages(void **state)
{
	static const struct { const char *release, *version, *name, *vmlinux; } rows[] = {
		{ "6.1.0-18-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)", "linux-image-6.1.0-18-amd64-dbg",
		  "/usr/lib/debug/boot/vmlinux-6.1.0-18-amd64" },
		{ "6.12.57+deb13-cloud-arm64", "#1 SMP Debian 6.12.57-1 (2025-11-05)", "linux-image-6.12.57+deb13-cloud-arm64-dbg",
		  "/usr/lib/debug/boot/vmlinux-6.12.57+deb13-cloud-arm64" },
		{ "5.15.0-122-generic", "#132-Ubuntu SMP Thu Aug 29 13:45:52 UTC 2024", "linux-image-5.15.0-122-generic-dbgsym",
		  "/usr/lib/debug/boot/vmlinux-5.15.0-122-generic" },
		{ "6.5.0-1020-azure", "#21~22.04.1-Ubuntu SMP Wed Apr 17 15:41:26 UTC 2024", "linux-image-6.5.0-1020-azure-dbgsym",
		  "/usr/lib/debug/boot/vmlinux-6.5.0-1020-azure" },
		{ "6.5.6-300.fc39.x86_64", "#1 SMP PREEMPT_DYNAMIC Fri Oct  6 19:57:21 UTC 2023", "kernel-debuginfo-6.5.6-300.fc39.x86_64",
		  "/usr/lib/debug/lib/modules/6.5.6-300.fc39.x86_64/vmlinux" },
		{ "5.14.0-362.el9.aarch64", "#1 SMP PREEMPT_DYNAMIC Thu Oct 5", "kernel-debuginfo-5.14.0-362.el9.aarch64",
		  "/usr/lib/debug/lib/modules/5.14.0-362.el9.aarch64/vmlinux" },
		{ "4.18.0-348.12.2.el8_5.x86_64", "#1 SMP Wed", "kernel-debuginfo-4.18.0-348.12.2.el8_5.x86_64",
		  "/usr/lib/debug/lib/modules/4.18.0-348.12.2.el8_5.x86_64/vmlinux" },
		{ "5.14.0-362.el9.x86_64+debug", "#1 SMP", "kernel-debug-debuginfo-5.14.0-362.el9.x86_64",
		  "/usr/lib/debug/lib/modules/5.14.0-362.el9.x86_64+debug/vmlinux" },
		{ "5.14.0-362.el9.aarch64+64k", "#1 SMP", "kernel-64k-debuginfo-5.14.0-362.el9.aarch64",
		  "/usr/lib/debug/lib/modules/5.14.0-362.el9.aarch64+64k/vmlinux" },
		{ "4.18.0-305.rt7.72.el8.x86_64", "#1 SMP PREEMPT_RT", "kernel-rt-debuginfo-4.18.0-305.rt7.72.el8.x86_64",
		  "/usr/lib/debug/lib/modules/4.18.0-305.rt7.72.el8.x86_64/vmlinux" },
		{ "5.15.0-100.96.32.el8uek.x86_64", "#2 SMP", "kernel-uek-debuginfo-5.15.0-100.96.32.el8uek.x86_64",
		  "/usr/lib/debug/lib/modules/5.15.0-100.96.32.el8uek.x86_64/vmlinux" },
		{ "5.10.199-190.747.amzn2.x86_64", "#1 SMP", "kernel-debuginfo-5.10.199-190.747.amzn2.x86_64",
		  "/usr/lib/debug/lib/modules/5.10.199-190.747.amzn2.x86_64/vmlinux" },
		{ "6.4.0-150600.21-default", "#1 SMP PREEMPT_DYNAMIC Thu May 16 11:09:22 UTC 2024 (36c1e09)",
		  "kernel-default-debuginfo of version 6.4.0-150600.21",
		  "/usr/lib/debug/usr/lib/modules/6.4.0-150600.21-default/vmlinux.debug" },
		/* kernels that somebody built; names that nobody has */
		{ "6.6.0", "#1 SMP Mon Jan 1 00:00:00 UTC 2024", NULL, NULL },
		{ "6.6.3-1-default", "#1 SMP Mon Jan 1 00:00:00 UTC 2024", NULL, NULL },
		{ "6.6.3-elephant.elf.x86_64", "#1 SMP", NULL, NULL },
		{ "", "#1 Debian 1", NULL, NULL },
		{ "6.1.0$(reboot)", "#1 SMP Debian 6.1.76-1", NULL, NULL },
		{ "6.1.0 -amd64", "#1 SMP Debian 6.1.76-1", NULL, NULL },
		{ "6.1.0/../../x", "#1 SMP Debian 6.1.76-1", NULL, NULL },
		{ "-rf", "#1 SMP Debian 6.1.76-1", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct debug_package got;

		assert_int_equal(distribution_debug_package(rows[i].release, rows[i].version, &got), rows[i].name ? 0 : -ENOENT);
		if (!rows[i].name)
			continue;
		assert_string_equal(got.name, rows[i].name);
		assert_string_equal(got.vmlinux, rows[i].vmlinux);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpus), cmocka_unit_test(test_taint), cmocka_unit_test(test_cmdline), cmocka_unit_test(test_cmdline_search),
		cmocka_unit_test(test_build_id), cmocka_unit_test(test_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
