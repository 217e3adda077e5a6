/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/bytes.h"
#include "formats/source/http/answers.h"
#include "formats/source/http/protocol.h"
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
#define TICK_MS 500
#define IDLE_MS 60000
#define REQUESTS_AT_ONCE 64u

/* One for the process. */
static struct {
	int fd;				/* to who asks */
	int failed;			/* see http_jobs_run() */
	struct http_file *files;
	size_t nfiles;
	CURLM *multi;			/* owned; what runs */
	struct http_job *all[HTTP_REQUESTS_MAX];	/* owned; by id */
	struct http_job *queue;		/* urgent ones first */
	struct http_job *active;	/* those in multi */
	struct http_job *delayed;	/* those that wait for their next attempt */
	CURL *spare[PARALLEL];
	unsigned int nspare, nactive;
	union {
		struct http_request requests[REQUESTS_AT_ONCE];
		char bytes[REQUESTS_AT_ONCE * sizeof(struct http_request)];
	} in;
	size_t have;			/* bytes of in */
} engine;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* j is gone after this. */
static void finish(struct http_job *j, int r)
{
	answer_text(HTTP_DONE, j, r, r ? j->why : "");
	engine.all[j->id % HTTP_REQUESTS_MAX] = NULL;
	free(j);
}

/* --- jobs */

static void list_remove(struct http_job **list, struct http_job *j)
{
	while (*list != j)
		list = &(*list)->next;
	*list = j->next;
}

static void list_add(struct http_job **list, struct http_job *j)
{
	j->next = *list;
	*list = j;
}

/* Behind those that are as urgent. */
static void enqueue(struct http_job *j)
{
	struct http_job **at = &engine.queue;

	while (*at && ((*at)->urgent || !j->urgent))
		at = &(*at)->next;
	list_add(at, j);
}

static void give_back(struct http_job *j)
{
	curl_easy_setopt(j->easy, CURLOPT_ERRORBUFFER, NULL);	/* j may be gone when it is used or freed */
	if (engine.nspare < PARALLEL)
		engine.spare[engine.nspare++] = j->easy;
	else
		curl_easy_cleanup(j->easy);
	j->easy = NULL;
}

static void deactivate(struct http_job *j)
{
	curl_multi_remove_handle(engine.multi, j->easy);
	give_back(j);
	list_remove(&engine.active, j);
	engine.nactive--;
}

static int give_up(struct http_job *j, bool known, bool may_pass)
{
	int err = j->reply.status == 404 ? ENOENT : j->reply.status == 401 || j->reply.status == 403 ? EACCES : EIO;

	j->file->down = true;
	return -(may_pass ? ETIMEDOUT : known && !j->opening ? ESTALE : err);
}

/* Less than what libcurl waits for a silent server, so that there is one attempt then. */
static uint64_t patience(const struct http_file *m)
{
	return m->down ? PATIENCE_DOWN_MS : PATIENCE_MS;
}

/* An attempt that failed: true when there is to be another. */
static bool try_again(struct http_job *j, bool known)
{
	const struct http_file *m = j->file;
	uint64_t now = now_ms(), delay = (uint64_t)FIRST_DELAY_MS << j->attempts;
	char text[HTTP_TEXT_MAX];

	if (j->got - j->progress >= PROGRESS_BYTES) {
		j->progress = j->got;
		j->attempts = 0;
		j->since = now;
		delay = FIRST_DELAY_MS;
	}
	if (++j->attempts >= (!known ? ATTEMPTS_OPENING : m->down ? ATTEMPTS_DOWN : ATTEMPTS) || now - j->since > patience(m))
		return false;
	if (j->reply.retry_after >= 0)
		delay = max_u64((uint64_t)j->reply.retry_after * 1000, FIRST_DELAY_MS);
	snprintf(text, sizeof(text), "%s; again in %llu ms", j->why, (unsigned long long)delay);
	answer_text(HTTP_NOTE, j, 0, text);
	j->not_before = now + delay;
	list_add(&engine.delayed, j);
	return true;
}

static void start(struct http_job *j)
{
	j->easy = engine.nspare ? engine.spare[--engine.nspare] : http_handle_new();
	if (!j->easy || !http_transfer_prepare(j) || curl_multi_add_handle(engine.multi, j->easy)) {
		if (j->easy)
			give_back(j);
		snprintf(j->why, sizeof(j->why), "out of memory");
		finish(j, -ENOMEM);
		return;
	}
	list_add(&engine.active, j);
	engine.nactive++;
}

static void end_transfer(struct http_job *j, CURLcode code)
{
	bool known = j->file->known;
	enum verdict v = http_transfer_judge(j, code);

	/* The first reply says how long the file is; it may be shorter than what was asked for. */
	if (j->opening && j->file->known && j->len > j->file->size)
		j->len = j->file->size;
	deactivate(j);
	if (v == GOOD)
		j->file->down = false;
	if (j->verdict == GOOD && j->got == j->len)
		finish(j, 0);
	else if (v == GOOD)
		start(j);	/* a server may send less than it was asked for, if it says so */
	else if (v == NEVER || !try_again(j, known))
		finish(j, give_up(j, known, v != NEVER));
}

