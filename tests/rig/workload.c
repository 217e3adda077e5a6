/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs inside the guest before it crashes: processes that differ in what they hold.
 *
 *   workload run HEAP-MB    start all roles, print "workload ready" when they are set up
 *   workload more HEAP-MB   the same with roles for the files of /proc
 *   workload tiny           a handful of them
 *   workload save DIR       copies of /proc and of parts of /sys
 *   workload fill DIR MB    files of text and of random data
 *   workload tell FILE      "truth page" lines for the pages that FILE, the output of run, names
 *   workload page-size      bytes
 *   workload kcore          pages of kernel memory, see workload-kcore.c
 */
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

size_t heap_bytes, page_bytes;
static int ready_fd = -1;

void ready(void)
{
	if (write(ready_fd, "r", 1) != 1)
		_exit(1);
	close(ready_fd);
}

void give_up(const char *what)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	printf("workload: %s: %s: %s\n", name, what, strerror(errno));
	if (ready_fd >= 0 && write(ready_fd, "f", 1) != 1)
		_exit(2);
	_exit(1);
}

void sleep_for_good(void)
{
	for (;;)
		pause();
}

/* One entry of /proc/PID/pagemap. */
static uint64_t pagemap_entry(int pid, unsigned long va)
{
	uint64_t entry = 0;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || pread(fd, &entry, 8, va / PAGE * 8) != 8)
		entry = 0;
	if (fd >= 0)
		close(fd);
	return entry;
}

#define PAGEMAP_PFN(entry) ((unsigned long)((entry) & ((1ull << 55) - 1)))

unsigned long page_frame(const void *p)
{
	uint64_t entry = pagemap_entry(getpid(), (unsigned long)p);

	return entry >> 63 ? PAGEMAP_PFN(entry) : 0;
}

void tell_frame(const char *what, const void *p, unsigned long pfn)
{
	printf("page pid=%d va=%p pfn=%#lx %s\n", getpid(), p, pfn, what);
}

void tell_page(const char *what, const void *p)
{
	tell_frame(what, p, page_frame(p));
}

/* The kernel may have moved pages since. A poisoned page it has replaced: there the first answer counts. */
static int tell(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[200];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long va, pfn;
		uint64_t entry;
		int pid, text;

		if (sscanf(line, "page pid=%d va=%lx pfn=%lx %n", &pid, &va, &pfn, &text) != 3)
			continue;
		entry = pagemap_entry(pid, va);
		if (entry >> 63 && strncmp(line + text, "hwpoison", 8))
			pfn = PAGEMAP_PFN(entry);
		printf("truth page pid=%d va=%#lx pfn=%#lx present=%d swapped=%d %s", pid, va, pfn,
		       (int)(entry >> 63), (int)(entry >> 62 & 1), line + text);
	}
	return !f;
}

static const struct role {
	const char *name;
	void (*set_up)(void);
	int copies;
	enum { IN_MORE, IN_RUN, IN_TINY } in;	/* the smallest workload that has it */
} roles[] = {
	{ "rig-zero", role_zero, 1, IN_RUN },
	{ "rig-pattern", role_pattern, 1, IN_TINY },
	{ "rig-text", role_text, 1, IN_RUN },
	{ "rig-random", role_random, 1, IN_RUN },
	{ "rig-thp", role_thp, 1, IN_RUN },
	{ "rig-hugetlb", role_hugetlb, 1, IN_RUN },
	{ "rig-shared", role_shared, 2, IN_RUN },
	{ "rig-files", role_files, 1, IN_TINY },
	{ "rig-pipes", role_pipes, 1, IN_RUN },
	{ "rig-sockets", role_sockets, 1, IN_TINY },
	{ "rig-netns", role_netns, 3, IN_RUN },
	{ "rig-pidns", role_pidns, 1, IN_RUN },
	{ "rig-threads", role_threads, 1, IN_TINY },
	{ "rig-poison", role_poison, 1, IN_RUN },
	{ "rig-swap", role_swap, 1, IN_RUN },
	{ "rig-user", role_user, 1, IN_TINY },
	{ "rig-zombies", role_zombies, 1, IN_TINY },
	{ "rig-locked", role_locked, 1, IN_RUN },
	{ "rig-stopped", role_stopped, 1, IN_RUN },
	{ "rig-vfork", role_vfork, 1, IN_RUN },
	{ "rig-running", role_running, 2, IN_RUN },
	{ "rig-descriptors", role_descriptors, 1, IN_MORE },
	{ "rig-ipc", role_ipc, 1, IN_MORE },
	{ "rig-every-sock", role_every_socket, 1, IN_MORE },
};

static int start_roles(int in)
{
	int started = 0;

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		const struct role *role = &roles[i];

		for (int copy = 0; copy < role->copies && (int)role->in >= in; copy++, started++)
			if (fork() == 0) {
				prctl(PR_SET_NAME, role->name);
				role->set_up();
				ready();
				sleep_for_good();
			}
	}
	return started;
}

/* The parent of the roles goes on living, so that they have one. */
static void keep_roles(int in)
{
	int fds[2], started, seen = 0, good = 0;
	struct pollfd wait;
	char c;

	if (pipe(fds))
		give_up("pipe");
	ready_fd = fds[1];
	started = start_roles(in);
	wait = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	for (; seen < started && poll(&wait, 1, 120 * 1000) > 0 && read(fds[0], &c, 1) == 1; seen++)
		good += c == 'r';
	printf("workload ready: %d of %d processes set up\n", good, started);
}

static int run(int in)
{
	int done[2];
	char c;

	if (pipe(done))
		give_up("pipe");
	if (fork() == 0) {
		prctl(PR_SET_NAME, "rig-parent");
		keep_roles(in);
		if (write(done[1], "d", 1) != 1)
			return 1;
		sleep_for_good();
	}
	return read(done[0], &c, 1) != 1;
}

int main(int argc, char **argv)
{
	setlinebuf(stdout);
	page_bytes = sysconf(_SC_PAGESIZE);
	if (argc == 4 && !strcmp(argv[1], "fill"))
		return fill_files(argv[2], strtoul(argv[3], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "save"))
		return save_proc(argv[2]);
	if (argc == 3 && (!strcmp(argv[1], "run") || !strcmp(argv[1], "more"))) {
		heap_bytes = strtoul(argv[2], NULL, 10) * MB / 3 / PAGE * PAGE * 3;
		return run(argv[1][0] == 'm' ? IN_MORE : IN_RUN);
	}
	if (argc == 2 && !strcmp(argv[1], "tiny")) {
		heap_bytes = 48 * PAGE;
		return run(IN_TINY);
	}
	if (argc == 3 && !strcmp(argv[1], "tell"))
		return tell(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "page-size"))
		return printf("%zu\n", page_bytes) < 0;
	if (argc == 2 && !strcmp(argv[1], "kcore"))
		return tell_kcore();
	return 2;
}
