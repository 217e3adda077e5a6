/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of 64-bit POWER in arches[]. */
#ifndef VMCOREFS_ARCH_PPC64_H
#define VMCOREFS_ARCH_PPC64_H

#include "arch/arch.h"

extern const struct arch arch_ppc64, arch_ppc64le;

#endif
