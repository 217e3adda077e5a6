/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/libsnappy.h"

#include <snappy-c.h>

#include "base/library.h"

static struct {
	snappy_status (*compress)(const char *in, size_t in_len, char *out, size_t *out_len);
	snappy_status (*uncompress)(const char *in, size_t in_len, char *out, size_t *out_len);
	size_t (*max_compressed_length)(size_t len);
	snappy_status (*uncompressed_length)(const char *in, size_t in_len, size_t *len);
} snappy;

static const struct library_function functions[] = {
	{ "snappy_compress", &snappy.compress },
	{ "snappy_uncompress", &snappy.uncompress },
	{ "snappy_max_compressed_length", &snappy.max_compressed_length },
	{ "snappy_uncompressed_length", &snappy.uncompressed_length },
};

static const char *const files[] = { "libsnappy.so.1", NULL };

DEFINE_LIBRARY(library, true, files, functions)

int libsnappy_load(void)
{
	return library_load(&library);
}

bool libsnappy_is_there(void)
{
	return library_is_there(&library);
}

snappy_status snappy_compress(const char *in, size_t in_len, char *out, size_t *out_len)
{
	return snappy.compress(in, in_len, out, out_len);
}

snappy_status snappy_uncompress(const char *in, size_t in_len, char *out, size_t *out_len)
{
	return snappy.uncompress(in, in_len, out, out_len);
}

size_t snappy_max_compressed_length(size_t len)
{
	return snappy.max_compressed_length(len);
}

snappy_status snappy_uncompressed_length(const char *in, size_t in_len, size_t *len)
{
	return snappy.uncompressed_length(in, in_len, len);
}
