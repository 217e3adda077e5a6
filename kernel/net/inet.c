/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/net/inet.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/net/sock.h"
#include "kernel/object/list.h"
#include "kernel/object/variable.h"

#define BUCKETS_MAX	(1u << 24)	/* of the table of connections */
#define LOST_MAX	65536u		/* buckets one behind the other that are lost: then so are all */
#define INFINITE	0x7fffffffu	/* TCP_INFINITE_SSTHRESH */
/* ICSK_TIME_* in icsk_pending: include/net/inet_connection_sock.h */
#define TIME_RETRANS	1u
#define TIME_PROBE0	3u
#define TIME_LOSS_PROBE	5u
#define TIME_REORDER	6u

struct inet_walk {
	struct kreader *r;
	struct sock_layout sock;
	struct inet_fields {
		/* tables */
		struct kfield ehash, ehash_mask, bucket, chain, lhash2, lhash2_mask, lbucket, lhead, listening, udp_hash, udp_mask;
		struct kfield slot, slot_head, raw, net_udp;
		/* sockets */
		struct kfield daddr, rcv_saddr, dport, num, v6_daddr, v6_rcv_saddr, ack_backlog, timer, timer_pending, deficit;
		/* of TCP */
		struct kfield write_seq, snd_una, rcv_nxt, copied_seq, pending, retransmit_at, keepalive, keepalive_pending, retransmits;
		struct kfield probes, rto, ato, quick, pingpong, cwnd, ssthresh, max_qlen;
		/* what waits, and what is not accepted yet */
		struct kfield tw_substate, tw_expires, req_expires, req_timeouts;
	} f;
	uint64_t jiffies;
	unsigned int family, pingpong_limit;
	enum inet_table table;
	uint64_t left, lost;
	int (*fn)(void *arg, const struct inet_socket *s);
	void *arg;
};

static const struct inet_fields inet_fields = {
	KFIELD("inet_hashinfo.ehash"), KFIELD("inet_hashinfo.ehash_mask"), KFIELD("inet_ehash_bucket"),
	KFIELD("inet_ehash_bucket.chain"), KFIELD("inet_hashinfo.lhash2"), KFIELD("inet_hashinfo.lhash2_mask"),
	KFIELD("inet_listen_hashbucket"), KFIELD("inet_listen_hashbucket.nulls_head"), KFIELD("?inet_hashinfo.listening_hash"),
	KFIELD("udp_table.hash"), KFIELD("udp_table.mask"), KFIELD("udp_hslot"), KFIELD("udp_hslot.head"), KFIELD("raw_hashinfo.ht"),
	KFIELD("?net.ipv4.udp_table"),
	KFIELD("sock_common.skc_daddr"), KFIELD("sock_common.skc_rcv_saddr"), KFIELD("sock_common.skc_dport"),
	KFIELD("sock_common.skc_num"), KFIELD("?sock_common.skc_v6_daddr"), KFIELD("?sock_common.skc_v6_rcv_saddr"),
	KFIELD("sock.sk_ack_backlog"), KFIELD("sock.sk_timer.expires"), KFIELD("sock.sk_timer.entry.pprev"),
	KFIELD("?udp_sock.forward_deficit"),
	KFIELD("tcp_sock.write_seq"), KFIELD("tcp_sock.snd_una"), KFIELD("tcp_sock.rcv_nxt"), KFIELD("tcp_sock.copied_seq"),
	KFIELD("inet_connection_sock.icsk_pending"),
	/* a socket begins with its struct inet_connection_sock, and that with its struct sock */
	KFIELD("inet_connection_sock.icsk_timeout|sock.tcp_retransmit_timer.expires|inet_connection_sock.icsk_retransmit_timer.expires"),
	KFIELD("?inet_connection_sock.icsk_keepalive_timer.expires"),
	KFIELD("?inet_connection_sock.icsk_keepalive_timer.entry.pprev"), KFIELD("inet_connection_sock.icsk_retransmits"),
	KFIELD("inet_connection_sock.icsk_probes_out"), KFIELD("inet_connection_sock.icsk_rto"),
	KFIELD("inet_connection_sock.icsk_ack.ato"), KFIELD("inet_connection_sock.icsk_ack.quick"),
	KFIELD("inet_connection_sock.icsk_ack.pingpong"), KFIELD("tcp_sock.snd_cwnd"), KFIELD("tcp_sock.snd_ssthresh"),
	KFIELD("inet_connection_sock.icsk_accept_queue.fastopenq.max_qlen"),
	KFIELD("?inet_timewait_sock.tw_substate"), KFIELD("inet_timewait_sock.tw_timer.expires"),
	KFIELD("request_sock.rsk_timer.expires"), KFIELD("request_sock.num_timeout"),
};

static unsigned int swap16(const struct inet_walk *w, uint64_t value)
{
	return kreader_big_endian(w->r) ? (unsigned int)value : __builtin_bswap16((uint16_t)value);
}

