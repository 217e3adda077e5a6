/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mips64 rows of arches[]: both byte orders. */
#ifndef VMCOREFS_ARCH_MIPS64_H
#define VMCOREFS_ARCH_MIPS64_H

#include "arch/arch.h"

extern const struct arch arch_mips64, arch_mips64el;

#endif
