/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/number.h"

#include <errno.h>
#include <string.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

int number_parse(const char *s, size_t n, uint64_t *out)
{
	unsigned int base = 10;
	uint64_t value = 0;

	if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
		n -= 2;
	} else if (n == 16 && strspn(s, "0123456789abcdefABCDEF") >= 16) {
		base = 16;
	}
	if (!n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (digit_of(s[i]) >= (int)base)
			return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit_of(s[i]), &value))
			return -ENOENT;
	*out = value;
	return 0;
}
