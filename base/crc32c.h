/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), which zlib and libdeflate do not have.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_BASE_CRC32C_H
#define VMCOREFS_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const void *data, size_t n);

#endif
