/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lifetime and threads
 *
 * - Two processes: the monitor (fs/monitor.h) mounts, opens files and unmounts; the worker, which it forks, reads the dump.
 *   A third one, the guard, unmounts when the monitor is killed (fs/mounting.h). A fourth one, which the worker forks before
 *   it opens anything, reads from servers (formats/source/http/process.h). What follows is the worker's.
 * - Order: options -> fork -> open source -> probe -> kernel facts -> build tree -> get the mount -> start threads -> loop ->
 *   free in reverse. The monitor mounts and daemonises when it is asked for the mount. All errors a user can fix appear
 *   before, on stderr, with exit status.
 * - Every input is opened before the monitor daemonises (it does chdir("/")), fds 0-2 are kept occupied, relative paths are
 *   resolved first.
 * - Ownership words in headers: owns (frees it), borrows (must outlive), shares (reference count). No others.
 * - Pointers to dump, kernel and view handed to request code are const. A cast that drops const is a review stop.
 * - Lazy facts use once (compute under a lock, publish with release/acquire, failure is remembered too, but for passing
 *   faults: base/fault.h). What nobody waits for any more stops: base/wanted.h.
 * - Locks, in order: once locks -> that of a file on a server (formats/source/http/cache.c) -> cache (base/cache.c). Those of
 *   waiters (base/wanted.c, base/turns.c), those of decoded chunks (formats/raw/avml.c), an opening's (fs/opening.c), libdw's
 *   (kernel/debuginfo/types_dwarf.c), that of parts that are asked for (formats/source/http/fetch.c), those of what was
 *   looked up, of texts and of what is kept (fs/interned.c, fs/text_cache.c, fs/views/kept.c) and those of a file in /proc and
 *   of open files (formats/source/file.c) are leaves. No lock is held across pread(), but for the last one, a decompressor, or
 *   fuse_reply_*(). Cached pages are reference-counted blocks, so that eviction cannot hurt a reader.
 * - Each header says one of: Threads: any / Threads: before mount only / Threads: caller holds X.
 * - Per-thread scratch (decompression contexts, page buffers) through one helper, not ad-hoc TLS.
 * - No signal handlers beyond libfuse's; the worker does not fork later. The monitor forks: to begin with, to mount, and the
 *   guard. With --exec (fs/exec.h) all that is in a process beside the command's.
 */
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/io.h"
#include "base/library.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/outbuf.h"
#include "base/sandbox/sandbox.h"
#include "base/spool.h"
#include "base/workers.h"
#include "formats/source/http/http.h"
#include "fs/arguments.h"
#include "fs/cat.h"
#include "fs/daemon.h"
#include "fs/exec.h"
#include "fs/exposure.h"
#include "fs/monitor.h"
#include "fs/mounting.h"
#include "fs/options.h"
#include "fs/residue.h"
#include "fs/serving.h"

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

/* What may stay in temporary files when nobody asked: a tenth of what is free, as far as that is known, and not too much. */
static uint64_t default_spool_limit(void)
{
	uint64_t room = spool_room_for_new();

	return room ? min_u64(room / 10, MAX_SPOOL) : MAX_SPOOL;
}

/* One run of the program, in both processes. */
struct run {
	struct options *o;
	int argc;
	char **args;			/* borrowed: what options point into */
	struct sandbox_rules rules;	/* of both processes below, but for what each says itself */
	bool has_http;
	struct sandbox_state http;	/* of the process that reads from servers */
	struct monitor monitor;
	struct mounting mounting;
	struct serving serving;
};

/* On a FUSE file system, as in a mount of ours, only who mounted it may ask for the size of a file, even of one that is open. */
static bool is_on_fuse(const char *path)
{
	struct statfs fs;

	return path && !statfs(path, &fs) && fs.f_type == FUSE_SUPER_MAGIC;
}

static bool needs_user(const struct fs_options *o)
{
	bool yes = is_on_fuse(o->vmlinux) || is_on_fuse(o->vmcoreinfo_file) || is_on_fuse(o->erase_file) ||
		   is_on_fuse(o->xen_vmcoreinfo_file);

	for (unsigned int i = 0; i < o->dump.npaths; i++)
		yes |= is_on_fuse(o->dump.paths[i]);
	return yes;
}

