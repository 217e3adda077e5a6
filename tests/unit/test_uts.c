/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's name where VMCOREINFO tells its place, and where only what it says tells it. */
#include <stdlib.h>

#include "kernel/opening/open.h"
#include "kernel/opening/uts.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

#define IN_UTS 0x5000u			/* in the image, which is mapped on physical address 0 */

static void put_uts(struct fake *f, uint64_t at, const char *sysname, const char *release)
{
	const char *strings[UTS_STRINGS] = { sysname, "host", release, "#1 SMP fake", "x86_64", "(none)" };

	for (size_t i = 0; i < UTS_STRINGS; i++)
		fake_write(f, at + i * UTS_STRING, strings[i], strlen(strings[i]) + 1);
}

/* Where the name is found, 0: nowhere; and what it is. */
static uint64_t find(struct fake *f, const char *lines, char nodename[UTS_STRING])
{
	char *text;
	struct kernel *k = fake_kernel(f, 0, lines, &text);
	uint64_t at = k->uts_vaddr ? k->uts_vaddr - FAKE_TEXT : 0;

	memcpy(nodename, k->uts[1], UTS_STRING);
	kernel_close(k);
	free(text);
	return at;
}

#define SYMBOL_LINE "SYMBOL(init_uts_ns)=ffffffff80005000\n"

static void test_places(void **state)
{
	static const struct {
		const char *lines;
		uint64_t at, found;
	} rows[] = {
		{ SYMBOL_LINE "OFFSET(uts_namespace.name)=0\n", 0, IN_UTS },
		{ SYMBOL_LINE "OFFSET(uts_namespace.name)=8\n", 8, IN_UTS + 8 },
		{ SYMBOL_LINE, 4, IN_UTS + 4 },				/* before 5.11 */
		{ SYMBOL_LINE, 0, IN_UTS }, { SYMBOL_LINE, 64, IN_UTS + 64 },
		{ SYMBOL_LINE, 68, 0 }, { SYMBOL_LINE, 6, 0 },
		{ "SYMBOL(system_utsname)=ffffffff80005000\n", 0, IN_UTS },
		{ "", 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = fake_new(12, 0x400);
		char nodename[UTS_STRING];

		fake_page(f, IN_UTS >> 12);
		put_uts(f, IN_UTS + rows[i].at, "Linux", "6.12.0-fake");
		assert_int_equal(find(f, rows[i].lines, nodename), rows[i].found);
		assert_string_equal(nodename, rows[i].found ? "host" : "");
		fake_free(f);
	}
}

/* Other contents are no name, nor is what is not there. */
static void test_strangers(void **state)
{
	char nodename[UTS_STRING], full[UTS_STRING];
	struct fake *f = fake_new(12, 0x400);

	(void)state;
	memset(full, 'x', sizeof(full));
	assert_int_equal(find(f, SYMBOL_LINE, nodename), 0);			/* no such page */
	fake_page(f, IN_UTS >> 12);
	assert_int_equal(find(f, SYMBOL_LINE, nodename), 0);
	put_uts(f, IN_UTS + 4, "Linux", "6.12.1-fake");
	assert_int_equal(find(f, SYMBOL_LINE, nodename), 0);
	put_uts(f, IN_UTS + 4, "Minix", "6.12.0-fake");
	assert_int_equal(find(f, SYMBOL_LINE, nodename), 0);
	put_uts(f, IN_UTS + 4, "Linux", "6.12.0-fake");
	fake_write(f, IN_UTS + 4 + UTS_STRING, full, sizeof(full));		/* a string without an end */
	assert_int_equal(find(f, SYMBOL_LINE, nodename), 0);
	fake_free(f);

	/* at the end of what can be read, and over it */
	f = fake_new(12, 0x400);
	fake_page(f, 5);
	put_uts(f, 0x6000 - UTS_BYTES, "Linux", "6.12.0-fake");
	assert_int_equal(find(f, "SYMBOL(init_uts_ns)=ffffffff80005e76\n", nodename), 0x6000 - UTS_BYTES);
	assert_string_equal(nodename, "host");
	assert_int_equal(find(f, "SYMBOL(init_uts_ns)=ffffffff80005e7e\n", nodename), 0);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_places), cmocka_unit_test(test_strangers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
