/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as the kernel's tasks, areas of vmalloc, slabs, page structs and names of files. The first byte of the input: 1: words
 * of 4 bytes, 2: big-endian; the second: which members there are; the rest is memory from address 0 on, zeroes behind it. Members
 * are where their names' sums say, each a word long.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/tasks.h"
#include "kernel/vfs/path.h"

#define PAGES 16u

#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct era {
	unsigned int word;
	uint8_t without;		/* members whose sum has this remainder are missing */
};

static unsigned int sum(const char *a, const char *b)
{
	unsigned int n = 0;

	while (*a)
		n = n * 31 + (unsigned char)*a++;
	while (*b)
		n = n * 31 + (unsigned char)*b++;
	return n;
}

static int place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	const struct era *era = arg;
	unsigned int n = sum(type, path);

	if (*path && n % 29 == era->without % 64)
		return -ENOENT;
	*out = (struct kplace){ .offset = *path ? n % 16 * era->word : 0, .bytes = *path ? era->word : 128, .count = 2,
				.element_bytes = era->word };
	return 0;
}

static int variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	(void)arg;
	*vaddr = sum(name, "") % 64 * 8;
	*bytes = 0;
	return 0;
}

static int count(void *arg, const struct task *task)
{
	if (++*(uint64_t *)arg > 2 * TASKS_MAX || !memchr(task->comm, 0, sizeof(task->comm)))
		abort();
	return 0;
}

static void walk(struct kreader *r, const struct knames *names, uint64_t vaddr)
{
	struct page_layout pages;
	struct page_facts page;
	struct task_layout tasks;
	struct vmalloc_area area;
	struct slab_object object;
	struct file_name file;
	uint64_t told = 0;

	if (!task_layout(names, &tasks))
		tasks_each(r, names, &tasks, count, &told);
	kreader_take(r, NULL);
	if (!vmalloc_find(r, names, vaddr, &area) && (vaddr < area.first || vaddr >= area.end))
		abort();
	kreader_take(r, NULL);
	if (!slab_find_object(r, names, vaddr & ~63ull, 0x4000, 0x4000 + vaddr, &object) &&
	    (object.use > SLAB_NO_OBJECT || !memchr(object.name, 0, sizeof(object.name)) || object.vaddr < 0x4000 ||
	     (object.use != SLAB_NO_OBJECT && object.index >= object.objects)))
		abort();
	kreader_take(r, NULL);
	if (!page_layout(names, &pages))
		page_read(r, &pages, vaddr, &page);
	if (!file_of_mapping(r, names, vaddr, &file) && (!memchr(file.path, 0, sizeof(file.path)) || !memchr(file.super, 0, sizeof(file.super))))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static struct memory m;
	struct mapping window = { 0, 0, PAGES * PAGE };
	struct kernel k = { .pages = &m.pages, .page_shift = 12, .has_space = true };
	struct era era;
	struct knames names = { .arg = &era, .place = place, .variable = variable };
	struct kreader *r;

	if (size < 4)
		return 0;
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + 4, min_u64(size - 4, PAGES * PAGE));
	k.word_bytes = data[0] & 1 ? 4 : 8;
	k.big_endian = data[0] & 2;
	era = (struct era){ .word = k.word_bytes, .without = data[1] };
	k.space = (struct space){ .arch = &arch_x86_64, .mem = &m.pages, .windows = &window, .nwindows = 1 };
	if (kreader_open(&k, &r))
		return 0;
	walk(r, &names, (uint64_t)(data[2] | data[3] << 8) % (PAGES * PAGE));
	kreader_close(r);
	return 0;
}
