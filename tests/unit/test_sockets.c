/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets in the kernel's tables: TCP in all that stands there, UDP, raw, Unix. Each member that is asked for is somewhere else. */
#include "kernel/net/inet.h"
#include "kernel/net/sock.h"
#include "kernel/net/unix.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define MEMBERS 128u

enum { STRUCT_BYTES = 0x800, BUCKETS_AT = 0x1000, HASHINFO = 0x2000, NET = 0x3000, VARIABLES = 0x4000, SOCKETS = 0x8000 };

/* Places are given out as they are asked for: a long each, no two the same. */
struct places {
	struct objects *o;
	char names[MEMBERS][96];
	unsigned int n;
	const char *missing;		/* of which one is said that there is none */
};

static uint64_t place_of(struct places *p, const char *name)
{
	unsigned int i = 0;

	while (i < p->n && strcmp(p->names[i], name))
		i++;
	if (i == p->n) {
		assert_true(p->n < MEMBERS);
		snprintf(p->names[p->n++], sizeof(p->names[0]), "%s", name);
	}
	return 16 * i;
}

static int place(const void *arg, const char *type, const char *path, struct kplace *out)
{
	struct places *p = *(struct places *const *)arg;
	char name[96];

	snprintf(name, sizeof(name), "%s.%s", type, path);
	*out = (struct kplace){ .bytes = *path ? p->o->k.word_bytes : 64 };
	if (strstr(name, p->missing))
		return -ENOENT;
	/* integers that are read as they are are of 4 bytes */
	if (strstr(path, "icsk_") || strstr(path, "tcp") || strstr(path, "skc_s") || strstr(path, "skc_f") || strstr(path, "skc_dport"))
		out->bytes = strstr(path, "expires") || strstr(path, "pprev") || strstr(path, "icsk_timeout") ? p->o->k.word_bytes : 4;
	if (!strcmp(type, "tcp_sock") || strstr(path, "_mask") || !strcmp(path, "mask") || !strcmp(path, "len") || strstr(path, "addr"))
		out->bytes = !strcmp(name, "unix_sock.addr") ? p->o->k.word_bytes : 4;
	if (!strcmp(name, "raw_hashinfo.ht"))
		*out = (struct kplace){ .bytes = 64, .count = 4, .element_bytes = p->o->k.word_bytes };
	else if (*path && strcmp(path, "chain") && strcmp(path, "nulls_head") && strcmp(path, "head") && strcmp(path, "skc_node") &&
		 strcmp(path, "buckets") && strcmp(path, "listening_hash"))
		out->offset = 64 + place_of(p, name);
	if (!strcmp(name, "net.unx.table.buckets"))
		out->offset = 0;
	return 0;
}

static int variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	struct places *p = *(struct places *const *)arg;

	*bytes = 0;
	*vaddr = p->o->base + (!strcmp(name, "init_net") ? NET : strstr(name, "jiffies") ? VARIABLES : HASHINFO);
	return 0;
}

/* Where a member is in an object. */
static uint64_t at(struct places *p, uint64_t object, const char *name)
{
	return object + 64 + place_of(p, name);
}

static uint64_t make_socket(struct places *p, unsigned int i, unsigned int family, unsigned int state)
{
	uint64_t sock = p->o->base + SOCKETS + i * 0x1000;

	object_uint(p->o, at(p, sock, "sock_common.skc_family"), 4, family);
	object_uint(p->o, at(p, sock, "sock_common.skc_state"), 4, state);
	object_uint(p->o, at(p, sock, "sock_common.skc_refcnt"), 4, 2 + i);
	object_word(p->o, at(p, sock, "sock_common.skc_net.net"), p->o->base + NET);
	object_word(p->o, at(p, sock, "sock_common.skc_num"), 8080 + i);
	object_uint(p->o, at(p, sock, "sock_common.skc_rcv_saddr"), 4, 0x0100007f);
	object_uint(p->o, at(p, sock, "sock.sk_wmem_alloc"), 4, 101);
	object_uint(p->o, at(p, sock, "sock.sk_backlog.rmem_alloc"), 4, 700);
	object_uint(p->o, at(p, sock, "tcp_sock.write_seq"), 4, 5);
	object_uint(p->o, at(p, sock, "tcp_sock.snd_una"), 4, 0xfffffff0);
	object_uint(p->o, at(p, sock, "tcp_sock.snd_ssthresh"), 4, 0x7fffffff);
	object_word(p->o, at(p, sock, "inet_timewait_sock.tw_timer.expires"), 1200);
	return sock;
}

struct seen {
	struct inet_socket list[8];
	unsigned int n;
};

static int note(void *arg, const struct inet_socket *s)
{
	struct seen *seen = arg;

	assert_true(seen->n < 8);
	seen->list[seen->n++] = *s;
	return 0;
}

