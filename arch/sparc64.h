/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sparc64 row of arches[]. */
#ifndef VMCOREFS_ARCH_SPARC64_H
#define VMCOREFS_ARCH_SPARC64_H

#include "arch/arch.h"

extern const struct arch arch_sparc64;

#endif
