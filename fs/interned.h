/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that do not fit into an inode number (phys/<addr>+<len>): each that somebody has looked up gets a number, by its row,
 * the key of its folder and its text, while the kernel remembers it.
 *
 * Threads: any; one lock, a leaf, held for no more than a list walk.
 */
#ifndef VMCOREFS_FS_INTERNED_H
#define VMCOREFS_FS_INTERNED_H

#include <stddef.h>
#include <stdint.h>

struct interned;

struct interned *interned_new(void);		/* NULL: out of memory */
void interned_free(struct interned *t);		/* NULL is fine */

#define INTERNED_MAX (1u << 20)		/* names at a time */

/* The number of a name, one lookup counted. 0; -ENOMEM, also when the kernel remembers INTERNED_MAX others. A number, from
 * 0 on, is never used again for another name. */
int interned_add(struct interned *t, unsigned int row, uint64_t folder, const char *text, uint64_t *number);
/* -ENOENT: forgotten, or of another row; -ENAMETOOLONG: size is too small. */
int interned_get(struct interned *t, unsigned int row, uint64_t number, uint64_t *folder, char *text, size_t size);
/* n lookups less. */
void interned_forget(struct interned *t, uint64_t number, uint64_t n);

#endif
