/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/tar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/members.h"
#include "formats/shared.h"
#include "formats/source/parts/slice.h"

#define BLOCK 512u
#define NAME_MAX_BYTES 4096u		/* of a long name, and of a pax header that is looked at */
#define HEADERS_MAX 1000000u

/* struct posix_header: offset, length */
enum { NAME = 0, NAME_LEN = 100, SIZE = 124, SIZE_LEN = 12, CHKSUM = 148, CHKSUM_LEN = 8, TYPE = 156, MAGIC = 257,
       PREFIX = 345, PREFIX_LEN = 155 };

struct tar_walk {
	const struct source *src;
	struct members *m;
	char long_name[NAME_MAX_BYTES + 1];	/* for the next file; "": none */
	bool has_size, sparse;			/* the same */
	uint64_t size;
	size_t sparse_files;
	uint64_t end;				/* of the contents behind the last header */
};

/* Octal digits between blanks, or a number in base 256 when the first bit is set. */
static int get_number(const uint8_t *p, size_t n, uint64_t *out)
{
	size_t i = 0;

	*out = 0;
	if (*p & 0x80) {
		for (i = 1; i < n; i++) {
			if (*out >> 56)
				return -ERANGE;
			*out = *out << 8 | p[i];
		}
		return *p & 0x7f ? -ERANGE : 0;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		*out = *out << 3 | (uint64_t)(p[i] - '0');
	return i == n || p[i] == ' ' || !p[i] ? 0 : -ERANGE;
}

static bool has_checksum(const uint8_t *h)
{
	uint64_t want, sum = CHKSUM_LEN * ' ';

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= CHKSUM && i < CHKSUM + CHKSUM_LEN ? 0 : h[i];
	return !get_number(h + CHKSUM, CHKSUM_LEN, &want) && want == sum;
}

int tar_probe(const struct source *src)
{
	uint8_t h[BLOCK];
	ssize_t n = source_read_some(src, h, sizeof(h), 0);

	if (n < 0)
		return (int)n;
	return n == sizeof(h) && !memcmp(h + MAGIC, "ustar", 5) && has_checksum(h);
}

static int open_in_tar(const struct members *m, const struct member *which, struct source **out)
{
	char *name = members_path(m, which);

	if (!name)
		return -ENOMEM;
	*out = slice_new(shared_ref(m->archive), which->offset, which->size, name);
	free(name);
	return *out ? 0 : -ENOMEM;
}

/* Lines "LENGTH KEY=VALUE\n" of a pax header: name and size of the next file. */
static void read_pax(struct tar_walk *w, char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		char *end, *line = text + at, *value;
		unsigned long len = strtoul(line, &end, 10);

		if (end == line || *end != ' ' || len < (size_t)(end - line) + 4 || len > n - at || line[len - 1] != '\n')
			return;
		line[len - 1] = '\0';
		value = strchr(end, '=');
		if (value && !strncmp(end, " path=", 6)) {
			snprintf(w->long_name, sizeof(w->long_name), "%s", value + 1);
		} else if (value && !strncmp(end, " size=", 6)) {
			w->size = strtoull(value + 1, NULL, 10);
			w->has_size = true;
		} else if (!strncmp(end, " GNU.sparse.", 12)) {
			w->sparse = true;
		}
		at += len;
	}
}

/* A header that belongs to the next file. */
static int read_extra(struct tar_walk *w, char type, uint64_t offset, uint64_t size)
{
	char text[NAME_MAX_BYTES + 1];
	size_t n = min_u64(size, NAME_MAX_BYTES);
	int r;

	if (type != 'L' && type != 'x')
		return 0;
	r = source_read(w->src, text, n, offset);
	if (r)
		return fail(-r, "%s: tar: the header at offset %#llx cannot be read", w->src->name, (unsigned long long)offset);
	text[n] = '\0';
	if (type == 'L')
		memcpy(w->long_name, text, n + 1);
	else
		read_pax(w, text, n);
	return 0;
}

/* The header of a file; what the headers before it told is used up. */
static int take_file(struct tar_walk *w, const uint8_t *h, uint64_t offset, uint64_t size)
{
	char name[PREFIX_LEN + NAME_LEN + 2];
	int prefix = memcmp(h + MAGIC, "ustar\0", 6) || !h[PREFIX] ? 0 : (int)strnlen((const char *)h + PREFIX, PREFIX_LEN);
	int r = 0;

	snprintf(name, sizeof(name), "%.*s%s%.*s", prefix, h + PREFIX, prefix ? "/" : "", NAME_LEN, h + NAME);
	w->sparse_files += w->sparse;
	if (!w->sparse)
		r = members_add(w->m, &(struct member){
			.name = *w->long_name ? w->long_name : name, .offset = offset, .size = size,
		});
	if (r == -E2BIG)
		return fail(E2BIG, "%s: tar: more than %u files", w->src->name, MEMBERS_MAX);
	return r;
}

static int take_header(struct tar_walk *w, const uint8_t *h, uint64_t *at)
{
	uint64_t size, next;
	char type = (char)h[TYPE];
	bool is_file = type == '0' || type == '\0' || type == '7' || type == 'S';
	bool is_extra = type == 'x' || type == 'g' || type == 'L' || type == 'K';
	int r;

	if (!has_checksum(h) || get_number(h + SIZE, SIZE_LEN, &size))
		return fail(EIO, "%s: tar: the header at offset %#llx is damaged", w->src->name, (unsigned long long)*at);
	*at += BLOCK;
	if (w->has_size && !is_extra)
		size = w->size;
	if (type >= '1' && type <= '6')	/* links, devices, folders: nothing follows */
		size = 0;
	if (type == 'S')
		w->sparse = true;
	if (add_overflows(*at, size, &next) || next > UINT64_MAX - BLOCK)
		return fail(EIO, "%s: tar: the header at offset %#llx tells an impossible size", w->src->name,
			    (unsigned long long)*at - BLOCK);
	r = is_file ? take_file(w, h, *at, size) : read_extra(w, type, *at, size);
	if (!is_extra) {
		w->long_name[0] = '\0';
		w->has_size = w->sparse = false;
	}
	w->end = next;
	*at = round_up_u64(next, BLOCK);
	return r;
}

int tar_list_members(struct source *src, struct members *m)
{
	struct tar_walk *w = calloc(1, sizeof(*w));
	uint64_t at = 0;
	size_t headers = 0;
	int r = w ? 0 : -ENOMEM;

	m->where = src->name;
	m->open = open_in_tar;
	m->archive = src;
	if (w) {
		w->src = src;
		w->m = m;
	}
	while (!r && at < src->size && headers++ < HEADERS_MAX) {
		uint8_t h[BLOCK];

		if (source_read(src, h, sizeof(h), at)) {
			log_warn("%s: tar: the archive ends inside a header at offset %#llx", src->name, (unsigned long long)at);
			break;
		}
		if (bytes_are_zero(h, sizeof(h)))
			break;		/* the end of the archive */
		r = take_header(w, h, &at);
	}
	/* a container that was cut off has said so */
	if (!r && w->end > src->size && !src->truncated)
		log_warn("%s: tar: cut off at offset %#llx; what comes after is missing", src->name, (unsigned long long)src->size);
	if (!r && w->sparse_files)
		log_warn("%s: tar: %zu files are stored sparsely (tar -S) and can only be read after unpacking", src->name,
			 w->sparse_files);
	free(w);
	return r;
}
