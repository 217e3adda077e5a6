/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/list.h"

#include <errno.h>

int list_each(const struct kernel *k, uint64_t head, uint64_t max, int (*fn)(void *arg, uint64_t node), void *arg)
{
	unsigned int bytes = k->arch ? k->arch->elf_class / 8 : 8;
	uint64_t node, mark = head;
	int r = kernel_read_uint(k, head, bytes, &node);

	/* Brent: a node that comes again after 2^n others is one of a circle */
	for (uint64_t n = 0, leap = 1; !r && node != head; n++) {
		if (node == mark || n == max)
			return -ELOOP;
		if (n == leap) {
			mark = node;
			leap *= 2;
		}
		r = fn(arg, node);
		if (!r)
			r = kernel_read_uint(k, node, bytes, &node);
	}
	return r;
}
