/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"

#include <stddef.h>

bool bytes_are_zero(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t w[4];

	/* Most pages differ in their first bytes; the rest runs in strides that the compiler turns into vector code. */
	for (; n >= sizeof(w); n -= sizeof(w), b += sizeof(w)) {
		memcpy(w, b, sizeof(w));
		if (w[0] | w[1] | w[2] | w[3])
			return false;
	}
	for (; n; n--)
		if (*b++)
			return false;
	return true;
}
