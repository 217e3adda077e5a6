/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that was cut by split(1), as for an upload with a limit, and not put together again.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_PIECES_H
#define VMCOREFS_FORMATS_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/source.h"

/* Are these paths what split(1) calls the pieces of one file, in order (x.aa, x.ab, or with digits)? */
bool pieces_named(const char *const *paths, size_t n);
/*
 * The file that n paths, in any order, are the pieces of, as it is: containers are not looked for. *out NULL: they are something
 * else, such as the parts of a set. 0, or -errno after a message. Borrows the paths.
 */
int pieces_open(const char *const *paths, size_t n, struct source **out);
/* A warning when the next piece by its name is beside path, a file that ends too early. */
void pieces_warn_of_next(const char *path);

#endif
