/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random_reads kdumpfile|raw FILE COUNT [SEED]: COUNT pages of 4 KiB at random places, the same ones each time: of a dump through
 * libkdumpfile, or of a raw image of memory with pread(2). For the benchmark. Prints a checksum.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

/* Physical addresses from 1 GiB to 2.5 GiB: memory in every dump of 3 GB. */
static uint64_t random_page(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (0x40000000ull >> 12) + (*state >> 33) % (0x60000000ull >> 12);
}

int main(int argc, char **argv)
{
	int use_kdumpfile = argc > 3 && !strcmp(argv[1], "kdumpfile"), fd;
	kdump_ctx_t *ctx = NULL;
	uint64_t state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1, sum = 0;
	unsigned char page[PAGE];

	if (argc < 4 || (fd = open(argv[2], O_RDONLY)) < 0)
		return 2;
	if (use_kdumpfile && (!(ctx = kdump_new()) || kdump_open_fd(ctx, fd) != KDUMP_OK))
		return 2;
	for (long i = atol(argv[3]); i > 0; i--) {
		uint64_t paddr = random_page(&state) * PAGE;
		size_t len = PAGE;

		if (use_kdumpfile ? kdump_read(ctx, KDUMP_MACHPHYSADDR, paddr, page, &len) != KDUMP_OK :
				    pread(fd, page, PAGE, (off_t)paddr) != PAGE) {
			fprintf(stderr, "random_reads: %s: nothing at %#llx\n", argv[2], (unsigned long long)paddr);
			return 2;
		}
		for (int k = 0; k < PAGE; k += 64)
			sum = sum * 31 + page[k];
	}
	printf("%016llx\n", (unsigned long long)sum);
	return 0;
}
