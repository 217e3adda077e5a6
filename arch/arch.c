/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/arch.h"

#include <errno.h>
#include <stddef.h>

#include "arch/x86_64.h"
#include "base/bytes.h"

const struct arch *const arches[] = {
	&arch_x86_64,
	NULL
};

const struct arch *arch_find(uint16_t elf_machine, bool big_endian)
{
	for (const struct arch *const *a = arches; *a; a++)
		if ((*a)->elf_machine == elf_machine && (*a)->big_endian == big_endian)
			return *a;
	return NULL;
}

int space_vtop(const struct space *s, uint64_t vaddr, uint64_t *paddr, uint64_t *span)
{
	struct walk w;
	int r = s->arch->walk(s, vaddr, &w);

	if (r)
		return r;
	*paddr = w.paddr;
	*span = w.page_bytes - (vaddr & (w.page_bytes - 1));
	return 0;
}

int space_read(const struct space *s, uint64_t vaddr, void *buf, uint64_t n)
{
	char *at = buf;

	while (n) {
		uint64_t paddr, span;
		int r = space_vtop(s, vaddr, &paddr, &span);

		if (r)
			return r;
		span = min_u64(span, n);
		r = pages_read_bytes(s->mem, paddr, span, at, HOLES_FAIL);
		if (r)
			return r;
		at += span;
		vaddr += span;
		n -= span;
	}
	return 0;
}
