/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What looking around in the tree costs: reads of memory by lookup, stat, listing and open, counted on a real dump. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/tree_internal.h"
#include "fs/views/vtop.h"
#include "tests/unit/unit.h"

#define DUMP "tests/corpus/tiny61.kdump"

/* Counts, and reads what the dump has. */
struct counter {
	struct pages pages;		/* first */
	const struct pages *below;
	unsigned long reads, log_reads;
	uint64_t log_first, log_last;	/* pages of records and texts */
};

static int counter_read(const struct pages *ps, uint64_t pfn, uint64_t count, void *buf)
{
	struct counter *c = (struct counter *)(uintptr_t)ps;

	c->reads++;
	if (pfn <= c->log_last && pfn + count > c->log_first)
		c->log_reads++;
	return pages_read_run(c->below, pfn, count, buf);
}

static void counter_run(const struct pages *ps, uint64_t pfn, struct page_run *out)
{
	const struct counter *c = (const struct counter *)ps;

	pages_run(c->below, pfn, out);
}

static const struct pages_ops counter_ops = { .read = counter_read, .run = counter_run };

static struct fs *fs;
static struct counter counter;

static int setup(void **state)
{
	static const char *paths[] = { DUMP };
	struct fs_options opt = { .dump = { .paths = paths, .npaths = 1 }, .compress = -1 };

	(void)state;
	if (fs_open(&opt, &fs))
		return -1;
	counter = (struct counter){
		.pages = { .ops = &counter_ops, .page_shift = 12, .max_pfn = fs->e->pages->max_pfn },
		.below = fs->e->pages, .log_first = 0x32f7, .log_last = 0x3316,	/* of __log_buf, whole pages */
	};
	fs->e->kernel->space.mem = &counter.pages;
	fs->e->kernel->pages = &counter.pages;
	fs->e->pages = &counter.pages;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fs->e->pages = counter.below;
	fs_close(fs);
	return 0;
}

static unsigned long open_path(const char *path, struct node *n)
{
	unsigned long before = counter.reads;
	struct node_stat st;
	struct view *v;

	assert_int_equal(tree_resolve(fs, path, n), 0);
	assert_int_equal(tree_stat(fs, *n, &st), 0);	/* lookup's answer */
	assert_int_equal(tree_stat(fs, *n, &st), 0);	/* open asks again */
	assert_int_equal(tree_open(fs, *n, &v), 0);
	if (st.final)
		assert_int_equal(view_size(v), st.size);
	view_close(v);
	return counter.reads - before;
}

/* lookup, stat and open together read as much as one walk, and nothing the second time. */
static void one_walk(void **state)
{
	static const char *const names[] = { "vtop/0xffffffff94000000", "vtop/0xffffffff94000000", "vtop/0x2a10000:0xffffffff94000000" };
	struct outbuf out = OUTBUF_INIT;
	const uint64_t pgd = 0x2a10000;
	unsigned long before, walk[2];
	struct node n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		before = counter.reads;
		assert_int_equal(render_vtop(fs->e, i ? &pgd : NULL, 0xffffffff94000000, &out), 0);
		walk[i] = counter.reads - before;
		assert_true(walk[i] >= 2);
	}
	out_free(&out);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(open_path(names[i], &n), i == 1 ? 0 : walk[i == 2]);
		tree_forget(fs, n, 1);
	}
}

static unsigned int entries;

static int check_name(void *arg, const struct tree_entry *t)
{
	const bool *known = arg;

	assert_int_equal(tree_stat_is_known(fs, t->node), t->kind == TREE_FOLDER || *known || !strcmp(t->name, "progress"));
	entries++;
	return 0;
}

static int stat_entry(void *arg, const struct tree_entry *t)
{
	struct node_stat st;

	(void)arg;
	assert_int_equal(tree_stat(fs, t->node, &st), 0);
	/* and all below, as ls -lR does; but which processes and CPUs there are tells nothing but memory */
	if (st.kind == TREE_FOLDER && strcmp(t->name, "proc") && strcmp(t->name, "cpu"))
		assert_int_equal(tree_list(fs, t->node, 0, stat_entry, NULL), 0);
	return 0;
}

static uint64_t size_of(const char *path, bool *final)
{
	struct node_stat st;
	struct node n;

	assert_int_equal(tree_resolve(fs, path, &n), 0);
	assert_int_equal(tree_stat(fs, n, &st), 0);
	*final = st.final;
	return st.size;
}

static void looking_around(void **state)
{
	static const char *const costly[] = { "info", "dmesg", "dmesg-partial", "dmesg-raw", "kmsg" };
	bool final, known = false;
	uint64_t bound;
	struct node n;

	(void)state;
	counter.reads = counter.log_reads = 0;
	tree_list(fs, TREE_ROOT, 0, check_name, &known);
	assert_true(entries >= 15);
	assert_int_equal(counter.reads, 0);		/* names alone */
	tree_list(fs, TREE_ROOT, 0, stat_entry, NULL);
	tree_list(fs, TREE_ROOT, 0, stat_entry, NULL);
	assert_int_equal(counter.log_reads, 0);		/* sizes: nothing of the log */
	assert_true(counter.reads < 64);
	for (size_t i = 0; i < ARRAY_SIZE(costly); i++) {
		bound = size_of(costly[i], &final);
		assert_false(final);
		assert_true(open_path(costly[i], &n) > 100);
		assert_true(size_of(costly[i], &final) < bound);
		assert_true(final);
	}
	assert_true(counter.log_reads > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(looking_around, setup, teardown),
	};

	return cmocka_run_group_tests_name("tree_cost", tests, NULL, NULL);
}
