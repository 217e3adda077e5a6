/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the log in memory of our own, with what could not be read of them. */
#include "base/bisect.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/log/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define MAX_LOG_BYTES	(256u << 20)	/* far above log_buf_len's limit of 2 GiB >> 3; bounds what a bad dump costs */

bool printk_is_loss(int r)
{
	return r == -EIO || r == -EBADMSG || r == -ENODATA || r == -EFAULT;
}

int printk_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out)
{
	uint8_t raw[8];
	int r = kernel_read_placed(k, vaddr, raw, bytes);

	if (!r)
		*out = get_uint(raw, bytes, k->big_endian);
	return r;
}

static int add_hole(struct printk_memory *m, uint64_t start, uint64_t end, int error)
{
	struct printk_hole *last = m->nholes ? &m->holes[m->nholes - 1] : NULL;

	if (last && last->end == start && last->error == error) {
		last->end = end;
		return 0;
	}
	return vector_push(m->holes, m->nholes, m->cap, (struct printk_hole){ start, end, error });
}

/* In one piece failed: page by page. */
static int read_pages(const struct kernel *k, struct printk_memory *m, uint64_t from, uint64_t end)
{
	const uint64_t page = pages_size(k->pages);
	uint64_t n;
	int r;

	for (uint64_t at = from; at < end; at += n) {
		n = min_u64(page - (m->vaddr + at) % page, end - at);
		r = kernel_read_placed(k, m->vaddr + at, m->data + at, n);
		if (r && !printk_is_loss(r))
			return r;
		if (r) {
			/* memory that nothing was read into stays untouched, and takes none */
			if (!bytes_are_zero(m->data + at, n))
				memset(m->data + at, 0, n);
			r = add_hole(m, at, at + n, r);
			if (r)
				return r;
		}
	}
	return 0;
}

static int read_part(const struct kernel *k, struct printk_memory *m, uint64_t from, uint64_t end)
{
	int r = kernel_read_placed(k, m->vaddr + from, m->data + from, end - from);

	return r && printk_is_loss(r) ? read_pages(k, m, from, end) : r;
}

/* 0, or why all of the bytes that were read are lost. */
static int lost_whole(const struct printk_memory *m, uint64_t bytes)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < m->nholes; i++)
		lost += m->holes[i].end - m->holes[i].start;
	return lost && lost == bytes ? m->holes[0].error : 0;
}

int printk_memory_read(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes,
		       struct printk_memory *out)
{
	return printk_memory_read_round(k, what, vaddr, bytes, 0, bytes, out);
}

int printk_memory_read_round(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes, uint64_t first,
			     uint64_t used, struct printk_memory *out)
{
	struct printk_memory m = { .vaddr = vaddr, .bytes = bytes };
	uint64_t behind = min_u64(used, bytes - first);
	int r;

	if (bytes > MAX_LOG_BYTES)
		return !what ? -EIO : fail(EIO, "dmesg: %s of %llu bytes cannot be right", what, (unsigned long long)bytes);
	m.data = memory_calloc(bytes, 1);
	if (!m.data)
		return -ENOMEM;
	/* holes are in the order of their places */
	r = used > behind ? read_part(k, &m, 0, used - behind) : 0;
	if (!r)
		r = read_part(k, &m, first, first + behind);
	if (!r)
		r = lost_whole(&m, used);
	if (r && printk_is_loss(r) && used < bytes) {
		/* one page of it, or a pointer that leads nowhere? */
		printk_memory_free(&m);
		return printk_memory_read(k, what, vaddr, bytes, out);
	}
	if (r) {
		printk_memory_free(&m);
		return !what ? r : fail(-r, "dmesg: cannot read %s at %#llx: %s", what, (unsigned long long)vaddr, strerror(-r));
	}
	*out = m;
	return 0;
}

void printk_memory_free(struct printk_memory *m)
{
	free(m->data);
	free(m->holes);
	*m = (struct printk_memory){ 0 };
}

const struct printk_hole *printk_memory_hole(const struct printk_memory *m, uint64_t at, uint64_t len)
{
	size_t first = bisect_first(i, m->nholes, m->holes[i].end > at);

	return first < m->nholes && m->holes[first].start < at + len ? &m->holes[first] : NULL;
}
