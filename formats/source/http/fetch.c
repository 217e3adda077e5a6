/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/fetch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/http/http.h"
#include "formats/source/http/protocol.h"
#include "formats/source/http/ring.h"

#define TICK_MS 500			/* how often a leaving program is noticed */
#define CANCEL_SECONDS 5		/* for an answer that needs no server */

/* The near end of the socket. One for the program, as is the process at the other end: parts of one dump lie in several files on
 * the same servers, which share the connections and how many there may be. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t settled;		/* a remote has nothing outstanding */
	int fd;				/* -1: none */
	struct http_ring *ring;		/* owned; of the thread */
	int wake;			/* eventfd: the thread looks at what follows */
	bool running;
	int lost;			/* why nothing comes any more: -ECONNRESET, -ECANCELED; 0 */
	unsigned int active;		/* in slots */
	struct http_fetch *slots[HTTP_REQUESTS_MAX];	/* by id */
	uint32_t next_id;
	int (*leaving)(void *arg);
	void *leaving_arg;
} client = { .lock = PTHREAD_MUTEX_INITIALIZER, .settled = PTHREAD_COND_INITIALIZER, .fd = -1, .wake = -1 };

static const char ended[] = "the process that reads from servers has ended: unmount, and mount again";

int http_connect(int fd, struct http_ring *ring)
{
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };

	client.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (client.wake < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) < 0)
		return fail(errno, "a socket to another process: %m");
	client.fd = fd;
	client.ring = ring;
	client.lost = 0;
	return 0;
}

/* --- what the thread does */

/* f is gone after this. */
static void finish(struct http_fetch *f, int r)
{
	struct http_remote *m = f->remote;

	f->done(f, r);
	pthread_mutex_lock(&client.lock);
	if (!--m->outstanding)
		pthread_cond_broadcast(&client.settled);
	pthread_mutex_unlock(&client.lock);
}

static void free_slot(struct http_fetch *f)
{
	pthread_mutex_lock(&client.lock);
	client.slots[f->id % HTTP_REQUESTS_MAX] = NULL;
	client.active--;
	pthread_mutex_unlock(&client.lock);
}

static bool is_leaving(void)
{
	bool yes;

	pthread_mutex_lock(&client.lock);
	yes = client.leaving && client.leaving(client.leaving_arg);
	pthread_mutex_unlock(&client.lock);
	return yes;
}

