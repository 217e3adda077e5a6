/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdumpcmp [-v] A B: do two 64-bit little-endian kdump-compressed files (zlib or raw pages) hold the same pages with the
 * same bytes? It shares no code with vmcorefs, so that it can judge it. Prints one line, with -v also one for each
 * difference; exit status 0 same, 1 different, 2 trouble.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct file {
	const char *name;
	const uint8_t *map;
	uint64_t size, block, max_mapnr, descs;
	const uint8_t *bitmap1, *bitmap2;
	uint64_t half;
};

static uint32_t u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static uint64_t u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static void trouble(const struct file *f, const char *what)
{
	fprintf(stderr, "kdumpcmp: %s: %s\n", f->name, what);
	exit(2);
}

static void map_file(struct file *f, const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY);
	uint64_t sub, blocks;

	f->name = name;
	if (fd < 0 || fstat(fd, &st))
		trouble(f, "cannot be opened");
	f->size = (uint64_t)st.st_size;
	f->map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (f->map == MAP_FAILED || f->size < 8192 || memcmp(f->map, "KDUMP   ", 8))
		trouble(f, "is no kdump-compressed file");
	f->block = u32(f->map + 428);
	sub = u32(f->map + 432);
	blocks = u32(f->map + 436);
	f->max_mapnr = u64(f->map + f->block + 96);
	f->half = blocks / 2 * f->block;
	f->bitmap1 = f->map + (1 + sub) * f->block;
	f->bitmap2 = f->bitmap1 + f->half;
	f->descs = (1 + sub + blocks) * f->block;
	if (f->descs > f->size || f->max_mapnr > f->half * 8)
		trouble(f, "has a header that does not fit it");
}

static int bit(const uint8_t *map, uint64_t n)
{
	return map[n / 8] >> (n % 8) & 1;
}

static void get_page(const struct file *f, uint64_t index, uint8_t *out)
{
	const uint8_t *d = f->map + f->descs + index * 24;
	uint64_t offset = u64(d);
	uint32_t size = u32(d + 8), flags = u32(d + 12);
	uLongf len = f->block;

	if (f->descs + (index + 1) * 24 > f->size || offset > f->size || size > f->size - offset)
		trouble(f, "has a page that ends beyond it");
	if (!flags && size == f->block)
		memcpy(out, f->map + offset, f->block);
	else if (flags != 1 || uncompress(out, &len, f->map + offset, size) != Z_OK || len != f->block)
		trouble(f, "has a page that cannot be decompressed");
}

static void say(int verbose, uint64_t pfn, const char *what)
{
	if (verbose)
		printf("pfn %#llx %s\n", (unsigned long long)pfn, what);
}

static const char *only_in(int first)
{
	return first ? "only in the first" : "only in the second";
}

int main(int argc, char **argv)
{
	uint64_t ia = 0, ib = 0, only_a = 0, only_b = 0, differ = 0, same = 0, machine = 0, max;
	int verbose = argc > 1 && !strcmp(argv[1], "-v");
	static uint8_t pa[1 << 20], pb[1 << 20];
	struct file a, b;

	if (argc != 3 + verbose)
		return 2;
	map_file(&a, argv[1 + verbose]);
	map_file(&b, argv[2 + verbose]);
	if (a.block != b.block || a.block > sizeof(pa))
		trouble(&a, "has another block size");
	max = a.max_mapnr > b.max_mapnr ? a.max_mapnr : b.max_mapnr;
	for (uint64_t pfn = 0; pfn < max; pfn++) {
		int in_a = pfn < a.max_mapnr && bit(a.bitmap2, pfn), in_b = pfn < b.max_mapnr && bit(b.bitmap2, pfn);
		int there_a = pfn < a.max_mapnr && bit(a.bitmap1, pfn), there_b = pfn < b.max_mapnr && bit(b.bitmap1, pfn);

		if (in_a)
			get_page(&a, ia++, pa);
		if (in_b)
			get_page(&b, ib++, pb);
		if (there_a != there_b) {
			machine++;
			if (verbose)
				printf("pfn %#llx %s: first bitmap\n", (unsigned long long)pfn, only_in(there_a));
		}
		if (in_a != in_b) {
			only_a += in_a;
			only_b += in_b;
			say(verbose, pfn, only_in(in_a));
		} else if (in_a && !memcmp(pa, pb, a.block)) {
			same++;
		} else if (in_a) {
			differ++;
			say(verbose, pfn, "differs");
		}
	}
	printf("%llu pages the same, %llu differ, %llu only in the first, %llu only in the second; first bitmaps differ in %llu\n",
	       (unsigned long long)same, (unsigned long long)differ, (unsigned long long)only_a,
	       (unsigned long long)only_b, (unsigned long long)machine);
	return differ || only_a || only_b || machine || a.max_mapnr != b.max_mapnr || !same;
}
