/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of TCP, UDP and raw IP of the first network name space (init_net), by the tables that the kernel finds them in, in the
 * order of /proc/net. net/ipv4/{tcp_ipv4,udp,raw}.c, include/net/{inet_hashtables,udp,raw}.h
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_NET_INET_H
#define VMCOREFS_KERNEL_NET_INET_H

#include "kernel/object/fields.h"

#define INET_SOCKETS_MAX (1u << 22)

enum inet_table { INET_TCP, INET_UDP, INET_RAW };

/* include/net/tcp_states.h: states in which what is in the table is no whole socket */
#define INET_LISTEN		10u
#define INET_TIME_WAIT		6u
#define INET_NEW_SYN_RECV	12u

struct inet_socket {
	uint64_t vaddr;			/* of its struct sock, or what is in place of one */
	unsigned int slot;		/* of the table */
	unsigned int state;
	/* Addresses as words in the kernel's byte order, as they are shown: of IPv4 the first alone. Ports as numbers. */
	uint32_t local[4], remote[4];
	unsigned int local_port, remote_port;
	uint64_t send_queue, receive_queue;
	unsigned int timer;		/* 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 window probe */
	uint64_t timer_left;		/* ticks (jiffies) */
	unsigned int retransmits, probes, uid;
	uint64_t inode;
	unsigned int references, drops;
	/* TCP, whole sockets: ticks; ssthresh -1: not known yet */
	uint64_t rto, ato;
	unsigned int quick_ack, window;
	int64_t slow_start;
};

/* family: 2 or 10. Until fn returns something else than 0, which is returned. -ENOENT: the kernel's types or symbols do not tell
 * it; other errors: they cannot be read. */
int inet_sockets_each(struct kreader *r, const struct knames *names, enum inet_table table, unsigned int family,
		      int (*fn)(void *arg, const struct inet_socket *s), void *arg);

#endif
