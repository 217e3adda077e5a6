/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree on rows of its own: patterns in patterns, names that are texts, links, texts as in procfs; on a real dump. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fs/tree_internal.h"
#include "fs/views/names.h"
#include "tests/unit/tree_rows.h"
#include "tests/unit/unit.h"

#define DUMP "tests/corpus/tiny61.kdump"

static struct fs *fs;

static int setup(void **state)
{
	static const struct view_family *const list[] = { &test_family, NULL };
	static const char *paths[] = { DUMP };
	struct fs_options opt = { .dump = { .paths = paths, .npaths = 1 }, .compress = -1, .families = list };

	(void)state;
	return fs_open(&opt, &fs) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	fs_close(fs);
	return 0;
}

static struct node node_of(const char *path)
{
	struct node n, again;

	if (tree_resolve(fs, path, &n))
		fail_msg("%s is not there", path);
	/* its number leads back to it */
	assert_int_equal(node_from_ino(node_to_ino(n), &again), 0);
	assert_int_equal(again.row, n.row);
	assert_int_equal(again.key, n.key);
	return n;
}

static void expect_error(const char *path, int error)
{
	struct node n;
	int r = tree_resolve(fs, path, &n);

	if (r != error)
		fail_msg("%s: %d, not %d", path, r, error);
}

static void expect_text(const char *path, const char *want)
{
	struct node n = node_of(path);
	char buf[256] = "";
	struct view *v;

	assert_int_equal(tree_open(fs, n, &v), 0);
	assert_true(view_size(v) < sizeof(buf));
	assert_int_equal(view_read(v, buf, view_size(v), 0), 0);
	assert_string_equal(buf, want);
	view_close(v);
}

static void expect_stat(const char *path, enum tree_kind kind, uint64_t size, unsigned int nlink)
{
	struct node_stat st;

	assert_int_equal(tree_stat(fs, node_of(path), &st), 0);
	assert_int_equal(st.kind, kind);
	assert_int_equal(st.size, size);
	assert_int_equal(st.nlink, nlink);
}

static void expect_same(const char *a, const char *b)
{
	struct node x = node_of(a), y = node_of(b);

	if (x.row != y.row || x.key != y.key)
		fail_msg("%s and %s are not the same", a, b);
}

static void expect_parent(const char *folder, const char *parent)
{
	struct node got = tree_parent(fs, node_of(folder)), want = node_of(parent);

	if (got.row != want.row || got.key != want.key)
		fail_msg("%s is not in %s", folder, parent);
}

/* A pattern in a pattern in a pattern. */
static void nested(void **state)
{
	(void)state;
	expect_text("top", "the top\n");
	expect_text("people/3/name", "person 3\n");
	expect_text("people/3/task/31/name", "thread 31 of 3\n");
	expect_text("people/3/task/31/fd/7", "fd 7 of 31\n");
	expect_text("people/3/task/32/fd/4194303", "fd 4194303 of 32\n");
	expect_error("people/3/task/41", -ENOENT);		/* a thread of somebody else */
	expect_error("people/9", -ENOENT);
	expect_error("people/03", -ENOENT);
	expect_error("people/x", -ENOENT);
	expect_error("people/3/nothing", -ENOENT);
	expect_error("people/3/name/x", -ENOTDIR);
	expect_error("gone", -ENOENT);
	expect_parent("people/3/task/31/fd", "people/3/task/31");
	expect_parent("people/3/task/31", "people/3/task");
	expect_parent("people/3/task", "people/3");
	expect_parent("people/3", "people");
	expect_parent("people", "/");
	expect_parent("/", "/");
	expect_same("people/3/task/31/../../../../top", "top");
	expect_same("../../top", "top");
	expect_error("top/../top", -ENOTDIR);
	expect_stat("people", TREE_FOLDER, 0, 1);		/* to count those would cost something */
	expect_stat("people/3", TREE_FOLDER, 0, 3);
	expect_stat("people/3/task/31", TREE_FOLDER, 0, 3);
	expect_stat("people/3/task/31/fd", TREE_FOLDER, 0, 2);
}

/* Numbers that the kernel may have from nowhere. */
static void wild_nodes(void **state)
{
	struct node n = node_of("people/3/task/31/name"), t = node_of("things/a+b");
	struct node_stat st;
	struct view *v;

	(void)state;
	n.key = 77;
	assert_int_equal(tree_stat(fs, n, &st), -ENOENT);
	assert_int_equal(tree_open(fs, n, &v), -ENOENT);
	t.key += 100;
	assert_int_equal(tree_stat(fs, t, &st), -ENOENT);
	for (unsigned int row = 0; row < 300; row++) {
		for (uint64_t key = 0; key < 1000; key += 99) {
			n = (struct node){ (uint16_t)row, key };
			if (!tree_stat(fs, n, &st) && st.kind == TREE_FILE && !tree_open(fs, n, &v))
				view_close(v);
			tree_parent(fs, n);
			tree_stat_is_known(fs, n);
			tree_content(fs, n);
			tree_verdict(fs, n);
		}
	}
}

