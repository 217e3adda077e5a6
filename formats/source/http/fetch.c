/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/fetch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/http/http.h"
#include "formats/source/http/transfer.h"

#define PARALLEL 8u			/* transfers at a time, and connections that are kept */
#define PARALLEL_AHEAD 5u		/* the same for what nobody waits for yet */
#define ATTEMPTS 6u			/* without PROGRESS_BYTES, for a file that is open */
#define ATTEMPTS_OPENING 4u
#define ATTEMPTS_DOWN 2u		/* when the last part of the file was given up: who reads on and on learns it soon */
#define PROGRESS_BYTES (64u << 10)
#define FIRST_DELAY_MS 250u		/* doubled with each attempt */
#define PATIENCE_MS 60000u		/* no attempt is begun after so long without progress */
#define PATIENCE_DOWN_MS 15000u		/* the same when the last part of the file was given up */
#define TICK_MS 500			/* how often a leaving program is noticed */
#define IDLE_MS 60000

/* The thread of the transfers, and what is handed to it. One for the program: parts of one dump lie in several files on the same
 * servers, which share the connections and how many there may be. */
static struct fetch_engine {
	pthread_mutex_t lock;
	pthread_cond_t settled;		/* a remote that was cancelled has nothing outstanding */
	pthread_t thread;
	bool running, stop, cancelling;
	CURLM *multi;			/* owned; what runs */
	struct http_fetch *queue;	/* urgent ones first */
	int (*leaving)(void *arg);
	void *leaving_arg;

	/* of the thread alone */
	struct http_fetch *active;	/* those in multi */
	struct http_fetch *delayed;	/* those that wait for their next attempt */
	CURL *spare[PARALLEL];
	unsigned int nspare, nactive;
} engine = { .lock = PTHREAD_MUTEX_INITIALIZER, .settled = PTHREAD_COND_INITIALIZER };

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void list_remove(struct http_fetch **list, struct http_fetch *f)
{
	while (*list != f)
		list = &(*list)->next;
	*list = f->next;
}

static void list_add(struct http_fetch **list, struct http_fetch *f)
{
	f->next = *list;
	*list = f;
}

/* Behind those that are as urgent. The lock is held. */
static void enqueue(struct http_fetch *f)
{
	struct http_fetch **at = &engine.queue;

	while (*at && ((*at)->urgent || !f->urgent))
		at = &(*at)->next;
	list_add(at, f);
}

/* f is gone after this. */
static void finish(struct http_fetch *f, int r)
{
	struct http_remote *m = f->remote;

	f->done(f, r);
	pthread_mutex_lock(&engine.lock);
	if (!--m->outstanding)
		pthread_cond_broadcast(&engine.settled);
	pthread_mutex_unlock(&engine.lock);
}

static void give_back(struct http_fetch *f)
{
	curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, NULL);	/* f may be gone when it is used or freed */
	if (engine.nspare < PARALLEL)
		engine.spare[engine.nspare++] = f->easy;
	else
		curl_easy_cleanup(f->easy);
	f->easy = NULL;
}

static void deactivate(struct http_fetch *f)
{
	curl_multi_remove_handle(engine.multi, f->easy);
	give_back(f);
	list_remove(&engine.active, f);
	engine.nactive--;
}

static int give_up(struct http_fetch *f, bool known, bool may_pass)
{
	struct http_remote *m = f->remote;
	int err = f->reply.status == 404 ? ENOENT : f->reply.status == 401 || f->reply.status == 403 ? EACCES : EIO;

	m->down = true;
	if (!known)
		return fail(may_pass ? ETIMEDOUT : err, "%s: %s", m->name, f->why);
	return fail_counted(&m->failures, may_pass ? ETIMEDOUT : ESTALE, "%s: offset %llu: %s", m->name,
			    (unsigned long long)(f->off + f->got), f->why);
}

/* Less than what libcurl waits for a silent server, so that there is one attempt then. */
static uint64_t patience(const struct http_remote *m)
{
	return m->down ? PATIENCE_DOWN_MS : PATIENCE_MS;
}

