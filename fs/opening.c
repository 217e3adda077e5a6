/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/opening.h"

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/wanted.h"

struct opening {
	struct ops_mount *mount;
	struct node node;
	fuse_req_t req;			/* gone as soon as it is answered */
	struct fuse_file_info fi;

	pthread_mutex_t lock;		/* for what follows; not held while answering */
	bool started;			/* the thread may answer, and so may the interrupt */
	bool answered;
	bool interrupted;

	struct want want;		/* gone: answered by an interrupt */
};

static void drop(struct ops_mount *m, struct view *v)
{
	view_close(v);
	atomic_fetch_sub(&m->files, 1);
}

void opening_answer(struct ops_mount *m, fuse_req_t req, int r, struct view *v, struct fuse_file_info *fi)
{
	if (r < 0) {
		fuse_reply_err(req, ops_errno(r));
		drop(m, NULL);
		return;
	}
	fi->fh = (uintptr_t)v;
	fi->direct_io = view_is_live(v);
	fi->keep_cache = !fi->direct_io;
	fi->noflush = 1;
	if (fuse_reply_open(req, fi))	/* nobody is left who would release it */
		drop(m, v);
}

static void opening_free(struct opening *o)
{
	pthread_mutex_destroy(&o->lock);
	free(o);
}

/* True for the one who may answer. */
static bool claim(struct opening *o)
{
	bool mine;

	pthread_mutex_lock(&o->lock);
	mine = !o->answered;
	o->answered = true;
	pthread_mutex_unlock(&o->lock);
	return mine;
}

/*
 * The program that waits got a signal. libfuse holds the lock of the request here, and when it calls us from inside
 * fuse_req_interrupt_func() it still needs the request afterwards: so answer only once that has returned.
 */
static void on_interrupt(fuse_req_t req, void *arg)
{
	struct opening *o = arg;
	bool answer;

	pthread_mutex_lock(&o->lock);
	o->interrupted = true;
	answer = o->started && !o->answered;
	if (answer) {
		o->answered = true;
		want_end(&o->want);
	}
	pthread_mutex_unlock(&o->lock);
	if (answer)
		fuse_reply_err(req, EINTR);
}

static void *opening_run(void *arg)
{
	struct opening *o = arg;
	struct ops_mount *m = o->mount;
	const struct want *before = want_set(&o->want);
	struct view *v = NULL;
	int r = tree_open(m->fs, o->node, &v);

	want_set(before);
	if (claim(o)) {
		fuse_req_interrupt_func(o->req, NULL, NULL);	/* and wait for one that runs now */
		opening_answer(m, o->req, r, v, &o->fi);
	} else {
		drop(m, v);
	}
	opening_free(o);
	atomic_fetch_sub(&m->openings, 1);
	return NULL;
}

/* Signals are for the main thread, which ends the loop. */
static int start_thread(struct opening *o)
{
	sigset_t all, old;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, NULL, opening_run, o);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!err)
		pthread_detach(thread);
	return err;
}

void opening_start(struct ops_mount *m, fuse_req_t req, struct node n, const struct fuse_file_info *fi)
{
	struct opening *o = calloc(1, sizeof(*o));
	bool interrupted;

	if (!o) {
		opening_answer(m, req, -ENOMEM, NULL, NULL);
		return;
	}
	*o = (struct opening){ .mount = m, .node = n, .req = req, .fi = *fi };
	pthread_mutex_init(&o->lock, NULL);

	fuse_req_interrupt_func(req, on_interrupt, o);
	pthread_mutex_lock(&o->lock);
	interrupted = o->interrupted;
	o->started = !interrupted;
	pthread_mutex_unlock(&o->lock);
	if (interrupted) {
		fuse_req_interrupt_func(req, NULL, NULL);
		opening_answer(m, req, -EINTR, NULL, NULL);
		opening_free(o);
		return;
	}
	atomic_fetch_add(&m->openings, 1);
	if (start_thread(o)) {
		log_warn("no thread for a slow open, doing it in line");
		opening_run(o);
	}
}
