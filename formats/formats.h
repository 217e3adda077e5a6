/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which formats of dumps are read: one row for each. Those that the user has to name (raw memory, /dev/mem) have none.
 *
 * Only formats/ includes this. Threads: any.
 */
#ifndef VMCOREFS_FORMATS_FORMATS_H
#define VMCOREFS_FORMATS_FORMATS_H

#include "formats/reader/dump.h"

/* In probe order, NULL-terminated. */
extern const struct dump_ops *const dump_formats[];

#endif