static void test_tcp(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		static struct places places;
		struct places *p = &places;
		struct knames names = { .arg = &p, .place = place, .variable = variable };
		struct seen seen = { .n = 0 };
		struct objects o;
		uint64_t sock[4], table, listening;

		objects_new(&o, &object_kinds[kind]);
		places = (struct places){ .o = &o, .missing = "listening_hash" };
		object_word(&o, o.base + VARIABLES, 1000);
		table = o.base + HASHINFO;
		listening = o.base + BUCKETS_AT + 0x400;
		object_word(&o, at(p, table, "inet_hashinfo.lhash2"), listening);
		object_word(&o, at(p, table, "inet_hashinfo.ehash"), o.base + BUCKETS_AT);
		object_uint(&o, at(p, table, "inet_hashinfo.ehash_mask"), 4, 1);
		sock[0] = make_socket(p, 0, 2, INET_LISTEN);
		sock[1] = make_socket(p, 1, 2, 1);
		sock[2] = make_socket(p, 2, 2, INET_TIME_WAIT);
		sock[3] = make_socket(p, 3, 10, 1);	/* of the other family, in the same chain */
		object_word(&o, listening, sock[0]);
		object_word(&o, sock[0], 1);
		object_word(&o, o.base + BUCKETS_AT, 1);
		object_word(&o, o.base + BUCKETS_AT + 64, sock[1]);
		object_word(&o, sock[1], sock[3]);
		object_word(&o, sock[3], sock[2]);
		object_word(&o, sock[2], 3);
		object_uint(&o, at(p, sock[2], "inet_timewait_sock.tw_substate"), o.k.word_bytes, 5);
		assert_int_equal(inet_sockets_each(objects_reader(&o), &names, INET_TCP, 2, note, &seen), 0);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		assert_int_equal(seen.n, 3);
		assert_int_equal(seen.list[0].vaddr, sock[0]);
		assert_int_equal(seen.list[0].local_port, 8080);
		assert_int_equal(seen.list[0].local[0], 0x0100007f);
		assert_int_equal(seen.list[1].send_queue, 21);
		assert_int_equal(seen.list[1].slow_start, -1);
		assert_int_equal(seen.list[2].state, 5);
		assert_int_equal(seen.list[2].timer, 3);
		assert_int_equal(seen.list[2].timer_left, 200);
		assert_int_equal(seen.list[2].slow_start, INET_NOT_WHOLE);
		/* one of another name space; the chain leads in a circle */
		object_word(&o, at(p, sock[1], "sock_common.skc_net.net"), o.base);
		object_word(&o, sock[2], sock[2]);
		seen.n = 0;
		assert_int_equal(inet_sockets_each(objects_reader(&o), &names, INET_TCP, 2, note, &seen), 0);
		assert_int_equal(kreader_take(o.r, NULL), -ELOOP);
		assert_true(seen.n >= 2 && seen.list[1].vaddr == sock[2]);
		objects_free(&o);
	}
}

static void test_udp_raw(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		static struct places places;
		struct places *p = &places;
		struct knames names = { .arg = &p, .place = place, .variable = variable };
		struct seen seen = { .n = 0 };
		struct objects o;
		uint64_t sock, table;

		objects_new(&o, &object_kinds[kind]);
		places = (struct places){ .o = &o, .missing = "net.ipv4" };
		table = o.base + HASHINFO;
		sock = make_socket(p, 0, 10, 7);
		object_word(&o, at(p, table, "udp_table.hash"), o.base + BUCKETS_AT);
		object_uint(&o, at(p, table, "udp_table.mask"), 4, 3);
		object_word(&o, o.base + BUCKETS_AT + 2 * 64, sock);
		object_word(&o, at(p, sock, "udp_sock.forward_deficit"), 60);
		assert_int_equal(inet_sockets_each(objects_reader(&o), &names, INET_UDP, 10, note, &seen), 0);
		assert_int_equal(seen.n, 1);
		assert_int_equal(seen.list[0].slot, 2);
		assert_int_equal(seen.list[0].send_queue, 100);
		assert_int_equal(seen.list[0].receive_queue, 640);
		assert_int_equal(seen.list[0].references, 2);
		object_word(&o, at(p, table, "raw_hashinfo.ht") , 0);
		places.missing = "udp_hslot";
		assert_int_equal(inet_sockets_each(o.r, &names, INET_UDP, 10, note, &seen), -ENOENT);
		objects_free(&o);
	}
}

static int note_unix(void *arg, const struct unix_socket *s)
{
	*(struct unix_socket *)arg = *s;
	return 0;
}

static void test_unix(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2 * ARRAY_SIZE(object_kinds); kind++) {
		static struct places places;
		struct places *p = &places;
		struct knames names = { .arg = &p, .place = place, .variable = variable };
		struct unix_socket s = { 0 };
		struct objects o;
		uint64_t sock, addr, table;

		objects_new(&o, &object_kinds[kind / 2]);
		places = (struct places){ .o = &o, .missing = kind & 1 ? "net.unx" : "!" };
		table = o.base + BUCKETS_AT;
		if (kind & 1)
			table = o.base + HASHINFO;	/* the variable itself */
		else
			object_word(&o, o.base + NET, table);
		sock = make_socket(p, 0, 1, 10);
		addr = o.base + 0x5000;
		object_word(&o, table + 511 * o.k.word_bytes, sock);
		object_word(&o, at(p, sock, "unix_sock.addr"), addr);
		object_uint(&o, at(p, addr, "unix_address.len"), 4, 2 + 5);
		object_text(&o, at(p, addr, "unix_address.name") + 2, "/tmp");
		assert_int_equal(unix_sockets_each(objects_reader(&o), &names, note_unix, &s), 0);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		assert_int_equal(s.vaddr, sock);
		assert_int_equal(s.path_len, 5);
		assert_memory_equal(s.path, "/tmp", 5);
		assert_false(s.has_socket);
		/* a length that nobody believes */
		object_uint(&o, at(p, addr, "unix_address.len"), 4, 0xffffffff);
		assert_int_equal(unix_sockets_each(objects_reader(&o), &names, note_unix, &s), 0);
		assert_true(s.path_len < sizeof(s.path));
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tcp), cmocka_unit_test(test_udp_raw), cmocka_unit_test(test_unix) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
