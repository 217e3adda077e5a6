/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/once.h"

#define MAX_FILES 64
#define MAX_MEMORY ((uint64_t)16 << 20)	/* as much as for texts (fs/tree.c) */

/* A file that is there, or is being made, or could not be made. */
struct made {
	struct made *newer, *older;
	struct image *image;
	unsigned int users;		/* who are in kept_get() */
	struct once once;		/* for layout: */
	struct layout *layout;		/* shared; NULL: it could not be made */
	char name[64];
};

/* Each that is kept may have a descriptor, and others need some too. */
static size_t max_files(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) ? MAX_FILES : (size_t)min_u64(limit.rlim_cur / 4, MAX_FILES);
}

void kept_init(struct kept *k, uint64_t max_spool)
{
	*k = (struct kept){ .lock = PTHREAD_MUTEX_INITIALIZER, .max_spool = max_spool, .max_files = max_files() };
}

static void list_take(struct kept *k, struct made *m)
{
	*(m->newer ? &m->newer->older : &k->newest) = m->older;
	*(m->older ? &m->older->newer : &k->oldest) = m->newer;
}

static void list_put(struct kept *k, struct made *m)
{
	m->newer = NULL;
	m->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = m;
	k->newest = m;
}

/* Under the lock, as the next three: nobody can see it any more. */
static void let_go(struct kept *k, struct made *m, struct made **gone)
{
	list_take(k, m);
	m->image->made = NULL;
	m->older = *gone;
	*gone = m;
}

static bool is_open(const struct made *m)
{
	return m->users || (m->layout && layout_is_shared(m->layout));
}

static struct layout_cost cost_of(const struct made *m)
{
	struct layout_cost c = m->layout ? layout_cost(m->layout) : (struct layout_cost){ 0 };

	c.memory += sizeof(*m);
	return c;
}

/* Of what nobody has open goes what exceeds a limit, or all. What does so alone pushes no others out. */
static void shrink(struct kept *k, bool all, struct made **gone)
{
	uint64_t spool = 0, memory = 0;
	size_t files = 0;
	struct made *newer;

	for (struct made *m = k->oldest; m; m = newer) {
		newer = m->newer;
		if (is_open(m))
			continue;
		if (cost_of(m).spool > k->max_spool || cost_of(m).memory > MAX_MEMORY) {
			let_go(k, m, gone);
			continue;
		}
		spool += cost_of(m).spool;
		memory += cost_of(m).memory;
		files++;
	}
	for (struct made *m = k->oldest; m; m = newer) {
		newer = m->newer;
		if (!all && files <= k->max_files && spool <= k->max_spool && memory <= MAX_MEMORY)
			break;
		if (is_open(m))
			continue;
		spool -= cost_of(m).spool;
		memory -= cost_of(m).memory;
		files--;
		let_go(k, m, gone);
	}
}

/* Not under the lock: to remove a large file takes a while. */
static bool free_gone(struct made *gone)
{
	bool any = gone;

	while (gone) {
		struct made *m = gone;

		gone = m->older;
		layout_unref(m->layout);
		pthread_mutex_destroy(&m->once.lock);
		free(m);
	}
	return any;
}

void kept_free(struct kept *k)
{
	struct made *gone = NULL;

	while (k->oldest)
		let_go(k, k->oldest, &gone);
	free_gone(gone);
}

static bool shrink_now(struct kept *k, bool all)
{
	struct made *gone = NULL;

	pthread_mutex_lock(&k->lock);
	shrink(k, all, &gone);
	pthread_mutex_unlock(&k->lock);
	return free_gone(gone);
}

/* The last one who had a file open has closed it. */
static void on_idle(void *arg)
{
	shrink_now(arg, false);
}

/* Under the lock: the newest now, with one user more. NULL: out of memory. */
static struct made *enter(struct kept *k, struct image *im, const char *name)
{
	struct made *m = im->made;

