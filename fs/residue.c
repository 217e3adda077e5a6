/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/residue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "fs/options.h"
#include "fs/views/residue.h"

#define FILE_MAX_BYTES	((size_t)16 << 20)
#define TEXT_MAX_BYTES	((uint64_t)32 << 20)	/* of a text that is searched; no log is as long */

/* Texts that are made of more than pages, or of them in another shape. */
static const char *const texts[] = { "dmesg", "info", "vmcoreinfo", "eraseinfo" };

/* The whole file; a FIFO would hang, a device has no end. */
static int read_file(const char *path, char **text, size_t *len)
{
	struct stat st;
	int fd, r = files_stat(path, &st);
	ssize_t n = 1;

	if (r)
		return fail(-r, "%s: %s", path, strerror(-r));
	if (!S_ISREG(st.st_mode))
		return fail(EINVAL, "%s: is no regular file", path);
	if ((uint64_t)st.st_size > FILE_MAX_BYTES)
		return fail(EFBIG, "%s: more than %zu MiB: no list of words", path, FILE_MAX_BYTES >> 20);
	fd = files_open(path, O_NONBLOCK);
	if (fd < 0)
		return fail(-fd, "%s: %s", path, strerror(-fd));
	*text = malloc((size_t)st.st_size + 1);
	r = *text ? 0 : -ENOMEM;
	*len = 0;
	while (!r && n && *len < (size_t)st.st_size) {
		n = read(fd, *text + *len, (size_t)st.st_size - *len);
		if (n < 0 && errno != EINTR)
			r = fail(errno, "%s: %s", path, strerror(errno));
		*len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return r;
}

static int take_words(const char *path, const char *text, size_t len, struct words *w)
{
	uint32_t line = 1;
	int r;

	for (size_t at = 0, n; at < len; at += n + 1, line++) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - text) - at : len - at;
		r = n ? words_add(w, text + at, n, line) : 0;
		if (r == -EINVAL)
			return fail(EINVAL, "%s:%u: a word of %u to %u bytes is wanted here, none of them zero", path, line,
				    WORD_MIN, WORD_MAX);
		if (r == -EFBIG)
			return fail(EFBIG, "%s:%u: more than %zu words", path, line, WORDS_MAX);
		if (r)
			return r;
	}
	return w->n ? 0 : fail(EINVAL, "%s: no words", path);
}

/* A text of the mount; that there is none is fine. */
static int search_text(struct fs *fs, const char *path, const struct words *w, struct outbuf *found_text, uint64_t *found)
{
	struct node n;
	struct view *v;
	uint64_t size;
	char *text;
	int r = tree_resolve(fs, path, &n);

	if (!r)
		r = tree_open(fs, n, &v);
	if (r)
		return r == -ENOMEM ? r : 0;
	size = min_u64(view_size(v), TEXT_MAX_BYTES);
	text = malloc(size + 1);
	r = text ? 0 : -ENOMEM;
	if (!r && !view_read(v, text, size, 0))
		r = residue_put_bytes(w, path, text, size, found_text, found);
	free(text);
	view_close(v);
	return r;
}

static int search(struct fs *fs, const struct words *w, struct outbuf *lines, uint64_t *found, uint64_t *unread)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && !r; i++)
		r = search_text(fs, texts[i], w, lines, found);
	return r ? r : residue_put_memory(fs_engine(fs), w, lines, found, unread);
}

int residue_check(struct fs *fs, const char *file, struct output *out)
{
	struct outbuf lines = OUTBUF_INIT;
	struct words w = { 0 };
	uint64_t found = 0, unread = 0;
	char *text = NULL;
	size_t len = 0;
	int r = read_file(file, &text, &len), status = STATUS_SYSTEM;

	if (!r)
		r = take_words(file, text, len, &w);
	if (!r) {
		unsigned long said = log_errors();

		r = search(fs, &w, &lines, &found, &unread);
		if (r && r != -ENOMEM && log_errors() == said)
			log_err("the dump cannot be searched: %s", strerror(-r));
		status = r == -ENOMEM ? STATUS_SYSTEM : r ? STATUS_MOUNT : found ? STATUS_USAGE : STATUS_OK;
	}
	if (!r && lines.len) {
		r = output_put(out, lines.data, lines.len);
		if (r && output_failed(out, r) != -EPIPE)
			status = STATUS_SYSTEM;
	}
	if (unread && status == STATUS_OK) {
		log_err("%llu pages cannot be read: what is in them is not known", (unsigned long long)unread);
		status = STATUS_MOUNT;
	} else if (unread) {
		log_warn("%llu pages cannot be read: what is in them is not known", (unsigned long long)unread);
	}
	words_free(&w);
	out_free(&lines);
	free(text);
	return status;
}
