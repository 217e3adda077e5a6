/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can who has taken over a process of a role do?
 *
 * sandbox_door off|server|transfers [-OPTIONS] describe     what is in force
 *                                                            status       the lines of /proc/self/status about rights
 *                                                            works        what the program needs: memory, threads, time
 *                                                            CALL ...     makes the system call: door.h
 *                                                            watch        prints its number and waits for a signal
 * -s: strict; -r: this may be read; -u: who root becomes; -U: the number of who starts this, of root otherwise.
 * off: without a sandbox, as a check that the call works then.
 */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/outbuf.h"
#include "base/sandbox/sandbox.h"
#include "tests/tools/door.h"

static int status_fd;

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

static int works(int socket)
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
	    !localtime_r(&now, &tm) || send(socket, &c, 1, 0) != 1 || isatty(socket) || errno != ENOTTY || sysconf(_SC_NPROCESSORS_ONLN) < 1) {
		perror("works");
		return 1;
	}
	puts("works");
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: sandbox_door off|server|transfers [-s] [-r PATH] [-u USER] [-U UID] describe|watch|status|works|CALL...\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *readable[16] = { NULL };
	struct sandbox_rules rules = { .readable = readable };
	struct sandbox_state state = { 0 };
	struct outbuf text = OUTBUF_INIT;
	const char *answer;
	uid_t user = 0;
	bool off;
	int pair[2], opt;
	size_t n = 0;

	if (argc < 3)
		return usage();
	off = !strcmp(argv[1], "off");
	rules.role = !strcmp(argv[1], "transfers") ? SANDBOX_TRANSFERS : SANDBOX_SERVER;
	optind = 2;
	while ((opt = getopt(argc, argv, "+sr:u:U:")) >= 0) {
		if (opt == 's')
			rules.strict = true;
		else if (opt == 'u')
			rules.user = optarg;
		else if (opt == 'U')
			user = (uid_t)strtoul(optarg, NULL, 10);
		else if (opt == 'r' && n < 15)
			readable[n++] = optarg;
		else
			return usage();
	}
	if (user && (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user) || prctl(PR_SET_DUMPABLE, 1))) {
		perror("-U");
		return 1;
	}
	status_fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (optind >= argc || status_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return usage();
	if (!off && sandbox_enter(&rules, &state) < 0)
		return 1;
	if (!strcmp(argv[optind], "status"))
		return print_status();
	if (!strcmp(argv[optind], "works"))
		return works(pair[0]);
	if (!strcmp(argv[optind], "watch")) {
		printf("%d\n", (int)getpid());
		fflush(stdout);
		pause();
	}
	if (!strcmp(argv[optind], "describe")) {
		sandbox_describe(&state, &text);
		puts(text.data);
		out_free(&text);
		return 0;
	}
	answer = door_call(argv + optind, argc - optind);
	puts(answer ? answer : "no such call");
	return answer ? 0 : 2;
}
