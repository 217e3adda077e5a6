/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/answers.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/bytes.h"
#include "formats/source/http/ring.h"

#define TICK_MS 500u			/* how often it is noticed, while there is no room, that nobody is there */

/* One for the process. */
static struct {
	int fd;
	struct http_ring *ring;		/* borrowed */
	bool gone;
	struct http_answer data;	/* bytes of a part that are in the ring and not told of; its len may be 0 */
} to;

void answers_to(int fd, struct http_ring *ring)
{
	to.fd = fd;
	to.ring = ring;
	to.gone = false;
}

bool answers_are_taken(void)
{
	return !to.gone;
}

/* With a text behind it, or NULL. */
static bool answer(const struct http_answer *a, const void *text)
{
	struct iovec v[] = { { (void *)(uintptr_t)a, sizeof(*a) }, { (void *)(uintptr_t)text, text ? a->len : 0 } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };

	while (!to.gone && (v[0].iov_len || v[1].iov_len)) {
		ssize_t sent = sendmsg(to.fd, &m, MSG_NOSIGNAL);
		size_t n;

		if (sent < 0 && errno != EINTR)
			to.gone = true;
		if (sent < 0)
			continue;
		for (int i = 0; i < 2; i++, sent -= (ssize_t)n) {
			n = (size_t)min_u64((uint64_t)sent, v[i].iov_len);
			v[i].iov_base = (char *)v[i].iov_base + n;
			v[i].iov_len -= n;
		}
	}
	return !to.gone;
}

bool answers_flush(void)
{
	if (to.data.len)
		answer(&to.data, NULL);
	to.data.len = 0;
	return !to.gone;
}

static void wait_for_room(void)
{
	struct pollfd other = { .fd = to.fd, .events = POLLRDHUP };

	http_ring_wait(to.ring, TICK_MS);
	if (poll(&other, 1, 0) > 0)
		to.gone = true;
}

bool answer_data(const struct http_job *j, const void *p, size_t n)
{
	ssize_t put;

	if (to.data.id != j->id)
		answers_flush();
	to.data = (struct http_answer){ .type = HTTP_DATA, .id = j->id, .len = to.data.len };
	for (const char *at = p; n && !to.gone; at += put, n -= (size_t)put) {
		put = http_ring_put(to.ring, at, (size_t)min_u64(n, HTTP_DATA_MAX - to.data.len));
		if (put < 0) {
			to.gone = true;
			break;
		}
		to.data.len += (uint32_t)put;
		if (!put || to.data.len == HTTP_DATA_MAX)
			answers_flush();
		if (!put)
			wait_for_room();
	}
	return !to.gone;
}

void answer_text(enum http_answer_type type, const struct http_job *j, int r, const char *text)
{
	struct http_answer a = {
		.type = type, .id = j->id, .r = r, .len = (uint32_t)min_u64(strlen(text), HTTP_TEXT_MAX),
		.size = j->file->size, .mtime = j->file->seen.last_modified,
	};

	answers_flush();
	answer(&a, text);
}