/* An attempt that failed: true when there is to be another. */
static bool try_again(struct http_fetch *f, bool known)
{
	const struct http_remote *m = f->remote;
	uint64_t now = now_ms(), delay = (uint64_t)FIRST_DELAY_MS << f->attempts;

	if (f->got - f->progress >= PROGRESS_BYTES) {
		f->progress = f->got;
		f->attempts = 0;
		f->since = now;
		delay = FIRST_DELAY_MS;
	}
	if (++f->attempts >= (!known ? ATTEMPTS_OPENING : m->down ? ATTEMPTS_DOWN : ATTEMPTS) || now - f->since > patience(m))
		return false;
	if (f->reply.retry_after >= 0)
		delay = max_u64((uint64_t)f->reply.retry_after * 1000, FIRST_DELAY_MS);
	log_debug("%s: offset %llu: %s; again in %llu ms", m->name, (unsigned long long)(f->off + f->got), f->why,
		  (unsigned long long)delay);
	f->not_before = now + delay;
	list_add(&engine.delayed, f);
	return true;
}

static void start(struct http_fetch *f)
{
	f->easy = engine.nspare ? engine.spare[--engine.nspare] : http_handle_new();
	if (!f->easy || !http_transfer_prepare(f) || curl_multi_add_handle(engine.multi, f->easy)) {
		if (f->easy)
			give_back(f);
		log_err("%s: out of memory", f->remote->name);
		finish(f, -ENOMEM);
		return;
	}
	list_add(&engine.active, f);
	engine.nactive++;
}

static void end_transfer(struct http_fetch *f, CURLcode code)
{
	bool known = f->remote->known;
	enum verdict v = http_transfer_judge(f, code);

	/* The first reply says how long the file is; it may be shorter than what was asked for. */
	if (f->remote->known && f->len > f->remote->size - f->off)
		f->len = f->remote->size - f->off;
	deactivate(f);
	if (v == GOOD)
		f->remote->down = false;
	if (f->verdict == GOOD && f->got == f->len)
		finish(f, 0);
	else if (v == GOOD)
		start(f);	/* a server may send less than it was asked for, if it says so */
	else if (v == NEVER || !try_again(f, known))
		finish(f, give_up(f, known, v != NEVER));
}

static void end_transfers(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(engine.multi, &left))) {
		char *f = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
		end_transfer((struct http_fetch *)f, m->data.result);
	}
}

/* Ends those of cancelled remotes, or all. The lock is held; it is let go meanwhile. */
static void cancel(struct http_fetch **list, bool all)
{
	struct http_fetch **at = list;

	while (*at) {
		struct http_fetch *f = *at;

		if (!all && !f->remote->cancelled) {
			at = &f->next;
			continue;
		}
		if (list != &engine.active)
			*at = f->next;
		pthread_mutex_unlock(&engine.lock);
		if (list == &engine.active)
			deactivate(f);
		finish(f, -ECANCELED);
		pthread_mutex_lock(&engine.lock);
		at = list;
	}
}

static void cancel_everywhere(bool all)
{
	pthread_mutex_lock(&engine.lock);
	all |= engine.leaving && engine.leaving(engine.leaving_arg);
	if (all || engine.cancelling) {
		engine.cancelling = false;
		cancel(&engine.queue, all);
		cancel(&engine.active, all);
		cancel(&engine.delayed, all);
	}
	pthread_mutex_unlock(&engine.lock);
}

/* One that may begin now. */
static struct http_fetch *next_due(uint64_t now)
{
	struct http_fetch *f;

	for (f = engine.delayed; f && f->not_before > now; f = f->next)
		;
	if (f) {
		list_remove(&engine.delayed, f);
		return f;
	}
	pthread_mutex_lock(&engine.lock);
	f = engine.queue;
	if (f && !f->urgent && engine.nactive >= PARALLEL_AHEAD)
		f = NULL;
	if (f)
		engine.queue = f->next;
	pthread_mutex_unlock(&engine.lock);
	return f;
}

