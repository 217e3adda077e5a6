/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines by the name that uname(2) has for them, as headers of dumps keep it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_READER_MACHINE_H
#define VMCOREFS_FORMATS_READER_MACHINE_H

#include <stdint.h>

/* e_machine, 0: not known. name need not end where the machine's does: "i686", "armv7l", "ppc64le". */
uint16_t machine_number(const char *name);
/* Bytes of a long: 4 or 8; 0: the name says nothing. */
unsigned int machine_word(const char *name);

#endif
