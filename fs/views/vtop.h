/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a page-table walk, vtop/[<pgd>:]<addr>.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FS_VIEWS_VTOP_H
#define VMCOREFS_FS_VIEWS_VTOP_H

#include "fs/views/engine.h"

/* pgd NULL: the kernel's tables. Of an address that is not mapped, or whose tables are not all there: the walk down to where it
 * ends. -EINVAL: pgd is no address of a table. */
int render_vtop(struct engine *e, const uint64_t *pgd, uint64_t vaddr, struct outbuf *out);

#endif
