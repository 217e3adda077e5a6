/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's page tables map, as /proc/kcore shows it: a line "KIND ADDRESS BYTES CRC32" for pages that were the
 * same twice. KIND: text, module, vmalloc (also the stacks of tasks).
 */
#define _GNU_SOURCE
#include "workload.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SAMPLES = 1200 };

struct sample {
	const char *kind;
	unsigned long va;
	uint32_t crc;
};

static struct sample samples[MAX_SAMPLES];
static int nsamples;
static ElfW(Phdr) segments[64];
static int nsegments, kcore;

static uint32_t crc32(const unsigned char *p, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static int open_kcore(void)
{
	ElfW(Ehdr) ehdr;

	kcore = open("/proc/kcore", O_RDONLY);
	if (kcore < 0 || pread(kcore, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr))
		return -1;
	for (int i = 0; i < ehdr.e_phnum && nsegments < 64; i++) {
		ElfW(Phdr) *p = &segments[nsegments];

		if (pread(kcore, p, sizeof(*p), ehdr.e_phoff + i * sizeof(*p)) != sizeof(*p))
			return -1;
		nsegments += p->p_type == PT_LOAD;
	}
	return 0;
}

/* Not a page that kcore shows as zeroes: it does that also where nothing is mapped. */
static int read_page(unsigned long va, uint32_t *crc)
{
	static unsigned char page[65536];

	for (int i = 0; i < nsegments; i++) {
		const ElfW(Phdr) *p = &segments[i];

		if (va < p->p_vaddr || va - p->p_vaddr >= p->p_memsz)
			continue;
		if (pread64(kcore, page, page_bytes, (off64_t)(p->p_offset + (va - p->p_vaddr))) != (ssize_t)page_bytes)
			return -1;
		for (size_t at = 0; at < page_bytes; at++)
			if (page[at]) {
				*crc = crc32(page, page_bytes);
				return 0;
			}
		return -1;
	}
	return -1;
}

static void add(const char *kind, unsigned long start, unsigned long end, int most)
{
	unsigned long pages = (end - start) / page_bytes, step = pages / most + 1;

	start += -start % page_bytes;
	for (unsigned long va = start; va + page_bytes <= end && va >= start; va += step * page_bytes) {
		struct sample *s = &samples[nsamples];

		if (nsamples == MAX_SAMPLES)
			return;
		*s = (struct sample){ kind, va, 0 };
		nsamples += !read_page(va, &s->crc);
	}
}

static unsigned long symbol(const char *wanted)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[600], name[512];
	unsigned long va, found = 0;

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %*c %511s", &va, name) == 2 && !strcmp(name, wanted))
			found = va;
	if (f)
		fclose(f);
	return found;
}

static void add_modules(void)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[600];
	unsigned long bytes, va;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %lu %*s %*s %*s %lx", &bytes, &va) == 2)
			add("module", va, va + bytes, 20);
	if (f)
		fclose(f);
}

static void add_vmalloc(void)
{
	FILE *f = fopen("/proc/vmallocinfo", "r");
	char line[600];
	unsigned long start, end;

	/* Never what a device answers. */
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " vmalloc") && sscanf(line, "%lx-%lx", &start, &end) == 2)
			add("vmalloc", start, end, 4);
	if (f)
		fclose(f);
}

int tell_kcore(void)
{
	unsigned long text = symbol("_stext"), etext = symbol("_etext");

	if (open_kcore()) {
		perror("/proc/kcore");
		return 1;
	}
	add("text", text, etext, 300);
	add_modules();
	add_vmalloc();
	sleep(1);
	for (int i = 0; i < nsamples; i++) {
		const struct sample *s = &samples[i];
		uint32_t crc;

		if (!read_page(s->va, &crc) && crc == s->crc)
			printf("%s 0x%lx %zu %08x\n", s->kind, s->va, page_bytes, (unsigned int)crc);
	}
	return 0;
}
