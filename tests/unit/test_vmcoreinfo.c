/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMCOREINFO text: what its lines say, and what is no line. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/vmcoreinfo.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static const char text[] =
	"OSRELEASE=6.12.0-test\n"
	"BUILD-ID=0123456789abcdef\n"
	"PAGESIZE=4096\n"
	"\n"
	"no equals sign\n"
	"=no key\n"
	"EMPTY=\n"
	"TWO=a=b\n"
	"SYMBOL(init_uts_ns)=ffffffff82a13a40\n"
	"SYMBOL(prefixed)=0xffffffff82000000\n"
	"SYMBOL(upper)=FFFFFFFF82000000\n"
	"SYMBOL(bad)=ffffffff8200000g\n"
	"SYMBOL(huge)=1ffffffff82000000\n"
	"SIZE(page_longer)=1\n"
	"SIZE(page)=64\n"
	"SIZE(page)=65\n"
	"SIZE(hex)=1f\n"
	"SIZE(prefixed)=0x1f\n"
	"OFFSET(page.flags)=0\n"
	"OFFSET(page.lru)=8\n"
	"LENGTH(zone.free_area)=11\n"
	"NUMBER(phys_base)=-1048576\n"
	"NUMBER(plus)=+5\n"
	"NUMBER(buddy)=-268435457\n"
	"NUMBER(sme_mask)=140737488355328\n"
	"NUMBER(PHYS_OFFSET)=0x40000000\n"
	"NUMBER(negative_hex)=-0x10\n"
	"NUMBER(minus)=-\n"
	"NUMBER(nothing)=\n"
	"NUMBER(junk)=12z\n"
	"NUMBER(zero_x)=0x\n"
	"NUMBER(max)=18446744073709551615\n"
	"NUMBER(over)=18446744073709551616\n"
	"NUMBER(blank)= 1\n"
	"NUMBER(cr)=1\r\n"
	"CRASHTIME=1700000000\n"
	"KERNELOFFSET=1c000000";

static const struct vmcoreinfo v = { text, sizeof(text) - 1 };

static void is_value(const char *key, const char *want)
{
	const char *value;
	size_t len;

	assert_int_equal(vmci_get(&v, key, &value, &len), 0);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(value, want, len);
}

static void test_get(void **state)
{
	const char *value;
	size_t len;

	(void)state;
	is_value("OSRELEASE", "6.12.0-test");
	is_value("BUILD-ID", "0123456789abcdef");
	is_value("EMPTY", "");
	is_value("TWO", "a=b");
	is_value("SIZE(page)", "64");		/* the first of two */
	is_value("KERNELOFFSET", "1c000000");	/* the last line has no newline */
	assert_int_equal(vmci_get(&v, "OSREL", &value, &len), -ENOENT);
	assert_int_equal(vmci_get(&v, "SRELEASE", &value, &len), -ENOENT);
	assert_int_equal(vmci_get(&v, "OSRELEASE=6", &value, &len), -ENOENT);
	assert_int_equal(vmci_get(&v, "no equals sign", &value, &len), -ENOENT);
	assert_int_equal(vmci_get(&v, "KERNELOFFSET=1c00000", &value, &len), -ENOENT);
	assert_int_equal(vmci_get(&v, "missing", &value, &len), -ENOENT);
}

static void test_symbol(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_int_equal(vmci_symbol(&v, "init_uts_ns", &n), 0);
	assert_int_equal(n, 0xffffffff82a13a40);
	assert_int_equal(vmci_symbol(&v, "prefixed", &n), 0);
	assert_int_equal(n, 0xffffffff82000000);
	assert_int_equal(vmci_symbol(&v, "upper", &n), 0);
	assert_int_equal(n, 0xffffffff82000000);
	n = 7;
	assert_int_equal(vmci_symbol(&v, "bad", &n), -ENOENT);
	assert_int_equal(vmci_symbol(&v, "huge", &n), -ENOENT);
	assert_int_equal(vmci_symbol(&v, "page", &n), -ENOENT);
	assert_int_equal(n, 7);
}

