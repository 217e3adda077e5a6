/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix sockets of the first network name space, in the order of /proc/net/unix. net/unix/af_unix.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_NET_UNIX_H
#define VMCOREFS_KERNEL_NET_UNIX_H

#include "kernel/object/fields.h"

#define UNIX_SOCKETS_MAX (1u << 22)

struct unix_socket {
	uint64_t vaddr;			/* of its struct sock */
	unsigned int references, type, state;	/* state: 1 connected, 10 listening, 7 neither */
	bool has_socket;
	uint64_t inode;
	unsigned int path_len;		/* bytes of the path; it may begin with NUL: abstract; 0: none */
	char path[109];
};

/* Until fn returns something else than 0, which is returned. -ENOENT: the kernel's types or symbols do not tell it; other errors:
 * they cannot be read. */
int unix_sockets_each(struct kreader *r, const struct knames *names, int (*fn)(void *arg, const struct unix_socket *s), void *arg);

#endif
