/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process that reads from servers may say, and what it may not: each talk is one of a process of its own, which opens a
 * file, and reads a part of it if that worked.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "formats/source/http/fetch.h"
#include "formats/source/http/protocol.h"
#include "tests/unit/unit.h"

#define LEN 1000u

struct said {
	struct http_answer a;		/* its id: 0 is that of the request */
	const char *text;		/* NULL: a.len bytes of 'x' */
};

struct part {
	struct http_fetch f;		/* first member */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	int r;
	char bytes[LEN + 1];
};

static void *room(struct http_fetch *f, size_t *n)
{
	*n = (size_t)min_u64(*n, 300);		/* in pieces */
	if (f->got + *n > LEN)
		abort();
	return ((struct part *)f)->bytes + f->got;
}

static void came(struct http_fetch *f, size_t n)
{
	if (n > 300 || f->got + n > f->len)
		abort();
}

static void done(struct http_fetch *f, int r)
{
	struct part *p = (struct part *)f;

	pthread_mutex_lock(&p->lock);
	if (p->done)
		abort();
	p->done = true;
	p->r = r;
	pthread_cond_signal(&p->cond);
	pthread_mutex_unlock(&p->lock);
}

static int get(struct http_remote *remote, int peer, uint64_t off, const struct said *said, size_t n)
{
	struct part p = {
		.f = { .remote = remote, .off = off, .len = LEN, .urgent = true, .room = room, .came = came, .done = done },
		.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER,
	};
	static char xs[2 * HTTP_DATA_MAX];
	struct http_request q;

	memset(xs, 'x', sizeof(xs));
	http_fetch_start(&p.f);
	if (recv(peer, &q, sizeof(q), MSG_WAITALL) != sizeof(q) || q.type != (off ? HTTP_READ : HTTP_OPEN) || q.off != off ||
	    q.len != LEN || q.file != remote->number || q.urgent != 1)
		abort();
	for (size_t i = 0; i < n; i++) {
		struct http_answer a = said[i].a;

		a.id += q.id;
		if (send(peer, &a, sizeof(a), MSG_NOSIGNAL) < 0 ||
		    (a.len && send(peer, said[i].text ? said[i].text : xs, min_u64(a.len, sizeof(xs)), MSG_NOSIGNAL) < 0))
			break;
	}
	pthread_mutex_lock(&p.lock);
	while (!p.done)
		pthread_cond_wait(&p.cond, &p.lock);
	pthread_mutex_unlock(&p.lock);
	http_fetch_settle(remote);
	return p.r;
}

#define DATA(n) { { .type = HTTP_DATA, .len = (n) }, NULL }
#define OPENED(n) { { .type = HTTP_DONE, .size = (n), .mtime = -1 }, NULL }
#define DONE(e, t) { { .type = HTTP_DONE, .r = -(e), .len = sizeof(t) - 1 }, t }
#define SAYS(...) .said = { __VA_ARGS__ }

static const struct talk {
	const char *what;
	int want;			/* -errno */
	bool later;			/* of a part of a file that is open; else of opening it */
	struct said said[4];
} talks[] = {
	{ "all", 0, false, SAYS(DATA(400), DATA(600), OPENED(5000)) },
	{ "a short file", 0, false, SAYS(DATA(400), OPENED(400)) },
	{ "a note", 0, false, SAYS(DATA(1000), { { .type = HTTP_NOTE, .len = 3 }, "a\nb" }, OPENED(1000)) },
	{ "no such file", -ENOENT, false, SAYS(DONE(ENOENT, "no such file")) },
	{ "no library", -ENOTSUP, false, SAYS(DONE(ENOTSUP, "")) },
	{ "damage", -EIO, false, SAYS(DATA(5), DONE(EIO, "x")) },
	{ "no result", -ECONNRESET, false, SAYS(DONE(EPERM, "x")) },
	{ "a positive result", -ECONNRESET, false, SAYS(DONE(-1, "x")) },
	{ "no result there is", -ECONNRESET, false, SAYS({ { .type = HTTP_DONE, .r = INT32_MIN }, NULL }) },
	{ "nothing, and well", -ECONNRESET, false, SAYS(OPENED(5000)) },
	{ "no size", -ECONNRESET, false, SAYS(OPENED(0)) },
	{ "a size that is too large", -ECONNRESET, false, SAYS(DATA(1000), OPENED(UINT64_MAX)) },
	{ "more than the file", -ECONNRESET, false, SAYS(DATA(400), OPENED(300)) },
	{ "more than was asked for", -ECONNRESET, false, SAYS(DATA(400), DATA(601)) },
	{ "much more", -ECONNRESET, false, SAYS(DATA(HTTP_DATA_MAX + 1)) },
	{ "very much more", -ECONNRESET, false, SAYS(DATA(UINT32_MAX)) },
	{ "data of no length", -ECONNRESET, false, SAYS(DATA(0)) },
	{ "a text that is too long", -ECONNRESET, false, SAYS({ { .type = HTTP_DONE, .r = -EIO, .len = HTTP_TEXT_MAX + 1 }, NULL }) },
	{ "another id", -ECONNRESET, false, SAYS({ { .type = HTTP_DATA, .id = 1, .len = 1 }, NULL }) },
	{ "an id of the same slot", -ECONNRESET, false, SAYS({ { .type = HTTP_DATA, .id = HTTP_REQUESTS_MAX, .len = 1 }, NULL }) },
	{ "no type", -ECONNRESET, false, SAYS({ { .type = 4 }, NULL }) },
	{ "a part", 0, true, SAYS(DATA(1000), OPENED(0)) },
	{ "less than a part", -ECONNRESET, true, SAYS(DATA(999), OPENED(5000)) },
	{ "a time out", -ETIMEDOUT, true, SAYS(DATA(999), DONE(ETIMEDOUT, "slow")) },
	{ "another file", -ESTALE, true, SAYS(DONE(ESTALE, "changed")) },
	{ "damage of a file that is open", -ECONNRESET, true, SAYS(DONE(EIO, "x")) },
	{ "an open file that is not there", -ECONNRESET, true, SAYS(DONE(ENOENT, "x")) },
};

static int run(const struct talk *t)
{
	static const struct said opened[] = { DATA(1000), OPENED(5000) };
	struct http_remote remote = { .number = 3, .name = t->what };
	size_t n = 0;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || http_connect(pair[0]))
		return 1;
	while (n < ARRAY_SIZE(t->said) && t->said[n].a.type)
		n++;
	if (t->later && get(&remote, pair[1], 0, opened, ARRAY_SIZE(opened)))
		return 2;
	r = get(&remote, pair[1], t->later ? 2000 : 0, t->said, n);
	if (r != t->want)
		return 3;
	if (!t->later && remote.known != !r)
		return 4;
	/* what made no sense ends it for others too, and for good; cancelling needs no answer then */
	if (r == -ECONNRESET && recv(pair[1], &n, 1, 0) > 0)
		return 5;
	if (r == -ECONNRESET)
		http_remote_cancel(&remote);
	return 0;
}

static void test_talks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(talks); i++) {
		int status = -1;
		pid_t pid = fork();

		if (!pid) {
			if (!freopen("/dev/null", "w", stderr))
				_exit(6);
			alarm(20);
			_exit(run(&talks[i]));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status)
			fail_msg("%s: status %#x", talks[i].what, (unsigned int)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_talks) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
