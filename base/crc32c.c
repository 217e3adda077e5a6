/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/crc32c.h"

#include <pthread.h>

#include "base/bytes.h"

#define POLYNOMIAL 0x82f63b78u		/* bits reversed */
#define STEP 8u				/* bytes at once, by a table for each */

static uint32_t tables[STEP][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? POLYNOMIAL : 0);
		tables[0][i] = c;
	}
	/* table k: what byte i becomes with k bytes of zeroes behind it */
	for (unsigned int k = 1; k < STEP; k++)
		for (unsigned int i = 0; i < 256; i++)
			tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xff];
}

uint32_t crc32c(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t c = UINT32_MAX;

	pthread_once(&once, make_tables);
	for (; n >= STEP; n -= STEP, p += STEP) {
		uint32_t low = get_u32(p, false) ^ c, high = get_u32(p + 4, false);

		c = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
		    tables[4][low >> 24] ^ tables[3][high & 0xff] ^ tables[2][high >> 8 & 0xff] ^
		    tables[1][high >> 16 & 0xff] ^ tables[0][high >> 24];
	}
	for (; n; n--, p++)
		c = c >> 8 ^ tables[0][(c ^ *p) & 0xff];
	return ~c;
}
