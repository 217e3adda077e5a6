/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of symbols, by address and by name: filled, finished, then only read.
 *
 * Owns copies of the names. Threads: filling: one; the rest: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_SYMTAB_H
#define VMCOREFS_KERNEL_DEBUGINFO_SYMTAB_H

#include <stddef.h>
#include <stdint.h>

#define SYMTAB_MAX_NAME 1023		/* bytes of a name: the kernel's KSYM_NAME_LEN is 512 with the NUL */

/* Small, as there may be a million of them. */
struct symtab_entry {
	uint64_t vaddr;
	uint32_t bytes;			/* UINT32_MAX: that, or more */
	uint32_t name;			/* in names; the letter of its type is in front of it */
};

/* A symbol as it is told to others. */
struct symbol {
	const char *name;		/* borrowed from the table */
	uint64_t vaddr;			/* as the dumped kernel has it: KASLR is in */
	uint64_t bytes;			/* size; 0: not told (kallsyms has no sizes) */
	char type;			/* as nm(1) and /proc/kallsyms have it */
};

struct symtab {
	struct symtab_entry *entries;	/* by address once finished, those of one address in the order they came */
	size_t n, cap;
	char *names;
	size_t names_len, names_cap;
	uint32_t *buckets;		/* by name: index in entries + 1, 0: empty */
	uint32_t mask;
};

static inline const char *symtab_name(const struct symtab *t, const struct symtab_entry *e)
{
	return t->names + e->name;
}

static inline char symtab_type(const struct symtab *t, const struct symtab_entry *e)
{
	return t->names[e->name - 1];
}

static inline struct symbol symtab_symbol(const struct symtab *t, const struct symtab_entry *e)
{
	return (struct symbol){ .name = symtab_name(t, e), .vaddr = e->vaddr, .bytes = e->bytes, .type = symtab_type(t, e) };
}

/* name: len bytes, without a NUL, at most SYMTAB_MAX_NAME. -ENOMEM, -EOVERFLOW. */
int symtab_add(struct symtab *t, uint64_t vaddr, uint64_t bytes, char type, const char *name, size_t len);
/* Only when there is none of that name yet. The table has then only such. */
int symtab_add_first(struct symtab *t, uint64_t vaddr, const char *name, size_t len);
/* No more to come. -ENOMEM. */
int symtab_finish(struct symtab *t);
void symtab_free(struct symtab *t);

/* NULL: none. Of several with one name: a global one (type in upper case), else the lowest. */
const struct symtab_entry *symtab_find(const struct symtab *t, const char *name);
/* The last one at or below vaddr; of several at its address the first, as the kernel does. NULL: none. */
const struct symtab_entry *symtab_at(const struct symtab *t, uint64_t vaddr);
/* All in address order, until fn returns something else than 0, which is returned. */
int symtab_each(const struct symtab *t, int (*fn)(void *arg, const struct symbol *sym), void *arg);
/* The same in the order in which they came, those whose names are below names_end in names. -ENOMEM. */
int symtab_each_added(const struct symtab *t, size_t names_end, int (*fn)(void *arg, const struct symbol *sym), void *arg);

#endif
