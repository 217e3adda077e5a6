/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMware's saved states: what vmware.c and vmware_cpu.c share.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_VMWARE_H
#define VMCOREFS_FORMATS_VMWARE_H

#include "formats/dump.h"
#include "formats/vmware_tags.h"

/* The registers in group "cpu" as notes; sets the architecture of d. What is damaged is left out with a warning. g->src
 * NULL: there is no such group. 0 or -ENOMEM. */
int vmware_load_cpus(struct dump *d, struct vmware_group *g);

#endif