static void test_decimal(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_int_equal(vmci_size(&v, "page", &n), 0);
	assert_int_equal(n, 64);
	assert_int_equal(vmci_offset(&v, "page.flags", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(vmci_offset(&v, "page.lru", &n), 0);
	assert_int_equal(n, 8);
	assert_int_equal(vmci_length(&v, "zone.free_area", &n), 0);
	assert_int_equal(n, 11);
	assert_int_equal(vmci_plain(&v, "PAGESIZE", &n), 0);
	assert_int_equal(n, 4096);
	assert_int_equal(vmci_plain(&v, "CRASHTIME", &n), 0);
	assert_int_equal(n, 1700000000);
	n = 7;
	assert_int_equal(vmci_size(&v, "hex", &n), -ENOENT);
	assert_int_equal(vmci_length(&v, "page", &n), -ENOENT);
	assert_int_equal(vmci_offset(&v, "page", &n), -ENOENT);
	assert_int_equal(vmci_plain(&v, "OSRELEASE", &n), -ENOENT);
	assert_int_equal(vmci_plain(&v, "EMPTY", &n), -ENOENT);
	assert_int_equal(n, 7);
}

static void test_number(void **state)
{
	static const struct { const char *name; uint64_t value; } good[] = {
		{ "phys_base", (uint64_t)-1048576 }, { "plus", 5 }, { "buddy", (uint64_t)-268435457 },
		{ "sme_mask", (uint64_t)1 << 47 }, { "PHYS_OFFSET", 0x40000000 }, { "negative_hex", (uint64_t)-16 },
		{ "max", UINT64_MAX },
	};
	static const char *const bad[] = { "minus", "nothing", "junk", "zero_x", "over", "blank", "cr", "missing" };
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(vmci_number(&v, good[i].name, &n), 0);
		assert_int_equal(n, good[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		n = 7;
		assert_int_equal(vmci_number(&v, bad[i], &n), -ENOENT);
		assert_int_equal(n, 7);
	}
	/* the type values of 6.12: 0xf0 << 24 as a signed number; the low 32 bits are what is compared */
	vmci_number(&v, "buddy", &n);
	assert_int_equal((uint32_t)n, 0xefffffff);
}

static void test_no_text(void **state)
{
	struct vmcoreinfo empty = { "", 0 }, newline = { "\n\n", 2 }, cut = { text, 5 };
	uint64_t n;

	(void)state;
	assert_int_equal(vmci_number(&empty, "x", &n), -ENOENT);
	assert_int_equal(vmci_plain(&newline, "x", &n), -ENOENT);
	assert_int_equal(vmci_plain(&cut, "OSREL", &n), -ENOENT);
	assert_int_equal(vmci_plain(&cut, "OSRELEASE", &n), -ENOENT);
}

/* A name longer than any kernel has is not cut to one that is there. */
static void test_long_name(void **state)
{
	char name[300];
	uint64_t n;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(vmci_number(&v, name, &n), -ENOENT);
}

/* Megabytes of lines, NULs and bytes without a line end: found, and without a read beyond the end (the sanitizer sees). */
static void test_huge(void **state)
{
	size_t len = 8 << 20;
	char *big = malloc(len);
	struct vmcoreinfo b = { big, len };
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < len; i++)
		big[i] = (char)(i % 61 == 60 ? '\n' : i % 7 ? 'A' + i % 26 : '\0');
	assert_int_equal(vmci_plain(&b, "LAST", &n), -ENOENT);
	memcpy(big + len - 9, "\nLAST=123", 9);
	assert_int_equal(vmci_plain(&b, "LAST", &n), 0);
	assert_int_equal(n, 123);
	memset(big, 'x', len);
	assert_int_equal(vmci_plain(&b, "x", &n), -ENOENT);
	free(big);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_symbol),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests_name("vmcoreinfo", tests, NULL, NULL);
}
