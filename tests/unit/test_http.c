/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps on servers: what their replies say (examples of RFC 9110 among them), and addresses as they are shown. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/source/http/http.h"
#include "formats/source/http/ahead.h"
#include "formats/source/http/headers.h"
#include "tests/unit/unit.h"

#define NOW 784111777			/* Sun, 06 Nov 1994 08:49:37 GMT */

static struct http_reply reply(const char *lines)
{
	struct http_reply r = { .retry_after = -1, .v.last_modified = -1 };

	http_reply_line(&r, "HTTP/1.1 206 Partial Content\r\n", 30, NOW);
	while (*lines) {
		size_t n = strcspn(lines, "|");

		http_reply_line(&r, lines, n, NOW);
		lines += n + (lines[n] == '|');
	}
	return r;
}

static void test_range(void **state)
{
	struct http_reply r = reply("Content-Range: bytes 42-1233/1234\r\n");

	(void)state;
	assert_int_equal(r.status, 206);
	assert_true(r.has_range && r.has_total && !r.bad_range);
	assert_int_equal(r.first, 42);
	assert_int_equal(r.last, 1233);
	assert_int_equal(r.total, 1234);
	r = reply("content-range:BYTES  0-0/*");
	assert_true(r.has_range && !r.has_total && !r.bad_range && r.last == 0);
	r = reply("Content-Range: bytes */1234");
	assert_true(!r.has_range && r.has_total && !r.bad_range && r.total == 1234);
	r = reply("Content-Range: bytes 0-9223372036854775806/9223372036854775807");
	assert_true(r.has_range && !r.bad_range && r.total == INT64_MAX);
	r = reply("Content-Range: bytes 0-1/3|Content-Range: bytes 0-1/3");
	assert_true(r.has_range && !r.bad_range);
}

static void test_bad_range(void **state)
{
	static const char *const bad[] = {
		"", "bytes", "bytes ", "bytes */*", "bytes 1/2", "bytes 1-/2", "bytes -1/2", "bytes 2-1/3", "bytes 0-3/3",
		"bytes 0-1", "bytes 0-1/", "bytes 0-1/3x", "bytes 0-1/-3", "bytes 0 - 1/3", "pages 0-1/3", "bytes=0-1/3",
		"bytes 0-9223372036854775808/9223372036854775809", "bytes 18446744073709551616-18446744073709551617/*",
		"bytes 0x0-0x1/3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char line[128] = "Content-Range: ";

		strncat(line, bad[i], sizeof(line) - strlen(line) - 1);
		if (!reply(line).bad_range)
			fail_msg("%s", line);
	}
	assert_true(reply("Content-Range: bytes 0-1/3|Content-Range: bytes 0-1/4").bad_range);
}

static bool differ(const char *a, const char *b)
{
	struct http_reply x = reply(a), y = reply(b);

	assert_int_equal(http_validators_differ(&x.v, &y.v), http_validators_differ(&y.v, &x.v));
	return http_validators_differ(&x.v, &y.v);
}

static void test_validators(void **state)
{
#define DATE "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"
#define OTHER "Last-Modified: Sun, 06 Nov 1994 08:49:38 GMT"
	(void)state;
	assert_int_equal(reply(DATE).v.last_modified, NOW);
	assert_int_equal(reply("Last-Modified: yesterday, perhaps").v.last_modified, -1);
	assert_false(differ("", ""));
	assert_false(differ("ETag: \"a\"", ""));
	assert_false(differ("ETag: \"a\"|" DATE, "etag:  \"a\" |" OTHER));
	assert_true(differ("ETag: \"a\"|" DATE, "ETag: \"b\"|" DATE));
	assert_true(differ("ETag: \"a\"", "ETag: \"a\"\"b\""));
	assert_false(differ("ETag: W/\"a\"", "ETag: \"a\""));
	assert_true(differ("ETag: W/\"a\"", "ETag: W/\"b\""));
	assert_true(differ("ETag: W/\"a\"|" DATE, "ETag: W/\"a\"|" OTHER));
	assert_true(differ(DATE, OTHER));
	assert_true(differ(DATE "|ETag: \"a\"", OTHER));
	assert_false(differ(DATE, "ETag: \"a\""));
}

