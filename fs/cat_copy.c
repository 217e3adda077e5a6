/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/cat_copy.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/log_held.h"

#define PIECE ((size_t)1 << 20)
#define SMALL_PIECE ((size_t)4096)	/* to get as close to damage as a reader of the mount does */
#define DUMP_ELF_INCOMPLETE 0x1u	/* e_flags, as makedumpfile -E sets it when it runs out of space */

struct cat_copy {
	const struct view *v;
	const char *path;
	struct output *out;
	char *buf;		/* PIECE bytes */
	size_t said;		/* log_held_errors() before */
	bool image;
	bool may_mark;
	uint64_t mark_at;	/* where the file says until its end that it is incomplete; 0: it does not */
	uint8_t mark[4];	/* what is there in truth */
};

/* An ELF file's first bytes say that it is incomplete: whatever ends this early, that is true. */
static void mark_incomplete(struct cat_copy *c, size_t n)
{
	uint8_t *b = (uint8_t *)c->buf, *flags;
	bool big;

	if (n < sizeof(Elf64_Ehdr) || memcmp(b, ELFMAG, SELFMAG))
		return;
	big = b[EI_DATA] == ELFDATA2MSB;
	c->mark_at = b[EI_CLASS] == ELFCLASS64 ? offsetof(Elf64_Ehdr, e_flags) : offsetof(Elf32_Ehdr, e_flags);
	flags = b + c->mark_at;
	memcpy(c->mark, flags, sizeof(c->mark));
	put_u32(flags, get_u32(flags, big) | DUMP_ELF_INCOMPLETE, big);
	c->out->marked = true;
}

/* In one line, unless it was said: damage is why, and what is made of all that can be read is not far. */
static int cannot_read(const struct cat_copy *c, int r, uint64_t off)
{
	static const char advice[] = "; kdump-compressed and level-N/dump have all that can be read";
	bool damaged = r == -EIO || r == -EBADMSG, known;
	char why[768];

	if (log_held_errors() > c->said)
		return r;
	known = log_held_damage(why, sizeof(why));
	log_err("%s: offset %#llx: %s%s%s%s", c->path, (unsigned long long)off, strerror(r == -EBADMSG ? EIO : -r),
		known ? ": " : "", known ? why : "", damaged && c->image ? advice : "");
	return r;
}

/* To the output's position, or, when it has holes, to off behind its base. */
static int copy_range(struct cat_copy *c, uint64_t off, uint64_t end)
{
	size_t piece = PIECE;
	int r;

	for (size_t n; off < end; off += n) {
		n = (size_t)min_u64(end - off, piece);
		r = view_read(c->v, c->buf, n, off);
		if (r < 0 && n > SMALL_PIECE) {
			piece = SMALL_PIECE;
			n = 0;
			continue;
		}
		if (r < 0)
			return cannot_read(c, r, off);
		if (!off && c->may_mark)
			mark_incomplete(c, n);
		r = c->out->empty ? output_put_at(c->out, c->buf, n, off) : output_put(c->out, c->buf, n);
		if (r)
			return r;
	}
	return 0;
}

/* Only the data, each at its place; the rest is what the file system makes of it. */
static int copy_sparse(struct cat_copy *c, uint64_t size)
{
	uint64_t off = 0, end;
	int r = 0;

	while (!r && off < size && (r = view_seek(c->v, 1, &off)) != -ENXIO) {
		end = off;
		if (r == 0)
			r = view_seek(c->v, 0, &end);
		if (r < 0) {
			log_err("%s: %s", c->path, strerror(-r));
			return r;
		}
		r = copy_range(c, off, end);
		off = end;
	}
	return r && r != -ENXIO ? r : output_finish(c->out, size);
}

int cat_copy(const struct view *v, const char *path, bool image, struct output *out)
{
	struct cat_copy c = { .v = v, .path = path, .out = out, .buf = malloc(PIECE), .said = log_held_errors(), .image = image,
			      .may_mark = image && out->seekable };
	int r;

	if (!c.buf)
		return fail(ENOMEM, "%s: %s", path, strerror(ENOMEM));
	r = out->empty ? copy_sparse(&c, view_size(v)) : copy_range(&c, 0, view_size(v));
	if (!r && c.mark_at)
		r = output_put_at(out, c.mark, sizeof(c.mark), c.mark_at);
	free(c.buf);
	return r;
}
