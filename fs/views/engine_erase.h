/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erase rules, applied while a dump is opened.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FS_VIEWS_ENGINE_ERASE_H
#define VMCOREFS_FS_VIEWS_ENGINE_ERASE_H

#include "fs/views/engine.h"

/* With the kernel open, apply e->erase_rules: e->pages and the kernel's are the erased memory from then on. Fills
 * e->eraseinfo. Errors were logged, but for -ENOMEM. */
int engine_setup_erase(struct engine *e);

#endif
