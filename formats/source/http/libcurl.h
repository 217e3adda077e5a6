/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl, loaded when it is needed: its functions under their own names, see <curl/curl.h>. Those that make something
 * (curl_global_init(), curl_easy_init(), curl_multi_init()) fail, and curl_getdate() knows no date, where it is not
 * installed.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_LIBCURL_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_LIBCURL_H

/* 0, or -ENOTSUP (logged). */
int libcurl_load(void);

#endif