	if (m) {
		list_take(k, m);
	} else {
		m = calloc(1, sizeof(*m));
		if (!m)
			return NULL;
		m->image = im;
		m->once = (struct once)ONCE_INIT;
		snprintf(m->name, sizeof(m->name), "%s", name);
		im->made = m;
	}
	list_put(k, m);
	m->users++;
	return m;
}

struct image_making {
	struct kept *kept;
	struct made *made;
	kept_make *make;
	void *arg;
};

static int make_layout(void *arg)
{
	const struct image_making *m = arg;
	int r;

	/* once more, after a passing fault */
	layout_unref(m->made->layout);
	m->made->layout = NULL;
	r = m->make(m->arg, &m->made->layout);
	if (!r)
		layout_when_idle(m->made->layout, on_idle, m->kept);
	return r;
}

static int get(struct kept *k, struct image *im, const char *name, kept_make *make, void *arg, struct layout **out)
{
	struct image_making making = { .kept = k, .make = make, .arg = arg };
	struct made *m, *gone = NULL;
	int r;

	pthread_mutex_lock(&k->lock);
	m = making.made = enter(k, im, name);
	pthread_mutex_unlock(&k->lock);
	if (!m)
		return -ENOMEM;
	r = once_run(&m->once, make_layout, &making);
	if (!r)
		*out = layout_ref(m->layout);
	pthread_mutex_lock(&k->lock);
	if (!r) {
		im->size = layout_size(*out);
		im->data_bytes = layout_data_bytes(*out);
		im->known = true;
	}
	if (!--m->users && !once_done(&m->once))	/* a passing fault: nothing is known of it */
		let_go(k, m, &gone);
	shrink(k, false, &gone);
	pthread_mutex_unlock(&k->lock);
	free_gone(gone);
	return r;
}

static bool is_lack_of_room(int r)
{
	return r == -ENOSPC || r == -EDQUOT || r == -ENOMEM || r == -EMFILE || r == -ENFILE;
}

int kept_get(struct kept *k, struct image *im, const char *name, kept_make *make, void *arg, struct layout **out)
{
	struct fault_watch watch;
	int r;

	fault_watch_begin(&watch);
	r = get(k, im, name, make, arg, out);
	if (is_lack_of_room(r) && shrink_now(k, true)) {
		fault_watch_drop(&watch);
		log_info("%s: once more, without the temporary files that nobody has open", name);
		return get(k, im, name, make, arg, out);
	}
	fault_watch_end(&watch);
	return r;
}

bool kept_is_there(struct kept *k, const struct image *im)
{
	bool there;

	pthread_mutex_lock(&k->lock);
	there = im->made && once_done(&im->made->once);
	pthread_mutex_unlock(&k->lock);
	return there;
}

bool kept_size(struct kept *k, const struct image *im, uint64_t *size, uint64_t *data_bytes)
{
	bool known;

	pthread_mutex_lock(&k->lock);
	known = im->known;
	*size = im->size;
	*data_bytes = im->data_bytes;
	pthread_mutex_unlock(&k->lock);
	return known;
}

/* The bytes that a file, which is under the lock, has in temporary files. */
static uint64_t spooled(const struct made *m)
{
	return once_done(&m->once) && m->layout ? layout_cost(m->layout).spool : 0;
}

void kept_render(struct kept *k, struct outbuf *out)
{
	uint64_t bytes = 0;
	size_t n = 0;

	pthread_mutex_lock(&k->lock);
	for (const struct made *m = k->newest; m; m = m->older) {
		bytes += spooled(m);
		n += !!spooled(m);
	}
	if (n)
		out_printf(out, "temporary files: %zu, %llu bytes; of those that nobody has open %zu and %llu bytes are kept at most\n", n,
			   (unsigned long long)bytes, k->max_files, (unsigned long long)k->max_spool);
	for (const struct made *m = k->newest; m; m = m->older)
		if (spooled(m))
			out_printf(out, "  %s: %llu bytes%s\n", m->name, (unsigned long long)spooled(m),
				   is_open(m) ? ", open" : "");
	pthread_mutex_unlock(&k->lock);
}
