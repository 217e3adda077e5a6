/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page compression of the kdump-compressed format (makedumpfile, QEMU): zlib stream, raw LZO1X, raw snappy, one zstd frame.
 *
 * Threads: any; the contexts live in a struct codec_ctx that one thread uses at a time.
 */
#ifndef VMCOREFS_BASE_CODEC_H
#define VMCOREFS_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How a page is stored: the values are those of page_desc.flags in the kdump-compressed format. */
enum codec {
	CODEC_NONE = 0,
	CODEC_ZLIB = 0x01,
	CODEC_LZO = 0x02,
	CODEC_SNAPPY = 0x04,
	CODEC_ZSTD = 0x20,
};

/* All of them, in the order of everything that counts or lists them; CODEC_NONE is the first. */
#define CODECS 5
extern const enum codec codecs[CODECS];

struct codec_ctx;

struct codec_ctx *codec_ctx_new(void);		/* NULL: out of memory */
void codec_ctx_free(struct codec_ctx *c);	/* NULL is fine */
/* This thread's own context, made at first use and freed when the thread ends. NULL: out of memory. */
struct codec_ctx *codec_ctx_thread(void);
/* Scratch memory of the context, undefined contents; gone at the next call with a larger size and at the next
 * codec_compress(). NULL: out of memory. */
void *codec_ctx_buffer(struct codec_ctx *c, size_t size);

/* What the codec needs is here: 0, or -ENOTSUP (logged). For those who open what is compressed: that is no damage. */
int codec_load(enum codec codec);
/* The same without a word. */
bool codec_is_there(enum codec codec);

/* out is filled with exactly out_len bytes, or -EBADMSG (damaged), -ENOTSUP (unknown codec). Logs nothing. */
int codec_decompress(struct codec_ctx *c, enum codec codec, const void *in, size_t in_len, void *out, size_t out_len);

/*
 * Compress one page; out has room for len bytes. Returns the compressed size when it is strictly smaller than len,
 * 0 when it is not (store the page raw then), or -errno.
 */
ssize_t codec_compress(struct codec_ctx *c, enum codec codec, const void *in, size_t len, void *out);

/* "none", "zlib", "lzo", "snappy", "zstd"; NULL for an unknown value. */
const char *codec_name(enum codec codec);
/* 0 or -EINVAL. */
int codec_parse(const char *name, enum codec *out);

#endif
