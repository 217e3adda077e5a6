/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The i386 row of arches[]. */
#ifndef VMCOREFS_ARCH_I386_H
#define VMCOREFS_ARCH_I386_H

#include "arch/arch.h"

extern const struct arch arch_i386;

#endif
