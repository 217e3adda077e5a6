/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/bulk.h"

#include <string.h>

#include "base/bytes.h"

static uint64_t lose(void *buf, uint64_t n, uint8_t fill)
{
	memset(buf, fill, n);
	return n;
}

/* One piece that is physically contiguous, page by page when it has a page that cannot be read. */
static uint64_t read_piece(const struct pages *ps, uint64_t paddr, char *buf, uint64_t n, uint8_t fill)
{
	uint64_t page = pages_size(ps), lost = 0, part;

	if (!pages_read_bytes(ps, paddr, n, buf, HOLES_FAIL))
		return 0;
	for (uint64_t done = 0; done < n; done += part) {
		part = min_u64(n - done, page - ((paddr + done) & (page - 1)));
		if (pages_read_bytes(ps, paddr + done, part, buf + done, HOLES_FAIL))
			lost += lose(buf + done, part, fill);
	}
	return lost;
}

uint64_t kbulk_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n, uint8_t fill)
{
	uint64_t page = pages_size(k->pages), lost = 0, part;
	char *at = buf;

	for (uint64_t done = 0; done < n; done += part) {
		uint64_t paddr, span;

		if (space_vtop(&k->space, vaddr + done, &paddr, &span)) {
			part = min_u64(n - done, page - ((vaddr + done) & (page - 1)));
			lost += lose(at + done, part, fill);
		} else {
			part = min_u64(n - done, span);
			lost += read_piece(k->pages, paddr, at + done, part, fill);
		}
	}
	return lost;
}
