/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox/calls.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"

/* of <linux/fuse.h>: a thread's own /dev/fuse */
#define IOC_FUSE_DEV_CLONE _IOR(229, 0, uint32_t)

/* of <linux/prctl.h>, since 5.17: glibc names its memory */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* Numbers in names: what 32 bits, large files and 64-bit times of 32-bit machines have. libseccomp knows which. */
static const char *const server_needs[] = {
	/* descriptors */
	"read", "pread64", "readv", "preadv", "write", "pwrite64", "writev", "pwritev", "lseek", "_llseek",
	"close", "fstat", "fstat64", "fstatfs", "fstatfs64", "ftruncate", "ftruncate64", "fallocate", "fcntl",
	"fcntl64", "dup", "dup2", "dup3", "pipe2", "splice", "sendfile", "sendfile64", "copy_file_range",
	"fadvise64", "fadvise64_64", "arm_fadvise64_64", "readahead", "fsync", "fdatasync", "getdents",
	"getdents64", "poll", "ppoll", "ppoll_time64", "sendmsg", "recvmsg", "sendto", "recvfrom", "shutdown",
	/* memory */
	"brk", "munmap", "mremap", "madvise", "mincore",
	/* threads */
	"futex", "futex_time64", "set_robust_list", "get_robust_list", "rseq", "gettid", "getpid",
	"set_tid_address", "sched_yield", "sched_getaffinity", "membarrier", "exit", "exit_group",
	"restart_syscall", "set_tls",
	/* signals */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "rt_sigtimedwait",
	"rt_sigtimedwait_time64", "rt_sigsuspend", "pause",
	/* time, and facts about us and the machine */
	"clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "gettimeofday", "time",
	"clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "getrandom", "sysinfo", "uname", "getrlimit",
	"ugetrlimit", "getrusage", "getcpu", "getuid", "getuid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getegid", "getegid32", "getppid",
	NULL
};

static const char *const transfers_need[] = {
	"connect", "bind", "getsockname", "getpeername", "getsockopt", "setsockopt", "sendmmsg", "recvmmsg",
	"recvmmsg_time64", "socketpair", "pipe", "eventfd2", "select", "_newselect", "pselect6",
	"pselect6_time64", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "stat", "stat64", "lstat", "lstat64", "newfstatat", "fstatat64",
	"statx", "getcwd", "flock", "alarm",
	NULL
};

/* What libraries try and do without: time zones, /proc/sys/vm/overcommit_memory, /dev/fuse once more. */
static const char *const files[] = {
	"open", "openat", "openat2", "creat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
	"stat", "stat64", "lstat", "lstat64", "statfs", "statfs64", "getcwd", "chdir", "fchdir", "unlink",
	"unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat",
	"symlink", "symlinkat", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat",
	"truncate", "truncate64",
	NULL
};

static const char *const forbidden[] = {
	/* other programs and processes */
	"execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp", "kill", "tkill", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo",
	/* name spaces and mounts */
	"unshare", "setns", "mount", "umount", "umount2", "mount_setattr", "move_mount", "open_tree", "fsopen",
	"fsconfig", "fsmount", "fspick", "pivot_root", "chroot", "swapon", "swapoff", "quotactl", "quotactl_fd",
	"acct",
	/* files by other ways than their names */
	"open_by_handle_at", "name_to_handle_at", "memfd_secret", "fanotify_init", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "io_setup", "io_submit",
	/* privileges */
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid", "setregid32",
	"setresuid", "setresuid32", "setresgid", "setresgid32", "setfsuid", "setfsuid32", "setfsgid",
	"setfsgid32", "setgroups", "setgroups32", "capset", "personality", "add_key", "request_key", "keyctl",
	/* parts of the kernel that exploits begin with */
	"bpf", "perf_event_open", "userfaultfd", "modify_ldt", "vm86", "vm86old", "iopl", "ioperm",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog",
	"lookup_dcookie", "msgget", "semget", "shmget", "shmat",
	/* the clock and the machine's names */
	"settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex",
	"sethostname", "setdomainname",
	NULL
};

/* what the server, which has no sockets but those that it got, has no use for */
static const char *const sockets[] = {
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
};

static const char *const listening[] = { "listen", "accept", "accept4", NULL };

