/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all sockets have: struct sock, and what is in place of one in tables of TCP, which begins in the same way. include/net/sock.h
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_NET_SOCK_H
#define VMCOREFS_KERNEL_NET_SOCK_H

#include "kernel/object/fields.h"

#define SOCK_FAMILY_UNIX	1u
#define SOCK_FAMILY_INET	2u
#define SOCK_FAMILY_INET6	10u
#define INET_NOT_WHOLE		INT64_MIN

struct sock_layout {
	struct kfield node, family, state, references, in_net, type, socket, uid, wmem, rmem, drops;
	struct kfield alloc_socket, alloc_inode, inode_ino, inode_uid;
	uint64_t net;			/* init_net */
	bool own_uid;			/* since 6.17 its own uid is shown, before that of its inode */
};

struct sock_facts {
	uint64_t socket;		/* of its struct socket, or 0 */
	unsigned int uid, type, drops;
	uint64_t inode;			/* number; 0: it has none */
	uint64_t send_bytes, receive_bytes;	/* of buffers */
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int sock_layout(struct kreader *r, const struct knames *names, struct sock_layout *out);
/* Of this family, in init_net? */
bool sock_is_of(struct kreader *r, const struct sock_layout *l, uint64_t sock, unsigned int family);
unsigned int sock_state(struct kreader *r, const struct sock_layout *l, uint64_t sock);
unsigned int sock_references(struct kreader *r, const struct sock_layout *l, uint64_t sock);
/* Of a whole one. */
void sock_facts_read(struct kreader *r, const struct sock_layout *l, uint64_t sock, struct sock_facts *out);

#endif
