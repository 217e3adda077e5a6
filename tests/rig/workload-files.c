/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roles that differ in the files, pipes and sockets they hold. */
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

void role_files(void)
{
	static const char *const names[] = {
		"/proc/self/status", "/dev/null", "/dev/zero", "/bin/busybox", "/proc", "/data", "/tmp/fifo",
	};
	int fd;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (open(names[i], O_RDONLY | O_NONBLOCK) < 0)
			printf("workload: %s: %s\n", names[i], strerror(errno));
	fd = open("/data/removed-but-open", O_RDWR | O_CREAT, 0600);
	if (fd >= 0 && write(fd, "still here\n", 11) == 11)
		unlink("/data/removed-but-open");
	for (int i = 0; i < 100; i++)
		dup(fd);
}

void role_pipes(void)
{
	struct itimerspec hour = { .it_value.tv_sec = 3600 };
	int pipes[2], fd;

	for (int i = 0; i < 4; i++)
		if (pipe(pipes) || write(pipes[1], "unread pipe data", 16) != 16)
			give_up("pipe");
	fd = epoll_create1(0);
	epoll_ctl(fd, EPOLL_CTL_ADD, pipes[1], &(struct epoll_event){ .events = EPOLLIN });
	eventfd(7, 0);
	timerfd_settime(timerfd_create(CLOCK_MONOTONIC, 0), 0, &hour, NULL);
	inotify_add_watch(inotify_init(), "/data", IN_CREATE);
	fd = memfd_create("rig-memfd", 0);
	if (write(fd, "memfd data", 10) != 10)
		give_up("memfd");
}

static void tcp_pair(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(server, (struct sockaddr *)&addr, sizeof(addr)) || listen(server, 5) ||
	    connect(client, (struct sockaddr *)&addr, sizeof(addr)) || accept(server, NULL, NULL) < 0)
		give_up("tcp");
	if (write(client, "unread tcp data", 15) != 15)
		give_up("write");
}

void role_sockets(void)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(5353) };
	int pair[2], udp = socket(AF_INET6, SOCK_DGRAM, 0);

	if (udp >= 0)
		bind(udp, (struct sockaddr *)&addr, sizeof(addr));
	socket(AF_PACKET, SOCK_RAW, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[0], "unread unix data", 16) != 16)
		give_up("socketpair");
	tcp_pair(7000);
}

void role_netns(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	if (unshare(CLONE_NEWNET) || ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo))
		give_up("netns");
	tcp_pair(7001);
}
