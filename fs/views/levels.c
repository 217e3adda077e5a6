/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that are as large as the dump: at the top all of it, in level-<n>/ what is left of it, and that in parts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/views/engine.h"
#include "fs/views/report.h"
#include "fs/views/row.h"

static const unsigned int listed_levels[] = { 1, 31 };

/* s is n below max, in its shortest form. */
static bool is_number_below(const char *s, unsigned int max, unsigned int *out)
{
	char canonical[16];

	for (unsigned int i = 0; i < max; i++) {
		snprintf(canonical, sizeof(canonical), "%u", i);
		if (!strcmp(s, canonical)) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* "level-31", "level-31+vmemmap". */
static bool selection_of_name(const char *name, unsigned int *sel)
{
	for (*sel = 0; *sel < WHOLE; ++*sel) {
		char buf[32];

		if (!strcmp(name, engine_selection_name(*sel, buf)))
			return true;
	}
	return false;
}

static int parse_level(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	unsigned int sel;

	(void)dir;
	if (!selection_of_name(name, &sel) || !engine_has_selection(e, sel))
		return -ENOENT;
	*key = sel;
	return 0;
}

static int format_level(struct engine *e, uint64_t key, char *buf, size_t size)
{
	char name[32];

	if (key >= WHOLE || !engine_has_selection(e, (unsigned int)key))
		return -ENOENT;
	snprintf(buf, size, "%s", engine_selection_name((unsigned int)key, name));
	return 0;
}

static int list_levels(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)dir;
	while (*pos < ARRAY_SIZE(listed_levels)) {
		*key = listed_levels[(*pos)++];
		if (engine_has_selection(e, (unsigned int)*key))
			return 0;
	}
	return -ENOENT;
}

static const char why_no_vmemmap[] = "the page structs are not in large pages that are known here";

static const char *why_no_level(const struct engine *e, const char *name)
{
	unsigned int sel;

	if (!selection_of_name(name, &sel) || engine_has_selection(e, sel))
		return NULL;
	return e->memmap ? why_no_vmemmap : e->why_no_classes;
}

static void put_missing_levels(const struct engine *e, struct outbuf *out)
{
	if (!e->memmap)
		out_printf(out, "missing: levels other than 0 and 1: %s\n", e->why_no_classes);
	else if (!engine_has_selection(e, WITHOUT_VMEMMAP))
		out_printf(out, "missing: level-N+vmemmap: %s\n", why_no_vmemmap);
}

/* split-<k>: selection << 8 | k; a part: that << 8 | its number, from 1 on. */
struct split_key {
	unsigned int sel, parts, part;		/* part: from 0 on */
};

static struct split_key split_of(uint64_t key)
{
	return (struct split_key){ (unsigned int)(key >> 8), key & 0xff, 0 };
}

static struct split_key part_of(uint64_t key)
{
	struct split_key k = split_of(key >> 8);

	k.part = (unsigned int)(key & 0xff) - 1;
	return k;
}

static int parse_split(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	unsigned int parts;

	if (strncmp(name, "split-", 6) || !is_number_below(name + 6, SPLIT_MAX + 1, &parts) || !engine_has_split(e, parts))
		return -ENOENT;
	*key = dir->key << 8 | parts;
	return 0;
}

static int format_split(struct engine *e, uint64_t key, char *buf, size_t size)
{
	struct split_key k = split_of(key);

	if (key >> 8 >= WHOLE || !engine_has_selection(e, k.sel) || !engine_has_split(e, k.parts))
		return -ENOENT;
	snprintf(buf, size, "split-%u", k.parts);
	return 0;
}

static uint64_t level_of_split(uint64_t key)
{
	return key >> 8;
}

static int parse_part(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	unsigned int part;

	(void)e;
	if (!is_number_below(name, split_of(dir->key).parts + 1, &part) || !part)
		return -ENOENT;
	*key = dir->key << 8 | part;
	return 0;
}

static int format_part(struct engine *e, uint64_t key, char *buf, size_t size)
{
	struct split_key k = part_of(key);
	int r = format_split(e, key >> 8, buf, size);

	if (r || k.part >= k.parts)
		return -ENOENT;
	snprintf(buf, size, "%u", k.part + 1);
	return 0;
}

static int list_parts(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)e;
	if (*pos >= split_of(dir->key).parts)
		return -ENOENT;
	*key = dir->key << 8 | ++*pos;
	return 0;
}

static int size_of_part(struct engine *e, const struct view_at *at, struct view_size *out)
{
	struct split_key k = part_of(at->key);

	engine_split_size(e, k.sel, k.parts, k.part, out);
	return 0;
}

static int open_part(struct engine *e, const struct view_at *at, struct layout **out)
{
	struct split_key k = part_of(at->key);

	return engine_split_image(e, k.sel, k.parts, k.part, out);
}

