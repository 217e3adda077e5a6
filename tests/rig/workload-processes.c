/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roles that differ in what they are: threads, namespaces, states, owners. */
#define _GNU_SOURCE
#include "workload.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

void role_pidns(void)
{
	if (unshare(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS))
		give_up("unshare");
	if (sethostname("rig-inner", 9))
		give_up("sethostname");
	for (int i = 0; i < 2; i++)
		if (fork() == 0) {
			prctl(PR_SET_NAME, i ? "rig-inner" : "rig-inner-init");
			sleep_for_good();
		}
}

static void *thread_main(void *name)
{
	prctl(PR_SET_NAME, name);
	sleep_for_good();
	return NULL;
}

void role_threads(void)
{
	static char names[4][16] = { "rig-thread-a", "rig-thread-b", "rig-thread-c", "rig-thread-d" };
	pthread_t thread;

	for (int i = 0; i < 4; i++)
		if (pthread_create(&thread, NULL, thread_main, names[i]))
			give_up("pthread_create");
}

void role_user(void)
{
	setenv("RIG_MARKER", "vmcorefs-rig environment", 1);
	setsid();
	if (mkdir("/tmp/deep", 0755) || mkdir("/tmp/deep/deeper", 0755) || chdir("/tmp/deep/deeper"))
		give_up("chdir");
	if (setgid(1000) || setuid(1000))
		give_up("setuid");
}

void role_zombies(void)
{
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			_exit(i);
}

void role_stopped(void)
{
	ready();
	raise(SIGSTOP);
	sleep_for_good();
}

/* The parent of vfork() sleeps in the kernel, state D, until the child is gone. */
void role_vfork(void)
{
	if (vfork() == 0) {
		ready();
		sleep_for_good();
	}
}

void role_running(void)
{
	nice(19);
	ready();
	for (;;)
		sched_yield();
}
