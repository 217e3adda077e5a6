/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRC-32C: the examples of RFC 3720, B.4, and the one that catalogues of CRCs give. */
#include "base/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void of_the_rfc(void **state)
{
	uint8_t b[32];

	(void)state;
	memset(b, 0, sizeof(b));
	assert_int_equal(crc32c(b, sizeof(b)), 0x8a9136aa);
	memset(b, 0xff, sizeof(b));
	assert_int_equal(crc32c(b, sizeof(b)), 0x62a8ab43);
	for (uint8_t i = 0; i < sizeof(b); i++)
		b[i] = i;
	assert_int_equal(crc32c(b, sizeof(b)), 0x46dd794e);
	for (uint8_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(31 - i);
	assert_int_equal(crc32c(b, sizeof(b)), 0x113fdb5c);
}

static void of_any_length(void **state)
{
	(void)state;
	assert_int_equal(crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(crc32c("", 0), 0);
	assert_int_equal(crc32c("a", 1), 0xc1d04330);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_the_rfc),
		cmocka_unit_test(of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
