/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --exec and --shell: a program that sees the dead kernel's /proc. A mount in a name space of its own, with proc/ bound over
 * /proc where the program is, and all gone with it. Who is not root gets a user name space too.
 *
 * Threads: one; forks. Nothing is read of the dump here: serve() does.
 */
#ifndef VMCOREFS_FS_EXEC_H
#define VMCOREFS_FS_EXEC_H

struct options;

struct exec_server {
	/* Mounts and serves, in a process of its own, until it is told to end by SIGTERM: an exit status. */
	int (*serve)(void *arg, struct options *o);
	void *arg;
};

/* The exit status of the command, 128 and the signal that ended it, or one of ours after a message. Changes o. */
int exec_run(struct options *o, const struct exec_server *server);

#endif
