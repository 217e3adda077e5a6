/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes/: the ELF notes of the dump, a file each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reader/notes.h"
#include "fs/views/engine.h"
#include "fs/views/row.h"

static int find_notes(void *arg)
{
	struct engine *e = arg;
	struct note_index *index = &e->note_index;
	struct dump_note note;
	size_t pos = 0, n = 0;

	while (dump_next_note(e->dump, &pos, &note))
		n++;
	index->at = malloc(n ? n * sizeof(*index->at) : 1);
	if (!index->at)
		return -ENOMEM;
	for (pos = 0; index->n < n && dump_next_note(e->dump, &pos, &note);)
		index->at[index->n++] = (uint32_t)note.header_offset;
	return 0;
}

/* The note with this number. -ENOENT, -ENOMEM. */
static int get_note(struct engine *e, uint64_t number, struct dump_note *note)
{
	int r = once_run(&e->note_index.once, find_notes, e);
	size_t pos;

	if (r || number >= e->note_index.n)
		return r ? r : -ENOENT;
	pos = e->note_index.at[number];
	return dump_next_note(e->dump, &pos, note) ? 0 : -ENOENT;
}

/* "00-CORE-1": place, name and type. Whatever cannot be in a file name becomes an underscore. */
static int format_note(struct engine *e, uint64_t number, char *buf, size_t size)
{
	struct dump_note note;
	int r = get_note(e, number, &note);

	if (r)
		return r;
	snprintf(buf, size, "%02llu-%s-%u", (unsigned long long)number, note.name, note.type);
	for (; *buf; buf++)
		if (*buf == '/' || *buf <= ' ' || *buf > '~')
			*buf = '_';
	return 0;
}

/* The name begins with the place. */
static int parse_note(struct engine *e, const struct view_at *dir, const char *name, uint64_t *number)
{
	char buf[VIEW_NAME_BYTES];
	int r;

	(void)dir;
	if (*name < '0' || *name > '9')
		return -ENOENT;
	*number = strtoull(name, NULL, 10);
	r = format_note(e, *number, buf, sizeof(buf));
	return r ? r : strcmp(name, buf) ? -ENOENT : 0;
}

static int list_notes(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *number)
{
	struct dump_note note;

	(void)dir;
	*number = (*pos)++;
	return get_note(e, *number, &note);
}

static int size_of_note(struct engine *e, const struct view_at *at, struct view_size *out)
{
	struct dump_note note;
	int r = get_note(e, at->key, &note);

	out->size = out->data_bytes = r ? 0 : note.desc_len;
	return r;
}

static int open_note(struct engine *e, const struct view_at *at, struct layout **out)
{
	struct dump_note note;
	struct layout *l;
	int r = get_note(e, at->key, &note);

	if (r)
		return r;
	l = layout_new();
	r = l ? layout_add_bytes(l, note.desc, note.desc_len) : -ENOMEM;
	if (r)
		layout_unref(l);
	else
		*out = l;
	return r;
}

static const char *missing_notes(const struct engine *e)
{
	return e->dump->notes_len ? NULL : "the dump has no ELF notes";
}

static const struct names_ops note_names = { .parse = parse_note, .format = format_note, .list = list_notes };

static const struct view_row rows[] = {
	{ .path = "notes", .cost = "none", .use = "scripts",
	  .help = "the ELF notes, one file each", .type = VIEW_FOLDER, .missing = missing_notes },
	{ .path = "notes/<note>", .type = VIEW_BYTES, .names = &note_names, .size = size_of_note, .open = open_note },
};

VIEW_FAMILY(notes, rows);