/* Any text as a name: one number for all spellings, forgotten with the last lookup. */
static void texts_as_names(void **state)
{
	struct node a = node_of("things/a+b"), n;
	struct node_stat st;

	(void)state;
	expect_same("things/a+b", "things/A+B");
	expect_text("things/a+b", "thing a+b\n");
	expect_text("things/struct page@0xffff.flags[3]", "thing struct page@0xffff.flags[3]\n");
	expect_error("things/no", -ENOENT);
	expect_error("things/bad", -EINVAL);
	expect_error("things/cannot", -EFAULT);			/* there if it can be made */
	assert_int_equal(tree_stat(fs, a, &st), 0);
	assert_int_equal(st.size, strlen("thing a+b\n"));
	/* looked up five times by now: above, and twice by expect_same() and once by expect_text() */
	tree_forget(fs, a, 3);
	assert_int_equal(tree_stat(fs, a, &st), 0);
	tree_forget(fs, a, 1);
	assert_int_equal(tree_stat(fs, a, &st), -ENOENT);
	n = node_of("things/a+b");
	assert_int_not_equal(n.key, a.key);
	/* a folder that is such a name, and what is in it */
	expect_text("boxes/red/label", "box red\n");
	expect_text("boxes/red/blue", "blue in red\n");
	expect_text("boxes/green/blue", "blue in green\n");
	expect_parent("boxes/red", "boxes");
}

static void links(void **state)
{
	struct text *t;

	(void)state;
	assert_int_equal(tree_readlink(fs, (struct node){ rows_get(fs->rows, 0)->number, 0 }, &t), -EINVAL);
	expect_same("self", "people/3");
	expect_text("self/name", "person 3\n");
	expect_text("people/3/self", "person 3\n");		/* from the folder that it is in */
	expect_text("people/2/self", "person 2\n");
	expect_error("loop", -ELOOP);
	expect_error("away", -ENOENT);
	expect_error("dangling", -ENOENT);
}

/* The link itself. */
static void link_texts(void **state)
{
	struct node link;
	struct text *t;
	struct node_stat st;
	struct view *v;
	char why[200];

	(void)state;
	assert_int_equal(tree_lookup(fs, TREE_ROOT, "self", &link), 0);
	assert_false(tree_stat_is_known(fs, link));
	assert_int_equal(tree_stat(fs, link, &st), 0);
	assert_true(tree_stat_is_known(fs, link));
	assert_int_equal(st.kind, TREE_LINK);
	assert_int_equal(st.size, 8);
	assert_true(st.final);
	assert_int_equal(tree_readlink(fs, link, &t), 0);
	assert_string_equal(t->data, "people/3");
	text_unref(t);
	assert_int_equal(tree_open(fs, link, &v), -ELOOP);
	tree_explain(fs, "dangling", -ENOENT, why, sizeof(why));
	assert_string_equal(why, "is a link that leads to nothing in here: people/9/name");
	tree_explain(fs, "gone", -ENOENT, why, sizeof(why));
	assert_string_equal(why, "not in this dump: it is gone");
	tree_explain(fs, "people/3/nmae", -ENOENT, why, sizeof(why));
	assert_string_equal(why, "No such file or directory; did you mean people/3/name?");
}

/* A name that is there for one process alone. */
static void names_of_caller(void **state)
{
	struct node dir = node_of("people"), n;

	(void)state;
	assert_int_equal(tree_lookup(fs, dir, "77", &n), -ENOENT);
	assert_int_equal(tree_lookup_for(fs, dir, "77", 78, &n), -ENOENT);
	assert_int_equal(tree_lookup_for(fs, dir, "77", 77, &n), 0);
	assert_true(tree_is_of_caller(fs, n));
	assert_true(tree_has_of_caller(fs, dir));
	assert_false(tree_is_of_caller(fs, dir));
	/* what is there for all is there first */
	assert_int_equal(tree_lookup_for(fs, dir, "3", 3, &n), 0);
	assert_false(tree_is_of_caller(fs, n));
	assert_false(tree_has_of_caller(fs, n));
	assert_false(tree_has_of_caller(fs, TREE_ROOT));
}

