/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as sadump: one partition, a media backup, the first disk of a set. */
#include "formats/reader/reader.h"
#include "tests/fuzz/dump_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_dump_input(data, size, &sadump_dump_ops);
}
