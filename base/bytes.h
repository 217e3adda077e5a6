/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integers of either byte order at any alignment, and arithmetic on untrusted numbers.
 *
 * Threads: any. Nothing here allocates or logs.
 */
#ifndef VMCOREFS_BASE_BYTES_H
#define VMCOREFS_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t get_u16(const void *p, bool big) { uint16_t v; memcpy(&v, p, 2); return big ? be16toh(v) : le16toh(v); }
static inline uint32_t get_u32(const void *p, bool big) { uint32_t v; memcpy(&v, p, 4); return big ? be32toh(v) : le32toh(v); }
static inline uint64_t get_u64(const void *p, bool big) { uint64_t v; memcpy(&v, p, 8); return big ? be64toh(v) : le64toh(v); }
/* bytes: 1, 2, 4 or 8 */
static inline uint64_t get_uint(const void *p, unsigned int bytes, bool big)
{
	return bytes == 1 ? *(const uint8_t *)p : bytes == 2 ? get_u16(p, big) : bytes == 4 ? get_u32(p, big) : get_u64(p, big);
}
static inline void put_u16(void *p, uint16_t v, bool big) { v = big ? htobe16(v) : htole16(v); memcpy(p, &v, 2); }
static inline void put_u32(void *p, uint32_t v, bool big) { v = big ? htobe32(v) : htole32(v); memcpy(p, &v, 4); }
static inline void put_u64(void *p, uint64_t v, bool big) { v = big ? htobe64(v) : htole64(v); memcpy(p, &v, 8); }

/* true when the sum or product does not fit; *out is then undefined. */
#define add_overflows(a, b, out) __builtin_add_overflow((a), (b), (out))
#define mul_overflows(a, b, out) __builtin_mul_overflow((a), (b), (out))

static inline uint64_t round_up_u64(uint64_t v, uint64_t align) { return (v + align - 1) / align * align; }
static inline uint64_t div_round_up(uint64_t v, uint64_t by) { return v / by + (v % by != 0); }
static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* true when all n bytes are zero. */
bool bytes_are_zero(const void *p, size_t n);

#endif