/* As in procfs: it is there, and where it leads may not be known. */
static void proc_links(void **state)
{
	struct view_attributes a = { .mode = S_IFLNK | 0777, .uid = 7, .ino = 1 };
	struct node dir = node_of("people/2"), link;
	struct text *t;
	struct node_stat st;

	(void)state;
	assert_int_equal(tree_lookup(fs, dir, "exe", &link), 0);
	assert_true(tree_stat_is_known(fs, link));
	assert_int_equal(tree_stat(fs, link, &st), 0);
	assert_int_equal(st.kind, TREE_LINK);
	assert_int_equal(st.size, 64);
	assert_int_equal(tree_readlink(fs, link, &t), -ENOENT);
	expect_error("people/2/exe", -ENOENT);
	expect_text("people/1/exe", "person 1\n");
	assert_int_equal(tree_attributes(fs, link, &a), 0);
	assert_int_equal(a.mode, S_IFLNK | 0300);
	assert_int_equal(a.uid, 7);
	assert_int_equal(tree_attributes(fs, dir, &a), 0);
	assert_int_equal(a.uid, 1002);
	assert_int_equal(tree_attributes(fs, node_of("top"), &a), 0);
	assert_int_equal(a.uid, 1002);		/* as it was */
}

/* As in procfs: size 0 before and after, and all of it can be read. */
static void proc_texts(void **state)
{
	struct node n = node_of("people/3/status");
	struct node_stat st;
	struct view *v;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tree_stat(fs, n, &st), 0);
		assert_int_equal(st.size, 0);
		assert_true(st.live && st.final);
		assert_true(tree_stat_is_known(fs, n));
		assert_int_equal(test_rows_made, i);
		assert_int_equal(tree_open(fs, n, &v), 0);
		assert_true(view_is_live(v));
		assert_int_equal(view_size(v), 16);
		view_close(v);
		test_rows_made = 1;		/* the second one is from the cache */
	}
	/* a costly one: the bound, then what it is */
	n = node_of("people/3/big");
	assert_int_equal(tree_stat(fs, n, &st), 0);
	assert_false(st.final);
	assert_int_equal(st.size, 1000);
	expect_text("people/3/big", "big 3\n");
	assert_int_equal(tree_stat(fs, n, &st), 0);
	assert_true(st.final);
	assert_int_equal(st.size, 6);
	assert_int_equal(tree_stat(fs, node_of("people/2/big"), &st), 0);
	assert_false(st.final);
}

/* Names one after the other, from any place on. */
struct names {
	char text[400];
	uint64_t next[64];
	unsigned int n, max;
};

static int put_name(void *arg, const struct tree_entry *e)
{
	struct names *l = arg;
	struct node n;

	snprintf(l->text + strlen(l->text), sizeof(l->text) - strlen(l->text), "%s%c", e->name, "./@"[e->kind]);
	l->next[l->n++] = e->next;
	assert_int_equal(node_from_ino(node_to_ino(e->node), &n), 0);
	return l->n == l->max;
}

static void check_listing(const char *path, const char *want)
{
	struct names all = { .max = 64 };
	struct node dir = node_of(path);

	assert_int_equal(tree_list(fs, dir, 0, put_name, &all), 0);
	assert_string_equal(all.text, want);
	for (unsigned int i = 0; i < all.n; i++) {
		struct names rest = { .max = 64 }, one = { .max = 1 };

		assert_int_equal(tree_list(fs, dir, all.next[i], put_name, &rest), 0);
		assert_int_equal(rest.n, all.n - i - 1);
		assert_string_equal(rest.text, all.text + strlen(all.text) - strlen(rest.text));
		assert_int_equal(tree_list(fs, dir, i ? all.next[i - 1] : 0, put_name, &one), 0);
		assert_int_equal(one.n, 1);
		assert_int_equal(one.next[0], all.next[i]);
	}
}

static void listings(void **state)
{
	struct names l = { .max = 64 };

	(void)state;
	check_listing("/", "top.people/things/boxes/mixed/self@loop@away@dangling@");
	check_listing("people", "1/2/3/4/");
	check_listing("people/3", "name.status.big.self@exe@task/");
	check_listing("people/3/task", "31/32/");
	check_listing("people/3/task/31/fd", "0.1.2.");
	check_listing("things", "README.");
	check_listing("mixed", "fixed.1.2.3.4.a.b.c.");
	expect_text("things/README", "things, by any name\n");
	assert_int_equal(tree_list(fs, node_of("top"), 0, put_name, &l), -ENOTDIR);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nested, setup, teardown),
		cmocka_unit_test_setup_teardown(wild_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_as_names, setup, teardown),
		cmocka_unit_test_setup_teardown(links, setup, teardown),
		cmocka_unit_test_setup_teardown(link_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(proc_links, setup, teardown),
		cmocka_unit_test_setup_teardown(names_of_caller, setup, teardown),
		cmocka_unit_test_setup_teardown(proc_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(listings, setup, teardown),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
