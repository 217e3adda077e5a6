/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/sandbox/sandbox.h"
#include "formats/source/http/fetch.h"
#include "formats/source/http/http.h"
#include "formats/source/http/jobs.h"
#include "formats/source/http/libcurl.h"
#include "formats/source/http/own_files.h"
#include "formats/source/http/ring.h"

/* The addresses that the other process has, as they are shown. One table, as there is one process. */
static char **started;			/* owned */
static uint32_t nstarted;

int http_started(const char *url, uint32_t *number)
{
	char *shown;

	if (http_url_number(url, number) && *number < nstarted)
		return 0;
	shown = http_shown_url(url);
	for (*number = 0; shown && *number < nstarted; ++*number)
		if (!strcmp(started[*number], shown))
			break;
	free(shown);
	return *number < nstarted ? 0 : fail(EACCES, "%s: not an address that was given", url);
}

/* What dumps are split into beside each other, by the names that formats/vmware knows. NULL: none, or out of memory. */
static char *file_beside(const char *url)
{
	static const char *const ends[] = { ".vmss", ".vmsn", ".guest" };
	size_t len = strlen(url), stem = len;
	char *beside;

	if (url[strcspn(url, "?#")])
		return NULL;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (len > n && !strcmp(url + len - n, ends[i]))
			stem = len - n;
	}
	return asprintf(&beside, "%.*s.vmem", (int)stem, url) < 0 ? NULL : beside;
}

static void leave_the_rest(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };
	const struct rlimit no_core = { 0 };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	if (chdir("/") < 0)
		_exit(EXIT_FAILURE);
	prctl(PR_SET_NAME, "vmcorefs-http");
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &no_core);
}

/* Its messages were the program's until here. */
static void leave_standard_fds(int null)
{
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	if (null > STDERR_FILENO)
		close(null);
}

/* What the process tells before its first answer. */
struct readiness {
	int r;				/* 0; or -errno, and it ends */
	struct sandbox_state sandbox;
};

static int enter_sandbox(const struct sandbox_rules *wanted, struct sandbox_state *state)
{
	struct sandbox_rules rules;

	if (!wanted)
		return 0;
	rules = *wanted;
	rules.role = SANDBOX_TRANSFERS;
	rules.readable = http_readable();
	return sandbox_enter(&rules, state);
}

static void run(int fd, struct http_ring *ring, struct http_file *files, uint32_t n, const struct sandbox_rules *rules)
	__attribute__((noreturn));
static void run(int fd, struct http_ring *ring, struct http_file *files, uint32_t n, const struct sandbox_rules *rules)
{
	struct readiness ready = { 0 };
	int null, r;

	io_close_others(&fd, 1);
	ready.r = http_own_files_keep();
	leave_the_rest();
	r = libcurl_load();
	if (!r && curl_global_init(CURL_GLOBAL_DEFAULT))
		r = -ENOTSUP;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!ready.r)
		ready.r = enter_sandbox(rules, &ready.sandbox);
	leave_standard_fds(null);
	if (io_write(fd, &ready, sizeof(ready)) < 0 || ready.r < 0)
		_exit(EXIT_FAILURE);
	http_jobs_run(fd, ring, files, n, r);
	_exit(EXIT_SUCCESS);
}

/* It has not seen a byte of a server yet: it is believed. */
static int wait_until_ready(int fd, struct sandbox_state *state)
{
	struct readiness ready;
	ssize_t n;

	do
		n = recv(fd, &ready, sizeof(ready), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(ready))
		return fail(EIO, "the process that reads from servers has ended at once");
	*state = ready.sandbox;
	return ready.r;
}

/* The addresses and those beside them, with a secret in each maybe: for the other process alone. */
static struct http_file *files_new(const char *const *urls, uint32_t n)
{
	struct http_file *files = calloc(2 * (size_t)n, sizeof(*files));

	started = calloc(2 * (size_t)n, sizeof(*started));
	for (uint32_t i = 0; files && started && i < 2 * n; i++) {
		char *url = i < n ? strdup(urls[i]) : file_beside(urls[i - n]);

		if (!url && i >= n)
			continue;
		started[nstarted] = url ? http_shown_url(url) : NULL;
		files[nstarted].url = url;
		if (!started[nstarted]) {
			free(files);
			return NULL;
		}
		nstarted++;
	}
	return started ? files : NULL;
}

static void files_free(struct http_file *files)
{
	for (uint32_t i = 0; i < nstarted; i++) {
		char *url = (char *)(uintptr_t)files[i].url;

		explicit_bzero(url, strlen(url));
		free(url);
	}
	free(files);
}

int http_start(const char *const *urls, unsigned int n, const struct sandbox_rules *rules, struct sandbox_state *state)
{
	struct http_file *files = files_new(urls, n);
	struct http_ring *ring = files ? http_ring_new() : NULL;
	int pair[2], r;
	pid_t child;

	if (!ring)
		return fail(ENOMEM, "out of memory");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(errno, "a socket to another process: %m");
	fflush(NULL);
	child = fork();
	if (!child)
		run(pair[1], ring, files, nstarted, rules);
	close(pair[1]);
	files_free(files);
	r = child < 0 ? fail(errno, "a process that reads from servers: %m") : wait_until_ready(pair[0], state);
	if (r < 0) {
		close(pair[0]);
		http_ring_free(ring);
		return r;
	}
	return http_connect(pair[0], ring);
}
