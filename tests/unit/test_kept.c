/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that take work: made once, never gone while they are open, then kept as long as limits allow. */
#include "fs/views/kept.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define FILES 200

struct plan {
	uint64_t spool;			/* bytes that it says it has in a temporary file */
	uint64_t memory;
	int result;
	useconds_t wait;
	_Atomic unsigned int made;
	struct kept *kept;
	struct image image;
};

static int make(void *arg, struct layout **out)
{
	struct plan *p = arg;

	p->made++;
	if (p->wait)
		usleep(p->wait);
	if (p->result)
		return p->result;
	*out = layout_new();
	assert_non_null(*out);
	layout_add_cost(*out, (struct layout_cost){ .spool = p->spool, .memory = p->memory });
	return layout_add_zero(*out, 1000);
}

static struct layout *open_file(struct kept *k, struct plan *p)
{
	struct layout *l = NULL;

	assert_int_equal(kept_get(k, &p->image, "a file", make, p, &l), 0);
	assert_int_equal(layout_size(l), 1000);
	return l;
}

static void touch(struct kept *k, struct plan *p)
{
	layout_unref(open_file(k, p));
}

static size_t count_there(struct kept *k, const struct plan *p, size_t n)
{
	size_t there = 0;

	for (size_t i = 0; i < n; i++)
		there += kept_is_there(k, &p[i].image);
	return there;
}

static void test_bytes(void **state)
{
	struct plan p[5] = { { .spool = 100 }, { .spool = 100 }, { .spool = 100 }, { .spool = 301 }, { .spool = 300 } };
	uint64_t size, data;
	struct kept k;

	(void)state;
	kept_init(&k, 300);
	assert_false(kept_size(&k, &p[0].image, &size, &data));
	for (size_t i = 0; i < 3; i++)
		touch(&k, &p[i]);
	assert_int_equal(count_there(&k, p, 3), 3);	/* as many as fit */
	touch(&k, &p[0]);
	assert_int_equal(p[0].made, 1);			/* it was kept, and is the newest now */
	touch(&k, &p[4]);
	assert_int_equal(count_there(&k, p, 4), 0);
	assert_true(kept_is_there(&k, &p[4].image));
	touch(&k, &p[3]);				/* more than all that may be kept */
	assert_int_equal(count_there(&k, p, 4), 0);
	assert_true(kept_is_there(&k, &p[4].image));	/* goes alone */
	assert_true(kept_size(&k, &p[0].image, &size, &data));	/* that is known all the same */
	assert_int_equal(size, 1000);
	touch(&k, &p[0]);
	assert_int_equal(p[0].made, 2);
	for (size_t i = 1; i < 3; i++)
		touch(&k, &p[i]);
	touch(&k, &p[0]);
	p[4].spool = 100;
	touch(&k, &p[4]);
	assert_int_equal(count_there(&k, p, 5), 3);	/* the least recently used went */
	assert_false(kept_is_there(&k, &p[1].image));
	kept_free(&k);
}

static void test_open_stays(void **state)
{
	struct plan p[4] = { { .spool = 1000 }, { .spool = 1000 }, { .spool = 1000 }, { .spool = 10 } };
	struct layout *l[3], *again;
	struct kept k;

	(void)state;
	kept_init(&k, 100);
	touch(&k, &p[3]);
	for (size_t i = 0; i < 3; i++)
		l[i] = open_file(&k, &p[i]);
	assert_int_equal(count_there(&k, p, 4), 4);	/* and what is open takes no room from what is not */
	again = open_file(&k, &p[1]);
	assert_ptr_equal(again, l[1]);
	layout_unref(l[1]);
	assert_true(kept_is_there(&k, &p[1].image));
	layout_unref(again);				/* the last one who had it open */
	assert_false(kept_is_there(&k, &p[1].image));
	layout_unref(l[0]);
	layout_unref(l[2]);
	assert_int_equal(count_there(&k, p, 3), 0);
	assert_true(kept_is_there(&k, &p[3].image));
	kept_free(&k);
}