/* The first error is kept, as that of memory is in struct outbuf. */
struct filter {
	scmp_filter_ctx ctx;
	int error;
};

static void rule(struct filter *f, uint32_t action, const char *name, unsigned int n, const struct scmp_arg_cmp *args)
{
	int nr = seccomp_syscall_resolve_name(name);
	int r;

	/* a libseccomp that is older than the call: it gets what all do that we do not know */
	if (f->error || nr == __NR_SCMP_ERROR)
		return;
	r = seccomp_rule_add_array(f->ctx, action, nr, n, args);
	/* EDOM: another architecture's. */
	if (r < 0 && r != -EDOM)
		f->error = r;
}

static void rules(struct filter *f, uint32_t action, const char *const *names)
{
	for (; *names; names++)
		rule(f, action, *names, 0, NULL);
}

/* action where an argument, of which mask is looked at, is value */
static void rule_if(struct filter *f, uint32_t action, const char *name, unsigned int arg, uint64_t mask,
		    uint64_t value)
{
	const struct scmp_arg_cmp cmp = { .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value };

	rule(f, action, name, 1, &cmp);
}

/* Data is never code. Where the stacks of threads may be (GNU_STACK of old toolchains), there is no telling. */
#if defined(__mips__) || defined(__hppa__) || defined(__sparc__) || defined(__alpha__)
#define STACKS_ARE_CODE true
#else
#define STACKS_ARE_CODE false
#endif

static void add_memory(struct filter *f, bool code)
{
	/* old machines' mmap() has its arguments in memory, where no filter sees them: C libraries use mmap2() there */
#if defined(__i386__) || defined(__arm__) || defined(__m68k__)
	static const char *const names[] = { "mmap2", "mprotect", "pkey_mprotect" };
#elif defined(__s390__)		/* ... but not here */
	static const char *const names[] = { "mmap2", "mprotect", "pkey_mprotect" };

	rule(f, SCMP_ACT_ALLOW, "mmap", 0, NULL);
#else
	static const char *const names[] = { "mmap", "mmap2", "mprotect", "pkey_mprotect" };
#endif

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (code || STACKS_ARE_CODE) {
			rule(f, SCMP_ACT_ALLOW, names[i], 0, NULL);
			continue;
		}
		rule_if(f, SCMP_ACT_ALLOW, names[i], 2, PROT_EXEC, 0);
		rule_if(f, SCMP_ACT_KILL_PROCESS, names[i], 2, PROT_EXEC, PROT_EXEC);
	}
}

/* Threads, not processes. clone3() has its flags in memory, where no filter sees them:
 * it is not there for us, and glibc calls clone(). */
static void add_threads(struct filter *f)
{
	const uint64_t spaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
				CLONE_NEWPID | CLONE_NEWNET;
	const uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
#ifdef __s390__
	const unsigned int flags = 1;
#else
	const unsigned int flags = 0;
#endif
	const struct scmp_arg_cmp ours[] = { { .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (uint64_t)getpid() } };

	rule_if(f, SCMP_ACT_ALLOW, "clone", flags, spaces | thread | CLONE_PTRACE, thread);
	/* raise(3), pthread_kill(3), pthread_cancel(3) */
	rule(f, SCMP_ACT_ALLOW, "tgkill", 1, ours);
}

static void add_ioctl(struct filter *f)
{
	static const uint64_t needed[] = { IOC_FUSE_DEV_CLONE, BLKGETSIZE64, TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO };

	/* the kernel looks at 32 bits, and so must we */
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		rule_if(f, SCMP_ACT_ALLOW, "ioctl", 1, UINT32_MAX, needed[i] & UINT32_MAX);
}

static void add_facts(struct filter *f)
{
	const struct scmp_arg_cmp get_limit[] = {
		{ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0 }, { .arg = 2, .op = SCMP_CMP_EQ, .datum_a = 0 },
	};

	rule(f, SCMP_ACT_ALLOW, "prlimit64", ARRAY_SIZE(get_limit), get_limit);
	rule_if(f, SCMP_ACT_ALLOW, "prctl", 0, UINT32_MAX, PR_SET_NAME);
	rule_if(f, SCMP_ACT_ALLOW, "prctl", 0, UINT32_MAX, PR_GET_NAME);
	rule_if(f, SCMP_ACT_ALLOW, "prctl", 0, UINT32_MAX, PR_SET_VMA);
}

