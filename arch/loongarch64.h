/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loongarch64 row of arches[]. */
#ifndef VMCOREFS_ARCH_LOONGARCH64_H
#define VMCOREFS_ARCH_LOONGARCH64_H

#include "arch/arch.h"

extern const struct arch arch_loongarch64;

#endif
