/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/answers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/bytes.h"

/* One for the process. */
static struct {
	int fd;
	bool gone;
} to;

void answers_to(int fd)
{
	to.fd = fd;
	to.gone = false;
}

bool answers_are_taken(void)
{
	return !to.gone;
}

static bool answer(const struct http_answer *a, const void *behind)
{
	struct iovec v[] = { { (void *)(uintptr_t)a, sizeof(*a) }, { (void *)(uintptr_t)behind, a->len } };
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

bool answer_data(const struct http_job *j, const void *p, size_t n)
{
	for (size_t done = 0, part; done < n; done += part) {
		struct http_answer a = { .type = HTTP_DATA, .id = j->id };

		part = (size_t)min_u64(n - done, HTTP_DATA_MAX);
		a.len = (uint32_t)part;
		if (!answer(&a, (const char *)p + done))
			return false;
	}
	return true;
}

void answer_text(enum http_answer_type type, const struct http_job *j, int r, const char *text)
{
	struct http_answer a = {
		.type = type, .id = j->id, .r = r, .len = (uint32_t)min_u64(strlen(text), HTTP_TEXT_MAX),
		.size = j->file->size, .mtime = j->file->seen.last_modified,
	};

	answer(&a, text);
}
