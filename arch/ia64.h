/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ia64 row of arches[]. */
#ifndef VMCOREFS_ARCH_IA64_H
#define VMCOREFS_ARCH_IA64_H

#include "arch/arch.h"

extern const struct arch arch_ia64;

#endif
