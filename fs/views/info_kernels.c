/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/info_kernels.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/opening/search.h"
#include "kernel/opening/texts.h"

#define MAX_CRASH_MEMORY ((uint64_t)1 << 30)	/* bytes of it that are looked at: it is a few hundred MiB as a rule */

void info_find_crash_memory(const char *log, struct crash_memory *out)
{
	unsigned long long start, end, mib, at;
	const char *s;

	*out = (struct crash_memory){ 0 };
	/* kernel/crash_reserve.c; before 6.6 each architecture had its own words, x86 those in MB */
	s = strstr(log, "crashkernel reserved: 0x");
	if (s && sscanf(s, "crashkernel reserved: 0x%16llx - 0x%16llx", &start, &end) == 2 && start < end) {
		*out = (struct crash_memory){ start, end - start };
		return;
	}
	for (s = log; (s = strstr(s, "Reserving ")); s++) {
		int used = 0;

		if (sscanf(s, "Reserving %9lluMB of memory at %9lluMB for crashkernel%n", &mib, &at, &used) == 2 && used && mib) {
			*out = (struct crash_memory){ (uint64_t)at << 20, (uint64_t)mib << 20 };
			return;
		}
	}
}

static void put_kernel(struct outbuf *out, const char *release, size_t len, const char *place, const char *what)
{
	out_printf(out, "kernel: ");
	for (size_t i = 0; i < len; i++)
		out_char(out, (unsigned char)release[i] < ' ' || release[i] > '~' ? '?' : release[i]);
	out_printf(out, ", VMCOREINFO %s (%s)\n", place, what);
}

static void put_text_of_kernel(struct outbuf *out, const struct kernel_text *t, bool shown)
{
	const char *release = "?";
	char place[64], option[64];
	size_t len = 1;

	vmci_get(&t->vmci, "OSRELEASE", &release, &len);
	snprintf(place, sizeof(place), "at %#llx", (unsigned long long)t->paddr);
	snprintf(option, sizeof(option), "-o kernel=%#llx", (unsigned long long)t->paddr);
	put_kernel(out, release, len, place, shown ? "shown here" : option);
}

/* Those that the search at the mount found, without remnants; or else the one in the memory for crash kernels. */
static int find_others(struct engine *e, const struct crash_memory *crash, struct kernel_texts *out)
{
	const struct kernel *k = e->kernel;
	unsigned int shift = e->pages->page_shift;
	uint64_t end;

	if (k->xen || k->texts.n || !k->has_space || !crash->len || add_overflows(crash->start, crash->len, &end))
		return -ENOENT;
	end = min_u64(end, crash->start + MAX_CRASH_MEMORY);
	return texts_others(k, crash->start >> shift, end >> shift, out);
}

int info_put_kernels(struct engine *e, const struct crash_memory *crash, struct outbuf *out)
{
	const struct kernel *k = e->kernel;
	struct kernel_texts others = { .n = 0 };
	int r = find_others(e, crash, &others);
	size_t n = others.n + 1;

	if (r && r != -ENOENT)
		return r;
	for (size_t i = 0; i < k->texts.n; i++)
		n += k->texts.list[i].proven && !texts_are_same(&k->texts.list[i].vmci, &k->vmci);
	if (n > 1) {
		out_printf(out, "kernels: %zu in this memory\n", n);
		if (!k->vmci_found)
			put_kernel(out, k->release, strlen(k->release), k->given_alone ? "as given" : "in the dump's notes", "shown here");
		else
			put_text_of_kernel(out, k->vmci_found, true);
		for (size_t i = 0; i < k->texts.n; i++)
			if (k->texts.list[i].proven && !texts_are_same(&k->texts.list[i].vmci, &k->vmci))
				put_text_of_kernel(out, &k->texts.list[i], false);
		for (size_t i = 0; i < others.n; i++)
			put_text_of_kernel(out, &others.list[i], false);
	}
	texts_free(&others);
	return 0;
}
