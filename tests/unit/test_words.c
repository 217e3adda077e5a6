/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words in memory: across pages, in what cannot be read, all of several. */
#include "filter/words.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

static void add(struct words *w, const char *text, uint32_t number)
{
	assert_int_equal(words_add(w, text, strlen(text), number), 0);
}

static void hit_is(const struct words *w, const struct word_hits *h, size_t i, uint64_t paddr, uint32_t number)
{
	assert_true(i < h->n);
	assert_int_equal(h->list[i].paddr, paddr);
	assert_int_equal(w->list[h->list[i].word].number, number);
}

static void test_lengths(void **state)
{
	struct words w = { 0 };
	char longest[WORD_MAX + 1];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(words_add(&w, "abc", 3, 1), -EINVAL);
	assert_int_equal(words_add(&w, "ab\0cd", 5, 1), -EINVAL);
	assert_int_equal(words_add(&w, longest, sizeof(longest), 1), -EINVAL);
	assert_int_equal(w.n, 0);
	assert_int_equal(words_add(&w, longest, WORD_MAX, 1), 0);
	assert_int_equal(words_add(&w, "abcd", 4, 2), 0);
	words_free(&w);
}

/* Words that start at the same byte, in each other, behind each other, at the first and the last byte. */
static void test_places(void **state)
{
	struct fake *f = fake_new(12, 4);
	struct word_hits h;
	struct words w = { 0 };

	(void)state;
	add(&w, "secret", 1);
	add(&w, "secrets", 2);
	add(&w, "crets", 3);
	add(&w, "cret", 4);
	memcpy(fake_page(f, 0), "secrets", 7);
	memcpy(fake_page(f, 1) + 4096 - 6, "secret", 6);
	memcpy(fake_page(f, 3) + 4096 - 4, "cret", 4);
	assert_int_equal(words_search(&w, &f->pages, &h), 0);
	assert_int_equal(h.n, 7);
	hit_is(&w, &h, 0, 0, 1);
	hit_is(&w, &h, 1, 0, 2);
	hit_is(&w, &h, 2, 2, 3);
	hit_is(&w, &h, 3, 2, 4);
	hit_is(&w, &h, 4, 0x2000 - 6, 1);
	hit_is(&w, &h, 5, 0x2000 - 4, 4);
	hit_is(&w, &h, 6, 0x4000 - 4, 4);
	assert_int_equal(h.unread, 0);
	word_hits_free(&h);
	words_free(&w);
	fake_free(f);
}

/* Each way to cut a word by the border of two pages, where runs and pieces end; a word longer than a page. */
static void test_borders(void **state)
{
	struct word_hits h;
	struct words w = { 0 };
	char longest[WORD_MAX];
	struct fake *f;

	(void)state;
	add(&w, "password", 1);
	for (uint64_t limit = 1; limit <= 4096; limit *= 64) {
		for (uint64_t at = 1; at < 8; at++) {
			f = fake_new(12, 600);
			f->run_limit = limit;
			for (uint64_t pfn = 0; pfn < 600; pfn++)
				fake_page(f, pfn);
			/* pieces are of 256 pages */
			for (uint64_t pfn = 254; pfn < 258; pfn++) {
				memcpy(f->bytes[pfn] + 4096 - at, "password", at);
				memcpy(f->bytes[pfn + 1], "password" + at, 8 - at);
			}
			assert_int_equal(words_search(&w, &f->pages, &h), 0);
			assert_int_equal(h.n, 4);
			for (size_t i = 0; i < 4; i++)
				hit_is(&w, &h, i, (255 + i) * 4096 - at, 1);
			word_hits_free(&h);
			/* pages that do not follow one another */
			fake_set(f, 256, 1, PAGE_EXCLUDED);
			assert_int_equal(words_search(&w, &f->pages, &h), 0);
			assert_int_equal(h.n, 2);
			word_hits_free(&h);
			fake_free(f);
		}
	}
	memset(longest, 'L', sizeof(longest));
	assert_int_equal(words_add(&w, longest, sizeof(longest), 2), 0);
	f = fake_new(6, 40);
	for (uint64_t i = 0; i < sizeof(longest); i++)
		fake_page(f, (100 + i) / 64)[(100 + i) % 64] = 'L';
	assert_int_equal(words_search(&w, &f->pages, &h), 0);
	assert_int_equal(h.n, 1);
	hit_is(&w, &h, 0, 100, 2);
	word_hits_free(&h);
	fake_free(f);
	words_free(&w);
}

static void test_damage(void **state)
{
	struct fake *f = fake_new(12, 20);
	struct word_hits h;
	struct words w = { 0 };

	(void)state;
	add(&w, "password", 1);
	for (uint64_t pfn = 0; pfn < 10; pfn++)
		memcpy(fake_page(f, pfn) + 100, "password", 8);
	fake_damage(f, 3);
	fake_damage(f, 7);
	fake_set(f, 12, 4, PAGE_ZERO);
	assert_int_equal(words_search(&w, &f->pages, &h), 0);
	assert_int_equal(h.n, 8);
	assert_int_equal(h.unread, 2);
	hit_is(&w, &h, 3, 4 * 4096 + 100, 1);
	word_hits_free(&h);
	words_free(&w);
	/* none: nothing is read */
	f->reads = 0;
	assert_int_equal(words_search(&w, &f->pages, &h), 0);
	assert_int_equal(h.n, 0);
	assert_int_equal(f->reads, 0);
	fake_free(f);
}

/* More than can be told is an error, not half an answer. */
static void test_many(void **state)
{
	struct fake *f = fake_new(12, 300);
	struct word_hits h;
	struct words w = { 0 };

	(void)state;
	add(&w, "aaaa", 1);
	for (uint64_t pfn = 0; pfn < 300; pfn++)
		memset(fake_page(f, pfn), 'a', 4096);
	assert_int_equal(words_search(&w, &f->pages, &h), -EFBIG);
	assert_int_equal(h.n, HITS_MAX);
	word_hits_free(&h);
	words_free(&w);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_places), cmocka_unit_test(test_borders),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
