/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdumpfile_pages [-n | -m PAGES] DUMP: read each page of a dump through libkdumpfile; prints how many there are and, without -n, a
 * checksum of their numbers and contents. Exit status 0, or 2 when a page that the dump says it has cannot be read. -m: of formats whose list of pages
 * libkdumpfile does not tell: all of the first PAGES pages that can be read, by the kernel's own addresses or
 * the machine's.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int trouble(kdump_ctx_t *ctx, const char *what)
{
	fprintf(stderr, "kdumpfile_pages: %s: %s\n", what, kdump_get_err(ctx));
	return 2;
}

int main(int argc, char **argv)
{
	kdump_attr_t map = { .type = KDUMP_BITMAP };
	kdump_ctx_t *ctx = kdump_new();
	uint64_t pages = 0, sum = 0;
	kdump_num_t page_size;
	kdump_status status;
	unsigned char *page;
	int no_sum = argc == 3 && !strcmp(argv[1], "-n"), fd;
	uint64_t most = argc == 4 && !strcmp(argv[1], "-m") ? strtoull(argv[2], NULL, 0) : 0;
	const char *path = argv[argc > 1 ? argc - 1 : 0];

	if ((argc != 2 + no_sum && !most) || !ctx)
		return 2;
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		perror(path);
		return 2;
	}
	if (kdump_open_fd(ctx, fd) != KDUMP_OK)
		return trouble(ctx, path);
	if (kdump_get_number_attr(ctx, KDUMP_ATTR_PAGE_SIZE, &page_size) != KDUMP_OK ||
	    (!most && kdump_get_typed_attr(ctx, KDUMP_ATTR_FILE_PAGEMAP, &map) != KDUMP_OK))
		return trouble(ctx, "attributes");
	page = malloc(page_size);
	if (!page)
		return 2;
	for (kdump_addr_t pfn = 0; pfn < most; pfn++) {
		size_t len = page_size;

		if (kdump_read(ctx, KDUMP_KPHYSADDR, pfn * page_size, page, &len) != KDUMP_OK) {
			len = page_size;
			if (kdump_read(ctx, KDUMP_MACHPHYSADDR, pfn * page_size, page, &len) != KDUMP_OK)
				continue;
		}
		if (len != page_size)
			continue;
		pages++;
		sum = sum * 0x9e3779b97f4a7c15 + ((uint64_t)pfn << 32 | crc32(0, page, page_size));
	}
	status = KDUMP_ERR_NODATA;
	for (kdump_addr_t pfn = 0; !most && (status = kdump_bmp_find_set(map.val.bitmap, &pfn)) == KDUMP_OK; pfn++) {
		size_t len = page_size;
		char what[40];

		snprintf(what, sizeof(what), "pfn %#llx", (unsigned long long)pfn);
		if (kdump_read(ctx, KDUMP_MACHPHYSADDR, pfn * page_size, page, &len) != KDUMP_OK || len != page_size)
			return trouble(ctx, what);
		pages++;
		if (!no_sum)
			sum = sum * 0x9e3779b97f4a7c15 + ((uint64_t)pfn << 32 | crc32(0, page, page_size));
	}
	if (status != KDUMP_ERR_NODATA) {
		fprintf(stderr, "kdumpfile_pages: %s\n", kdump_bmp_get_err(map.val.bitmap));
		return 2;
	}
	printf("%llu pages, checksum %016llx\n", (unsigned long long)pages, (unsigned long long)sum);
	kdump_free(ctx);
	return 0;
}
