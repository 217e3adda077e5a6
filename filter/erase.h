/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erased memory as a page source over the dump's: the bytes of the list's ranges are its fill bytes, whatever the page
 * below has there. A page known to be zero that they touch is one with data; the stored bytes of a touched page are not
 * handed out. All else is as below.
 *
 * Threads: any once made.
 */
#ifndef VMCOREFS_FILTER_ERASE_H
#define VMCOREFS_FILTER_ERASE_H

#include "base/pages.h"
#include "filter/erase_list.h"

/* Borrows both; the list is closed. NULL: out of memory. */
struct pages *erase_new(const struct pages *below, const struct erase_list *l);
void erase_free(struct pages *erased);		/* NULL is fine */

/* The same with bytes that are from physical address paddr, wherever they were found. */
void erase_bytes(const struct erase_list *l, uint64_t paddr, uint64_t n, void *bytes);

#endif
