/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lifetime and threads
 *
 * - Order: options -> open source -> probe -> kernel facts -> build tree -> mount -> daemonise -> start threads ->
 *   loop -> unmount -> free in reverse. All errors a user can fix appear before daemonise, on stderr, with exit status.
 * - Every input is opened before daemonise (it does chdir("/")), fds 0-2 are kept occupied, relative paths are resolved
 *   first.
 * - Ownership words in headers: owns (frees it), borrows (must outlive), shares (reference count). No others.
 * - Pointers to dump, kernel and view handed to request code are const. A cast that drops const is a review stop.
 * - Lazy facts use once (compute under a lock, publish with release/acquire, failure is remembered too, but for passing
 *   faults: base/fault.h). What nobody waits for any more stops: base/wanted.h.
 * - Locks, in order: once locks -> that of a file on a server (formats/source/http/cache.c) -> cache (base/cache.c). Those of
 *   waiters (base/wanted.c, base/turns.c), those of decoded chunks (formats/raw/avml.c), an opening's (fs/opening.c), libdw's
 *   (kernel/debuginfo/types_dwarf.c), that of transfers (formats/source/http/fetch.c), those of what was looked up, of texts
 *   and of what is kept (fs/interned.c, fs/text_cache.c, fs/views/kept.c) and that of a file in /proc
 *   (formats/source/file.c) are leaves. No lock is held across pread(), but for the last one, a decompressor, or
 *   fuse_reply_*(). Cached pages are reference-counted blocks, so that eviction cannot hurt a reader.
 * - Each header says one of: Threads: any / Threads: before mount only / Threads: caller holds X.
 * - Per-thread scratch (decompression contexts, page buffers) through one helper, not ad-hoc TLS.
 * - The one thread that runs before we daemonise, that of the transfers from servers, ends there (http_before_fork())
 *   and comes back when it is needed.
 * - No signal handlers beyond libfuse's; no fork after mount but the one that daemonises.
 */
#include <dirent.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/spool.h"
#include "base/workers.h"
#include "formats/source/file.h"
#include "formats/source/http/http.h"
#include "fs/cat.h"
#include "fs/mounted.h"
#include "fs/ops.h"
#include "fs/options.h"

/* Threads that answer requests. Each that waits for a server is one less for those who need nothing from it, and for the
 * interrupts of those who wait. */
#define MAX_REQUEST_THREADS 32
#define MAX_REQUEST_THREADS_FAR 512
#define MAX_SPOOL ((uint64_t)1 << 30)

/* Else the dump or /dev/fuse could become fd 0, 1 or 2, which daemonising replaces. Reading 1 or writing 0 fails. */
static int occupy_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
		if (fd == STDIN_FILENO) {
			close(fd);
			fd = open("/dev/null", O_WRONLY);
		}
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -errno : close(fd);
}

static void set_log_level(const struct options *o)
{
	int level = LOG_LVL_WARN + o->verbosity;

	if (o->fuse_debug || level > LOG_LVL_DEBUG)
		level = LOG_LVL_DEBUG;
	if (level < LOG_LVL_ERR)
		level = LOG_LVL_ERR;
	log_set_level((enum log_level)level);
}

/* libfuse's own messages: most of them end with a newline, log_msg() adds one. */
static void log_from_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	enum log_level to = level <= FUSE_LOG_ERR ? LOG_LVL_ERR : level == FUSE_LOG_WARNING ? LOG_LVL_WARN :
			    level <= FUSE_LOG_INFO ? LOG_LVL_INFO : LOG_LVL_DEBUG;
	char line[1024];
	int n = vsnprintf(line, sizeof(line), fmt, ap);

	if (n > 0)
		log_msg(to, "%.*s", (int)strcspn(line, "\n"), line);
}

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
	return !strncmp(path, "/dev/fd/", 8);
}

