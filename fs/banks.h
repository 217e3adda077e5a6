/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Banks of memory on the command line: FILE@ADDR, several of them with commas between (as crash has it) or in several
 * arguments. ADDR is hexadecimal, with or without 0x.
 *
 * Threads: before mount only. Ownership: owns everything.
 */
#ifndef VMCOREFS_FS_BANKS_H
#define VMCOREFS_FS_BANKS_H

#include <stddef.h>
#include <stdint.h>

struct banks {
	char **paths;
	uint64_t *addrs;		/* physical, of the first byte of each file */
	size_t n;
};

/* 0, or -EINVAL and -ENOMEM after a message. */
int banks_add(struct banks *b, const char *text);
void banks_free(struct banks *b);

#endif
