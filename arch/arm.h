/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of 32-bit ARM in arches[]. */
#ifndef VMCOREFS_ARCH_ARM_H
#define VMCOREFS_ARCH_ARM_H

#include "arch/arch.h"

extern const struct arch arch_arm, arch_armeb;

#endif