static int stream_part(struct engine *e, const struct view_at *at, struct output *out)
{
	struct split_key k = part_of(at->key);

	return engine_split_stream(e, k.sel, k.parts, k.part, out);
}

/* Files at the top are of all pages; rows have the kind of their image. */
static unsigned int selection_of(const struct view_at *at)
{
	return strchr(at->row->path, '/') ? (unsigned int)at->key : WHOLE;
}

static int size_of_image(struct engine *e, const struct view_at *at, struct view_size *out)
{
	engine_image_size(e, selection_of(at), (enum image_kind)at->row->param, out);
	return 0;
}

static int open_image(struct engine *e, const struct view_at *at, struct layout **out)
{
	return engine_image(e, selection_of(at), (enum image_kind)at->row->param, out);
}

static int stream_image(struct engine *e, const struct view_at *at, struct output *out)
{
	return engine_stream(e, selection_of(at), (enum image_kind)at->row->param, out);
}

static int render_report_of_level(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	return render_level_report(e, (unsigned int)at->key, out);
}

#define IMAGE_OF(kind) .type = VIEW_IMAGE, .param = kind, .size = size_of_image, .open = open_image, .stream = stream_image

static const struct view_row image_rows[] = {
	{ .path = "elf", .cost = "none", .use = "`crash`, `gdb`, `drgn`, `readelf`",
	  .help = "ELF core of all stored memory, for gdb, crash and drgn", IMAGE_OF(IMAGE_ELF) },
	{ .path = "kdump-compressed", .cost = "first open: may compress", .use = "`crash`, `makedumpfile`",
	  .help = "the same as makedumpfile writes it; opening it compresses all that is not yet", IMAGE_OF(IMAGE_KDUMP) },
	{ .path = "flattened", .cost = "first open: compresses all", .use = "pipes",
	  .help = "the same as makedumpfile's flattened stream; --cat writes it while it compresses",
	  IMAGE_OF(IMAGE_FLATTENED) },
	{ .path = "raw", .cost = "none", .use = "`strings`, `xxd`, `volatility`",
	  .help = "physical memory, file offset = physical address, with holes", IMAGE_OF(IMAGE_RAW) },
	{ .path = "lime", .cost = "none", .use = "`volatility`",
	  .help = "the same as LiME writes it: a record for each range, for volatility",
	  IMAGE_OF(IMAGE_LIME) },
};

VIEW_FAMILY(images, image_rows);

static const struct names_ops level_names = {
	.parse = parse_level, .format = format_level, .list = list_levels, .few = true, .why_not = why_no_level,
};
static const struct names_ops split_names = { .parse = parse_split, .format = format_split, .parent = level_of_split };
static const struct names_ops part_names = { .parse = parse_part, .format = format_part, .list = list_parts, .few = true };

#define LEVEL "level-<0..31>"

/* Not listed is what would be compressed once more by who walks the tree. */
static const struct view_row level_rows[] = {
	{ .path = LEVEL, .cost = "first open", .use = "all",
	  .help = "{dump[.<codec>],elf,flattened,lime,raw,report,split-<k>/}: as makedumpfile -d, -e",
	  .type = VIEW_FOLDER, .names = &level_names, .put_missing = put_missing_levels },
	{ .path = LEVEL "/dump", IMAGE_OF(IMAGE_KDUMP) },
	{ .path = LEVEL "/elf", IMAGE_OF(IMAGE_ELF) },
	{ .path = LEVEL "/raw", IMAGE_OF(IMAGE_RAW) },
	{ .path = LEVEL "/report", .type = VIEW_COSTLY_TEXT, .render = render_report_of_level, .bound = bound_report },
	{ .path = LEVEL "/lime", .unlisted = true, IMAGE_OF(IMAGE_LIME) },
	{ .path = LEVEL "/flattened", .unlisted = true, IMAGE_OF(IMAGE_FLATTENED) },
	{ .path = LEVEL "/dump.none", .unlisted = true, IMAGE_OF(IMAGE_KDUMP_NONE) },
	{ .path = LEVEL "/dump.zlib", .unlisted = true, IMAGE_OF(IMAGE_KDUMP_ZLIB) },
	{ .path = LEVEL "/dump.lzo", .unlisted = true, IMAGE_OF(IMAGE_KDUMP_LZO) },
	{ .path = LEVEL "/dump.snappy", .unlisted = true, IMAGE_OF(IMAGE_KDUMP_SNAPPY) },
	{ .path = LEVEL "/dump.zstd", .unlisted = true, IMAGE_OF(IMAGE_KDUMP_ZSTD) },
	{ .path = LEVEL "/split-<k>", .type = VIEW_FOLDER, .names = &split_names },
	{ .path = LEVEL "/split-<k>/<i>", .type = VIEW_IMAGE, .names = &part_names, .size = size_of_part, .open = open_part,
	  .stream = stream_part },
};

VIEW_FAMILY(levels, level_rows);
