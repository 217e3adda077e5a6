/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roles that differ in the memory they hold. */
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

static void *map(size_t bytes, int flags)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		give_up("mmap");
	return p;
}

static void *map_small_pages(size_t bytes)
{
	void *p = map(bytes, 0);

	madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

static uint64_t random_word(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void fill_random(void *buf, size_t bytes)
{
	uint64_t *word = buf;

	for (size_t i = 0; i < bytes / 8; i++)
		word[i] = random_word();
}

static void fill_text(void *buf, size_t bytes)
{
	static const char words[16][9] = {
		"memory ", "page ", "the ", "kernel ", "of ", "crashed ", "dump ", "and ",
		"table ", "in ", "process ", "a ", "stack\n", "to ", "file ", "is\n",
	};
	char *p = buf, *end = p + bytes;

	while (p < end) {
		uint64_t bits = random_word();

		for (int i = 0; i < 16 && p < end; i++, bits >>= 4) {
			const char *word = words[bits & 15];
			size_t n = strlen(word);

			if (n > (size_t)(end - p))
				n = end - p;
			memcpy(p, word, n);
			p += n;
		}
	}
}

static void fill_pattern(void *buf, size_t bytes, const char *tag)
{
	char *p = buf;

	for (size_t off = 0; off < bytes; off += PAGE)
		snprintf(p + off, PAGE, "vmcorefs-rig %s pid %d page %zu", tag, getpid(), off / PAGE);
}

void role_zero(void)
{
	char *p = map_small_pages(8 * MB);

	memset(p, 0, 8 * MB);
	tell_page("zero", p);
}

void role_pattern(void)
{
	char *p = map_small_pages(heap_bytes / 3);

	fill_pattern(p, heap_bytes / 3, "pattern");
	tell_page("pattern 0", p);
	tell_page("pattern 7", p + 7 * PAGE);
}

void role_text(void)
{
	fill_text(map(heap_bytes / 3, 0), heap_bytes / 3);
}

void role_random(void)
{
	fill_random(map(heap_bytes / 3, 0), heap_bytes / 3);
}

void role_thp(void)
{
	char *p = map(10 * MB, 0);

	p = (char *)(((uintptr_t)p + 2 * MB - 1) & ~(2 * MB - 1));
	if (madvise(p, 8 * MB, MADV_HUGEPAGE))
		give_up("MADV_HUGEPAGE");
	fill_pattern(p, 8 * MB, "thp");
	tell_page("thp", p + 3 * PAGE);
}

void role_hugetlb(void)
{
	char *p = map(8 * MB, MAP_HUGETLB);

	fill_pattern(p, 8 * MB, "hugetlb");
	tell_page("hugetlb", p + 3 * PAGE);
}

static void *map_file(const char *path, size_t bytes)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);
	void *p;

	if (fd < 0 || ftruncate(fd, bytes))
		give_up(path);
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		give_up("mmap");
	return p;
}

void role_shared(void)
{
	char *p = map_file("/data/shared", MB);

	fill_text(p, MB);
	tell_page("shared", p);
}

static void on_sigbus(int sig)
{
	(void)sig;
}

/* Not all kernels can: without CONFIG_MEMORY_FAILURE this fails. */
static void poison(char *p, int advice, const char *what)
{
	unsigned long pfn = page_frame(p);

	if (madvise(p, PAGE, advice))
		printf("workload: %s: %s\n", what, strerror(errno));
	else
		tell_frame(what, p, pfn);
}

void role_poison(void)
{
	char *anon = map_small_pages(8 * PAGE), *file = map_file("/data/poisoned", 4 * PAGE);
	char *huge = map(2 * MB, MAP_HUGETLB);

	signal(SIGBUS, on_sigbus);
	fill_pattern(anon, 8 * PAGE, "poison");
	fill_pattern(file, 4 * PAGE, "poison");
	fill_pattern(huge, 2 * MB, "poison");
	poison(anon, MADV_HWPOISON, "hwpoison");
	poison(anon + 2 * PAGE, MADV_HWPOISON, "hwpoison");
	poison(anon + 4 * PAGE, MADV_SOFT_OFFLINE, "hwpoison soft");
	poison(file + PAGE, MADV_HWPOISON, "hwpoison file");
	poison(huge + 5 * PAGE, MADV_HWPOISON, "hwpoison hugetlb");
}

/*
 * Swapped-out pages whose entry two processes share: a read brings them into the swap cache and
 * leaves them there.
 */
void role_swap(void)
{
	volatile char *p = map_small_pages(4 * MB);
	char sum = 0;

	fill_pattern((void *)p, 4 * MB, "swap");
	if (madvise((void *)p, 4 * MB, MADV_PAGEOUT))
		give_up("MADV_PAGEOUT");
	if (fork() == 0) {
		prctl(PR_SET_NAME, "rig-swap-child");
		sleep_for_good();
	}
	for (size_t off = 0; off < 2 * MB; off += PAGE)
		sum += p[off];
	tell_page("swapped in", (const void *)p);
	tell_page("swapped out", (const char *)p + 3 * MB);
}

void role_locked(void)
{
	char *p = map_small_pages(MB);

	fill_pattern(p, MB, "locked");
	if (mlock(p, MB))
		give_up("mlock");
}

int fill_files(const char *dir, size_t mb)
{
	char *buf = map(MB, 0), path[256];

	for (size_t i = 0; i < mb; i++) {
		FILE *f;

		if (i % 2)
			fill_random(buf, MB);
		else
			fill_text(buf, MB);
		snprintf(path, sizeof(path), "%s/%s-%zu", dir, i % 2 ? "random" : "text", i / 8);
		f = fopen(path, "a");
		if (!f || fwrite(buf, 1, MB, f) != MB || fclose(f)) {
			perror(path);
			return 1;
		}
	}
	return 0;
}