/* Of files without bytes in a temporary file: by number, of which descriptors are a quarter, and by memory. */
static void test_number_and_memory(void **state)
{
	static struct plan p[FILES];
	struct rlimit old, few;
	struct kept k;

	(void)state;
	memset(p, 0, sizeof(p));
	kept_init(&k, 0);
	for (size_t i = 0; i < FILES; i++)
		touch(&k, &p[i]);
	assert_in_range(count_there(&k, p, FILES), 4, 64);
	assert_true(kept_is_there(&k, &p[FILES - 1].image));
	for (size_t i = 0; i < FILES; i++) {
		p[i].memory = 1 << 20;
		touch(&k, &p[i]);
	}
	assert_in_range(count_there(&k, p, FILES), 4, 16);
	kept_free(&k);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = (struct rlimit){ 16, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	kept_init(&k, UINT64_MAX);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (size_t i = 0; i < FILES; i++) {
		p[i].memory = 0;
		p[i].spool = 1;
		touch(&k, &p[i]);
	}
	assert_int_equal(count_there(&k, p, FILES), 4);
	kept_free(&k);
}

static int no_room_while_others(void *arg, struct layout **out)
{
	struct plan *p = arg;

	p->made++;
	if (p->kept->newest != p->kept->oldest)
		return p->result;
	p->made--;
	p->result = 0;
	return make(arg, out);
}

static void test_failures(void **state)
{
	static const int lacks[] = { -ENOSPC, -EDQUOT, -EMFILE, -ENFILE, -ENOMEM };
	struct plan bad = { .result = -EIO }, other = { .spool = 5 };
	struct layout *l;
	struct kept k;

	(void)state;
	kept_init(&k, 100);
	for (int i = 0; i < 2; i++)
		assert_int_equal(kept_get(&k, &bad.image, "bad", make, &bad, &l), -EIO);
	assert_int_equal(bad.made, 1);			/* that is remembered */
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		struct plan p = { .result = lacks[i], .kept = &k };

		touch(&k, &other);
		assert_int_equal(kept_get(&k, &p.image, "p", no_room_while_others, &p, &l), 0);
		assert_int_equal(p.made, 2);		/* the second time without others */
		layout_unref(l);
		assert_false(kept_is_there(&k, &other.image));
		p.result = lacks[i];
		kept_free(&k);				/* nobody can give room */
		assert_int_equal(kept_get(&k, &p.image, "p", make, &p, &l), lacks[i]);
		assert_int_equal(p.made, 3);
		assert_int_equal(kept_get(&k, &p.image, "p", make, &p, &l), lacks[i]);
		assert_int_equal(p.made, 4);		/* that is not remembered */
		assert_null(p.image.made);
	}
	kept_free(&k);
}

static void test_render(void **state)
{
	struct plan p[3] = { { .spool = 70 }, { .spool = 20 }, { .memory = 30 } };
	struct outbuf out = OUTBUF_INIT;
	struct layout *l;
	struct kept k;

	(void)state;
	kept_init(&k, 100);
	touch(&k, &p[2]);
	kept_render(&k, &out);
	assert_int_equal(out.len, 0);
	touch(&k, &p[0]);
	l = open_file(&k, &p[1]);
	k.max_files = 7;
	kept_render(&k, &out);
	out_char(&out, '\0');
	assert_string_equal(out.data,
			    "temporary files: 2, 90 bytes; of those that nobody has open 7 and 100 bytes are kept at most\n"
			    "  a file: 20 bytes, open\n  a file: 70 bytes\n");
	out_free(&out);
	layout_unref(l);
	kept_free(&k);
}

#define THREADS 8

static struct {
	struct kept k;
	struct plan p[6];
	_Atomic unsigned int rounds;
} many;

static void *open_and_close(void *arg)
{
	unsigned int at = (unsigned int)(uintptr_t)arg;

	for (unsigned int i = 0; i < 2000; i++) {
		struct layout *l = open_file(&many.k, &many.p[(at * 7 + i * i) % 6]);
		char buf[10];

		assert_int_equal(layout_read(l, buf, sizeof(buf), 500), 0);
		layout_unref(l);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	kept_init(&many.k, 250);
	for (size_t i = 0; i < 6; i++)
		many.p[i].spool = 100;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, (void *)i), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_in_range(count_there(&many.k, many.p, 6), 1, 2);
	kept_free(&many.k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_open_stays),
		cmocka_unit_test(test_number_and_memory),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
