/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump that comes through a pipe: it is read to its end when it is opened, and kept: in memory when it is small, else in a
 * temporary file.
 *
 * Only formats/ includes this. Threads: before mount only; reading: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_STREAM_H
#define VMCOREFS_FORMATS_SOURCE_STREAM_H

#include "base/source.h"

/* fd: a pipe or a socket; closed here, also on failure. name: for messages, borrowed. wait: for a FIFO that nobody has
 * opened for writing yet. One message on failure. */
int stream_open(int fd, const char *name, bool wait, struct source **out);

#endif
