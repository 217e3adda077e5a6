/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A synthetic file: sorted segments without gaps. Reading any range needs only that range.
 *
 * Built by one thread with the layout_add_*() functions (they append), then immutable and shared by reference count.
 *
 * Threads: layout_add_*: the builder only; all others: any.
 */
#ifndef VMCOREFS_BASE_LAYOUT_H
#define VMCOREFS_BASE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

struct layout;

/* Fill n bytes of a segment from offset off inside it, or fail with -errno. Must be callable from any thread. */
typedef int layout_call_fn(const void *arg, void *buf, size_t n, uint64_t off);

/* Empty layout with one reference, or NULL when out of memory. */
struct layout *layout_new(void);
struct layout *layout_ref(struct layout *l);
void layout_unref(struct layout *l);		/* NULL is fine */

/* All return 0, -ENOMEM, or -EFBIG when the file would outgrow off_t. len 0 adds nothing. */
int layout_add_bytes(struct layout *l, const void *bytes, size_t len);	/* copies */
int layout_add_zero(struct layout *l, uint64_t len);			/* a hole */
/* Bytes of physical memory from paddr on. Borrows ps. Pages that are not stored: holes, or by policy an error. */
int layout_add_pages(struct layout *l, const struct pages *ps, uint64_t paddr, uint64_t len, enum hole_policy holes);
/* Borrows arg. */
int layout_add_call(struct layout *l, layout_call_fn *call, const void *arg, uint64_t len);
/* arg is handed to destroy when the last reference goes, the last one first; for what the segments borrow. 0 or -ENOMEM: arg
 * is still the caller's. */
int layout_own(struct layout *l, void *arg, void (*destroy)(void *arg));

/* The builder may name who keeps one reference: fn(arg) is called whenever that one alone has become the last. */
void layout_when_idle(struct layout *l, void (*fn)(void *arg), void *arg);
/* Are there more references than one? Whoever has that one knows that no more come while it gives none. */
bool layout_is_shared(const struct layout *l);

/* What it takes, in bytes of memory and in those of temporary files. The builder adds what only it knows. */
struct layout_cost {
	uint64_t memory, spool;
};
void layout_add_cost(struct layout *l, struct layout_cost more);
struct layout_cost layout_cost(const struct layout *l);

uint64_t layout_size(const struct layout *l);
/* Bytes that are not in holes: what st_blocks tells. */
uint64_t layout_data_bytes(const struct layout *l);

/* Fill n bytes from off, or fail. The range must lie inside the file (-EINVAL otherwise). */
int layout_read(const struct layout *l, void *buf, size_t n, uint64_t off);

/* lseek(2) SEEK_DATA (data != 0) or SEEK_HOLE: *off is moved. -ENXIO as lseek(2) has it. The file end is a hole. */
int layout_seek(const struct layout *l, int data, uint64_t *off);

#endif
