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
#include "formats/source/http/ring.h"
#include "tests/unit/unit.h"

#define LEN 1000u

struct said {
	struct http_answer a;		/* its id: 0 is that of the request */
	const char *text;		/* NULL: a.len bytes of 'x' in the ring */
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

static int get(struct http_remote *remote, int peer, struct http_ring *ring, uint64_t off, const struct said *said, size_t n)
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
		if (!said[i].text && http_ring_put(ring, xs, min_u64(a.len, sizeof(xs))) < 0)
			abort();
		if (send(peer, &a, sizeof(a), MSG_NOSIGNAL) < 0 ||
		    (said[i].text && a.len && send(peer, said[i].text, a.len, MSG_NOSIGNAL) < 0))
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
	struct http_ring *ring = http_ring_new();
	int pair[2], r;

	if (!ring || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || http_connect(pair[0], ring))
		return 1;
	while (n < ARRAY_SIZE(t->said) && t->said[n].a.type)
		n++;
	if (t->later && get(&remote, pair[1], ring, 0, opened, ARRAY_SIZE(opened)))
		return 2;
	r = get(&remote, pair[1], ring, t->later ? 2000 : 0, t->said, n);
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

/* Bytes of every length come out as they were put, over the end of the memory too, and there is never more in it than fits. */
static void test_ring(void **state)
{
	struct http_ring *ring = http_ring_new();
	uint8_t *buf = malloc(HTTP_RING_BYTES + 1);
	uint32_t put = 0, taken = 0;

	(void)state;
	assert_non_null(ring);
	assert_non_null(buf);
	for (uint32_t i = 1; taken < 3 * HTTP_RING_BYTES; i = i * 5 + 1) {
		size_t n = i % (HTTP_RING_BYTES + 1);
		ssize_t r;

		for (size_t k = 0; k < n; k++)
			buf[k] = (uint8_t)((put + k) * 2654435761u >> 24);
		r = http_ring_put(ring, buf, n);
		assert_int_equal(r, min_u64(n, HTTP_RING_BYTES - (put - taken)));
		put += (uint32_t)r;
		n = (size_t)min_u64(i / 7 % HTTP_RING_BYTES, put - taken);
		http_ring_take(ring, buf, n);
		for (size_t k = 0; k < n; k++, taken++)
			if (buf[k] != (uint8_t)(taken * 2654435761u >> 24))
				fail_msg("byte %u", taken);
	}
	free(buf);
	http_ring_free(ring);
}

/* A process that takes slowly, and one that has more than there is room for. */
static void test_ring_wait(void **state)
{
	const uint32_t all = 3 * HTTP_RING_BYTES + 12345;
	struct http_ring *ring = http_ring_new();
	uint8_t bytes[4099];
	int told[2], status;
	pid_t pid;

	(void)state;
	assert_non_null(ring);
	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (!pid) {
		uint32_t n, taken = 0;

		alarm(60);
		close(told[1]);
		while (read(told[0], &n, sizeof(n)) == sizeof(n)) {
			http_ring_take(ring, bytes, n);
			for (uint32_t k = 0; k < n; k++, taken++)
				if (bytes[k] != (uint8_t)(taken % 251))
					_exit(1);
		}
		_exit(taken == all ? 0 : 2);
	}
	close(told[0]);
	for (uint32_t done = 0; done < all;) {
		uint32_t n = (uint32_t)min_u64(sizeof(bytes), all - done);
		ssize_t r;

		for (uint32_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)((done + k) % 251);
		r = http_ring_put(ring, bytes, n);
		assert_true(r >= 0);
		if (!r) {
			http_ring_wait(ring, 60000);
			continue;
		}
		n = (uint32_t)r;
		assert_int_equal(write(told[1], &n, sizeof(n)), sizeof(n));
		done += n;
	}
	close(told[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	http_ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talks), cmocka_unit_test(test_ring), cmocka_unit_test(test_ring_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
