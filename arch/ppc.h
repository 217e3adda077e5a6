/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ppc row of arches[]. */
#ifndef VMCOREFS_ARCH_PPC_H
#define VMCOREFS_ARCH_PPC_H

#include "arch/arch.h"

extern const struct arch arch_ppc;

#endif
