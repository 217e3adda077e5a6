/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/net/: sockets of the first network name space: tcp, tcp6, udp, udp6, raw, raw6, unix. */
#include <inttypes.h>

#include "fs/proc/text.h"
#include "fs/views/row.h"
#include "kernel/core/clock.h"
#include "kernel/net/inet.h"
#include "kernel/net/sock.h"
#include "kernel/net/unix.h"

#define TCP_WIDTH	149		/* of a line of IPv4 */
#define UDP_WIDTH	127

struct socket_lines {
	struct proc_text *t;
	enum inet_table table;
	unsigned int family, n;
	uint64_t hz;			/* ticks a second */
};

/* Lines of IPv4 are padded with blanks. */
static void end_line(struct proc_text *t, size_t start, size_t width)
{
	while (!t->out->error && width && t->out->len - start < width)
		out_char(t->out, ' ');
	out_char(t->out, '\n');
}

static void put_address(struct socket_lines *l, const uint32_t words[4], unsigned int port)
{
	for (unsigned int i = 0; i < (l->family == SOCK_FAMILY_INET ? 1 : 4); i++)
		out_printf(l->t->out, "%08X", words[i]);
	out_printf(l->t->out, ":%04X ", port);
}

static uint64_t clock_ticks(const struct socket_lines *l, uint64_t jiffies)
{
	return jiffies > UINT64_MAX / 100 ? 0 : jiffies * 100 / l->hz;
}

static int put_socket(void *arg, const struct inet_socket *s)
{
	struct socket_lines *l = arg;
	struct outbuf *out = l->t->out;
	size_t start = out->len;
	int width = (int)kreader_word(l->t->r) * 2;

	out_printf(out, "%*u: ", l->table == INET_TCP || (l->table == INET_RAW && l->family == SOCK_FAMILY_INET) ? 4 : 5,
		   l->table == INET_TCP ? l->n++ : s->slot);
	put_address(l, s->local, s->local_port);
	/* of a raw socket that is the protocol, and there is no other port */
	put_address(l, s->remote, l->table == INET_RAW && l->family == SOCK_FAMILY_INET ? 0 : s->remote_port);
	out_printf(out, "%02X %08X:%08X %02X:%08X %08X %5u %8u %" PRIu64 " %u %0*" PRIx64, s->state, (unsigned int)s->send_queue,
		   (unsigned int)s->receive_queue, s->timer, (unsigned int)clock_ticks(l, s->timer_left), s->retransmits, s->uid,
		   s->probes, s->inode, s->references, width, s->vaddr);
	if (l->table != INET_TCP)
		out_printf(out, " %u", s->drops);
	else if (s->slow_start != INET_NOT_WHOLE)
		out_printf(out, " %" PRIu64 " %" PRIu64 " %u %u %" PRId64, clock_ticks(l, s->rto), clock_ticks(l, s->ato), s->quick_ack,
			   s->window, s->slow_start);
	end_line(l->t, start, l->family != SOCK_FAMILY_INET || l->table == INET_RAW ? 0 : l->table == INET_TCP ? TCP_WIDTH : UDP_WIDTH);
	return out->error;
}

static int make_inet(struct proc_text *t, enum inet_table table, unsigned int family)
{
	static const char names6[] = "  sl  local_address                         remote_address                        ";
	static const char names4[] = "  sl  local_address rem_address   ";
	static const char rest[] = "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
	struct socket_lines l = { .t = t, .table = table, .family = family };
	struct kernel_clock clock;
	int r = kernel_clock_read(t->r, &t->names, &clock);

	if (r)
		return r;
	l.hz = clock.hz;
	out_printf(t->out, "%s%s%s%s", table == INET_UDP && family == SOCK_FAMILY_INET ? " " : "",
		   family == SOCK_FAMILY_INET ? names4 : names6, rest, table == INET_TCP ? "" : " ref pointer drops");
	end_line(t, 0, family != SOCK_FAMILY_INET || table == INET_RAW ? 0 : table == INET_TCP ? TCP_WIDTH : UDP_WIDTH);
	return inet_sockets_each(t->r, &t->names, table, family, put_socket, &l);
}

static int make_tcp(struct proc_text *t) { return make_inet(t, INET_TCP, SOCK_FAMILY_INET); }
static int make_tcp6(struct proc_text *t) { return make_inet(t, INET_TCP, SOCK_FAMILY_INET6); }
static int make_udp(struct proc_text *t) { return make_inet(t, INET_UDP, SOCK_FAMILY_INET); }
static int make_udp6(struct proc_text *t) { return make_inet(t, INET_UDP, SOCK_FAMILY_INET6); }
static int make_raw(struct proc_text *t) { return make_inet(t, INET_RAW, SOCK_FAMILY_INET); }
static int make_raw6(struct proc_text *t) { return make_inet(t, INET_RAW, SOCK_FAMILY_INET6); }

/* --- unix --------------------------------------------------------------------------------------------------------- */

static int put_unix(void *arg, const struct unix_socket *s)
{
	struct proc_text *t = arg;
	bool connected = s->state == 1;
	unsigned int len = s->path_len;

	/* SS_UNCONNECTED 1, SS_CONNECTING 2, SS_CONNECTED 3, SS_DISCONNECTING 4; __SO_ACCEPTCON 0x10000 */
	out_printf(t->out, "%0*" PRIx64 ": %08X 00000000 %08X %04X %02X %5" PRIu64, (int)kreader_word(t->r) * 2, s->vaddr, s->references,
		   s->state == INET_LISTEN ? 0x10000 : 0, s->type,
		   s->has_socket ? connected ? 3 : 1 : connected ? 2 : 4, s->inode);
	if (len) {
		/* a path ends with NUL, an abstract name begins with it */
		len -= s->path[0] ? 1 : 0;
		out_char(t->out, ' ');
		for (unsigned int i = 0; i < len; i++) {
			unsigned char c = (unsigned char)s->path[i];

			if (c && (c < ' ' || c == 127))
				out_printf(t->out, "\\%03o", c);
			else
				out_char(t->out, c ? (char)c : '@');
		}
	}
	out_char(t->out, '\n');
	return t->out->error;
}

static int make_unix(struct proc_text *t)
{
	out_printf(t->out, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	return unix_sockets_each(t->r, &t->names, put_unix, t);
}

enum net_file { TCP, TCP6, UDP, UDP6, RAW, RAW6, UNIX };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static int (*const makers[])(struct proc_text *t) = {
		[TCP] = make_tcp, [TCP6] = make_tcp6, [UDP] = make_udp, [UDP6] = make_udp6, [RAW] = make_raw, [RAW6] = make_raw6,
		[UNIX] = make_unix,
	};

	return proc_text_make(e, out, makers[at->row->param]);
}

static const struct view_row rows[] = {
	{ .path = "proc/net", .type = VIEW_FOLDER },
	PROC_TEXT("net/tcp", TCP),
	PROC_TEXT("net/tcp6", TCP6),
	PROC_TEXT("net/udp", UDP),
	PROC_TEXT("net/udp6", UDP6),
	PROC_TEXT("net/raw", RAW),
	PROC_TEXT("net/raw6", RAW6),
	PROC_TEXT("net/unix", UNIX),
};

VIEW_FAMILY(proc_net, rows);
