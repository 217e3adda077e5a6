/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct view_row root_row = { .path = "", .type = VIEW_FOLDER };
static const struct view_row readme_row = { .path = "README", .type = VIEW_TEXT };

struct rows {
	unsigned int end;
	struct joined_row at[];		/* by number; row NULL: none */
};

const struct joined_row *rows_get(const struct rows *rows, unsigned int number)
{
	return number < rows->end && rows->at[number].row ? &rows->at[number] : NULL;
}

unsigned int rows_end(const struct rows *rows)
{
	return rows->end;
}

/* The next of their numbers: to be asked for all rows in the order of the families. */
struct row_numbers {
	unsigned int wide, narrow;
};

#define FIRST_NUMBERS ((struct row_numbers){ NODE_ROOT + 1, ROWS_README + 1 })

static unsigned int next_number(struct row_numbers *n, const struct view_row *r)
{
	return r->names && r->names->wide ? n->wide++ : n->narrow++;
}

/* The row with this path, len characters of it. */
static struct joined_row *find_path(struct rows *rows, const char *path, size_t len)
{
	for (unsigned int i = 0; i < rows->end; i++) {
		const struct view_row *r = rows->at[i].row;

		if (r && i != ROWS_README && !strncmp(r->path, path, len) && !r->path[len])
			return &rows->at[i];
	}
	return NULL;
}

static void put_row(struct rows *rows, const struct view_row *r, unsigned int number)
{
	const char *slash = strrchr(r->path, '/');

	rows->at[number] = (struct joined_row){
		.row = r, .name = slash ? slash + 1 : r->path, .number = (uint16_t)number,
	};
}

/* Put it behind those that are there already. */
static void append(struct rows *rows, uint16_t *first, uint16_t number)
{
	while (*first)
		first = &rows->at[*first].next;
	*first = number;
}

/* What a row is in. A path without its folder is a mistake of ours. */
static void join(struct rows *rows, struct joined_row *j)
{
	size_t len = (size_t)(j->name - j->row->path);
	struct joined_row *folder = find_path(rows, j->row->path, len ? len - 1 : 0);

	assert(folder && folder->row->type == VIEW_FOLDER);
	j->folder = folder->number;
	append(rows, j->row->names ? &folder->first_pattern : &folder->first_name, j->number);
}

static void find_keyed(struct rows *rows, struct joined_row *j)
{
	const struct joined_row *k = j;

	while (k->number != ROWS_ROOT && !k->row->names)
		k = &rows->at[k->folder];
	j->keyed = k->number;
}

static void find_readme(struct rows *rows, struct joined_row *j)
{
	const struct joined_row *in;
	bool empty = j->first_pattern;

	ROWS_PATTERNS(rows, j, in)
		empty &= !in->row->names->list;
	ROWS_NAMES(rows, j, in)
		empty &= in->row->unlisted;
	j->has_readme = empty && j->row->help;
}

struct rows *rows_new(const struct view_family *const *list)
{
	struct row_numbers next = FIRST_NUMBERS;
	struct rows *rows;
	size_t n = 0;

	for (const struct view_family *const *f = list; *f; f++)
		n += (*f)->nrows;
	assert(next.narrow + n < NODE_ROWS);
	rows = calloc(1, sizeof(*rows) + (next.narrow + n) * sizeof(*rows->at));
	if (!rows)
		return NULL;
	rows->end = next.narrow + (unsigned int)n;
	put_row(rows, &root_row, ROWS_ROOT);
	put_row(rows, &readme_row, ROWS_README);
	for (const struct view_family *const *f = list; *f; f++)
		for (size_t i = 0; i < (*f)->nrows; i++)
			put_row(rows, &(*f)->rows[i], next_number(&next, &(*f)->rows[i]));
	assert(next.wide <= NODE_NARROW);
	/* in the order of the families, which numbers of wide rows are not in */
	next = FIRST_NUMBERS;
	for (const struct view_family *const *f = list; *f; f++)
		for (size_t i = 0; i < (*f)->nrows; i++)
			join(rows, &rows->at[next_number(&next, &(*f)->rows[i])]);
	for (unsigned int k = ROWS_ROOT + 1; k < rows->end; k++)
		if (rows->at[k].row && k != ROWS_README)
			find_keyed(rows, &rows->at[k]);
	for (unsigned int k = ROWS_ROOT; k < rows->end; k++)
		if (rows->at[k].row && rows->at[k].row->type == VIEW_FOLDER)
			find_readme(rows, &rows->at[k]);
	return rows;
}

void rows_free(struct rows *rows)
{
	free(rows);
}
