/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What source_*() make of what an input answers. */
#include "base/source.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "tests/unit/unit.h"

#define SIZE 100u

struct input {
	struct source s;		/* first member */
	ssize_t answer;			/* instead of the number of bytes; 0: none */
	unsigned int reads, closed;
};

static ssize_t input_read(const struct source *s, void *buf, size_t n, uint64_t off)
{
	struct input *in = (struct input *)(uintptr_t)s;

	in->reads++;
	assert_true(n && off < s->size && n <= s->size - off);
	memset(buf, (int)off, n);
	return in->answer ? in->answer : (ssize_t)n;
}

static void input_close(struct source *s)
{
	((struct input *)s)->closed++;
}

static const struct source_ops input_ops = { .read = input_read, .close = input_close };

static struct input input_of(ssize_t answer)
{
	return (struct input){ .s = { .ops = &input_ops, .name = "input", .size = SIZE }, .answer = answer };
}

static void test_read(void **state)
{
	struct input in = input_of(0);
	uint8_t b[SIZE + 10];

	(void)state;
	assert_int_equal(source_read(&in.s, b, SIZE, 0), 0);
	assert_int_equal(source_read(&in.s, b, 3, SIZE - 3), 0);
	assert_int_equal(b[2], SIZE - 3);
	assert_int_equal(source_read(&in.s, b, 4, SIZE - 3), -EIO);
	assert_int_equal(source_read_some(&in.s, b, SIZE + 10, 7), SIZE - 7);
	in.reads = 0;
	assert_int_equal(source_read_some(&in.s, b, 1, SIZE), 0);
	assert_int_equal(source_read_some(&in.s, b, 1, UINT64_MAX), 0);
	assert_int_equal(source_read(&in.s, b, 1, SIZE), -EIO);
	assert_int_equal(in.reads, 0);
}

static void test_short_and_failed(void **state)
{
	struct input cut = input_of(5), bad = input_of(-EIO);
	uint8_t b[SIZE];

	(void)state;
	assert_int_equal(source_read_some(&cut.s, b, 10, 0), 5);
	assert_int_equal(source_read(&cut.s, b, 10, 0), -EIO);
	assert_int_equal(source_read_some(&bad.s, b, 10, 0), -EIO);
	assert_int_equal(source_read(&bad.s, b, 10, 0), -EIO);
}

/* More bytes than were asked for cannot have been put anywhere. */
static void test_too_many(void **state)
{
	struct input in = input_of(11);
	unsigned long lines = log_errors();
	uint8_t b[SIZE];

	(void)state;
	assert_int_equal(source_read_some(&in.s, b, 10, 0), -EIO);
	assert_int_equal(log_errors(), lines + 1);
	assert_int_equal(source_read(&in.s, b, 10, 0), -EIO);
	assert_int_equal(source_read_some(&in.s, b, 11, 0), 11);
}

static void every_other(const struct source *s, uint64_t off, uint64_t *start, uint64_t *end)
{
	*start = off < 50 ? 50 : off;
	*end = s->size;
}

static void test_stored(void **state)
{
	static const struct source_ops sparse = { .read = input_read, .stored = every_other };
	struct input in = input_of(0);
	uint64_t start, end;

	(void)state;
	source_stored(&in.s, 7, &start, &end);
	assert_true(start == 7 && end == SIZE);
	in.s.ops = &sparse;
	source_stored(&in.s, 7, &start, &end);
	assert_true(start == 50 && end == SIZE);
}

static void test_close(void **state)
{
	struct input in = input_of(0);

	(void)state;
	source_close(NULL);
	source_close(&in.s);
	assert_int_equal(in.closed, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_short_and_failed),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
