/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files in a folder: /var/crash/STAMP, as kdump-tools (dump.STAMP, dmesg.STAMP) and kdump-utils (vmcore,
 * vmcore-dmesg.txt) leave it.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_FOLDER_H
#define VMCOREFS_FORMATS_FOLDER_H

#include "formats/members.h"

/* Fills m, which is empty; borrows path. One message on failure; members_free() then too. */
int folder_list_members(const char *path, struct members *m);

#endif
