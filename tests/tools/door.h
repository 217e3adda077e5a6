/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A system call that is given as words: "NAME ARGUMENT...", as whoever has taken over a process would make it; a NAME
 * may be "#NUMBER". An argument is
 * a number, "tcp:PORT" (a socket address of 127.0.0.1), "self" (the number of the process), "buffer" (4096 bytes), or a string.
 */
#ifndef VMCOREFS_TESTS_TOOLS_DOOR_H
#define VMCOREFS_TESTS_TOOLS_DOOR_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static long door_argument(const char *word)
{
	static _Alignas(4096) char buffer[4096];
	static struct sockaddr_in tcp = { .sin_family = AF_INET };
	char *end;
	long n = strtol(word, &end, 0);

	if (end != word && !*end)
		return n;
	if (!strcmp(word, "self"))
		return getpid();
	if (!strcmp(word, "buffer"))
		return (long)buffer;
	if (strncmp(word, "tcp:", 4))
		return (long)word;
	tcp.sin_port = htons((uint16_t)strtol(word + 4, NULL, 10));
	tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return (long)&tcp;
}

/* The name of the error, or the result. NULL: there is no such call. */
static const char *door_call(char *const *words, int n)
{
	static char text[32];
	long args[6] = { 0 }, r;
	int nr = words[0][0] == '#' ? (int)strtol(words[0] + 1, NULL, 0) : seccomp_syscall_resolve_name(words[0]);

	if (nr < 0)
		return NULL;
	for (int i = 1; i < n && i <= 6; i++)
		args[i - 1] = door_argument(words[i]);
	r = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	if (r < 0)
		return strerrorname_np(errno);
	snprintf(text, sizeof(text), "%ld", r);
	return text;
}

#endif
