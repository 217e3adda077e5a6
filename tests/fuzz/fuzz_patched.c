/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as the lists of what a kernel patches (ftrace, kprobes, live patches), and as its code: the input is its data, then
 * its code. Lines are in order, in the code, and no place is told twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "kernel/code/patched.h"
#include "tests/unit/fake_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
	unsigned long long end = 0, at, length;

	for (; text && *text; text = strchr(text, '\n') + 1) {
		if (*text == '#')
			continue;
		if (sscanf(text, "0x%llx %*s %llu ", &at, &length) != 2 || at < end || at < image(0) || !length ||
		    at + length > image(TEXT_END))
			abort();
		end = at + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = (size_t)min_u64(size, DATA_END - RETURNS);
	struct outbuf out = OUTBUF_INIT;
	struct code x;

	log_set_level(LOG_LVL_ERR);
	open_code(&x);
	fake_write(x.w.f, RETURNS, data, first);
	fake_write(x.w.f, F, data + first, (size_t)min_u64(size - first, TEXT_END - F));
	if (!patched_put(x.facts, x.path, &out))
		check(out.data);
	out_free(&out);
	close_code(&x);
	return 0;
}
