/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path or an address to the bytes of a dump: files and addresses are opened, containers around them unwrapped.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_OPEN_H
#define VMCOREFS_FORMATS_SOURCE_OPEN_H

#include "base/source.h"

/* Open a file (file.h) or an address (http/http.h). Containers are recognised and unwrapped. One message on failure. */
int source_open(const char *path, struct source **out);		/* UNPACK_NEVER */
int source_open_unpack(const char *path, enum unpack_mode unpack, struct source **out);
/* Containers are looked for; what is inside takes the place of *s, which is closed on failure. */
int source_unwrap(struct source **s);

#endif
