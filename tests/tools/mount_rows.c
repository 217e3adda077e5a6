/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_rows DUMP MOUNTPOINT: the rows of tests/unit/tree_rows.h as a mount, in the foreground. A newline on standard output when it
 * is there. */
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <unistd.h>

#include "fs/ops.h"
#include "tests/unit/tree_rows.h"

int main(int argc, char **argv)
{
	static const struct view_family *const list[] = { &test_family, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	struct fs_options opt = { .compress = -1, .families = list };
	const char *dump = argc == 3 ? argv[1] : NULL;
	struct fuse_session *se;
	struct ops_owner owner = { .uid = getuid(), .gid = getgid(), .umask = 077 };
	struct ops_mount mount;
	struct fs *fs;
	int status = 1;

	if (!dump)
		return 2;
	opt.dump.paths = &dump;
	opt.dump.npaths = 1;
	if (fs_open(&opt, &fs))
		return 1;
	ops_mount_init(&mount, fs, &owner, STDOUT_FILENO);
	se = fuse_session_new(&args, &ops_table, sizeof(ops_table), &mount);
	if (se && !fuse_set_signal_handlers(se) && !fuse_session_mount(se, argv[2])) {
		struct fuse_loop_config *cfg = fuse_loop_cfg_create();

		status = fuse_session_loop_mt(se, cfg) < 0;
		fuse_loop_cfg_destroy(cfg);
		fuse_session_unmount(se);
	}
	if (se)
		fuse_session_destroy(se);
	fuse_opt_free_args(&args);
	fs_close(fs);
	return status;
}
