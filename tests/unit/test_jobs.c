/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of running jobs. */
#include "fs/views/jobs.h"

#include "tests/unit/unit.h"

static void expect(struct jobs *jobs, const char *text)
{
	struct outbuf out = OUTBUF_INIT;

	jobs_render(jobs, &out);
	assert_string_equal(out.data, text);
	out_free(&out);
}

/* Two jobs side by side: each its own numbers; they may end in any order. */
static void test_two(void **state)
{
	struct jobs jobs = JOBS_INIT;
	struct job a, b, c;

	(void)state;
	expect(&jobs, "idle\n");
	job_start(&jobs, &a, "first %d", 1);
	expect(&jobs, "first 1: 0% (0 of 0)\n");
	a.progress.total = 10;
	a.progress.done = 5;
	job_start(&jobs, &b, "second");
	b.progress.total = 3;
	b.progress.done = 1;
	expect(&jobs, "first 1: 50% (5 of 10)\nsecond: 33% (1 of 3)\n");
	job_start(&jobs, &c, "third");
	job_end(&jobs, &b);
	expect(&jobs, "first 1: 50% (5 of 10)\nthird: 0% (0 of 0)\n");
	job_end(&jobs, &a);
	expect(&jobs, "third: 0% (0 of 0)\n");
	job_end(&jobs, &c);
	expect(&jobs, "idle\n");
}

static void test_long_name(void **state)
{
	struct jobs jobs = JOBS_INIT;
	struct job a;

	(void)state;
	job_start(&jobs, &a, "%0100d", 7);
	expect(&jobs, "000000000000000000000000000000000000000000000000000000000000000: 0% (0 of 0)\n");
	job_end(&jobs, &a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