static uint64_t ticks_left(const struct inet_walk *w, uint64_t expires)
{
	int64_t left = kreader_word(w->r) == 8 ? (int64_t)(expires - w->jiffies) : (int32_t)((uint32_t)expires - (uint32_t)w->jiffies);

	return left < 0 ? 0 : (uint64_t)left;
}

static void read_addresses(struct inet_walk *w, struct inet_socket *s)
{
	const struct inet_fields *f = &w->f;

	s->local_port = (unsigned int)kget(w->r, s->vaddr, &f->num) & 0xffff;
	s->remote_port = swap16(w, (uint64_t)kget(w->r, s->vaddr, &f->dport));
	if (w->family == SOCK_FAMILY_INET) {
		s->local[0] = (uint32_t)kget(w->r, s->vaddr, &f->rcv_saddr);
		s->remote[0] = (uint32_t)kget(w->r, s->vaddr, &f->daddr);
		return;
	}
	for (unsigned int i = 0; i < 4 && f->v6_daddr.known && f->v6_rcv_saddr.known; i++) {
		s->local[i] = (uint32_t)kuint(w->r, s->vaddr + f->v6_rcv_saddr.at.offset + 4 * i, 4);
		s->remote[i] = (uint32_t)kuint(w->r, s->vaddr + f->v6_daddr.at.offset + 4 * i, 4);
	}
}

static void read_timer(struct inet_walk *w, struct inet_socket *s)
{
	const struct inet_fields *f = &w->f;
	unsigned int pending = (unsigned int)kget(w->r, s->vaddr, &f->pending);
	const struct kfield *keepalive = f->keepalive.known ? &f->keepalive : &f->timer;
	const struct kfield *is_pending = f->keepalive.known ? &f->keepalive_pending : &f->timer_pending;

	if (pending == TIME_RETRANS || pending == TIME_LOSS_PROBE || pending == TIME_REORDER || pending == TIME_PROBE0) {
		s->timer = pending == TIME_PROBE0 ? 4 : 1;
		s->timer_left = ticks_left(w, kget_ptr(w->r, s->vaddr, &f->retransmit_at));
	} else if (kget(w->r, s->vaddr, is_pending)) {
		s->timer = 2;
		s->timer_left = ticks_left(w, kget_ptr(w->r, s->vaddr, keepalive));
	}
}

static void read_tcp(struct inet_walk *w, struct inet_socket *s)
{
	const struct inet_fields *f = &w->f;
	int32_t unread = (int32_t)(kget(w->r, s->vaddr, &f->rcv_nxt) - kget(w->r, s->vaddr, &f->copied_seq));
	uint32_t threshold = (uint32_t)kget(w->r, s->vaddr, &f->ssthresh);

	s->send_queue = (uint32_t)(kget(w->r, s->vaddr, &f->write_seq) - kget(w->r, s->vaddr, &f->snd_una));
	s->receive_queue = s->state == INET_LISTEN ? (uint32_t)kget(w->r, s->vaddr, &f->ack_backlog) : unread < 0 ? 0 : (uint32_t)unread;
	read_timer(w, s);
	s->retransmits = (unsigned int)kget(w->r, s->vaddr, &f->retransmits);
	s->probes = (unsigned int)kget(w->r, s->vaddr, &f->probes);
	s->rto = (uint64_t)kget(w->r, s->vaddr, &f->rto);
	s->ato = (uint64_t)kget(w->r, s->vaddr, &f->ato);
	s->quick_ack = (unsigned int)kget(w->r, s->vaddr, &f->quick) << 1 |
		       ((unsigned int)kget(w->r, s->vaddr, &f->pingpong) >= w->pingpong_limit);
	s->window = (unsigned int)kget(w->r, s->vaddr, &f->cwnd);
	s->slow_start = s->state == INET_LISTEN ? kget(w->r, s->vaddr, &f->max_qlen) : threshold >= INFINITE ? -1 : (int64_t)threshold;
}