/* The reasons that mount(2) and fusermount3 do not tell well. */
static int check_mountpoint(const struct options *o)
{
	const char *mp = o->mountpoint;
	struct stat st;
	char *source;
	int names;

	if (is_fuse_fd(mp))
		return 0;
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
	if (http_is_url(dump_path))
		return http_shown_url(dump_path);
	if (source_is_stdin(dump_path))
		return strdup("stdin");
	return *dump_path == '/' ? strdup(dump_path) : realpath(dump_path, NULL);
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

static int session_args(const struct options *o, struct fuse_args *args)
{
	char *fsname = o->fsname ? strdup(o->fsname) : default_fsname(o->fs.dump.paths[0]);
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

/* May reading the dump take as long as somebody else likes? */
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

/* From the moment the mount is there: nothing that a user can repair fails any more. */
static int serve(const struct options *o, struct fuse_session *se)
{
	bool far = is_far(o);		/* by paths that end to hold with fuse_daemonize() */
	int r;

	http_before_fork();
	if (fuse_daemonize(o->foreground) < 0) {
		log_err("cannot become a daemon: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	if (!o->foreground)
		log_use_syslog();
	http_leave_when(is_leaving, se);
	r = run_loop(o, far, se);
	http_leave_when(NULL, NULL);
	if (r < 0)
		log_err("the FUSE loop ended: %s", strerror(-r));
	return r < 0 ? STATUS_SYSTEM : STATUS_OK;	/* above 0: a signal asked us to leave */
}

static int mount_and_serve(const struct options *o, struct fs *fs)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_session *se = NULL;
	struct ops_mount mount;
	int status = STATUS_SYSTEM;

	ops_mount_init(&mount, fs, o->allow_other, o->ready_fd);
	if (session_args(o, &args) < 0) {
		log_err("out of memory");
		goto out;
	}
	se = fuse_session_new(&args, &ops_table, sizeof(ops_table), &mount);
	if (!se || fuse_set_signal_handlers(se) < 0)
		goto out;		/* libfuse said why */
	status = STATUS_MOUNT;
	if (!fuse_session_mount(se, o->mountpoint)) {
		status = serve(o, se);
		fuse_session_unmount(se);	/* lazy: files that are open do not keep it */
	}
	if (atomic_load(&mount.files) || atomic_load(&mount.openings)) {
		log_info("left while files were open");
		_exit(status);
	}
	fuse_remove_signal_handlers(se);
out:
	if (se)
		fuse_session_destroy(se);
	fuse_opt_free_args(&args);
	return status;
}

/* The mount point as an absolute path: the daemon unmounts it from another directory. */
static int run_mount(struct options *o, struct fs *fs)
{
	char *absolute = NULL;
	int status;

	if (check_mountpoint(o) < 0)
		return STATUS_MOUNT;
	if (!is_fuse_fd(o->mountpoint)) {
		absolute = realpath(o->mountpoint, NULL);
		if (!absolute) {
			log_err("mount point %s: %s", o->mountpoint, strerror(errno));
			return STATUS_MOUNT;
		}
		o->mountpoint = absolute;
	}
	status = mount_and_serve(o, fs);
	free(absolute);
	return status;
}

/* What may stay in temporary files when nobody asked: a tenth of what is free, as far as that is known, and not too much. */
static uint64_t default_spool_limit(void)
{
	uint64_t room = spool_room_for_new();

	return room ? min_u64(room / 10, MAX_SPOOL) : MAX_SPOOL;
}

static int run(struct options *o)
{
	struct fs *fs;
	int status, r;

	set_log_level(o);
	if (!o->fuse_debug)
		fuse_set_log_func(log_from_fuse);
	if (o->threads)
		workers_set_threads(o->threads);
	if (o->http_cache)
		http_set_cache(o->http_cache);
	if (!o->spool_limited)
		o->fs.spool_limit = default_spool_limit();
	o->fs.warn_spool = o->mode == RUN_CAT;
	r = fs_open(&o->fs, &fs);
	if (r < 0)
		return r == -ENOMEM ? STATUS_SYSTEM : STATUS_MOUNT;
	status = o->mode == RUN_CAT ? cat_file(fs, o->path, o->force) :
		 o->mode == RUN_LIST ? cat_list(fs, o->path) : run_mount(o, fs);
	fs_close(fs);
	return status;
}

int main(int argc, char **argv)
{
	struct options o;
	int status = STATUS_OK, r;

	if (occupy_standard_fds() < 0)
		return STATUS_SYSTEM;
	/* a limit on the size of files (ulimit -f) is an error of who writes, as a full disk is */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		options_print_usage();
		return STATUS_USAGE;
	}
	r = options_parse(argc, argv, &o);
	if (r < 0)
		status = r == -ENOMEM ? STATUS_SYSTEM : STATUS_USAGE;
	else if (o.mode == RUN_HELP)
		options_print_help();
	else if (o.mode == RUN_VERSION)
		options_print_version();
	else
		status = run(&o);
	options_free(&o);
	return status;
}
