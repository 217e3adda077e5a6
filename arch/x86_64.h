/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x86_64 row of arches[]. */
#ifndef VMCOREFS_ARCH_X86_64_H
#define VMCOREFS_ARCH_X86_64_H

#include "arch/arch.h"

extern const struct arch arch_x86_64;

#endif
