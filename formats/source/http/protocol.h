/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes between the program, which parses dumps, and the process that reads from servers (process.h), over a socket.
 * Neither believes the other: the addresses are settled before the first byte of a dump is read, what is asked for is a part of
 * one of them by its number, and each checks all numbers that it gets.
 *
 * The program asks for parts by an id of its own, which is free again after HTTP_DONE. Each request is answered by HTTP_DATA,
 * any number of times, for the bytes in order, each once; HTTP_NOTE with a text; and one HTTP_DONE. The bytes themselves go
 * through memory that both share (ring.h), in the order of their messages: a socket would copy them twice more.
 *
 * Both ends are the same program: the byte order and the types are the host's.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_PROTOCOL_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_PROTOCOL_H

#include <stdint.h>

#define HTTP_REQUESTS_MAX 4096u		/* at a time; no two of them have ids that are equal modulo this */
#define HTTP_PART_MAX (4u << 20)	/* bytes that one request asks for */
#define HTTP_DATA_MAX (64u << 10)	/* bytes that one HTTP_DATA tells of */
#define HTTP_TEXT_MAX 512u		/* bytes of a text, which has no NUL */

enum http_request_type {
	HTTP_OPEN = 1,			/* the part at offset 0, and what file it is; may end before len */
	HTTP_READ,			/* all of a part */
	HTTP_CANCEL,			/* the request of this id; nothing happens if it is done */
};

struct http_request {
	uint32_t type, id;
	uint32_t file;			/* the number of the address */
	uint32_t urgent;		/* 1: somebody waits for it; else 0 */
	uint64_t off, len;		/* bytes */
};

enum http_answer_type { HTTP_DATA = 1, HTTP_NOTE, HTTP_DONE };

struct http_answer {
	uint32_t type, id;
	uint32_t len;			/* bytes: of the file, in the ring; or of a text that follows: why it failed */
	int32_t r;			/* HTTP_DONE: 0, or what fetch.h has */
	uint64_t size;			/* HTTP_DONE of HTTP_OPEN: bytes of the file; */
	int64_t mtime;			/* seconds since the epoch, -1: not told */
};

#endif
