/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a name: what is accepted as a number is the same number when it is printed and read again. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/views/names.h"
#include "kernel/debuginfo/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_number(const char *text, uint64_t want)
{
	uint64_t n;

	if (name_number(text, &n) || n != want)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1), *plus;
	uint64_t n, addr, len;
	int r;

	memcpy(name, data, size);
	name[size] = '\0';
	r = name_number(name, &n);
	if (r && r != -EINVAL && r != -ENOENT)
		abort();
	if (!r) {
		char text[32];

		snprintf(text, sizeof(text), "0x%" PRIx64, n);
		is_number(text, n);
		snprintf(text, sizeof(text), "%016" PRIx64, n);
		is_number(text, n);
		/* 16 decimal digits are taken for an address */
		if (n < 1000000000000000 || n > 9999999999999999) {
			snprintf(text, sizeof(text), "%" PRIu64, n);
			is_number(text, n);
		}
		if (strtoull(name, NULL, strlen(name) == 16 || strpbrk(name, "xX") ? 16 : 10) != n)
			abort();
	}
	plus = strrchr(name, '+');
	if (!name_range(NULL, name, &addr, &len)) {
		if (!plus != !len)
			abort();
		if (plus)
			*plus = '\0';
		if (address_parse(NULL, name, strlen(name), &n) || n != addr || (plus && (name_number(plus + 1, &n) || n != len)))
			abort();
	} else if (!plus && !r) {
		abort();
	}
	free(name);
	return 0;
}
