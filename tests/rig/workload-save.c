/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of /proc and of parts of /sys: files as read(2) gives them, links as links. What cannot be read is not there. */
#define _GNU_SOURCE
#include "workload.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (4 * MB)

/* Memory, endless, or a change when it is read. */
static const char *const left_out[] = {
	"kcore", "kmsg", "kpagecount", "kpageflags", "kpagecgroup", "kallsyms", "mem", "pagemap", "clear_refs", "attr", "map_files",
	"sysrq-trigger", "uevent", "irq", "acpi", "fs", "driver", "arch_status", "dynamic_debug",
};

static int is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		if (!strcmp(name, left_out[i]))
			return 1;
	return 0;
}

static void copy_file(const char *from, const char *to)
{
	static char buf[65536];
	int in = open(from, O_RDONLY | O_NONBLOCK), out;
	size_t done = 0;
	ssize_t n;

	if (in < 0)
		return;
	n = read(in, buf, sizeof(buf));
	out = n < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	for (; out >= 0 && n > 0 && done < FILE_MAX; n = read(in, buf, sizeof(buf))) {
		if (write(out, buf, n) != n)
			break;
		done += n;
	}
	if (out >= 0)
		close(out);
	close(in);
}

/* Of another network than ours? */
static int is_foreign(const char *process)
{
	char path[PATH_MAX], own[64] = "", its[64] = "";

	snprintf(path, sizeof(path), "%s/ns/net", process);
	return readlink("/proc/self/ns/net", own, sizeof(own) - 1) > 0 && readlink(path, its, sizeof(its) - 1) > 0 &&
	       strcmp(own, its);
}

/* depth: how many folders deep it goes. */
static void copy(const char *from, const char *to, int depth)
{
	char source[PATH_MAX], target[PATH_MAX], text[PATH_MAX];
	DIR *dir = opendir(from);
	struct dirent *e;
	struct stat st;
	ssize_t n;

	mkdir(to, 0755);
	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.' || is_left_out(e->d_name) ||
		    snprintf(source, sizeof(source), "%s/%s", from, e->d_name) >= (int)sizeof(source) ||
		    snprintf(target, sizeof(target), "%s/%s", to, e->d_name) >= (int)sizeof(target) || lstat(source, &st))
			continue;
		if (!strcmp(e->d_name, "net") && !strncmp(from, "/proc/", 6) && (strstr(from, "/task/") || !is_foreign(from)))
			continue;
		if (S_ISLNK(st.st_mode)) {
			n = readlink(source, text, sizeof(text) - 1);
			text[n > 0 ? n : 0] = '\0';
			if (n <= 0 || symlink(text, target))
				continue;
		} else if (S_ISDIR(st.st_mode) && depth) {
			copy(source, target, depth - 1);
		} else if (S_ISREG(st.st_mode)) {
			copy_file(source, target);
		}
	}
	if (dir)
		closedir(dir);
}

/* Folders that the links of a class lead to, as folders. */
static void copy_class(const char *from, const char *to)
{
	char source[PATH_MAX], target[PATH_MAX];
	DIR *dir = opendir(from);
	struct dirent *e;

	mkdir(to, 0755);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.' && snprintf(source, sizeof(source), "%s/%s", from, e->d_name) < (int)sizeof(source) &&
		    snprintf(target, sizeof(target), "%s/%s", to, e->d_name) < (int)sizeof(target))
			copy(source, target, 1);
	if (dir)
		closedir(dir);
}

int save_proc(const char *to)
{
	static const struct { const char *from, *to; int links; } parts[] = {
		{ "/proc", "proc", 0 }, { "/proc/self/net", "proc/net", 0 }, { "/sys/module", "sys/module", 0 },
		{ "/sys/devices/system", "sys/devices/system", 0 }, { "/sys/class/net", "sys/class/net", 1 },
		{ "/sys/block", "sys/block", 1 },
	};
	static const char *const folders[] = { "", "sys", "sys/devices", "sys/class" };
	char target[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(target, sizeof(target), "%s/%s", to, folders[i]);
		mkdir(target, 0755);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		snprintf(target, sizeof(target), "%s/%s", to, parts[i].to);
		unlink(target);		/* proc/net was a link */
		if (parts[i].links)
			copy_class(parts[i].from, target);
		else
			copy(parts[i].from, target, 8);
	}
	return 0;
}
