/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <string.h>
#include <sys/auxv.h>

uint32_t hash_seed;

/* 16 bytes that the kernel gives each process. */
__attribute__((constructor)) static void choose_seed(void)
{
	const void *bytes = (const void *)getauxval(AT_RANDOM);

	if (bytes)
		memcpy(&hash_seed, bytes, sizeof(hash_seed));
}
