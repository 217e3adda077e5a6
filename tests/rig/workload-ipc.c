/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roles for the text files of /proc: one of each thing that these have a line for. */
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

/* Files that have no name, or none any more; descriptors that are no files. */
void role_descriptors(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct itimerspec later = { .it_value.tv_sec = 100000 };
	int memfd = memfd_create("rig memfd", 0), epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
	int event_fd = eventfd(7, EFD_CLOEXEC), gone = open("/tmp/gone file", O_RDWR | O_CREAT, 0600), inotify = inotify_init();
	int locked = open("/tmp/locked", O_RDWR | O_CREAT, 0600), flocked = open("/tmp/flocked", O_RDWR | O_CREAT, 0600);
	struct flock part = { .l_type = F_WRLCK, .l_start = 10, .l_len = 90 }, rest = { .l_type = F_RDLCK, .l_start = 200 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (memfd < 0 || ftruncate(memfd, 3 * PAGE) || event_fd < 0 || gone < 0 || unlink("/tmp/gone file") ||
	    signalfd(-1, &set, 0) < 0)
		give_up("descriptors");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, event_fd, &event) || timerfd_settime(timer, 0, &later, NULL) ||
	    inotify_add_watch(inotify, "/tmp", IN_CREATE) < 0)
		give_up("epoll, timerfd, inotify");
	if (fcntl(locked, F_SETLK, &part) || fcntl(locked, F_SETLK, &rest) || flock(flocked, LOCK_EX))
		give_up("locks");
	if (mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, PAGE) == MAP_FAILED)
		give_up("mmap");
}

void role_ipc(void)
{
	struct { long type; char text[24]; } message = { 3, "vmcorefs-rig message" };
	int shm = shmget(0x52494701, 3 * PAGE + 1, IPC_CREAT | 0640), sem = semget(0x52494702, 5, IPC_CREAT | 0600);
	int msg = msgget(0x52494703, IPC_CREAT | 0666), private = shmget(IPC_PRIVATE, PAGE, 0600);
	char *p = shm < 0 ? (char *)-1 : shmat(shm, NULL, 0);
	struct sembuf up = { .sem_num = 2, .sem_op = 4 };

	if (p == (char *)-1 || private < 0 || sem < 0 || semop(sem, &up, 1) || msg < 0 || msgsnd(msg, &message, 21, 0))
		give_up("System V IPC");
	snprintf(p, PAGE, "vmcorefs-rig shared memory");
}

/* Listening, connected with unread bytes, and closing. */
static void tcp6(int port)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int server = socket(AF_INET6, SOCK_STREAM, 0), client = socket(AF_INET6, SOCK_STREAM, 0), one = 1, peer;

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server, (struct sockaddr *)&addr, sizeof(addr)) || listen(server, 5) ||
	    connect(client, (struct sockaddr *)&addr, sizeof(addr)))
		give_up("tcp6");
	peer = accept(server, NULL, NULL);
	setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	if (write(client, "unread", 6) != 6)
		give_up("tcp6 write");
	/* one more that waits to be accepted, and one that is half closed */
	client = socket(AF_INET6, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&addr, sizeof(addr)))
		give_up("tcp6 connect");
	shutdown(peer, SHUT_WR);
	/* TIME_WAIT: who closes first has it */
	client = socket(AF_INET6, SOCK_STREAM, 0);
	if (!connect(client, (struct sockaddr *)&addr, sizeof(addr))) {
		peer = accept(server, NULL, NULL);
		peer = accept(server, NULL, NULL);
		close(client);
		close(peer);
	}
}

static int unix_bound(const char *path, int abstract, int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	memcpy(addr.sun_path + abstract, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1))
		give_up("unix");
	return fd;
}

void role_every_socket(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(5300) };
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(5301), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 5 };
	struct sockaddr_un addr_un = { .sun_family = AF_UNIX, .sun_path = "/tmp/rig.socket" };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), fd;

	if (bind(udp, (struct sockaddr *)&addr, sizeof(addr)) || connect(udp, (struct sockaddr *)&peer, sizeof(peer)))
		give_up("udp");
	if (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 || socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) < 0)
		give_up("raw");
	if (bind(netlink, (struct sockaddr *)&group, sizeof(group)))
		give_up("netlink");
	fd = unix_bound("/tmp/rig.socket", 0, SOCK_STREAM);
	if (listen(fd, 3) || connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&addr_un, sizeof(addr_un)))
		give_up("unix stream");
	unix_bound("rig abstract", 1, SOCK_DGRAM);
	fd = unix_bound("/tmp/rig gone", 0, SOCK_SEQPACKET);
	unlink("/tmp/rig gone");
	setuid(1000);
	socket(AF_UNIX, SOCK_DGRAM, 0);
	tcp6(7002);
}
