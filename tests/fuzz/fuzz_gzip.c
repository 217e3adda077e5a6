/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as gzip or zlib. */
#include "tests/fuzz/container_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_container(data, size, &zlib_container);
	return fuzz_container(data, size, &gzip_container);
}
