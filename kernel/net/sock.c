/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/net/sock.h"

int sock_layout(struct kreader *r, const struct knames *names, struct sock_layout *out)
{
	struct sock_fields {
		struct kfield node, family, state, references, in_net, type, socket, uid, wmem, rmem, drops;
		struct kfield alloc_socket, alloc_inode, inode_ino, inode_uid;
	} f = {
		KFIELD("sock_common.skc_node"), KFIELD("sock_common.skc_family"), KFIELD("sock_common.skc_state"),
		KFIELD("sock_common.skc_refcnt"), KFIELD("?sock_common.skc_net.net"), KFIELD("sock.sk_type"), KFIELD("sock.sk_socket"),
		KFIELD("?sock.sk_uid"), KFIELD("sock.sk_wmem_alloc"), KFIELD("sock.sk_backlog.rmem_alloc"), KFIELD("sock.sk_drops"),
		KFIELD("socket_alloc.socket"), KFIELD("socket_alloc.vfs_inode"), KFIELD("inode.i_ino"), KFIELD("inode.i_uid"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (result)
		return result;
	*out = (struct sock_layout){
		.node = f.node, .family = f.family, .state = f.state, .references = f.references, .in_net = f.in_net, .type = f.type,
		.socket = f.socket, .uid = f.uid, .wmem = f.wmem, .rmem = f.rmem, .drops = f.drops, .alloc_socket = f.alloc_socket,
		.alloc_inode = f.alloc_inode, .inode_ino = f.inode_ino, .inode_uid = f.inode_uid,
		.own_uid = kreader_kernel(r)->version >= ARCH_VERSION(6, 17, 0),
	};
	return kvariable(names, "init_net", &out->net);
}

bool sock_is_of(struct kreader *r, const struct sock_layout *l, uint64_t sock, unsigned int family)
{
	return (uint64_t)kget(r, sock, &l->family) == family && (!l->in_net.known || kget_ptr(r, sock, &l->in_net) == l->net);
}

unsigned int sock_state(struct kreader *r, const struct sock_layout *l, uint64_t sock)
{
	return (unsigned int)kget(r, sock, &l->state);
}

unsigned int sock_references(struct kreader *r, const struct sock_layout *l, uint64_t sock)
{
	return (unsigned int)kuint(r, sock + l->references.at.offset, 4);
}

void sock_facts_read(struct kreader *r, const struct sock_layout *l, uint64_t sock, struct sock_facts *out)
{
	uint64_t inode, sent = kuint(r, sock + l->wmem.at.offset, 4);

	*out = (struct sock_facts){
		.socket = kget_ptr(r, sock, &l->socket), .type = (unsigned int)kget(r, sock, &l->type),
		.drops = (unsigned int)kuint(r, sock + l->drops.at.offset, 4),
		/* one is the socket's own */
		.send_bytes = sent ? sent - 1 : 0, .receive_bytes = kuint(r, sock + l->rmem.at.offset, 4),
		.uid = l->own_uid ? (unsigned int)kuint(r, sock + l->uid.at.offset, 4) : 0,
	};
	if (!out->socket)
		return;
	inode = out->socket - l->alloc_socket.at.offset + l->alloc_inode.at.offset;
	out->inode = kget_ptr(r, inode, &l->inode_ino);
	if (!l->own_uid)
		out->uid = (unsigned int)kuint(r, inode + l->inode_uid.at.offset, 4);
}
