/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdumpfile_pages [-n | -m PAGES] DUMP: read each page of a dump through libkdumpfile; prints how many there are and,
 * without -n, a checksum of their numbers and contents. Exit status 0, or 2 when a page that the dump says it has cannot
 * be read. -m: of formats whose list of pages libkdumpfile does not tell: those of the first PAGES pages that can be read,
 * by the kernel's own addresses or the machine's.
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

/* Formats without a map of pages (LKCD) have max_pfn instead: any page below it may be there. */
static kdump_status next_page(kdump_ctx_t *ctx, kdump_attr_t *map, kdump_num_t max_pfn, kdump_addr_t *pfn)
{
	kdump_clear_err(ctx);
	if (!max_pfn)
		return kdump_bmp_find_set(map->val.bitmap, pfn);
	return *pfn < max_pfn ? KDUMP_OK : KDUMP_ERR_NODATA;
}

/* One page by the machine's address; any: by the kernel's own when it has that, and what cannot be read is not there. */
static kdump_status read_page(kdump_ctx_t *ctx, int any, kdump_addr_t addr, void *page, size_t *len)
{
	size_t size = *len;
	kdump_status status;

	if (any && kdump_read(ctx, KDUMP_KPHYSADDR, addr, page, len) == KDUMP_OK)
		return KDUMP_OK;
	*len = size;
	status = kdump_read(ctx, KDUMP_MACHPHYSADDR, addr, page, len);
	if (status == KDUMP_OK)
		return status;
	return any ? KDUMP_ERR_NODATA : status;
}

int main(int argc, char **argv)
{
	kdump_attr_t map = { .type = KDUMP_BITMAP };
	kdump_ctx_t *ctx = kdump_new();
	uint64_t pages = 0, sum = 0;
	kdump_num_t page_size, max_pfn = 0;
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
	    (!most && kdump_get_typed_attr(ctx, KDUMP_ATTR_FILE_PAGEMAP, &map) != KDUMP_OK &&
	     kdump_get_number_attr(ctx, "max_pfn", &max_pfn) != KDUMP_OK))
		return trouble(ctx, "attributes");
	if (most)
		max_pfn = most;
	page = malloc(page_size);
	if (!page)
		return 2;
	for (kdump_addr_t pfn = 0; (status = next_page(ctx, &map, max_pfn, &pfn)) == KDUMP_OK; pfn++) {
		size_t len = page_size;
		char what[40];

		snprintf(what, sizeof(what), "pfn %#llx", (unsigned long long)pfn);
		status = read_page(ctx, most != 0, pfn * page_size, page, &len);
		if (status == KDUMP_ERR_NODATA && max_pfn)
			continue;
		if (status != KDUMP_OK || len != page_size)
			return trouble(ctx, what);
		pages++;
		if (!no_sum)
			sum = sum * 0x9e3779b97f4a7c15 + ((uint64_t)pfn << 32 | crc32(0, page, page_size));
	}
	if (status != KDUMP_ERR_NODATA) {
		fprintf(stderr, "kdumpfile_pages: %s\n", max_pfn ? "?" : kdump_bmp_get_err(map.val.bitmap));
		return 2;
	}
	printf("%llu pages, checksum %016llx\n", (unsigned long long)pages, (unsigned long long)sum);
	kdump_free(ctx);
	return 0;
}
