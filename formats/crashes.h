/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of folders with dumps: /var/crash as kdump-tools, kdump-utils and SUSE's kdump fill it.
 *
 * Only formats/ includes this. Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_CRASHES_H
#define VMCOREFS_FORMATS_CRASHES_H

#include "formats/members.h"

/*
 * m lists the folder, and has n dumps itself. *path, owned by the caller: of the only folder in it that has a dump. Else one
 * message, with a list, newest first, when there are several.
 */
int crashes_choose(const struct members *m, size_t n, char **path);

#endif
