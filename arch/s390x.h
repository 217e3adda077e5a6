/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The s390x row of arches[]. */
#ifndef VMCOREFS_ARCH_S390X_H
#define VMCOREFS_ARCH_S390X_H

#include "arch/arch.h"

extern const struct arch arch_s390x;

#endif
