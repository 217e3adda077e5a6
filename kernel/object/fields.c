/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define PATH_MAX_LEN 256

/* "type.members" of len characters. */
static int resolve_path(const struct knames *names, const char *path, size_t len, struct kplace *out)
{
	char text[PATH_MAX_LEN], *dot;

	if (!len || len >= sizeof(text))
		return -EINVAL;
	memcpy(text, path, len);
	text[len] = '\0';
	dot = strchr(text, '.');
	if (dot)
		*dot = '\0';
	*out = (struct kplace){ 0 };
	return names->place(names->arg, text, dot ? dot + 1 : "", out);
}

static const char *first_path(const struct kfield *f)
{
	return f->path + (*f->path == '?');
}

static int resolve(const struct knames *names, struct kfield *f)
{
	int r = -ENOENT;

	f->known = false;
	for (const char *path = first_path(f); path && r == -ENOENT;) {
		size_t len = strcspn(path, "|");

		r = resolve_path(names, path, len, &f->at);
		path = path[len] ? path + len + 1 : NULL;
	}
	f->known = !r;
	if (r)
		f->at = (struct kplace){ 0 };
	return r == -ENOENT && *f->path == '?' ? 0 : r;
}

int kfields_resolve(const struct knames *names, struct kfield *fields, size_t n)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		int r = resolve(names, &fields[i]);

		if (r && (!result || result == -ENOENT))
			result = r;
	}
	return result;
}

void kfields_missing(const struct kfield *fields, size_t n, bool optional, struct outbuf *out)
{
	const char *between = "";

	for (size_t i = 0; i < n; i++) {
		const char *path = first_path(&fields[i]);

		if (fields[i].known || (!optional && path != fields[i].path))
			continue;
		out_printf(out, "%s%.*s", between, (int)strcspn(path, "|"), path);
		between = ", ";
	}
}

int kvariable(const struct knames *names, const char *path, uint64_t *vaddr)
{
	int r = -ENOENT;

	while (path && r == -ENOENT) {
		char name[KFIELD_NAME_MAX];
		size_t len = strcspn(path, "|");
		uint64_t bytes;

		if (!len || len >= sizeof(name))
			return -EINVAL;
		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		r = names->variable(names->arg, name, vaddr, &bytes);
		path = path[len] ? path + len + 1 : NULL;
	}
	return r;
}

static int64_t with_sign(uint64_t value, unsigned int bits, bool is_signed)
{
	unsigned int above = 64 - bits;

	if (is_signed)
		return (int64_t)(value << above) >> above;
	return (int64_t)(value << above >> above);
}

/* In a packed struct it may go on behind the integer that it begins in: so many bytes as have a bit of it. */
static int64_t get_bits(struct kreader *r, uint64_t object, const struct kplace *at)
{
	bool big = kreader_big_endian(r);
	unsigned int skip = at->bit_offset % 8, n = (skip + at->bits + 7) / 8;
	uint8_t raw[9];
	unsigned __int128 all = 0;

	if (at->bits > 64 || kread(r, object + at->offset + at->bit_offset / 8, raw, n))
		return 0;
	for (unsigned int i = 0; i < n; i++)
		all = all << 8 | raw[big ? i : n - 1 - i];
	all >>= big ? 8 * n - skip - at->bits : skip;
	return with_sign((uint64_t)all, at->bits, at->is_signed);
}

static int64_t get_plain(struct kreader *r, uint64_t vaddr, uint64_t bytes, bool is_signed)
{
	if (!bytes || bytes > 8)
		return 0;
	return is_signed ? kint(r, vaddr, (unsigned int)bytes) : (int64_t)kuint(r, vaddr, (unsigned int)bytes);
}

int64_t kget(struct kreader *r, uint64_t object, const struct kfield *f)
{
	if (!f->known)
		return 0;
	if (f->at.bits)
		return get_bits(r, object, &f->at);
	return get_plain(r, object + f->at.offset, f->at.bytes, f->at.is_signed);
}

int64_t kget_at(struct kreader *r, uint64_t object, const struct kfield *f, uint64_t i)
{
	if (!f->known)
		return 0;
	return get_plain(r, object + f->at.offset + i * f->at.element_bytes, f->at.element_bytes, f->at.is_signed);
}

size_t kget_string(struct kreader *r, uint64_t object, const struct kfield *f, char *buf, size_t size)
{
	if (!f->known) {
		if (size)
			*buf = '\0';
		return 0;
	}
	return kstring(r, object + f->at.offset, buf, min_u64(size, f->at.bytes ? f->at.bytes + 1 : size));
}
