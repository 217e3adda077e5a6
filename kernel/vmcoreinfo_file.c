/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vmcoreinfo_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"

#define MAX_TEXT_BYTES	(1u << 20)	/* the kernel's own is a page or two */

/* A line that starts so. */
static bool has_line(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (strncmp(text, key, len)) {
		text = strchr(text, '\n');
		if (!text++)
			return false;
	}
	return true;
}

int vmci_read_file(const char *path, const char *key, struct outbuf *text)
{
	char buf[65536];
	ssize_t n = 0;
	int fd = files_open_plain(path);

	if (fd < 0)
		return fd;
	while (text->len <= MAX_TEXT_BYTES && (n = read(fd, buf, sizeof(buf))) > 0)
		out_write(text, buf, (size_t)n);
	if (n < 0)
		n = fail(errno, "%s: %s", path, strerror(errno));
	close(fd);
	if (n < 0)
		return (int)n;
	if (text->error)
		return text->error;
	if (!text->len || text->len > MAX_TEXT_BYTES || memchr(text->data, '\0', text->len) || !has_line(text->data, key))
		return fail(EINVAL, "%s: not a VMCOREINFO text (no line %s)", path, key);
	return 0;
}
