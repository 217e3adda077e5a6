/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page source as an image in LiME's format: a record for each range of pages that are kept, what is excluded or absent is
 * in none. See formats/raw/lime.c.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_WRITE_LIME_H
#define VMCOREFS_FORMATS_WRITE_LIME_H

#include <stdbool.h>

#include "base/layout.h"
#include "base/pages.h"

/* big_endian: of the machine, whose byte order the headers have. 0, -ENOMEM, -EFBIG. Borrows ps for the life of *out. */
int write_lime(const struct pages *ps, bool big_endian, struct layout **out);

/* An upper bound of the size of write_lime()'s file for ps or any selection of its pages. */
uint64_t write_lime_bound(const struct pages *ps);

#endif
