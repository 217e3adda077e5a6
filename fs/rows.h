/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of all families as one tree: each has a number, the row of its folder, and those that are in it.
 *
 * Threads: any; it does not change. Ownership: borrows the rows.
 */
#ifndef VMCOREFS_FS_ROWS_H
#define VMCOREFS_FS_ROWS_H

#include "fs/node.h"
#include "fs/views/row.h"

#define ROWS_ROOT NODE_ROOT
/* The README of folders that list no names; its key is the row of the folder. */
#define ROWS_README NODE_NARROW

struct joined_row {
	const struct view_row *row;
	const char *name;		/* the last part of its path */
	uint16_t number;
	uint16_t folder;		/* the number of its folder's row */
	uint16_t keyed;			/* the row that its key is a key of: itself, a folder above, or ROWS_ROOT: it has none */
	uint16_t next;			/* in the same folder, of the same kind (names or patterns); 0: none */
	uint16_t first_name, first_pattern;	/* of a folder: what is in it; 0: none */
	bool has_readme;		/* a folder that would list nothing, with names that it answers */
};

struct rows;

/* list: of families, NULL at the end. NULL: out of memory. */
struct rows *rows_new(const struct view_family *const *list);
void rows_free(struct rows *rows);	/* NULL is fine */

/* NULL: there is no row with this number. */
const struct joined_row *rows_get(const struct rows *rows, unsigned int number);
/* Above all numbers. */
unsigned int rows_end(const struct rows *rows);

/* for (each name, or each pattern, in a folder) */
#define ROWS_NAMES(rows, dir, j) \
	for ((j) = rows_get(rows, (dir)->first_name); (j)->number; (j) = rows_get(rows, (j)->next))
#define ROWS_PATTERNS(rows, dir, j) \
	for ((j) = rows_get(rows, (dir)->first_pattern); (j)->number; (j) = rows_get(rows, (j)->next))

#endif