static int tell(struct inet_walk *w, uint64_t vaddr, unsigned int slot)
{
	struct inet_socket s = { .vaddr = vaddr, .slot = slot };
	struct sock_facts facts;

	if (!sock_is_of(w->r, &w->sock, vaddr, w->family))
		return 0;
	s.state = sock_state(w->r, &w->sock, vaddr);
	s.references = sock_references(w->r, &w->sock, vaddr);
	read_addresses(w, &s);
	if (w->table == INET_TCP && s.state == INET_TIME_WAIT) {
		s.state = w->f.tw_substate.known ? (unsigned int)kget(w->r, vaddr, &w->f.tw_substate) : s.state;
		s.timer = 3;
		s.timer_left = ticks_left(w, kget_ptr(w->r, vaddr, &w->f.tw_expires));
		s.slow_start = INET_NOT_WHOLE;
	} else if (w->table == INET_TCP && s.state == INET_NEW_SYN_RECV) {
		s.state = 3;
		s.timer = 1;
		s.timer_left = ticks_left(w, kget_ptr(w->r, vaddr, &w->f.req_expires));
		s.retransmits = (unsigned int)kget(w->r, vaddr, &w->f.req_timeouts);
		s.slow_start = INET_NOT_WHOLE;
		s.references = 0;
	} else {
		sock_facts_read(w->r, &w->sock, vaddr, &facts);
		s.uid = facts.uid;
		s.inode = facts.inode;
		s.drops = facts.drops;
		if (w->table == INET_TCP) {
			read_tcp(w, &s);
		} else {
			s.send_queue = facts.send_bytes;
			s.receive_queue = facts.receive_bytes;
			if (w->table == INET_UDP)
				s.receive_queue -= (uint64_t)kget(w->r, vaddr, &w->f.deficit);
		}
	}
	return w->fn(w->arg, &s);
}

static int tell_list(struct inet_walk *w, struct klist l, unsigned int slot)
{
	int told = 0;

	w->lost = l.error ? w->lost + 1 : 0;
	for (; !told && w->left && klist_next(&l); w->left--)
		told = tell(w, l.node - w->sock.node.at.offset, slot);
	return told;
}

static int each_tcp(struct inet_walk *w, uint64_t table)
{
	const struct inet_fields *f = &w->f;
	uint64_t at = f->listening.known ? table + f->listening.at.offset : kget_ptr(w->r, table, &f->lhash2), n;
	int told = 0;

	n = f->listening.known ? f->listening.at.count : (uint32_t)kget(w->r, table, &f->lhash2_mask) + 1ull;
	for (uint64_t i = 0; i < min_u64(n, BUCKETS_MAX) && !told && w->lost < LOST_MAX; i++, at += f->lbucket.at.bytes)
		told = tell_list(w, klist_nulls(w->r, at + f->lhead.at.offset, w->left), 0);
	at = kget_ptr(w->r, table, &f->ehash);
	n = (uint32_t)kget(w->r, table, &f->ehash_mask) + 1ull;
	for (uint64_t i = 0; at && i < min_u64(n, BUCKETS_MAX) && !told && w->lost < LOST_MAX; i++, at += f->bucket.at.bytes)
		told = tell_list(w, klist_nulls(w->r, at + f->chain.at.offset, w->left), 0);
	return told;
}

static int each_udp(struct inet_walk *w, uint64_t table)
{
	uint64_t at = kget_ptr(w->r, table, &w->f.udp_hash), n = (uint32_t)kget(w->r, table, &w->f.udp_mask) + 1ull;
	int told = 0;

	for (uint64_t i = 0; at && i < min_u64(n, 65536) && !told; i++, at += w->f.slot.at.bytes)
		told = tell_list(w, klist_chain(w->r, at + w->f.slot_head.at.offset, w->left), (unsigned int)i);
	return told;
}

static int each_raw(struct inet_walk *w, uint64_t table)
{
	uint64_t at = table + w->f.raw.at.offset;
	int told = 0;

	for (uint64_t i = 0; i < min_u64(w->f.raw.at.count, 65536) && !told; i++, at += w->f.raw.at.element_bytes)
		told = tell_list(w, klist_chain(w->r, at, w->left), (unsigned int)i);
	return told;
}

int inet_sockets_each(struct kreader *r, const struct knames *names, enum inet_table table, unsigned int family,
		      int (*fn)(void *arg, const struct inet_socket *s), void *arg)
{
	struct inet_walk w = {
		.r = r, .f = inet_fields, .family = family, .table = table, .left = INET_SOCKETS_MAX, .fn = fn, .arg = arg,
	};
	uint64_t at;
	int result = kfields_resolve(names, (struct kfield *)&w.f, kfields_count(w.f));

	if (!result)
		result = sock_layout(r, names, &w.sock);
	if (result)
		return result;
	/* raised to 3 in 4.20, back to 1 in 5.19 */
	w.pingpong_limit = kreader_kernel(r)->version >= ARCH_VERSION(5, 19, 0) ? 1 : 3;
	w.jiffies = kvariable_or(names, r, "jiffies_64|jiffies", 0, 0);
	if (table == INET_TCP)
		return kvariable(names, "tcp_hashinfo", &at) ? -ENOENT : each_tcp(&w, at);
	if (table == INET_RAW)
		return kvariable(names, family == SOCK_FAMILY_INET ? "raw_v4_hashinfo" : "raw_v6_hashinfo", &at) ? -ENOENT : each_raw(&w, at);
	if (w.f.net_udp.known)
		return each_udp(&w, kget_ptr(r, w.sock.net, &w.f.net_udp));
	return kvariable(names, "udp_table", &at) ? -ENOENT : each_udp(&w, at);
}
