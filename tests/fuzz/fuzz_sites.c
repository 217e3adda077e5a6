/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as the kernel's tables of places that it patches. The first byte of the input: 1: words of 4 bytes, 2:
 * big-endian, 4: a module's; the next 4: the function's address and length; the rest is memory from address 0 on. What is found
 * lies in the function.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "kernel/code/disassemble.h"
#include "kernel/code/sites.h"

#define PAGES 16u

#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int word;

/* Structs with their members in a row, each a word; jump_entry as it is on 64 bits. */
static int place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	static const char *const members[] = {
		"ftrace_page.next", "ftrace_page.records", "ftrace_page.index", "dyn_ftrace.ip", "dyn_ftrace.flags",
		"module.jump_entries", "module.num_jump_entries",
	};
	char both[64];

	(void)arg;
	snprintf(both, sizeof(both), "%s.%s", type, path);
	if (!*path) {
		*out = (struct kplace){ .bytes = strcmp(type, "jump_entry") ? 2 * word : 16 };
		return 0;
	}
	if (!strcmp(both, "jump_entry.code") || !strcmp(both, "jump_entry.key")) {
		*out = (struct kplace){ .offset = strcmp(path, "code") ? 8 : 0, .bytes = strcmp(path, "code") ? 8 : 4 };
		return 0;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(members); i++) {
		if (!strcmp(both, members[i])) {
			*out = (struct kplace){ .offset = (i < 3 ? i : (i - 3) % 2) * word, .bytes = word };
			return 0;
		}
	}
	return -ENOENT;
}

static int variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	(void)arg;
	*vaddr = !strcmp(name, "__start___jump_table") ? 0x100 : !strcmp(name, "__stop___jump_table") ? 0x4000 : 0x40;
	*bytes = 0;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static const struct knames names = { .place = place, .variable = variable };
	static const struct module module = { .vaddr = 0x80 };
	static struct memory m;
	struct mapping window = { 0, 0, PAGES * PAGE };
	struct kernel k = { .pages = &m.pages, .page_shift = 12, .has_space = true };
	struct function fn;
	struct kreader *r;
	struct sites s;

	if (size < 5)
		return 0;
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + 5, min_u64(size - 5, PAGES * PAGE));
	k.word_bytes = word = data[0] & 1 ? 4 : 8;
	k.big_endian = data[0] & 2;
	k.space = (struct space){ .arch = &arch_x86_64, .mem = &m.pages, .windows = &window, .nwindows = 1 };
	fn = (struct function){ .name = "f", .module = data[0] & 4 ? &module : NULL, .vaddr = get_u16(data + 1, false),
				.bytes = get_u16(data + 3, false) };
	if (kreader_open(&k, &r))
		return 0;
	if (!sites_find(&names, r, &fn, &s)) {
		for (size_t i = 0; i < s.n; i++)
			if (s.list[i].vaddr - fn.vaddr >= fn.bytes)
				abort();
	}
	sites_free(&s);
	kreader_close(r);
	return 0;
}
