/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arm64 rows of arches[]. */
#ifndef VMCOREFS_ARCH_ARM64_H
#define VMCOREFS_ARCH_ARM64_H

#include "arch/arch.h"

extern const struct arch arch_arm64, arch_arm64_be;

#endif
