/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdumpfile_pages DUMP: read each page of a dump through libkdumpfile; prints how many there are and a checksum of their
 * numbers and contents. Exit status 0, or 2 when a page cannot be read for another reason than that it is not there.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static int trouble(kdump_ctx_t *ctx, const char *what)
{
	fprintf(stderr, "kdumpfile_pages: %s: %s\n", what, kdump_get_err(ctx));
	return 2;
}

int main(int argc, char **argv)
{
	kdump_num_t max_pfn, page_size;
	uint64_t pages = 0, sum = 0;
	kdump_ctx_t *ctx = kdump_new();
	unsigned char *page;
	int fd;

	if (argc != 2 || !ctx)
		return 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	if (kdump_open_fd(ctx, fd) != KDUMP_OK)
		return trouble(ctx, argv[1]);
	if (kdump_get_number_attr(ctx, "max_pfn", &max_pfn) != KDUMP_OK ||
	    kdump_get_number_attr(ctx, KDUMP_ATTR_PAGE_SIZE, &page_size) != KDUMP_OK)
		return trouble(ctx, "attributes");
	page = malloc(page_size);
	if (!page)
		return 2;
	for (uint64_t pfn = 0; pfn < max_pfn; pfn++) {
		size_t len = page_size;
		kdump_status status = kdump_read(ctx, KDUMP_MACHPHYSADDR, pfn * page_size, page, &len);

		if (status == KDUMP_ERR_NODATA) {
			kdump_clear_err(ctx);
			continue;
		}
		if (status != KDUMP_OK || len != page_size) {
			fprintf(stderr, "kdumpfile_pages: pfn %#llx: %s\n", (unsigned long long)pfn, kdump_get_err(ctx));
			return 2;
		}
		pages++;
		sum = sum * 0x9e3779b97f4a7c15 + (pfn << 32 | crc32(0, page, page_size));
	}
	printf("%llu pages, checksum %016llx\n", (unsigned long long)pages, (unsigned long long)sum);
	kdump_free(ctx);
	return 0;
}