/* Waiting for a server that does not answer is no shorter for those whose turn has not come. */
static bool has_waited_enough(const struct http_fetch *f)
{
	return f->remote->down && !f->attempts && now_ms() - f->since > patience(f->remote);
}

static void begin(struct http_fetch *f)
{
	if (has_waited_enough(f)) {
		snprintf(f->why, sizeof(f->why), "the server does not answer");
		finish(f, give_up(f, f->remote->known, true));
		return;
	}
	if (!f->attempts)
		f->since = now_ms();
	start(f);
}

static int time_to_wait(void)
{
	uint64_t now = now_ms(), wait = engine.nactive || engine.delayed ? TICK_MS : IDLE_MS;

	for (const struct http_fetch *f = engine.delayed; f; f = f->next)
		wait = min_u64(wait, f->not_before > now ? f->not_before - now : 0);
	return (int)wait;
}

static bool must_stop(void)
{
	bool stop;

	pthread_mutex_lock(&engine.lock);
	stop = engine.stop;
	pthread_mutex_unlock(&engine.lock);
	return stop;
}

static void *engine_run(void *arg)
{
	struct http_fetch *f;
	int running;

	(void)arg;
	while (!must_stop()) {
		cancel_everywhere(false);
		curl_multi_perform(engine.multi, &running);
		end_transfers();
		/* after the others have made room; what begins here has a timeout of 0, at which poll returns */
		while (engine.nactive < PARALLEL && (f = next_due(now_ms())))
			begin(f);
		curl_multi_poll(engine.multi, NULL, 0, time_to_wait(), NULL);
	}
	cancel_everywhere(true);
	while (engine.nspare)
		curl_easy_cleanup(engine.spare[--engine.nspare]);
	return NULL;
}

/* The lock is held. */
static bool engine_start(void)
{
	sigset_t all, old;

	engine.multi = curl_multi_init();
	if (!engine.multi)
		return false;
	curl_multi_setopt(engine.multi, CURLMOPT_MAXCONNECTS, (long)PARALLEL);
	engine.stop = false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	engine.running = !pthread_create(&engine.thread, NULL, engine_run, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!engine.running)
		curl_multi_cleanup(engine.multi);
	return engine.running;
}

void http_fetch_start(struct http_fetch *f)
{
	bool started;

	pthread_mutex_lock(&engine.lock);
	f->since = now_ms();
	started = !f->remote->cancelled && (engine.running || engine_start());
	f->remote->outstanding++;
	if (started) {
		enqueue(f);
		curl_multi_wakeup(engine.multi);
	}
	pthread_mutex_unlock(&engine.lock);
	if (!started)
		finish(f, -ECANCELED);
}

void http_fetch_settle(struct http_remote *r)
{
	pthread_mutex_lock(&engine.lock);
	while (r->outstanding)
		pthread_cond_wait(&engine.settled, &engine.lock);
	pthread_mutex_unlock(&engine.lock);
}

void http_remote_cancel(struct http_remote *r)
{
	pthread_mutex_lock(&engine.lock);
	r->cancelled = engine.cancelling = true;
	if (engine.running)
		curl_multi_wakeup(engine.multi);
	pthread_mutex_unlock(&engine.lock);
	http_fetch_settle(r);
}

void http_before_fork(void)
{
	pthread_mutex_lock(&engine.lock);
	if (engine.running) {
		engine.stop = true;
		curl_multi_wakeup(engine.multi);
		pthread_mutex_unlock(&engine.lock);
		pthread_join(engine.thread, NULL);
		pthread_mutex_lock(&engine.lock);
		curl_multi_cleanup(engine.multi);
		engine.running = false;
	}
	pthread_mutex_unlock(&engine.lock);
}

void http_leave_when(int (*leaving)(void *arg), void *arg)
{
	pthread_mutex_lock(&engine.lock);
	engine.leaving = leaving;
	engine.leaving_arg = arg;
	pthread_mutex_unlock(&engine.lock);
}