/* Before a byte of the dump is read. *text: what is in force. */
static int enter_sandbox(const struct run *run, struct outbuf *text)
{
	struct sandbox_rules rules = run->rules;
	struct sandbox_state state = { 0 };
	int r = 0;

	if (run->o->sandbox != NO_SANDBOX) {
		/* libraries are files: no page may need one later */
		library_load_for_reader();
		rules.keep_user = needs_user(&run->o->fs);
		r = sandbox_enter(&rules, &state);
	}
	sandbox_describe(&state, text);
	if (run->has_http) {
		out_printf(text, "; transfers: ");
		sandbox_describe(&run->http, text);
	}
	return r;
}

static int open_and(struct run *r, int (*then)(struct run *r, struct fs *fs, struct output *to), struct output *to)
{
	struct outbuf sandbox = OUTBUF_INIT;
	int status = STATUS_SYSTEM, e;
	struct fs *fs;

	if (enter_sandbox(r, &sandbox) < 0)
		goto out;
	r->o->fs.sandbox = sandbox.data;
	e = fs_open(&r->o->fs, &fs);
	if (e < 0) {
		status = e == -ENOMEM ? STATUS_SYSTEM : STATUS_MOUNT;
		goto out;
	}
	status = then(r, fs, to);
	fs_close(fs);
out:
	out_free(&sandbox);
	return status;
}

static int show(struct run *r, struct fs *fs, struct output *out)
{
	if (r->o->mode == RUN_RESIDUE)
		return residue_check(fs, r->o->path, out);
	return r->o->mode == RUN_CAT ? cat_file(fs, r->o->path, r->o->force, out) : cat_list(fs, r->o->path, out);
}

static int mount_and_serve(struct run *r, struct fs *fs, struct output *out)
{
	(void)out;
	log_release(false);
	return serving_run(&r->serving, fs);
}

/* --cat, --list, --residue */
static int work_for_output(struct run *r)
{
	struct output out;
	int status;

	output_open(&out, STDOUT_FILENO);
	log_hold();
	status = open_and(r, show, &out);
	log_release(status == STATUS_MOUNT || status == STATUS_SYSTEM);
	output_close(&out);
	return status;
}

static int work_for_mount(struct run *r)
{
	int status = STATUS_SYSTEM;

	/* the terminal's signals come by way of the monitor */
	setsid();
	log_hold();
	if (!serving_prepare(&r->serving, r->o))
		status = open_and(r, mount_and_serve, NULL);
	log_release(status == STATUS_MOUNT || status == STATUS_SYSTEM);
	serving_free(&r->serving);
	return status;
}

/* In the worker. */
static int work(void *arg, int socket)
{
	struct run *r = arg;
	int started;

	io_close_others((int[]){ socket, r->o->ready_fd }, 2);
	files_ask(socket);
	r->rules = (struct sandbox_rules){ .role = SANDBOX_SERVER, .strict = r->o->sandbox == WHOLE_SANDBOX };
	started = arguments_start_http(r->o, r->argc, r->args, r->o->sandbox != NO_SANDBOX ? &r->rules : NULL, &r->http);
	if (started < 0)
		return STATUS_SYSTEM;
	r->has_http = started;
	return r->o->mode == RUN_MOUNT ? work_for_mount(r) : work_for_output(r);
}

/* In the monitor: the worker has opened the dump. */
static int mount_for_worker(void *arg)
{
	struct run *r = arg;
	int fd, e = 0;

	if (r->o->ready_fd >= 0)
		close(r->o->ready_fd);
	fd = mounting_begin(&r->mounting, r->monitor.worker);
	if (fd < 0 || r->o->foreground)
		return fd;
	e = daemon_leave_terminal();
	if (!e)
		e = daemon_ready(r->monitor.waiter);
	close(r->monitor.waiter);
	r->monitor.waiter = -1;
	log_use_syslog();
	if (e)
		close(fd);
	return e ? fail(-e, "cannot become a daemon: %s", strerror(-e)) : fd;
}

static void leave(void *arg)
{
	struct run *r = arg;

	mounting_end(&r->mounting);
}

