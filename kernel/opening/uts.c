/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/uts.h"

#include <string.h>

#include "base/bytes.h"

#define MAX_OFFSET 64u			/* of the strings in struct uts_namespace, when it is not told */

/* The six strings of this kernel? */
static bool is_uts(const struct kernel *k, const char *raw)
{
	const char *release = raw + 2 * UTS_STRING;

	for (size_t i = 0; i < UTS_STRINGS; i++)
		if (!memchr(raw + i * UTS_STRING, '\0', UTS_STRING))
			return false;
	return !strcmp(raw, "Linux") && (k->release[0] ? !strcmp(release, k->release) : *release >= '1' && *release <= '9');
}

/* Before 5.11 VMCOREINFO has the address of the struct only: the strings are known by what they say. */
static bool find_inside(struct kernel *k, uint64_t vaddr)
{
	char raw[MAX_OFFSET + UTS_BYTES];
	uint64_t have = kernel_read_part(k, vaddr, raw, sizeof(raw));

	for (uint64_t offset = 0; offset + UTS_BYTES <= have; offset += 4) {
		if (!is_uts(k, raw + offset))
			continue;
		k->uts_vaddr = kernel_wrap(k, vaddr + offset);
		return true;
	}
	return false;
}

void uts_find(struct kernel *k)
{
	/* the second: before 2.6.19, the strings themselves */
	static const char *const symbols[] = { "init_uts_ns", "system_utsname" };
	uint64_t vaddr, offset;

	k->uts_vaddr = 0;
	if (!vmci_symbol(&k->vmci, symbols[0], &vaddr) && !vmci_offset(&k->vmci, "uts_namespace.name", &offset)) {
		k->uts_vaddr = kernel_wrap(k, vaddr + offset);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!vmci_symbol(&k->vmci, symbols[i], &vaddr) && find_inside(k, vaddr))
			return;
}

void uts_read(struct kernel *k, bool erased)
{
	char raw[UTS_BYTES];

	if (!k->uts_vaddr || kernel_read(k, k->uts_vaddr, raw, sizeof(raw)))
		return;
	for (size_t i = 0; i < UTS_STRINGS; i++) {
		memcpy(k->uts[i], raw + i * UTS_STRING, UTS_STRING - 1);
		k->uts[i][UTS_STRING - 1] = '\0';
	}
	if (!erased && memcmp(k->uts[0], "Linux", 6))
		memset(k->uts, 0, sizeof(k->uts));
}
