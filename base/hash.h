/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash of a string, for tables in memory.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_HASH_H
#define VMCOREFS_BASE_HASH_H

#include <stdint.h>

/* Another one in each process: names come from dumps, which could choose them so that all fall into one place. Set before
 * main(). */
extern uint32_t hash_seed;

/* FNV-1a; its lower bits are the better for the upper ones. */
static inline uint32_t hash_string(const char *s)
{
	uint32_t h = 2166136261u ^ hash_seed;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h ^ h >> 15;
}

#endif
