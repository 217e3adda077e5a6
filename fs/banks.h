/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Banks of memory on the command line: FILE[+OFFSET[,LENGTH]]@ADDR, several of them with commas between (as crash has it)
 * or in several arguments. Numbers are hexadecimal, with or without 0x. A file whose name is all that is before the @ is
 * meant as a whole.
 *
 * Threads: before mount only. Ownership: owns everything.
 */
#ifndef VMCOREFS_FS_BANKS_H
#define VMCOREFS_FS_BANKS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/reader/dump.h"

struct banks {
	char **paths;
	struct dump_bank *list;		/* one for each path */
	size_t n, cap, paths_cap;
};

/* 0, or -EINVAL and -ENOMEM after a message. */
int banks_add(struct banks *b, const char *text);
void banks_free(struct banks *b);

#endif