/* What the worker may have opened. */
static const char **named_files(const struct options *o, size_t *n)
{
	const char *const single[] = {
		o->fs.vmlinux, o->fs.vmlinux_path, o->fs.vmcoreinfo_file, o->fs.erase_file, o->fs.xen_vmcoreinfo_file,
		o->mode == RUN_RESIDUE ? o->path : NULL,
	};
	const char **list = calloc(o->fs.dump.npaths + ARRAY_SIZE(single), sizeof(*list));

	*n = 0;
	for (size_t i = 0; list && i < o->fs.dump.npaths; i++)
		list[(*n)++] = o->fs.dump.paths[i];
	for (size_t i = 0; list && i < ARRAY_SIZE(single); i++)
		if (single[i])
			list[(*n)++] = single[i];
	return list;
}

static int run_monitored(struct options *o, int argc, char **args)
{
	struct run r = {
		.o = o, .argc = argc, .args = args, .mounting.o = o,
		.monitor = { .work = work, .waiter = -1, .arg = &r },
	};
	const char **named = named_files(o, &r.monitor.broker.nnamed);
	int status;

	if (!named)
		return STATUS_SYSTEM;
	r.monitor.broker.named = named;
	if (o->mode == RUN_MOUNT) {
		r.monitor.broker.mount = mount_for_worker;
		r.monitor.broker.arg = &r;
		r.monitor.leave = leave;
		if (!o->foreground && (r.monitor.waiter = daemon_begin()) < 0) {
			log_err("cannot become a daemon: %s", strerror(-r.monitor.waiter));
			free(named);
			return STATUS_SYSTEM;
		}
	}
	status = monitor_run(&r.monitor);
	mounting_dismiss(&r.mounting);
	free(named);
	return status;
}

/* What the user allowed counts besides: what each thread works with. */
#define MEMORY_PER_THREAD ((uint64_t)4 << 20)

static void say_refused(uint64_t more, uint64_t in_use, uint64_t max)
{
	log_err("%llu MiB of memory more are wanted, %llu MiB of %llu MiB are in use: -o memory=MIB allows more",
		(unsigned long long)(more >> 20), (unsigned long long)(in_use >> 20), (unsigned long long)(max >> 20));
}

static uint64_t memory_limit(const struct options *o)
{
	uint64_t mib = o->memory ? o->memory : MEMORY_DEFAULT_MIB;

	return (mib << 20) + workers_threads() * MEMORY_PER_THREAD;
}

static int run(struct options *o, int argc, char **args)
{
	int status;

	set_log_level(o);
	if (o->mode == RUN_MOUNT && o->allow_other && !o->expose && exposure_check(o->fs.dump.paths, o->fs.dump.npaths) < 0)
		return STATUS_MOUNT;
	if (!o->fuse_debug)
		fuse_set_log_func(log_from_fuse);
	if (o->threads)
		workers_set_threads(o->threads);
	memory_set_limit(memory_limit(o), say_refused);
	if (o->http_cache)
		http_set_cache(o->http_cache);
	if (!o->spool_limited)
		o->fs.spool_limit = default_spool_limit();
	o->fs.warn_spool = o->mode == RUN_CAT;
	o->fs.vmlinux_path = o->fs.vmlinux ? realpath(o->fs.vmlinux, NULL) : NULL;
	status = run_monitored(o, argc, args);
	free(o->fs.vmlinux_path);
	return status;
}

/* What exec_run() lets a process do. */
struct command_line {
	int argc;
	char **args;
};

static int serve(void *arg, struct options *o)
{
	const struct command_line *c = arg;

	return run(o, c->argc, c->args);
}

int main(int argc, char **argv)
{
	struct options o;
	int status = STATUS_OK, r;
	char **args;

	if (occupy_standard_fds() < 0)
		return STATUS_SYSTEM;
	args = arguments_take(argc, argv);
	if (!args)
		return STATUS_SYSTEM;
	/* a limit on the size of files (ulimit -f) is an error of who writes, as a full disk is */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		options_print_usage();
		arguments_free(argc, args);
		return STATUS_USAGE;
	}
	r = options_parse(argc, args, &o);
	if (r < 0)
		status = r == -ENOMEM ? STATUS_SYSTEM : STATUS_USAGE;
	else if (o.mode == RUN_HELP)
		options_print_help();
	else if (o.mode == RUN_VERSION)
		options_print_version();
	else if (arguments_close_files(&o, argc, args) < 0)
		status = STATUS_SYSTEM;
	else if (o.mode == RUN_EXEC)
		status = exec_run(&o, &(struct exec_server){ serve, &(struct command_line){ argc, args } });
	else
		status = run(&o, argc, args);
	options_free(&o);
	arguments_free(argc, args);
	return status;
}
