/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process gives up before it reads what somebody else made: core dumps, being read by others, root, capabilities, what
 * exec would give it (no_new_privs), files (landlock), and all system calls but those of its role (seccomp). None of it can
 * be had back, and threads and children have it too.
 *
 * What the kernel or a container around us does not allow is left out, which sandbox_describe() says; sandbox_rules.strict
 * makes that an error. A program that is built with a sanitizer enters nothing: those open files, map code and trace.
 *
 * Threads: sandbox_enter(): while there is one. sandbox_describe(): any.
 */
#ifndef VMCOREFS_BASE_SANDBOX_SANDBOX_H
#define VMCOREFS_BASE_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

struct outbuf;

enum sandbox_role {
	/* Parses dumps, serves requests: works with the descriptors that it has and is sent; opens nothing, no sockets. */
	SANDBOX_SERVER,
	/* Talks with servers: sockets of the internet, and files to be read. */
	SANDBOX_TRANSFERS,
};

struct sandbox_rules {
	enum sandbox_role role;
	/* Files and folders that may be opened to be read, where the kernel has landlock; NULL ends them. Those that are not
	 * there are no error. Borrowed. For SANDBOX_TRANSFERS; the server opens nothing. */
	const char *const *readable;
	const char *user;		/* who root becomes; NULL: nobody */
	bool keep_user;			/* root stays root, without capabilities: what FUSE shows to one user nobody else may stat */
	bool strict;			/* all of it, or an error */
};

/* What is in force; zeroes: no sandbox. */
struct sandbox_state {
	bool entered;
	enum sandbox_role role;
	uid_t uid;
	bool is_root;			/* who we still are, as there is no other user here */
	int landlock;			/* its version, or -errno */
	int calls;			/* 0, or -errno of the filter */
};

/* 0, or -errno (logged): not all that is possible could be done, or there is no such user. The process shall end then. */
int sandbox_enter(const struct sandbox_rules *rules, struct sandbox_state *state);
/* A line without its end: what is in force, and why something is not. */
void sandbox_describe(const struct sandbox_state *state, struct outbuf *out);

#endif