/* fstat(3) of some C libraries: a descriptor and an empty name. With another name they tell of a file, no more. */
static void add_server(struct filter *f)
{
	static const struct { const char *name; unsigned int flags; } stats[] = {
		{ "newfstatat", 3 }, { "fstatat64", 3 }, { "statx", 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(stats); i++) {
		rule_if(f, SCMP_ACT_ALLOW, stats[i].name, stats[i].flags, AT_EMPTY_PATH, AT_EMPTY_PATH);
		rule_if(f, SCMP_ACT_ERRNO(EACCES), stats[i].name, stats[i].flags, AT_EMPTY_PATH, 0);
	}
	rules(f, SCMP_ACT_ERRNO(EACCES), files);
	rules(f, SCMP_ACT_KILL_PROCESS, sockets);
	add_memory(f, false);
}

/* Name services are libraries that are loaded when they are asked. */
static void add_transfers(struct filter *f)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6 };
	/* the machine's addresses, for which of a server's to try first; of netlink there is more, with a history of faults */
	const struct scmp_arg_cmp routes[] = {
		{ .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = AF_NETLINK },
		{ .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = NETLINK_ROUTE },
	};
	const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC;

	rules(f, SCMP_ACT_ALLOW, transfers_need);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		rule_if(f, SCMP_ACT_ALLOW, "socket", 0, UINT32_MAX, (uint64_t)families[i]);
	rule(f, SCMP_ACT_ALLOW, "socket", ARRAY_SIZE(routes), routes);
	/* the interface of a server's address that has one: fe80::1%eth0 */
	rule_if(f, SCMP_ACT_ALLOW, "ioctl", 1, UINT32_MAX, SIOCGIFINDEX);
	rule_if(f, SCMP_ACT_ALLOW, "openat", 2, writes, O_RDONLY);
	rule_if(f, SCMP_ACT_ERRNO(EACCES), "openat", 2, O_WRONLY, O_WRONLY);
	rule_if(f, SCMP_ACT_ERRNO(EACCES), "openat", 2, O_RDWR, O_RDWR);
	rule_if(f, SCMP_ACT_ALLOW, "open", 1, writes, O_RDONLY);
	rules(f, SCMP_ACT_KILL_PROCESS, listening);
	add_memory(f, true);
}

static void set(struct filter *f, enum scmp_filter_attr attr, uint32_t value, bool may_fail)
{
	int r = f->error ? 0 : seccomp_attr_set(f->ctx, attr, value);

	if (r < 0 && !may_fail)
		f->error = r;
}

/* libseccomp tells a kernel without filters, or with those before 4.14, by the same error as a filter that is wrong. */
static int check_kernel(void)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? -errno : 0;
}

int calls_enter(enum sandbox_role role, int *missing)
{
	struct filter f = { 0 };

	*missing = check_kernel();
	if (*missing < 0)
		return 0;
	f.ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (!f.ctx)
		return -ENOMEM;
	/* no_new_privs is set, calls of other kinds (int 0x80, x32) are no better, the kernel's own errors are told */
	set(&f, SCMP_FLTATR_CTL_NNP, 0, false);
	set(&f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS, false);
	set(&f, SCMP_FLTATR_API_SYSRAWRC, 1, true);
	/* a tree, not a list: kernels before 5.11 run all of it at each call */
	set(&f, SCMP_FLTATR_CTL_OPTIMIZE, 2, true);
	/* the loss of speculation that kernels before 5.16 add protects from foreign code in us, as a browser has */
	set(&f, SCMP_FLTATR_CTL_SSB, 1, true);
	rules(&f, SCMP_ACT_ALLOW, server_needs);
	rules(&f, SCMP_ACT_KILL_PROCESS, forbidden);
	add_threads(&f);
	add_ioctl(&f);
	add_facts(&f);
	if (role == SANDBOX_SERVER)
		add_server(&f);
	else
		add_transfers(&f);
	*missing = f.error ? 0 : seccomp_load(f.ctx);
	seccomp_release(f.ctx);
	return f.error ? fail(-f.error, "sandbox: cannot make the filter: %s", strerror(-f.error)) : 0;
}
