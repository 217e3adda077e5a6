/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/serving.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "formats/source/http/http.h"
#include "fs/daemon.h"
#include "fs/mounting.h"

/* Threads that answer requests. Each that waits for a server is one less for those who need nothing from it, and for the
 * interrupts of those who wait. */
#define MAX_REQUEST_THREADS 32
#define MAX_REQUEST_THREADS_FAR 512

static bool is_far(const struct options *o)
{
	static const unsigned long far[] = {
		NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, V9FS_MAGIC, CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,
		FUSE_SUPER_MAGIC,
	};
	struct statfs fs;

	for (size_t i = 0; i < o->fs.dump.npaths; i++) {
		if (http_is_url(o->fs.dump.paths[i]))
			return true;
		if (statfs(o->fs.dump.paths[i], &fs) < 0)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(far); k++)
			if ((unsigned long)fs.f_type == far[k])
				return true;
	}
	return false;
}

static int run_loop(const struct options *o, bool far, struct fuse_session *se)
{
	struct fuse_loop_config *cfg;
	int r;

	if (o->single_thread)
		return fuse_session_loop(se);
	cfg = fuse_loop_cfg_create();
	if (!cfg)
		return -ENOMEM;
	fuse_loop_cfg_set_max_threads(cfg, far ? MAX_REQUEST_THREADS_FAR : MAX_REQUEST_THREADS);
	fuse_loop_cfg_set_idle_threads(cfg, o->max_idle_threads);
	fuse_loop_cfg_set_clone_fd(cfg, o->clone_fd);
	r = fuse_session_loop_mt(se, cfg);
	fuse_loop_cfg_destroy(cfg);
	return r;
}

/* Signals and unmounting end the loop, but it waits for requests under way. */
static int is_leaving(void *arg)
{
	return fuse_session_exited(arg);
}

int serving_prepare(struct serving *s, const struct options *o)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	int r;

	*s = (struct serving){ .o = o, .far = is_far(o) };
	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (s->null < 0)
		return fail(errno, "/dev/null: %s", strerror(errno));
	r = mounting_args(o, &args);
	if (!r) {
		s->se = fuse_session_new(&args, &ops_table, sizeof(ops_table), &s->mount);
		r = s->se ? 0 : -EIO;	/* libfuse said why */
	}
	fuse_opt_free_args(&args);
	return r == -ENOMEM ? fail(ENOMEM, "%s", strerror(ENOMEM)) : r;
}

void serving_free(struct serving *s)
{
	if (s->se)
		fuse_session_destroy(s->se);
	close(s->null);
}

/* From here on nothing fails any more that a user can repair. */
static int serve(struct serving *s)
{
	int r;

	if (!s->o->foreground) {
		daemon_close_standard(s->null);
		log_use(files_log);
	}
	http_leave_when(is_leaving, s->se);
	r = run_loop(s->o, s->far, s->se);
	http_leave_when(NULL, NULL);
	if (r < 0)
		log_err("the FUSE loop ended: %s", strerror(-r));
	return r < 0 ? STATUS_SYSTEM : STATUS_OK;	/* above 0: a signal asked us to leave */
}

/* It is over: a signal that asks for that is late, and no reason to end otherwise than well. */
static void leave_signals(struct fuse_session *se)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	fuse_remove_signal_handlers(se);
}

int serving_run(struct serving *s, struct fs *fs)
{
	char path[32];
	int status, fd;

	ops_mount_init(&s->mount, fs, &s->o->owner, s->o->ready_fd);
	fd = files_mount();
	if (fd < 0)
		return STATUS_MOUNT;
	/* until here signals end us */
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	if (fuse_session_mount(s->se, path) || fuse_set_signal_handlers(s->se) < 0)
		return STATUS_SYSTEM;
	status = serve(s);
	if (atomic_load(&s->mount.files) || atomic_load(&s->mount.openings)) {
		log_info("left while files were open");
		_exit(status);
	}
	leave_signals(s->se);
	return status;
}
