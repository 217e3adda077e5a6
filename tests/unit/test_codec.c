/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/codec.h"

static const enum codec all[] = { CODEC_ZLIB, CODEC_LZO, CODEC_SNAPPY, CODEC_ZSTD };

static void fill(uint8_t *page, size_t size, unsigned int kind)
{
	uint32_t x = 12345 + kind;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		page[i] = kind == 0 ? 0 : kind == 1 ? (uint8_t)(i / 16) : kind == 2 ? (uint8_t)(x >> 24) % 3 : (uint8_t)(x >> 24);
	}
}

static void test_round_trip(void **state)
{
	static const size_t sizes[] = { 4096, 8192, 16384, 65536, 1 << 20 };
	unsigned int done = 0;
	struct codec_ctx *c = codec_ctx_new();

	(void)state;
	assert_non_null(c);
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		size_t size = sizes[s];
		uint8_t *page = malloc(size), *packed = malloc(size), *back = malloc(size);

		for (unsigned int kind = 0; kind < 4; kind++) {
			fill(page, size, kind);
			for (size_t i = 0; i < ARRAY_SIZE(all); i++, done++) {
				ssize_t n = codec_compress(c, all[i], page, size, packed);

				assert_in_range(n, 0, size - 1);
				assert_true(kind == 3 ? n == 0 : n > 0);
				if (!n)
					continue;
				memset(back, 0xee, size);
				assert_int_equal(codec_decompress(c, all[i], packed, (size_t)n, back, size), 0);
				assert_memory_equal(page, back, size);
			}
		}
		free(page);
		free(packed);
		free(back);
	}
	codec_ctx_free(c);
	print_message("# %u round trips\n", done);
}

static void test_damage(void **state)
{
	uint8_t page[4096], packed[4096], back[4096];
	struct codec_ctx *c = codec_ctx_thread();

	(void)state;
	fill(page, sizeof(page), 1);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		size_t n = (size_t)codec_compress(c, all[i], page, sizeof(page), packed);

		/* cut short, empty, of another size */
		assert_int_equal(codec_decompress(c, all[i], packed, n - 1, back, sizeof(back)), -EBADMSG);
		assert_int_equal(codec_decompress(c, all[i], packed, 0, back, sizeof(back)), -EBADMSG);
		assert_int_equal(codec_decompress(c, all[i], packed, n, back, sizeof(back) - 1), -EBADMSG);
		assert_int_equal(codec_decompress(c, all[i], packed, n, back, 2048), -EBADMSG);
		memset(packed, 0xff, n);
		assert_int_equal(codec_decompress(c, all[i], packed, n, back, sizeof(back)), -EBADMSG);
	}
}

static void test_none_and_unknown(void **state)
{
	uint8_t page[64] = { 1 }, out[64];
	struct codec_ctx *c = codec_ctx_thread();

	(void)state;
	assert_int_equal(codec_decompress(c, CODEC_NONE, page, 64, out, 64), 0);
	assert_memory_equal(page, out, 64);
	assert_int_equal(codec_decompress(c, CODEC_NONE, page, 63, out, 64), -EBADMSG);
	assert_int_equal(codec_compress(c, CODEC_NONE, page, 64, out), 0);
	assert_int_equal(codec_compress(c, CODEC_ZLIB, page, 0, out), 0);
	assert_int_equal(codec_decompress(c, (enum codec)0x40, page, 64, out, 64), -ENOTSUP);
	assert_int_equal(codec_compress(c, (enum codec)0x40, page, 64, out), -ENOTSUP);
}

static void test_names(void **state)
{
	enum codec codec;

	(void)state;
	assert_string_equal(codec_name(CODEC_NONE), "none");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		assert_int_equal(codec_parse(codec_name(all[i]), &codec), 0);
		assert_int_equal(codec, all[i]);
	}
	assert_null(codec_name((enum codec)0x40));
	assert_int_equal(codec_parse("gzip", &codec), -EINVAL);
	assert_int_equal(codec_parse("", &codec), -EINVAL);
}

static void *in_thread(void *arg)
{
	struct codec_ctx **out = arg;

	*out = codec_ctx_thread();
	return codec_ctx_thread() == *out ? out : NULL;
}

static void test_thread_contexts(void **state)
{
	struct codec_ctx *mine = codec_ctx_thread(), *other = NULL;
	pthread_t t;
	void *ok;

	(void)state;
	assert_ptr_equal(mine, codec_ctx_thread());
	assert_int_equal(pthread_create(&t, NULL, in_thread, &other), 0);
	pthread_join(t, &ok);
	assert_non_null(ok);
	assert_ptr_not_equal(mine, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_none_and_unknown),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_thread_contexts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
