/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/libcurl.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdarg.h>

#include "base/library.h"

/* One for the program, as the library is; filled when it is loaded. */
static struct {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *easy);
	CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
	const char *(*easy_strerror)(CURLcode code);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_cleanup)(CURLM *multi);
	CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
	CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_perform)(CURLM *multi, int *running);
	CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *fds, unsigned int nfds, int ms, int *ready);
	CURLMcode (*multi_wakeup)(CURLM *multi);
	CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
	time_t (*getdate)(const char *text, const time_t *unused);
} curl;

static const struct library_function functions[] = {
	{ "curl_global_init", &curl.global_init },
	{ "curl_easy_init", &curl.easy_init },
	{ "curl_easy_cleanup", &curl.easy_cleanup },
	{ "curl_easy_setopt", &curl.easy_setopt },
	{ "curl_easy_getinfo", &curl.easy_getinfo },
	{ "curl_easy_strerror", &curl.easy_strerror },
	{ "curl_multi_init", &curl.multi_init },
	{ "curl_multi_cleanup", &curl.multi_cleanup },
	{ "curl_multi_setopt", &curl.multi_setopt },
	{ "curl_multi_add_handle", &curl.multi_add_handle },
	{ "curl_multi_remove_handle", &curl.multi_remove_handle },
	{ "curl_multi_perform", &curl.multi_perform },
	{ "curl_multi_poll", &curl.multi_poll },
	{ "curl_multi_wakeup", &curl.multi_wakeup },
	{ "curl_multi_info_read", &curl.multi_info_read },
	{ "curl_getdate", &curl.getdate },
};

/* The same interface, by the TLS library behind it: Debian has the first one for programs under the GPL. */
static const char *const files[] = { "libcurl-gnutls.so.4", "libcurl.so.4", NULL };

DEFINE_LIBRARY(library, false, files, functions)

int libcurl_load(void)
{
	return library_load(&library);
}

CURLcode curl_global_init(long flags)
{
	return libcurl_load() ? CURLE_FAILED_INIT : curl.global_init(flags);
}

CURL *curl_easy_init(void)
{
	return libcurl_load() ? NULL : curl.easy_init();
}

CURLM *curl_multi_init(void)
{
	return libcurl_load() ? NULL : curl.multi_init();
}

time_t curl_getdate(const char *text, const time_t *unused)
{
	return libcurl_load() ? -1 : curl.getdate(text, unused);
}

/* Those below get what those above have made. */

void curl_easy_cleanup(CURL *easy)
{
	curl.easy_cleanup(easy);
}

/* The number of an option tells the type of its argument. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode r;
	va_list ap;

	va_start(ap, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		r = curl.easy_setopt(easy, option, va_arg(ap, long));
	else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
		r = curl.easy_setopt(easy, option, va_arg(ap, curl_off_t));
	else
		r = curl.easy_setopt(easy, option, va_arg(ap, void *));
	va_end(ap);
	return r;
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	CURLMcode r;
	va_list ap;

	va_start(ap, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		r = curl.multi_setopt(multi, option, va_arg(ap, long));
	else if ((int)option >= CURLOPTTYPE_OFF_T)
		r = curl.multi_setopt(multi, option, va_arg(ap, curl_off_t));
	else
		r = curl.multi_setopt(multi, option, va_arg(ap, void *));
	va_end(ap);
	return r;
}

/* All of them want a pointer. */
CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	CURLcode r;
	va_list ap;

	va_start(ap, info);
	r = curl.easy_getinfo(easy, info, va_arg(ap, void *));
	va_end(ap);
	return r;
}

const char *curl_easy_strerror(CURLcode code)
{
	return curl.easy_strerror(code);
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
	return curl.multi_cleanup(multi);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_add_handle(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_remove_handle(multi, easy);
}

CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
	return curl.multi_perform(multi, running);
}

CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd fds[], unsigned int nfds, int ms, int *ready)
{
	return curl.multi_poll(multi, fds, nfds, ms, ready);
}

CURLMcode curl_multi_wakeup(CURLM *multi)
{
	return curl.multi_wakeup(multi);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
	return curl.multi_info_read(multi, left);
}
