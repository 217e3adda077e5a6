/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "kernel/log/printk.h"

/* Bytes of the UTF-8 character at s, 0 when it is none. Overlong forms, surrogates and what is above U+10FFFF are none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (s[0] == 0xc2 && s[1] < 0xa0)	/* C1 control characters */
		return 0;
	return n;
}

static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r');
}

void printk_escape(struct outbuf *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (is_plain(s[i]))
			out_char(out, (char)s[i]);
		else if (s[i] >= 0x80 && (n = utf8_length(s + i, len - i)) > 0)
			out_write(out, s + i, n);
		else
			out_printf(out, "\\x%02x", s[i]);
		if (!n)
			n = 1;
	}
}

void printk_record(struct outbuf *out, uint64_t ts_nsec, const char *text, size_t len)
{
	size_t start = out->len, indent, n;

	out_printf(out, "[%5llu.%06llu] ", (unsigned long long)(ts_nsec / 1000000000),
		   (unsigned long long)(ts_nsec % 1000000000 / 1000));
	indent = out->len - start;
	for (const char *end; len && (end = memchr(text, '\n', len)); text += n, len -= n) {
		n = (size_t)(end - text) + 1;
		printk_escape(out, text, n - 1);
		out_printf(out, "\n%*s", (int)indent, "");
	}
	printk_escape(out, text, len);
	out_char(out, '\n');
}
