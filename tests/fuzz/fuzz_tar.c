/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a tar archive: what is in it, and the dump that is found there. */
#include "tests/fuzz/dump_input.h"

#include "formats/members.h"
#include "formats/source/open.h"
#include "formats/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = input_file(data, size);
	struct members m = { 0 };
	struct source *src;
	uint64_t end;
	int is_tar;

	if (!path || source_open(path, &src))
		return 0;
	is_tar = tar_probe(src);
	if (is_tar == 1 && !tar_list_members(src, &m))
		for (size_t i = 0; i < m.n; i++)
			if (add_overflows(m.list[i].offset, m.list[i].size, &end) || !m.list[i].name)
				abort();
	members_free(&m);
	source_close(src);
	return is_tar == 1 ? fuzz_dump_input(data, size, NULL) : 0;
}
