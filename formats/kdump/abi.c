/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/kdump/abi.h"

const struct kdump_abi kdump_abis[KDUMP_ABIS] = {
	{ 8, 8, 408, 424, 16, 32, 48, 64, 80 },		/* 64-bit */
	{ 4, 4, 404, 412, 12, 20, 32, 44, 56 },		/* i386, and QEMU for every 32-bit target */
	{ 4, 4, 404, 412, 12, 24, 40, 56, 72 },		/* 32-bit that aligns 64-bit numbers: arm, ppc, mips */
	{ 4, 8, 408, 424, 12, 24, 40, 56, 72 },		/* the same with 64-bit time_t */
	{ 4, 8, 404, 420, 12, 20, 32, 44, 56 },		/* i386 with 64-bit time_t */
};

const struct kdump_abi *kdump_abi_of(unsigned int word)
{
	return &kdump_abis[word == 4];
}