/* 0, -ECANCELED: the program ends, -ECONNRESET: the other process has. */
static int receive(void *buf, size_t n)
{
	for (char *p = buf; n;) {
		ssize_t got = recv(client.fd, p, n, 0);

		if (got < 0 && errno == EAGAIN && is_leaving())
			return -ECANCELED;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return -ECONNRESET;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

static int nonsense(const char *what)
{
	return fail(ECONNRESET, "the process that reads from servers sends what makes no sense (%s)", what);
}

/* n bytes, which stand in a message: a server may have sent them. */
static int receive_text(char *text, uint32_t n)
{
	int r = n <= HTTP_TEXT_MAX ? receive(text, n) : nonsense("text");

	for (uint32_t i = 0; i < n && !r; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	if (!r)
		text[n] = '\0';
	return r;
}

static int take_data(struct http_fetch *f, uint32_t n)
{
	if (!n || n > HTTP_DATA_MAX || n > f->len - f->got)
		return nonsense("data");
	while (n) {
		size_t part = n;
		void *p = f->room(f, &part);

		http_ring_take(client.ring, p, part);
		f->came(f, part);
		f->got += part;
		n -= (uint32_t)part;
	}
	return 0;
}

/* Is it a result that this part can have? What a file that is open has is not judged anew: no damage comes from here. */
static bool is_result(const struct http_fetch *f, const struct http_answer *a)
{
	switch (a->r) {
	case 0:
		if (!f->opening)
			return f->got == f->len;
		return a->size && a->size <= INT64_MAX && a->mtime >= -1 && f->got == min_u64(f->len, a->size);
	case -EIO:
	case -ENOENT:
	case -EACCES:
	case -ENOTSUP:
		return f->opening;
	case -ETIMEDOUT:
	case -ESTALE:
	case -ECANCELED:
	case -ENOMEM:
		return true;
	default:
		return false;
	}
}

static int take_done(struct http_fetch *f, const struct http_answer *a)
{
	struct http_remote *m = f->remote;
	char text[HTTP_TEXT_MAX + 1];
	int r = receive_text(text, a->len);

	if (!r && !is_result(f, a))
		r = nonsense("result");
	if (r)
		return r;
	free_slot(f);
	if (!a->r && f->opening) {
		m->size = a->size;
		m->mtime = a->mtime;
		m->known = true;
	}
	if (a->r && *text && f->opening)
		log_err("%s: %s", m->name, text);
	else if (a->r && *text)
		fail_counted(&m->failures, -a->r, "%s: offset %llu: %s", m->name, (unsigned long long)(f->off + f->got), text);
	finish(f, a->r);
	return 0;
}

static int take_answer(void)
{
	char text[HTTP_TEXT_MAX + 1];
	struct http_answer a;
	struct http_fetch *f;
	int r = receive(&a, sizeof(a));

	if (r)
		return r;
	pthread_mutex_lock(&client.lock);
	f = client.slots[a.id % HTTP_REQUESTS_MAX];
	pthread_mutex_unlock(&client.lock);
	if (!f || f->id != a.id)
		return nonsense("id");
	switch (a.type) {
	case HTTP_DATA:
		return take_data(f, a.len);
	case HTTP_NOTE:
		r = receive_text(text, a.len);
		if (!r)
			log_debug("%s: offset %llu: %s", f->remote->name, (unsigned long long)(f->off + f->got), text);
		return r;
	case HTTP_DONE:
		return take_done(f, &a);
	default:
		return nonsense("type");
	}
}

/* Nothing comes any more, r says why: all that is asked for ends, and so does what is asked for later. */
static void lose(int r)
{
	struct http_fetch *f;

	shutdown(client.fd, SHUT_RDWR);		/* ends the other process, if it is not yet */
	if (r != -ECANCELED)
		log_err("%s", ended);
	pthread_mutex_lock(&client.lock);
	client.lost = r;
	for (size_t i = 0; i < HTTP_REQUESTS_MAX; i++) {
		f = client.slots[i];
		if (!f)
			continue;
		client.slots[i] = NULL;
		client.active--;
		pthread_mutex_unlock(&client.lock);
		finish(f, r);
		pthread_mutex_lock(&client.lock);
	}
	pthread_mutex_unlock(&client.lock);
}

/* 0: something has come. -ECANCELED: the program ends. */
static int wait_for_answer(void)
{
	struct pollfd fds[] = { { .fd = client.fd, .events = POLLIN }, { .fd = client.wake, .events = POLLIN } };
	bool active;
	uint64_t n;

	for (;;) {
		pthread_mutex_lock(&client.lock);
		active = client.active;
		pthread_mutex_unlock(&client.lock);
		if (active && is_leaving())
			return -ECANCELED;
		/* while nobody waits, what the other process does is of no interest */
		fds[0].events = active ? POLLIN : 0;
		poll(fds, 2, active ? TICK_MS : -1);
		if (fds[1].revents && read(client.wake, &n, sizeof(n)) < 0 && errno != EAGAIN)
			return -ECONNRESET;
		if (fds[0].revents)
			return 0;
	}
}

static void *client_run(void *arg)
{
	int r;

	(void)arg;
	do {
		r = wait_for_answer();
		if (!r)
			r = take_answer();
	} while (!r);
	lose(r);
	return NULL;
}

/* --- what others do */

static void wake(void)
{
	uint64_t one = 1;

	if (write(client.wake, &one, sizeof(one)) < 0)
		return;			/* it is awake: the counter is full */
}

/* The lock is held. */
static bool client_start(void)
{
	sigset_t all, old;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	client.running = !pthread_create(&thread, NULL, client_run, NULL);
	if (client.running)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return client.running;
}

/* The lock is held. */
static int take_slot(struct http_fetch *f)
{
	for (unsigned int i = 0; i < HTTP_REQUESTS_MAX; i++) {
		uint32_t id = client.next_id++;

		if (client.slots[id % HTTP_REQUESTS_MAX])
			continue;
		client.slots[id % HTTP_REQUESTS_MAX] = f;
		f->id = id;
		return 0;
	}
	return -ENOMEM;
}

/* Requests are small: the kernel takes one whole or waits. An error is one of the other end, which the thread sees too. */
static void send_request(const struct http_request *q)
{
	while (send(client.fd, q, sizeof(*q), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

void http_fetch_start(struct http_fetch *f)
{
	struct http_request q = {
		.type = f->remote->known ? HTTP_READ : HTTP_OPEN, .file = f->remote->number, .urgent = f->urgent,
		.off = f->off, .len = f->len,
	};
	bool first = false;
	int r;

	pthread_mutex_lock(&client.lock);
	f->remote->outstanding++;
	f->opening = !f->remote->known;
	r = f->remote->cancelled ? -ECANCELED : client.lost ? client.lost :
	    client.running || client_start() ? take_slot(f) : -ENOMEM;
	q.id = f->id;
	if (!r)
		first = !client.active++;
	pthread_mutex_unlock(&client.lock);
	if (!r) {
		if (first)
			wake();
		send_request(&q);	/* the thread may have ended f meanwhile */
		return;
	}
	if (r == -ECONNRESET)
		fail_counted(&f->remote->failures, ECONNRESET, "%s: offset %llu: %s", f->remote->name,
			     (unsigned long long)f->off, ended);
	finish(f, r);
}

/* The lock is held. False: this takes longer than it can. */
static bool settle(const struct http_remote *r, time_t seconds)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	while (r->outstanding && !err)
		err = seconds ? pthread_cond_timedwait(&client.settled, &client.lock, &until) :
				pthread_cond_wait(&client.settled, &client.lock);
	return !err;
}

void http_fetch_settle(struct http_remote *r)
{
	pthread_mutex_lock(&client.lock);
	settle(r, 0);
	pthread_mutex_unlock(&client.lock);
}

void http_remote_cancel(struct http_remote *r)
{
	pthread_mutex_lock(&client.lock);
	r->cancelled = true;
	pthread_mutex_unlock(&client.lock);
	for (size_t i = 0; i < HTTP_REQUESTS_MAX; i++) {
		struct http_request q = { .type = HTTP_CANCEL };
		bool mine;

		pthread_mutex_lock(&client.lock);
		mine = client.slots[i] && client.slots[i]->remote == r;
		if (mine)
			q.id = client.slots[i]->id;
		pthread_mutex_unlock(&client.lock);
		if (mine)
			send_request(&q);
	}
	pthread_mutex_lock(&client.lock);
	if (!settle(r, CANCEL_SECONDS)) {
		shutdown(client.fd, SHUT_RDWR);		/* it does not work any more, so it has ended */
		settle(r, 0);
	}
	pthread_mutex_unlock(&client.lock);
}

void http_leave_when(int (*leaving)(void *arg), void *arg)
{
	pthread_mutex_lock(&client.lock);
	client.leaving = leaving;
	client.leaving_arg = arg;
	pthread_mutex_unlock(&client.lock);
}
