/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/source/http/http.h"

bool http_is_url(const char *path)
{
	return !strncasecmp(path, "http://", 7) || !strncasecmp(path, "https://", 8);
}

/* Where the text from s on ends that may be a password: at the last @ before end, or NULL: there is none. */
static const char *user_end(const char *s, const char *end)
{
	return memrchr(s, '@', (size_t)(end - s));
}

/*
 * scheme://user:password@host/path?query without :password and query. In a password that has a slash or a question mark in
 * it and is not encoded, the host seems to end at that: such an address leads nowhere, but the password is one all the same.
 * It shows by a colon with no port behind it.
 */
char *http_shown_url(const char *url)
{
	const char *start = strstr(url, "://"), *end, *at, *colon;
	size_t query;
	char *shown;

	if (!start)
		return strdup(url);
	start += 3;
	end = start + strcspn(start, "/?#");
	colon = memchr(start, ':', (size_t)(end - start));
	at = user_end(start, end);
	if (!at && colon && *start != '[' && (colon + 1 == end || colon + 1 + strspn(colon + 1, "0123456789") != end))
		at = user_end(start, start + strlen(start));
	if (at && colon && colon < at)
		start = colon;
	else
		at = start;
	query = strcspn(at, "?#");
	if (asprintf(&shown, "%.*s%.*s%s", (int)(start - url), url, (int)query, at, at[query] == '?' ? "?..." : "") < 0)
		return NULL;
	return shown;
}

/* Where an address begins in a word, or NULL. */
static char *find_url(char *word)
{
	for (char *at = word; (at = strpbrk(at, "hH")); at++)
		if (http_is_url(at))
			return at;
	return NULL;
}

/* The last one first: what is behind an address that is shown has no secrets any more. */
void http_hide_url(char *word)
{
	char *url = find_url(word), *shown;
	size_t n, kept;

	if (!url)
		return;
	http_hide_url(url + 1);
	n = strlen(url);
	shown = http_shown_url(url);
	kept = shown ? strnlen(shown, n) : 0;
	if (kept)
		memcpy(url, shown, kept);
	explicit_bzero(url + kept, n - kept);
	free(shown);
}

char *http_numbered_url(const char *url, unsigned int number)
{
	char *shown = http_shown_url(url), *numbered = NULL;

	if (shown && asprintf(&numbered, "%s#%u", shown, number) < 0)
		numbered = NULL;
	free(shown);
	return numbered;
}

bool http_url_number(const char *numbered, unsigned int *number)
{
	const char *hash = strrchr(numbered, '#');
	char end;

	return hash && sscanf(hash + 1, "%u%c", number, &end) == 1;
}
