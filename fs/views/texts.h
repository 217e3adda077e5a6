/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text views: each renders into an outbuf. 0 or -errno; errors of memory are in the outbuf.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_TEXTS_H
#define VMCOREFS_FS_VIEWS_TEXTS_H

#include "base/outbuf.h"
#include "fs/views/engine.h"

typedef int render_fn(struct engine *e, struct outbuf *out);

int render_info(struct engine *e, struct outbuf *out);		/* without the list of what is missing */
int render_dmesg(struct engine *e, struct outbuf *out);
int render_dmesg_raw(struct engine *e, struct outbuf *out);
int render_kmsg(struct engine *e, struct outbuf *out);
int render_dmesg_partial(struct engine *e, struct outbuf *out);
int render_vmcore_dmesg(struct engine *e, struct outbuf *out);
int render_vmcoreinfo(struct engine *e, struct outbuf *out);
int render_eraseinfo(struct engine *e, struct outbuf *out);
int render_report(struct engine *e, struct outbuf *out);
int render_progress(struct engine *e, struct outbuf *out);

/* Sizes that these texts do not exceed, in bytes, without reading what they are made of. */
typedef uint64_t bound_fn(const struct engine *e);

uint64_t bound_info(const struct engine *e);
uint64_t bound_log(const struct engine *e);		/* of the dump's log in all forms */
uint64_t bound_saved_log(const struct engine *e);
uint64_t bound_report(const struct engine *e);

/* level-N/report */
int render_level_report(struct engine *e, unsigned int sel, struct outbuf *out);
/* vtop/[<pgd>:]<addr>: pgd NULL: the kernel's. Of an address that is not mapped, or whose tables are not all there: the walk
 * down to where it ends. -EINVAL: pgd is no address of a table. */
int render_vtop(struct engine *e, const uint64_t *pgd, uint64_t vaddr, struct outbuf *out);
/* How that walk ends: as space_walk(). */
int vtop_verdict(struct engine *e, const uint64_t *pgd, uint64_t vaddr);

#endif
