/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A layout as a temporary file, and opened as a dump. */
#ifndef VMCOREFS_TESTS_UNIT_LAYOUT_FILE_H
#define VMCOREFS_TESTS_UNIT_LAYOUT_FILE_H

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/layout.h"
#include "formats/find.h"
#include "formats/reader/dump.h"
#include "formats/source/open.h"

/* All bytes of a layout; the caller frees them. */
static inline uint8_t *layout_bytes(const struct layout *l)
{
	uint8_t *bytes = malloc(layout_size(l) + 1);

	assert(bytes);
	if (layout_read(l, bytes, layout_size(l), 0))
		abort();
	return bytes;
}

/* Opens it as a dump; the file has no name any more. Holes are not written. *name is what the dump borrows: free it
 * after dump_close(). */
static inline int layout_open(const struct layout *l, struct dump **out, char **name)
{
	char path[] = "/tmp/vmcorefs-unit.XXXXXX";
	int fd = mkstemp(path), r;
	uint64_t off = 0, end;
	struct source *src;

	assert(fd >= 0);
	r = ftruncate(fd, (off_t)layout_size(l));
	assert(!r);
	while (!layout_seek(l, 1, &off)) {
		uint8_t buf[65536];

		end = off;
		r = layout_seek(l, 0, &end);
		assert(!r);
		while (off < end) {
			size_t n = (size_t)min_u64(sizeof(buf), end - off);

			r = layout_read(l, buf, n, off);
			if (r || pwrite(fd, buf, n, (off_t)off) != (ssize_t)n)
				abort();
			off += n;
		}
	}
	close(fd);
	*name = strdup(path);
	r = source_open(*name, &src);
	unlink(path);
	if (!r)
		r = dump_open(src, NULL, out);
	if (r)
		free(*name);
	return r;
}

#endif
