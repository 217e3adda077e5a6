/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be around a dump: one row for each container.
 *
 * Only formats/ includes this. Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_CONTAINERS_H
#define VMCOREFS_FORMATS_SOURCE_CONTAINERS_H

#include "formats/source/parts/container.h"

/* In probe order, NULL-terminated. */
extern const struct container_ops *const containers[];

#endif
