/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of walks that wait for their open. */
#include "fs/walks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct text *text_of(const char *s)
{
	struct outbuf out = OUTBUF_INIT;
	struct text *t;

	out_printf(&out, "%s", s);
	assert_int_equal(text_new(&out, &t), 0);
	return t;
}

static void expect(struct walks *w, const struct range *walk, const char *want)
{
	size_t len;
	struct text *t;

	assert_int_equal(walks_length(w, walk, &len), !!want);
	t = walks_take(w, walk);
	if (!want) {
		assert_null(t);
		return;
	}
	assert_int_equal(len, strlen(want));
	assert_string_equal(t->data, want);
	text_unref(t);
}

static void test_walks(void **state)
{
	const struct range a = { RANGE_WALK, 0x1000, 0 }, root = { RANGE_WALK_ROOT, 0x1000, 0 },
			   other = { RANGE_WALK_ROOT, 0x1000, 0x2000 };
	struct walks *w = walks_new();

	(void)state;
	expect(w, &a, NULL);
	walks_keep(w, &a, text_of("first"));
	expect(w, &root, NULL);
	expect(w, &other, NULL);
	walks_keep(w, &root, text_of("root"));
	walks_keep(w, &other, text_of("other"));
	walks_keep(w, &a, text_of("again"));		/* the newer one counts */
	expect(w, &other, "other");
	expect(w, &a, "again");
	expect(w, &a, NULL);				/* once */
	expect(w, &root, "root");
	/* many that nobody opens: the last ones stay, the memory that they take is bounded */
	for (uint64_t i = 0; i < 1000; i++)
		walks_keep(w, &(struct range){ RANGE_WALK, i, 0 }, text_of("x"));
	expect(w, &(struct range){ RANGE_WALK, 0, 0 }, NULL);
	expect(w, &(struct range){ RANGE_WALK, 999 - 63, 0 }, "x");
	expect(w, &(struct range){ RANGE_WALK, 999, 0 }, "x");
	walks_free(w);					/* with what is in it */
	walks_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_walks) };

	return cmocka_run_group_tests_name("walks", tests, NULL, NULL);
}
