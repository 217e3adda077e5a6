/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/reader.h"

unsigned int page_shift_of(uint64_t bytes)
{
	for (unsigned int shift = PAGE_SHIFT_MIN; shift <= PAGE_SHIFT_MAX; shift++)
		if (bytes == (uint64_t)1 << shift)
			return shift;
	return 0;
}

void dump_take_machine(struct dump *d)
{
	d->told |= TOLD_ARCH | TOLD_PAGE_SIZE;
	d->elf_machine = d->req->elf_machine;
	d->elf_class = d->req->elf_class;
	d->big_endian = d->req->big_endian;
	d->pages.page_shift = d->req->page_shift ? d->req->page_shift : PAGE_SHIFT_MIN;
}