static void test_others(void **state)
{
	(void)state;
	assert_int_equal(reply("Retry-After: 7").retry_after, 7);
	assert_int_equal(reply("Retry-After: 0").retry_after, 0);
	assert_int_equal(reply("Retry-After: 99999999999999999999999").retry_after, HTTP_RETRY_AFTER_MAX);
	assert_int_equal(reply("Retry-After: Sun, 06 Nov 1994 08:49:40 GMT").retry_after, 3);
	assert_int_equal(reply("Retry-After: Sun, 06 Nov 1994 08:49:30 GMT").retry_after, 0);
	assert_int_equal(reply("Retry-After: Mon, 06 Nov 2094 08:49:30 GMT").retry_after, HTTP_RETRY_AFTER_MAX);
	assert_int_equal(reply("Retry-After: -1").retry_after, -1);
	assert_int_equal(reply("Retry-After: 7 days").retry_after, -1);
	assert_false(reply("Content-Encoding: identity").encoded);
	assert_true(reply("Content-Encoding: gzip").encoded);
	assert_true(reply("content-encoding: identity, br").encoded);
	/* a redirect before it does not count */
	assert_false(reply("Content-Encoding: gzip|HTTP/1.1 206 x").encoded);
	assert_int_equal(reply("HTTP/2 503").status, 503);
	assert_int_equal(reply("HTTP/1.1 99999 x").status, 0);
}

static void test_shown(void **state)
{
	static const struct { const char *url, *shown; } rows[] = {
		{ "http://host/x", "http://host/x" },
		{ "https://host:8080/a@b:c/x", "https://host:8080/a@b:c/x" },
		{ "http://user@host:80/x", "http://user@host:80/x" },
		{ "http://user:geheim@host:80/x", "http://user@host:80/x" },
		{ "HTTP://user:ge:he@im@host/x", "HTTP://user@host/x" },
		{ "http://:geheim@host/x", "http://@host/x" },
		{ "http://user:ge/heim@host/x", "http://user@host/x" },
		{ "http://user:?geheim@host/x", "http://user@host/x" },
		{ "http://user:geheim@host/x?geheim", "http://user@host/x?..." },
		{ "http://host/x?geheim=@a", "http://host/x?..." },
		{ "http://host?geheim#there", "http://host?..." },
		{ "http://host/x#there", "http://host/x" },
		{ "http://[::1]:80/x", "http://[::1]:80/x" },
		{ "http://user:geheim@[::1]:80/x", "http://user@[::1]:80/x" },
		{ "http://", "http://" },
		{ "http://@:", "http://@:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *shown = http_shown_url(rows[i].url);

		assert_string_equal(shown, rows[i].shown);
		free(shown);
	}
	assert_true(http_is_url("http://x") && http_is_url("HTTPS://x"));
	assert_false(http_is_url("./http://x") || http_is_url("http:/x") || http_is_url("ftp://x") || http_is_url("file://x"));
}

#define BLOCKS 10000u

static void test_ahead(void **state)
{
	struct http_ahead a = { 0 };
	uint64_t ahead, target, planned = 0, requests = 0;

	(void)state;
	/* in order: all is asked for once, in few pieces, and never more in vain than what was read */
	for (uint64_t i = 0; i < BLOCKS; i++) {
		target = http_ahead_plan(&a, i, i + 1, i + 1, BLOCKS, BLOCKS, &ahead);
		planned = planned < i + 1 ? i + 1 : planned;
		assert_true(ahead == planned && target >= ahead && target <= BLOCKS);
		assert_true(target - (i + 1) <= i && target - (i + 1) <= HTTP_AHEAD_MAX);
		requests += target > ahead;
		planned = target;
	}
	assert_int_equal(planned, BLOCKS);
	assert_in_range(requests, BLOCKS / HTTP_AHEAD_MAX, 3 * BLOCKS / HTTP_AHEAD_MAX);

	/* here and there, backwards, the same again: nothing but that */
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t at = i * 7919 % BLOCKS / 10 * 10;

		target = http_ahead_plan(&a, at, at + 1, at + 1, BLOCKS + 10, BLOCKS, &ahead);
		assert_int_equal(target, ahead);
		assert_int_equal(ahead, at + 1);
	}
	a = (struct http_ahead){ 0 };
	for (uint64_t i = 500; i-- > 0;)
		assert_int_equal(http_ahead_plan(&a, 5 * i, 5 * i + 1, 5 * i + 1, BLOCKS, BLOCKS, &ahead), 5 * i + 1);
	/* what one call wants is asked for at once, at the end too */
	a = (struct http_ahead){ 0 };
	assert_int_equal(http_ahead_plan(&a, 40, 44, 60, BLOCKS, BLOCKS, &ahead), 60);
	assert_int_equal(ahead, 44);
	assert_int_equal(http_ahead_plan(&a, 9990, 9994, 12000, BLOCKS, BLOCKS, &ahead), BLOCKS);
	/* max bounds what nobody wants yet */
	for (uint64_t i = 0; i < 100; i++) {
		target = http_ahead_plan(&a, 5000 + i, 5001 + i, 5001 + i, BLOCKS, 4, &ahead);
		assert_true(target <= 5001 + i + 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_bad_range),
		cmocka_unit_test(test_validators),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
