/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is erased: physical memory, and the rule that each piece of it is for.
 *
 * Filled by one thread, closed, then immutable. Threads: any once closed.
 */
#ifndef VMCOREFS_FILTER_ERASE_LIST_H
#define VMCOREFS_FILTER_ERASE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outbuf.h"
#include "base/pages.h"

#define ERASE_FILL 'X'

/* Memory that is filled with one byte. */
struct erase_range {
	uint64_t paddr, len;
	uint8_t fill;
};

struct erase_list {
	struct erase_range *ranges;	/* owned; once closed: sorted, without overlaps and adjacent equals */
	size_t nranges;
	uint64_t bytes;			/* in all ranges */
	uint64_t strings;		/* copies of strings that were found */
	struct erase_piece *pieces;	/* owned: physical memory, those of an entry together */
	size_t npieces, pieces_cap;
	struct erase_entry *entries;	/* owned: one for each time that a command found something */
	size_t nentries, entries_cap;
};

/*
 * Fill it: an entry for each time that a command found something, then its pieces in the order of their addresses.
 * expr: the command's words for the eraseinfo text, borrowed; entries of one command share the pointer. -ENOMEM.
 */
int erase_list_entry(struct erase_list *l, const char *expr, bool nullify);
int erase_list_piece(struct erase_list *l, uint64_t paddr, uint64_t len);
/*
 * As makedumpfile has it: of entries that start at the same byte the first stays, as long as the longest of them; of
 * ranges that overlap the one that starts last shows.
 */
int erase_list_close(struct erase_list *l);
void erase_list_free(struct erase_list *l);

/*
 * The eraseinfo text, a line for each entry that hits stored pages of ps from page first to end - 1: "erase EXPR size
 * BYTES", BYTES counting those in such pages only, or "erase EXPR nullify". In the order of the commands.
 */
void erase_list_text(const struct erase_list *l, const struct pages *ps, uint64_t first, uint64_t end,
		     struct outbuf *out);

#endif
