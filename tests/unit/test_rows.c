/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the program: each has what its type needs and nothing that nobody asks for; and how rows are joined. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/families.h"
#include "fs/rows.h"
#include "tests/unit/tree_rows.h"
#include "tests/unit/unit.h"

static bool is_text(enum view_type type)
{
	return type == VIEW_TEXT || type == VIEW_COSTLY_TEXT || type == VIEW_PROC_TEXT || type == VIEW_LIVE || type == VIEW_LINK ||
	       type == VIEW_PROC_LINK;
}

/* What is wrong with a row, or NULL. */
static const char *wrong_with(const struct view_row *r)
{
	bool top = !strchr(r->path, '/'), bytes = r->type == VIEW_IMAGE || r->type == VIEW_BYTES;
	const char *name = top ? r->path : strrchr(r->path, '/') + 1;

	if (!*name || *r->path == '/')
		return "its path";
	if (top && (!r->help || !r->cost || !r->use))
		return "help, cost and use of a row at the top";
	if (r->help && (strpbrk(r->help, "\t\n|") || !*r->help))
		return "its help";
	if (!r->names != !strpbrk(name, "<["))
		return "a pattern has names, and a name has none";
	if (r->names && (r->names->text ? r->names->parse || r->names->format || r->names->list || r->names->wide :
			 !r->names->parse || !r->names->format))
		return "its names: parse() and format(), or text()";
	if (r->names && r->names->few && !r->names->list)
		return "few names that are not listed";
	if (is_text(r->type) != !!r->render)
		return "render()";
	if ((r->type == VIEW_COSTLY_TEXT) != !!r->bound)
		return "bound()";
	if (bytes != !!r->size || bytes != !!r->open || (r->stream && !bytes))
		return "size() and open()";
	if (r->there_if_made && (!r->names || !is_text(r->type)))
		return "there_if_made";
	return NULL;
}

static void check_family(const struct view_family *f)
{
	for (size_t i = 0; i < f->nrows; i++) {
		const char *wrong = wrong_with(&f->rows[i]);

		if (wrong)
			fail_msg("%s: %s", f->rows[i].path, wrong);
	}
}

/* How many rows have this path. */
static unsigned int count_path(const char *path)
{
	unsigned int n = 0;

	for (const struct view_family *const *f = families; *f; f++)
		for (size_t i = 0; i < (*f)->nrows; i++)
			n += !strcmp((*f)->rows[i].path, path);
	return n;
}

static void test_all(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (const struct view_family *const *f = families; *f; f++, n++) {
		check_family(*f);
		for (size_t i = 0; i < (*f)->nrows; i++)
			if (count_path((*f)->rows[i].path) != 1)
				fail_msg("%s stands twice", (*f)->rows[i].path);
	}
	assert_true(n >= 10);
}

/* This test sees what it looks for. */
static void test_wrong(void **state)
{
	static const struct names_ops half = { .parse = parse_person };
	static const struct view_row bad[] = {
		{ .path = "x", .type = VIEW_TEXT, .render = render_top },
		{ .path = "a/<x>", .type = VIEW_FOLDER },
		{ .path = "a/x", .type = VIEW_FOLDER, .names = &person_names },
		{ .path = "a/<x>", .type = VIEW_FOLDER, .names = &half },
		{ .path = "a/x", .type = VIEW_TEXT },
		{ .path = "a/x", .type = VIEW_COSTLY_TEXT, .render = render_top },
		{ .path = "a/x", .type = VIEW_IMAGE },
		{ .path = "a/x", .type = VIEW_TEXT, .render = render_top, .there_if_made = true },
		{ .path = "a/", .type = VIEW_FOLDER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!wrong_with(&bad[i]))
			fail_msg("row %zu of the bad ones", i);
}

static const struct joined_row *find(const struct rows *rows, const char *path)
{
	for (unsigned int i = 0; i < rows_end(rows); i++)
		if (rows_get(rows, i) && !strcmp(rows_get(rows, i)->row->path, path) && i != ROWS_README)
			return rows_get(rows, i);
	fail_msg("%s is no row", path);
	return NULL;
}

static void test_joined(void **state)
{
	static const struct view_family *const list[] = { &test_family, NULL };
	struct rows *rows = rows_new(list);
	const struct joined_row *task = find(rows, "people/<n>/task/<tid>"), *fd = find(rows, "people/<n>/task/<tid>/fd/<fd>"),
				*dir = find(rows, "people/<n>/task/<tid>/fd"), *person = find(rows, "people/<n>");

	(void)state;
	assert_int_equal(fd->folder, dir->number);
	assert_int_equal(dir->folder, task->number);
	assert_int_equal(find(rows, "people")->folder, ROWS_ROOT);
	assert_int_equal(dir->keyed, task->number);
	assert_int_equal(fd->keyed, fd->number);
	assert_int_equal(find(rows, "people/<n>/task")->keyed, person->number);
	assert_int_equal(find(rows, "people")->keyed, ROWS_ROOT);
	/* the wide one has a number below */
	assert_true(fd->number < NODE_NARROW && task->number > ROWS_README);
	assert_true(find(rows, "things")->has_readme && find(rows, "boxes")->has_readme);
	assert_false(find(rows, "people")->has_readme || find(rows, "people/<n>")->has_readme || find(rows, "mixed")->has_readme);
	assert_null(rows_get(rows, rows_end(rows)));
	assert_null(rows_get(rows, NODE_NARROW - 1));
	rows_free(rows);
	rows_free(NULL);
}

static void test_top(void **state)
{
	static const struct view_family *const list[] = { &test_family, NULL };
	const struct view_row *row = NULL;
	char names[200] = "";

	(void)state;
	while ((row = families_next_top(list, row)))
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", row->path);
	assert_string_equal(names, "top gone people things boxes mixed self loop away dangling ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_top),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
