/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as bzip2. */
#include "tests/fuzz/container_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_container(data, size, &bzip2_container);
}
