/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which format is it?
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_FIND_H
#define VMCOREFS_FORMATS_FIND_H

#include "formats/reader/dump.h"

/* Who claims src; NULL, without a message: nobody. -errno after a message: it cannot be read. */
int dump_find_format(const struct source *src, const struct dump_ops **out);
/* One source as one dump. Takes over src, also on failure. req NULL: nothing is told. -ENOTSUP, with one message that lists
 * what was tried, when no format claims it. */
int dump_open(struct source *src, const struct dump_request *req, struct dump **out);

#endif
