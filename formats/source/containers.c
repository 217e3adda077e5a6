/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/containers.h"

const struct container_ops *const containers[] = {
	&flattened_container,
	&gzip_container,
	&xz_container,
	&zstd_container,
	&lz4_container,
	&bzip2_container,
	&zlib_container,
	&libvirt_container,
	NULL
};
