/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "formats/source/parts/chunks.h"
#include "formats/source/parts/unpacked.h"

#define PIECE ((size_t)1 << 20)
#define WRITER_WAIT_MS 2000		/* for the first writer of a FIFO */
#define WRITER_POLL_MS 20

/* Up to n bytes, 0: the end, -errno. *patience: milliseconds to wait for somebody who writes. */
static ssize_t read_some(int fd, void *buf, size_t n, int *patience)
{
	const struct timespec a_little = { .tv_nsec = WRITER_POLL_MS * 1000000L };
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t r = read(fd, buf, n);

		if (r > 0)
			*patience = 0;
		if (r > 0 || (!r && *patience <= 0))
			return r;
		if (!r) {
			*patience -= WRITER_POLL_MS;
			nanosleep(&a_little, NULL);
		} else if (errno == EAGAIN) {
			*patience = 0;		/* there is somebody */
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
}

static int keep(int fd, const struct source *facts, bool wait, struct unpacked *to)
{
	uint8_t *buf = malloc(PIECE);
	int patience = wait ? WRITER_WAIT_MS : 0;
	bool said = false;
	struct source_pass pass;
	uint64_t at = 0;
	ssize_t n = 1;
	int r = buf ? 0 : -ENOMEM;

	pass_start(&pass, facts, "a pipe", unpacked_what(to));
	while (!r && (n = read_some(fd, buf, PIECE, &patience)) > 0) {
		r = unpacked_write(to, buf, (size_t)n);
		at += (uint64_t)n;
		if (!r && !said && unpacked_dir(to)) {
			log_notice("%s: a pipe cannot be read in the middle: it is kept in a temporary file in %s (TMPDIR)",
				   facts->name, unpacked_dir(to));
			said = true;
		}
		pass_tick(&pass, at);
	}
	log_progress(NULL);
	free(buf);
	if (n < 0)
		return fail((int)-n, "%s: cannot be read: %s", facts->name, strerror((int)-n));
	if (!r && !at)
		return fail(EIO, "%s: nothing comes out of this pipe", facts->name);
	return r;
}

int stream_open(int fd, const char *name, bool wait, struct source **out)
{
	static const struct unpack_how how;	/* who gives a pipe wants it kept: nothing is refused */
	const struct source facts = { .name = name, .mtime = time(NULL), .unpack = UNPACK_ALWAYS };
	struct unpacked *u = unpacked_new(&facts, &how);
	int r = u ? keep(fd, &facts, wait, u) : -ENOMEM;

	close(fd);
	return unpacked_finish(u, r, out);
}
