/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an LKCD dump. Pages begin at 64 KiB in most versions: what is shorter is tried with a gap there too, so that
 * inputs can be short: 2048 bytes of headers, then the pages.
 */
#include <string.h>

#include "formats/reader/reader.h"
#include "tests/fuzz/dump_input.h"

#define HEADERS 2048u
#define FIRST_RECORD 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t spread[2 * FIRST_RECORD];

	fuzz_dump_input(data, size, &lkcd_dump_ops);
	if (size <= HEADERS || size >= FIRST_RECORD)
		return 0;
	memset(spread, 0, FIRST_RECORD);
	memcpy(spread, data, HEADERS);
	memcpy(spread + FIRST_RECORD, data + HEADERS, size - HEADERS);
	return fuzz_dump_input(spread, FIRST_RECORD + size - HEADERS, &lkcd_dump_ops);
}
