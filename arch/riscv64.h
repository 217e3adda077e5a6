/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The riscv64 row of arches[]. */
#ifndef VMCOREFS_ARCH_RISCV64_H
#define VMCOREFS_ARCH_RISCV64_H

#include "arch/arch.h"

extern const struct arch arch_riscv64;

#endif