static void end_transfers(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(engine.multi, &left))) {
		char *j = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
		end_transfer((struct http_job *)j, m->data.result);
	}
}

/* One that may begin now. */
static struct http_job *next_due(uint64_t now)
{
	struct http_job *j;

	for (j = engine.delayed; j && j->not_before > now; j = j->next)
		;
	if (j) {
		list_remove(&engine.delayed, j);
		return j;
	}
	j = engine.queue;
	if (j && !j->urgent && engine.nactive >= PARALLEL_AHEAD)
		j = NULL;
	if (j)
		engine.queue = j->next;
	return j;
}

/* Waiting for a server that does not answer is no shorter for those whose turn has not come. */
static bool has_waited_enough(const struct http_job *j)
{
	return j->file->down && !j->attempts && now_ms() - j->since > patience(j->file);
}

static void begin(struct http_job *j)
{
	if (has_waited_enough(j)) {
		snprintf(j->why, sizeof(j->why), "the server does not answer");
		finish(j, give_up(j, j->file->known, true));
		return;
	}
	if (!j->attempts)
		j->since = now_ms();
	start(j);
}

static int time_to_wait(void)
{
	uint64_t now = now_ms(), wait = engine.nactive || engine.delayed ? TICK_MS : IDLE_MS;

	for (const struct http_job *j = engine.delayed; j; j = j->next)
		wait = min_u64(wait, j->not_before > now ? j->not_before - now : 0);
	return (int)wait;
}

/* --- requests */

static bool in_list(const struct http_job *list, const struct http_job *j)
{
	while (list && list != j)
		list = list->next;
	return list;
}

static void cancel(struct http_job *j)
{
	if (in_list(engine.active, j))
		deactivate(j);
	else
		list_remove(in_list(engine.delayed, j) ? &engine.delayed : &engine.queue, j);
	j->why[0] = '\0';
	finish(j, -ECANCELED);
}

/* Is it one that the program may make? Of a file that it opened, and within it. */
static bool is_allowed(const struct http_request *q)
{
	const struct http_file *f;

	if (q->file >= engine.nfiles || q->urgent > 1 || !q->len || q->len > HTTP_PART_MAX)
		return false;
	if (q->type == HTTP_OPEN)
		return !q->off;
	f = &engine.files[q->file];
	return q->type == HTTP_READ && f->known && q->off < f->size && q->len <= f->size - q->off;
}

/* False: it makes no sense. */
static bool take_request(const struct http_request *q)
{
	struct http_job **at = &engine.all[q->id % HTTP_REQUESTS_MAX], *j = *at;

	if (q->type == HTTP_CANCEL) {
		if (j && j->id == q->id)
			cancel(j);
		return true;
	}
	if (j || !is_allowed(q))
		return false;
	j = calloc(1, sizeof(*j));
	if (!j)
		return false;
	*j = (struct http_job){
		.file = &engine.files[q->file], .id = q->id, .opening = q->type == HTTP_OPEN, .urgent = q->urgent,
		.off = q->off, .len = q->len, .since = now_ms(),
	};
	if (j->opening && j->file->known && j->len > j->file->size)
		j->len = j->file->size;
	*at = j;
	if (engine.failed)
		finish(j, engine.failed);
	else
		enqueue(j);
	return true;
}

/* False: who asks is not there any more, or sends nonsense. */
static bool take_requests(void)
{
	while (answers_are_taken()) {
		ssize_t n = recv(engine.fd, engine.in.bytes + engine.have, sizeof(engine.in.bytes) - engine.have, MSG_DONTWAIT);
		size_t whole;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0)
			return false;
		engine.have += (size_t)n;
		whole = engine.have / sizeof(struct http_request);
		for (size_t i = 0; i < whole; i++)
			if (!take_request(&engine.in.requests[i]))
				return false;
		engine.have -= whole * sizeof(struct http_request);
		memmove(engine.in.bytes, &engine.in.requests[whole], engine.have);
	}
	return false;
}

void http_jobs_run(int fd, struct http_ring *ring, struct http_file *files, size_t n, int failed)
{
	struct curl_waitfd wait = { .fd = fd, .events = CURL_WAIT_POLLIN };
	struct http_job *j;
	int running;

	engine.fd = fd;
	engine.files = files;
	engine.nfiles = n;
	engine.multi = failed ? NULL : curl_multi_init();
	engine.failed = failed ? failed : engine.multi ? 0 : -ENOMEM;
	if (engine.multi)
		curl_multi_setopt(engine.multi, CURLMOPT_MAXCONNECTS, (long)PARALLEL);
	answers_to(fd, ring);
	while (take_requests()) {
		if (!engine.multi) {
			recv(fd, &(char){ 0 }, 1, MSG_PEEK);
			continue;
		}
		curl_multi_perform(engine.multi, &running);
		answers_flush();
		end_transfers();
		/* after the others have made room; what begins here has a timeout of 0, at which poll returns */
		while (engine.nactive < PARALLEL && (j = next_due(now_ms())))
			begin(j);
		wait.revents = 0;
		curl_multi_poll(engine.multi, &wait, 1, time_to_wait(), NULL);
	}
}
