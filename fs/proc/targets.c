/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/<pid>/fd/socket:[7], ns/mnt:[9]: where links in these folders lead when they are followed, as names in the same folder.
 * In procfs following such a link leads to the file itself, and lsof, fuser and lsns ask with stat(2) what kind it is and what its
 * inode number is. Any name of the form is answered: these come from links. None is listed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/number.h"
#include "fs/proc/proc.h"

/* The number of "kind:[7]"; 0: it has none. */
static uint64_t number_of(const char *name)
{
	const char *start = strchr(name, '[');
	uint64_t n;

	return start && !number_parse(start + 1, strcspn(start + 1, "]"), &n) ? n : 0;
}

/* "kind:[digits]", and nothing behind it. */
static bool has_form(const char *name, const char *kind)
{
	size_t n = strlen(kind), digits;

	if (strncmp(name, kind, n) || strncmp(name + n, ":[", 2))
		return false;
	digits = strspn(name + n + 2, "0123456789");
	return digits && digits <= 20 && !strcmp(name + n + 2 + digits, "]");
}

static int keep(const char *name, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", name) < (int)size ? 0 : -ENOENT;
}

static int text_of_file(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	(void)e, (void)dir;
	if (!has_form(name, "socket") && !has_form(name, "pipe") && strncmp(name, "anon_inode:", strlen("anon_inode:")))
		return -ENOENT;
	return keep(name, buf, size);
}

static int text_of_ns(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	(void)e, (void)dir;
	for (enum task_namespace i = 0; i < NAMESPACES; i++)
		if (has_form(name, namespace_kind(i)))
			return keep(name, buf, size);
	return -ENOENT;
}

/* Files of no kind at all, as anon_inode is in procfs, FUSE has none. */
static int attributes(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	uint64_t n = number_of(at->text);
	mode_t type = !strncmp(at->text, "socket:", 7) ? S_IFSOCK : !strncmp(at->text, "pipe:", 5) ? S_IFIFO : S_IFREG;

	(void)e;
	out->mode = (out->mode & ~(uint32_t)S_IFMT) | type;
	if (n)
		out->ino = n;
	return 0;
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e, (void)at, (void)out;
	return 0;
}

static const struct names_ops file_names = { .text = text_of_file };
static const struct names_ops ns_names = { .text = text_of_ns };

static const struct view_row rows[] = {
	PROC_ROWS("fd/<target>", VIEW_TEXT, .names = &file_names, .attributes = attributes, .render = render),
	PROC_ROWS("ns/<target>", VIEW_TEXT, .names = &ns_names, .attributes = attributes, .render = render),
};

VIEW_FAMILY(proc_targets, rows);
