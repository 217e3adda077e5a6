/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/net/unix.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/net/sock.h"
#include "kernel/object/list.h"

#define BUCKETS		512u		/* 2 * UNIX_HASH_SIZE before 5.19, UNIX_HASH_SIZE since */
#define PATH_AT		2u		/* of sun_path in struct sockaddr_un */

struct unix_fields {
	struct kfield addr, len, name, buckets;
};

static int tell(struct kreader *r, const struct sock_layout *l, const struct unix_fields *f, uint64_t vaddr,
		int (*fn)(void *arg, const struct unix_socket *s), void *arg)
{
	struct unix_socket s = { .vaddr = vaddr };
	struct sock_facts facts;
	uint64_t addr, len;

	if (!sock_is_of(r, l, vaddr, SOCK_FAMILY_UNIX))
		return 0;
	sock_facts_read(r, l, vaddr, &facts);
	s.references = sock_references(r, l, vaddr);
	s.state = sock_state(r, l, vaddr);
	s.type = facts.type;
	s.has_socket = facts.socket;
	s.inode = facts.inode;
	addr = kget_ptr(r, vaddr, &f->addr);
	len = addr ? (uint32_t)kget(r, addr, &f->len) : 0;
	if (len > PATH_AT) {
		s.path_len = (unsigned int)min_u64(len - PATH_AT, sizeof(s.path) - 1);
		if (kread(r, addr + f->name.at.offset + PATH_AT, s.path, s.path_len))
			s.path_len = 0;
	}
	return fn(arg, &s);
}

int unix_sockets_each(struct kreader *r, const struct knames *names, int (*fn)(void *arg, const struct unix_socket *s), void *arg)
{
	struct unix_fields f = {
		KFIELD("unix_sock.addr"), KFIELD("unix_address.len"), KFIELD("unix_address.name"), KFIELD("?net.unx.table.buckets"),
	};
	struct sock_layout l;
	uint64_t table, left = UNIX_SOCKETS_MAX;
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f)), told = 0;

	if (!result)
		result = sock_layout(r, names, &l);
	if (!result && f.buckets.known)
		table = kget_ptr(r, l.net, &f.buckets);
	else if (!result)
		result = kvariable(names, "unix_socket_table", &table);
	if (result)
		return result;
	for (unsigned int i = 0; i < BUCKETS && !told; i++) {
		struct klist list = klist_chain(r, table + i * kreader_word(r), left);

		for (; !told && left && klist_next(&list); left--)
			told = tell(r, &l, &f, list.node - l.node.at.offset, fn, arg);
	}
	return told;
}
