/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/mounted.h"

#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last line for a mount point is the mount that is on top. */
char *mounted_source(const char *mountpoint)
{
	char *absolute = realpath(mountpoint, NULL), *source = NULL;
	FILE *table = absolute ? setmntent("/proc/self/mounts", "re") : NULL;
	struct mntent *m;

	while (table && (m = getmntent(table))) {
		if (strcmp(m->mnt_dir, absolute))
			continue;
		free(source);
		source = strcmp(m->mnt_type, "fuse.vmcorefs") ? NULL : strdup(m->mnt_fsname);
	}
	if (table)
		endmntent(table);
	free(absolute);
	return source;
}
