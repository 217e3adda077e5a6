/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as VMCOREINFO: each getter, the rules for page structs that are made of it, and a kernel without memory. What
 * the rules accept must keep a judgement inside its two page structs.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "kernel/pages/memmap.h"
#include "kernel/pages/pageclass.h"
#include "kernel/log/printk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	*out = (struct page_run){ pfn, ps->max_pfn - pfn, PAGE_ABSENT, false };
}

static void judge(const struct pageclass *pc)
{
	uint8_t *page = malloc(pc->struct_bytes), *next = malloc(pc->struct_bytes);
	struct page_verdict v;

	for (int i = 0; i < 4; i++) {
		memset(page, i & 1 ? 0x54 : 0, pc->struct_bytes);
		memset(next, i & 2 ? 0x08 : 0, pc->struct_bytes);
		pageclass_judge(pc, 0, page, next, &v);
		pageclass_judge(pc, 1, page, NULL, &v);
		if (!v.pages || !v.free_pages || v.classes >> CLASSES)
			abort();
	}
	free(page);
	free(next);
}

static void open_kernel(const char *text, size_t size)
{
	static const struct pages_ops ops = { .run = no_run };
	struct pages nothing = { .ops = &ops, .page_shift = 12, .max_pfn = 1 << 20 };
	struct kernel_input in = { .pages = &nothing, .vmcoreinfo = text, .vmcoreinfo_len = size, .elf_machine = EM_X86_64 };
	struct outbuf out = OUTBUF_INIT;
	struct memmap *m;
	const char *why;
	struct kernel *k;

	if (kernel_open(&in, &k))
		return;
	if (k->release[sizeof(k->release) - 1])
		abort();
	if (!memmap_open(k, &m, &why))
		memmap_close(m);
	printk_render(k, &out);
	out_free(&out);
	kernel_close(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "page", "OSRELEASE", "PAGESIZE", "x", "", "=", "\n", "page.flags" };
	char *text = malloc(size ? size : 1);	/* exactly this size: the sanitizer sees a read beyond it */
	struct vmcoreinfo v = { text, size };
	static bool quiet;
	struct pageclass pc;
	const char *value;
	uint64_t n;
	size_t len;

	if (!quiet) {	/* The stream, not the descriptor: sanitizers and the fuzzer go on to report. */
		stderr = fopen("/dev/null", "w");
		quiet = true;
	}
	if (size)
		memcpy(text, data, size);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!vmci_get(&v, keys[i], &value, &len) && (value < text || len > size - (size_t)(value - text)))
			abort();
		vmci_symbol(&v, keys[i], &n);
		vmci_size(&v, keys[i], &n);
		vmci_offset(&v, keys[i], &n);
		vmci_length(&v, keys[i], &n);
		vmci_number(&v, keys[i], &n);
		vmci_plain(&v, keys[i], &n);
	}
	for (int big = 0; big <= 1; big++)
		if (!pageclass_setup(&pc, &(struct kernel){ .vmci = v, .word_bytes = big ? 4 : 8, .big_endian = big }, &value))
			judge(&pc);
	open_kernel(text, size);
	free(text);
	return 0;
}
