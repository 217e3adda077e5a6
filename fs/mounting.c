/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/mounting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "formats/source/file.h"
#include "formats/source/http/http.h"
#include "fs/daemon.h"
#include "fs/monitor.h"
#include "fs/mounted.h"
#include "fs/options.h"

#define FUSE_FD "/dev/fd/"

/* Whether a folder has names in it, or -errno. */
static int has_names(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	if (!d)
		return -errno;
	while (n <= 2 && readdir(d))
		n++;
	closedir(d);
	return n > 2;
}

/* mount.fuse3 -o drop_privileges mounts itself and hands on an open /dev/fuse in this form. */
static bool is_fuse_fd(const char *path)
{
	return !strncmp(path, FUSE_FD, strlen(FUSE_FD));
}

/* The reasons that mount(2) and fusermount3 do not tell well. */
static int check_mountpoint(const struct options *o)
{
	const char *mp = o->mountpoint;
	struct stat st;
	char *source;
	int names;

	/* the kernel may remember what stat(2) answers for the root of a mount, also when nobody serves it any more */
	names = has_names(mp);
	if (names == -ENOTCONN)
		return fail(ENOTCONN, "%s: a mount whose daemon is dead is still there; fusermount3 -u %s removes it",
			    mp, mp);
	if (stat(mp, &st) < 0)
		return fail(errno, "mount point %s: %s", mp, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(ENOTDIR, "mount point %s: not a directory", mp);
	if (!o->nonempty && (source = mounted_source(mp))) {
		fail(EBUSY, "mount point %s: not empty: %s is mounted there already (fusermount3 -u %s ends that)", mp, source, mp);
		free(source);
		return -EBUSY;
	}
	/* of a folder that cannot be listed the kernel decides */
	if (!o->nonempty && names > 0)
		return fail(ENOTEMPTY, "mount point %s: not empty (-o nonempty mounts over it)", mp);
	return 0;
}

/* What the table of mounts shows: fstab(5) and umount(8) compare it, so an absolute path stays as it was given. */
static char *default_fsname(const char *dump_path)
{
	char *absolute;

	if (http_is_url(dump_path))
		return http_shown_url(dump_path);
	if (source_is_stdin(dump_path))
		return strdup("stdin");
	absolute = *dump_path == '/' ? NULL : realpath(dump_path, NULL);
	return absolute ? absolute : strdup(dump_path);
}

static int add_opt(char **opts, const char *name, const char *value)
{
	char *text;
	int r;

	if (asprintf(&text, "%s%s", name, value) < 0)
		return -1;
	r = fuse_opt_add_opt_escaped(opts, text);
	free(text);
	return r;
}

int mounting_args(const struct options *o, struct fuse_args *args)
{
	char *fsname = !o->fsname ? default_fsname(o->fs.dump.paths[0]) :
		       http_is_url(o->fsname) ? http_shown_url(o->fsname) : strdup(o->fsname);
	char *opts = NULL;
	int r = fsname ? 0 : -1;

	r |= add_opt(&opts, "fsname=", fsname ? fsname : "");
	r |= add_opt(&opts, "subtype=", o->subtype ? o->subtype : "vmcorefs");
	r |= add_opt(&opts, "ro", "");
	if (o->default_permissions)
		r |= add_opt(&opts, "default_permissions", "");
	if (o->allow_other)
		r |= add_opt(&opts, "allow_other", "");
	if (o->allow_root)
		r |= add_opt(&opts, "allow_root", "");
	if (o->fuse_debug)
		r |= add_opt(&opts, "debug", "");
	r |= fuse_opt_add_arg(args, "vmcorefs");
	r |= fuse_opt_add_arg(args, "-o");
	r |= fuse_opt_add_arg(args, opts ? opts : "");
	free(opts);
	free(fsname);
	return r ? -ENOMEM : 0;
}

/* --- the guard ---------------------------------------------------------------------------------------------------- */

/* The worker's process id may be somebody else's by the time; not with a descriptor of the process (Linux 5.3). */
static void end_worker(int worker)
{
	struct pollfd p = { .fd = worker, .events = POLLIN };

	if (worker < 0)
		return;
	syscall(SYS_pidfd_send_signal, worker, SIGTERM, NULL, 0);
	if (!poll(&p, 1, MONITOR_GRACE * 1000))
		syscall(SYS_pidfd_send_signal, worker, SIGKILL, NULL, 0);
}

/* Signals that the monitor hands on are blocked here too; what is sent to the monitor's process group does not arrive. */
static _Noreturn void be_guard(struct mounting *m, int monitor, pid_t pid)
{
	int worker = (int)syscall(SYS_pidfd_open, pid, 0);
	char byte;
	ssize_t n;

	io_close_others((int[]){ monitor, worker, fuse_session_fd(m->se) }, 3);
	daemon_leave_terminal();
	do {
		n = read(monitor, &byte, 1);
	} while (n < 0 && errno == EINTR);
	/* dismissed, or alone */
	if (n != 1) {
		fuse_session_unmount(m->se);
		end_worker(worker);
	}
	_exit(STATUS_OK);
}

/* Without one it goes as well, as long as the monitor is not killed. */
static void start_guard(struct mounting *m, pid_t worker)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return;
	m->guard = fork();
	if (!m->guard) {
		close(fds[0]);
		be_guard(m, fds[1], worker);
	}
	close(fds[1]);
	if (m->guard > 0) {
		m->guard_pipe = fds[0];
	} else {
		m->guard = 0;
		close(fds[0]);
	}
}

void mounting_dismiss(struct mounting *m)
{
	if (!m->guard)
		return;
	send(m->guard_pipe, "", 1, MSG_NOSIGNAL);
	close(m->guard_pipe);
	waitpid(m->guard, NULL, 0);
	m->guard = 0;
}

/* --- the mount ---------------------------------------------------------------------------------------------------- */

static int dup_fd(int fd)
{
	int r = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return r < 0 ? fail(errno, "/dev/fuse: %s", strerror(errno)) : r;
}

/* libfuse says itself why it cannot. The session is for mounting only, it gets no requests. The mount point as an absolute
 * path: it is unmounted from another directory. */
static int mount_session(const struct options *o, struct fuse_session **out)
{
	static const struct fuse_lowlevel_ops none;
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_session *se = NULL;
	char *absolute = realpath(o->mountpoint, NULL);
	int r = absolute ? mounting_args(o, &args) : -errno;

	if (r < 0)
		fail(-r, "mount point %s: %s", o->mountpoint, strerror(-r));
	else
		se = fuse_session_new(&args, &none, sizeof(none), NULL);
	if (se && fuse_session_mount(se, absolute)) {
		fuse_session_destroy(se);
		se = NULL;
	}
	fuse_opt_free_args(&args);
	free(absolute);
	*out = se;
	return r < 0 ? r : se ? 0 : -EIO;
}

int mounting_begin(struct mounting *m, pid_t worker)
{
	int r;

	if (is_fuse_fd(m->o->mountpoint))
		return dup_fd((int)strtol(m->o->mountpoint + strlen(FUSE_FD), NULL, 10));
	r = check_mountpoint(m->o);
	if (!r)
		r = mount_session(m->o, &m->se);
	if (r)
		return r;
	start_guard(m, worker);
	r = dup_fd(fuse_session_fd(m->se));
	if (r < 0)
		mounting_end(m);
	return r;
}

void mounting_end(struct mounting *m)
{
	if (!m->se)
		return;
	fuse_session_unmount(m->se);
	fuse_session_destroy(m->se);
	m->se = NULL;
}
