/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Becoming a daemon: forks at the beginning, while there is nothing to lose by it; the process that was started waits until
 * the other one is ready, or has ended, and has its exit status.
 *
 * Threads: there is only one.
 */
#ifndef VMCOREFS_FS_DAEMON_H
#define VMCOREFS_FS_DAEMON_H

/* Returns in the new process: a descriptor for daemon_ready(), of which the waiting process has the other end; -errno. */
int daemon_begin(void);
/* Leave the terminal and the folder that the program was started in. 0 or -errno */
int daemon_leave_terminal(void);
/* The waiting process ends with status 0. 0 or -errno */
int daemon_ready(int fd);
/* Descriptors 0 to 2 become /dev/null, which null is. */
void daemon_close_standard(int null);

#endif
