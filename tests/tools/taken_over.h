/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process does that has been taken over, by words: taken_over_prepare() before it is in a sandbox, taken_over_do() in it.
 *
 *	describe	what is in force
 *	status		the lines of /proc/self/status about rights
 *	works		what the program needs: memory, threads, time
 *	CALL ...	makes the system call: door.h
 *	watch		prints its number and waits for a signal
 */
#ifndef VMCOREFS_TESTS_TOOLS_TAKEN_OVER_H
#define VMCOREFS_TESTS_TOOLS_TAKEN_OVER_H

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/tools/door.h"

static int status_fd = -1, own_socket = -1;

static int print_status(void)
{
	static const char *const keys[] = { "Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp:" };
	char text[8192];
	ssize_t n = read(status_fd, text, sizeof(text) - 1);
	char *rest;

	text[n > 0 ? n : 0] = 0;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!strncmp(line, keys[i], strlen(keys[i])))
				puts(line);
	return n > 0 ? 0 : 1;
}

static void *wait_long(void *arg)
{
	*(int *)arg = 1;
	for (;;)
		pause();
	return NULL;
}

static void *allocate(void *arg)
{
	for (size_t i = 1; i < 1000; i++) {
		char *p = malloc(i * 1000);

		if (!p)
			return NULL;
		memset(p, 1, i * 1000);
		free(p);
	}
	return arg;
}

static bool memory_and_threads(void)
{
	pthread_t threads[8];
	void *r;
	int begun = 0;

	for (int i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, i ? allocate : wait_long, &begun))
			return false;
	if (pthread_cancel(threads[0]))
		return false;
	for (int i = 0; i < 8; i++)
		if (pthread_join(threads[i], &r) || r != (i ? (void *)&begun : PTHREAD_CANCELED))
			return false;
	return true;
}

static volatile sig_atomic_t caught;

static void catch(int sig)
{
	caught = sig;
}

static int works(void)
{
	struct stat st;
	time_t now = time(NULL);
	struct tm tm;
	void *p = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, status_fd, 0);
	char c = 'x';

	signal(SIGUSR1, catch);
	if (p == MAP_FAILED)		/* files of /proc cannot be mapped */
		p = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || !memory_and_threads() || raise(SIGUSR1) || caught != SIGUSR1 || fstat(status_fd, &st) ||
	    !localtime_r(&now, &tm) || send(own_socket, &c, 1, 0) != 1 || isatty(own_socket) ||
	    errno != ENOTTY || sysconf(_SC_NPROCESSORS_ONLN) < 1) {
		perror("works");
		return 1;
	}
	puts("works");
	return 0;
}

/* As this user from here on. */
static bool become(uid_t user)
{
	return !setgroups(0, NULL) && !setresgid(user, user, user) && !setresuid(user, user, user) && !prctl(PR_SET_DUMPABLE, 1);
}

static bool taken_over_prepare(void)
{
	int pair[2];

	if (status_fd >= 0)
		return true;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	own_socket = pair[0];
	status_fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	return status_fd >= 0;
}

/* The exit status. */
static int taken_over_do(char *const *words, int n, const char *in_force)
{
	const char *answer;

	if (!strcmp(words[0], "status"))
		return print_status();
	if (!strcmp(words[0], "works"))
		return works();
	if (!strcmp(words[0], "watch")) {
		printf("%d\n", (int)getpid());
		fflush(stdout);
		pause();
	}
	answer = strcmp(words[0], "describe") ? door_call(words, n) : in_force;
	puts(answer ? answer : "no such call");
	return answer ? 0 : 2;
}

#endif
