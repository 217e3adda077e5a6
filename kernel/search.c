/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Find VMCOREINFO in a dump that has no note of it, such as a plain one from QEMU. The kernel keeps the text in pages
 * of its own (kernel/vmcore_info.c: vmcoreinfo_data, one page), which it fills from OSRELEASE= on while booting.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/kernel.h"

#define BATCH_BYTES (1u << 20)

/* After so many pages in a row that cannot be read, the rest of a truncated file is not tried. */
#define MAX_UNREADABLE 65536

static const char first_key[] = "OSRELEASE=";

struct search {
	const struct pages *ps;
	char *batch, *text;
	size_t len;
	uint64_t paddr;
	uint64_t unreadable;		/* pages in a row */
};

/* Length of printable lines from the start of a page on. */
static size_t text_length(const char *s, size_t size)
{
	size_t n = 0;

	while (n < size && (s[n] == '\n' || (s[n] >= ' ' && s[n] <= '~')))
		n++;
	while (n && s[n - 1] != '\n')	/* a line that is cut is no line */
		n--;
	return n;
}

/*
 * Tell the running kernel's text from copies and remnants: it has symbols, and it is complete. There may be two when the
 * guest has been through kexec; the one with a CRASHTIME, or else the longer one, is better.
 */
static bool looks_better(const char *s, size_t n, const char *old, size_t old_len)
{
	struct vmcoreinfo v = { s, n }, o = { old, old_len };
	uint64_t value, old_value;

	if (vmci_plain(&v, "PAGESIZE", &value) || vmci_size(&v, "page", &value) || vmci_size(&v, "list_head", &value))
		return false;
	if (!old)
		return true;
	if (!vmci_plain(&v, "CRASHTIME", &value) != !vmci_plain(&o, "CRASHTIME", &old_value))
		return !vmci_plain(&v, "CRASHTIME", &value);
	return n > old_len;
}

static int consider(struct search *f, const char *page, uint64_t pfn)
{
	size_t n = text_length(page, pages_size(f->ps));
	char *copy;

	if (!looks_better(page, n, f->text, f->len))
		return 0;
	copy = malloc(n + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, page, n);
	copy[n] = '\0';
	free(f->text);
	f->text = copy;
	f->len = n;
	f->paddr = pfn << f->ps->page_shift;
	return 0;
}

static int search_run(void *arg, uint64_t first, uint64_t count)
{
	struct search *f = arg;
	uint64_t size = pages_size(f->ps), batch = BATCH_BYTES / size ? BATCH_BYTES / size : 1;

	while (count) {
		uint64_t n = min_u64(count, batch);
		bool whole = !pages_read_bytes(f->ps, first * size, n * size, f->batch, HOLES_ZERO);

		for (uint64_t i = 0; i < n; i++) {
			char *page = f->batch + i * size;

			/* damaged pages among them: one by one */
			if (!whole && pages_read(f->ps, first + i, page)) {
				if (++f->unreadable == MAX_UNREADABLE)
					return 1;
				continue;
			}
			f->unreadable = 0;
			if (memcmp(page, first_key, sizeof(first_key) - 1))
				continue;
			if (consider(f, page, first + i))
				return -ENOMEM;
		}
		first += n;
		count -= n;
	}
	return 0;
}

int search_vmcoreinfo(const struct pages *ps, char **text, size_t *len, uint64_t *paddr)
{
	struct search f = { .ps = ps };
	int r;

	f.batch = malloc(max_u64(BATCH_BYTES, pages_size(ps)));
	if (!f.batch)
		return -ENOMEM;
	r = pages_each_kept(ps, search_run, &f);
	free(f.batch);
	if (r < 0) {
		free(f.text);
		return r;
	}
	*text = f.text;
	*len = f.len;
	*paddr = f.paddr;
	return f.text ? 0 : -ENOENT;
}
