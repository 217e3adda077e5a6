/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of which nobody says what form they have: how many levels, how large a page. They are read in each form that
 * the architecture has; what no kernel writes in one form, and where it would lead, tells most of them apart.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_ARCH_FORMS_H
#define VMCOREFS_ARCH_FORMS_H

#include "arch/arch.h"

struct table_forms {
	size_t n;
	/* Make s, a copy of the space that bare() made, one of form i < n with the top table that pgd names. false: pgd
	 * cannot be of such a one. */
	bool (*set)(struct space *s, uint64_t pgd, size_t i);
	/* May a kernel have written this entry, which is not 0, in a table of this level? Where decode() says that it maps a
	 * page or leads to a table, it must be told apart from what it is in other forms. */
	bool (*possible)(const struct space *s, unsigned int level, uint64_t entry);
};

/*
 * The form of the tables that pgd names into out, for arch.user_space() where bare() left levels at 0. Entries must map
 * something in that form and none may be impossible. Of forms that differ in the page size the one of larger pages wins
 * when a number of addresses are multiples of them; of those that have the same levels the one that has more entries.
 * -EFAULT: they are of no form; -ENOTUNIQ: of more than one.
 */
int space_tell_form(const struct space *bare, uint64_t pgd, const struct table_forms *forms, struct space *out);

/* Does nobody say which form the tables have? */
static inline bool space_form_unknown(const struct space *s) { return !s->tables.levels; }

#endif
