/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/options.h"

#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/log.h"
#include "base/codec.h"
#include "formats/source/http/http.h"
#include "fs/families.h"
#include "fs/ops.h"
#include "kernel/input.h"

#ifndef VMCOREFS_VERSION
#define VMCOREFS_VERSION "unknown"
#endif

#define MAX_THREADS 1024
#define DEFAULT_IDLE_THREADS 10

static const char usage_text[] =
	"Usage: vmcorefs [options] DUMP... MOUNTPOINT\n"
	"       vmcorefs --cat PATH DUMP...\n"
	"       vmcorefs --list [PATH] DUMP...\n"
	"       vmcorefs --exec COMMAND DUMP...\n";

static const char options_text[] =
	"\n"
	"Several DUMPs are the parts of one split set, in any order. http:// and https:// addresses are DUMPs too.\n"
	"- is standard input; what comes through a pipe is kept in a temporary file in TMPDIR when it is large.\n"
	"\n"
	"Options, before or after the arguments:\n"
	"  -o OPT[,OPT...]       mount options, see below\n"
	"  -f, --foreground      stay in the foreground, messages go to stderr\n"
	"  -d, --debug           like -f, and print each FUSE request\n"
	"  -s, --single-thread   answer one request at a time\n"
	"  -v, --verbose         more messages; twice: even more\n"
	"  -q, --quiet           errors only\n"
	"  -x, --vmlinux=FILE    facts about the kernel from its vmlinux with debug information\n"
	"  -i, --vmcoreinfo-file=FILE\n"
	"                        facts about the kernel from a VMCOREINFO text (makedumpfile -g, or this vmcoreinfo)\n"
	"      --raw             DUMP is an image of physical memory: the offset in the file is the address\n"
	"      --ramdump FILE[+OFFSET[,LENGTH]]@ADDR[,FILE...]\n"
	"                        instead of DUMPs: a file, or a part of one, for each bank of memory, at its physical\n"
	"                        address (all hexadecimal); may be given several times\n"
	"      --ready-fd=N      write a newline to this file descriptor when the mount answers\n"
	"      --cat PATH        write one file of the tree to standard output; nothing is mounted\n"
	"      --force           also when that file is binary and standard output a terminal\n"
	"      --list [PATH]     list a folder of the tree; PATH is what comes first, unless it is the only argument or\n"
	"                        there is a file of this name (/PATH is no such file, as a rule)\n"
	"      --exec COMMAND    run a shell command, with its exit status, on the dead kernel's proc/: --exec 'ps aux'\n"
	"      --shell           the same with a shell; $VMCOREFS is the mount\n"
	"      --residue FILE    say where words of FILE, one a line, are left in the dump; see vmcorefs-erase(5)\n"
	"  -h, --help            this text\n"
	"  -V, --version         versions of the program and of what it is built with\n"
	"\n"
	"Mount options:\n"
	"  allow_other           let other users in (files are then 0444, folders 0555), if they may read the DUMPs\n"
	"  expose                ... or also if they may not\n"
	"  uid=N, gid=N          who owns all files (default: the user who mounts)\n"
	"  umask=OCTAL           what files (0444) and folders (0555) may not (default 077; 0 with allow_other)\n"
	"  allow_root            let root in\n"
	"  default_permissions   let the kernel check the permissions (implied by the two above)\n"
	"  nonempty              mount over a folder that is not empty\n"
	"  arch=NAME             architecture of a DUMP that does not tell it (raw, LiME, ...): x86_64, aarch64, ...\n"
	"  page_size=BYTES       page size of such a DUMP: 4096 (default) to 65536; VMCOREINFO wins\n"
	"  raw                   the same as --raw, for fstab\n"
	"  ramdump               DUMPs are FILE[+OFFSET[,LENGTH]]@ADDR, as for --ramdump\n"
	"  compress=METHOD       pages of compressed dumps: keep (default), zlib, lzo, snappy, zstd or none\n"
	"  degraded              serve a split set of which parts are missing\n"
	"  unpack=auto|always|never\n"
	"                        compressed dumps that cannot be read in the middle go into a temporary file in TMPDIR:\n"
	"                        if they fit into half of what is free there (default), always (also: unpack), never\n"
	"  erase=FILE            erase in all views what these rules name; see vmcorefs-erase(5)\n"
	"  vmlinux=FILE          the same as -x, for fstab\n"
	"  vmcoreinfo=FILE       the same as -i\n"
	"  kernel=ADDR|search    of several kernels in one memory the one whose VMCOREINFO is at this physical address,\n"
	"                        as info lists them; search: look for it in memory, whatever the dump's note says\n"
	"  xen=dom0|hypervisor   a machine with Xen: translate as its dom0 does (default), or as Xen does\n"
	"  xen_domu=keep|exclude leave the pages of other domains out of all levels (makedumpfile -X); default keep\n"
	"  xen_vmcoreinfo=FILE   facts about Xen from a VMCOREINFO_XEN text (makedumpfile -g --xen-syms)\n"
	"  excluded=zero|error   pages that are not in the dump: zeroes (default), or reading them fails\n"
	"  pci_hole=ADDRESS      raw, ramdump, QEMU stream of a PC: where memory below 4 GiB ends (a stream tells it)\n"
	"  ram=ID[:ID...]        QEMU stream: the blocks that are memory (ids of objects), in their order\n"
	"  plugged=ID@ADDRESS[:ID@ADDRESS...]\n"
	"                        QEMU stream: where plugged memory is, if it is not that of one module\n"
	"  threads=N             threads for scans and compression (default: one a CPU)\n"
	"  memory=MIB            memory that a dump may take, besides one byte for each of its pages (default 64)\n"
	"  spool=SIZE            bytes (K, M, G, T behind it) of temporary files that are kept when nobody has them\n"
	"                        open any more (default: 1G, or a tenth of what is free in TMPDIR if that is less)\n"
	"  sandbox=on|off|strict what the process that reads the dump gives up before it does: all that the kernel can\n"
	"                        take (default, see info), nothing, or all of it or the program ends\n"
	"  http_cache=MIB        memory for parts of dumps on servers (default 64)\n"
	"  max_idle_threads=N    idle threads that wait for requests (default 10)\n"
	"  clone_fd              a /dev/fuse descriptor for each thread\n"
	"  fsname=, subtype=     what the table of mounts shows\n"
	"Those of mount(8) and fstab(5) (ro, rw, noauto, user, nofail, _netdev, x-*, ...) are accepted; a mount is\n"
	"always read-only.\n"
	"\n"
	"Exit status: 0, 1 usage, 2 system error, 32 cannot open the dump or mount it.\n";

/* Options that mount(8), mount.fuse3(8) and fstab(5) hand on and that mean nothing here. */
static const char *const ignored[] = {
	"rw", "ro", "dev", "nodev", "suid", "nosuid", "exec", "noexec", "auto", "noauto", "user", "nouser", "users",
	"group", "owner", "nofail", "_netdev", "defaults", "atime", "noatime", "diratime", "nodiratime", "relatime",
	"norelatime", "strictatime", "nostrictatime", "lazytime", "nolazytime", "sync", "async", "dirsync", "mand",
	"nomand", "silent", "loud", "iversion", "noiversion",
};
static const char *const ignored_prefixes[] = { "x-", "X-", "comment=", "user=" };

#define MAX_MIB (1 << 20)

enum mount_option_kind { FLAG, NUMBER, MIB, STRING, COMPRESS, EXCLUDED, ARCH, PAGE_SIZE, ADDRESS, XEN, XEN_DOMU, KERNEL, UNPACK, SPOOL, ID, UMASK,
	SANDBOX };

static const struct mount_option {
	const char *name;
	enum mount_option_kind kind;
	size_t offset;			/* in struct options */
} mount_options[] = {
	{ "allow_other", FLAG, offsetof(struct options, allow_other) },
	{ "allow_root", FLAG, offsetof(struct options, allow_root) },
	{ "expose", FLAG, offsetof(struct options, expose) },
	{ "uid", ID, offsetof(struct options, owner.uid) },
	{ "gid", ID, offsetof(struct options, owner.gid) },
	{ "umask", UMASK, 0 },
	{ "default_permissions", FLAG, offsetof(struct options, default_permissions) },
	{ "nonempty", FLAG, offsetof(struct options, nonempty) },
	{ "clone_fd", FLAG, offsetof(struct options, clone_fd) },
	{ "debug", FLAG, offsetof(struct options, fuse_debug) },
	{ "degraded", FLAG, offsetof(struct options, fs.dump.degraded) },
	{ "unpack", UNPACK, 0 },
	{ "spool", SPOOL, 0 },
	{ "memory", MIB, offsetof(struct options, memory) },
	{ "sandbox", SANDBOX, 0 },
	{ "threads", NUMBER, offsetof(struct options, threads) },
	{ "http_cache", NUMBER, offsetof(struct options, http_cache) },
	{ "max_idle_threads", NUMBER, offsetof(struct options, max_idle_threads) },
	{ "fsname", STRING, offsetof(struct options, fsname) },
	{ "subtype", STRING, offsetof(struct options, subtype) },
	{ "erase", STRING, offsetof(struct options, erase_file) },
	{ "vmlinux", STRING, offsetof(struct options, vmlinux) },
	{ "vmcoreinfo", STRING, offsetof(struct options, vmcoreinfo) },
	{ "raw", FLAG, offsetof(struct options, fs.dump.raw) },
	{ "ramdump", FLAG, offsetof(struct options, ramdump) },
	{ "arch", ARCH, 0 },
	{ "page_size", PAGE_SIZE, 0 },
	{ "pci_hole", ADDRESS, offsetof(struct options, fs.dump.pci_hole) },
	{ "ram", STRING, offsetof(struct options, ram) },
	{ "plugged", STRING, offsetof(struct options, plugged) },
	{ "compress", COMPRESS, 0 },
	{ "excluded", EXCLUDED, 0 },
	{ "kernel", KERNEL, 0 },
	{ "xen", XEN, 0 },
	{ "xen_domu", XEN_DOMU, 0 },
	{ "xen_vmcoreinfo", STRING, offsetof(struct options, xen_vmcoreinfo) },
};

/* A decimal number from min to max and nothing else. */
static int parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *out)
{
	char *end;
	unsigned long n;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || n < min || n > max)
		return -EINVAL;
	*out = (unsigned int)n;
	return 0;
}

/* Hexadecimal with 0x, or decimal; not 0. */
static int parse_address(const char *text, uint64_t *out)
{
	char *end;
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || *end || !n)
		return -EINVAL;
	*out = n;
	return 0;
}

static bool is_ignored(const char *opt)
{
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (!strcmp(opt, ignored[i]))
			return true;
	for (size_t i = 0; i < sizeof(ignored_prefixes) / sizeof(ignored_prefixes[0]); i++)
		if (!strncmp(opt, ignored_prefixes[i], strlen(ignored_prefixes[i])))
			return true;
	return false;
}

/* Does this build have the codec? Tried out, since only base/codec.c knows. */
static bool codec_works(enum codec codec)
{
	static const char zeroes[4096];
	char out[sizeof(zeroes)];
	struct codec_ctx *c;
	bool works;

	if (codec == CODEC_NONE)
		return true;
	c = codec_ctx_new();
	works = c && codec_compress(c, codec, zeroes, sizeof(zeroes), out) > 0;
	codec_ctx_free(c);
	return works;
}

static int set_compress(struct options *o, const char *value)
{
	enum codec codec;

	if (!strcmp(value, "keep")) {
		o->fs.compress = -1;
		return 0;
	}
	if (codec_parse(value, &codec) < 0)
		return fail(EINVAL, "-o compress=%s: not one of keep, zlib, lzo, snappy, zstd, none", value);
	if (!codec_works(codec))
		return fail(EINVAL, "-o compress=%s: this build cannot do it, see vmcorefs --version", value);
	o->fs.compress = (int)codec;
	return 0;
}

static int set_excluded(struct options *o, const char *value)
{
	if (!strcmp(value, "zero"))
		o->fs.excluded = HOLES_ZERO;
	else if (!strcmp(value, "error"))
		o->fs.excluded = HOLES_FAIL;
	else
		return fail(EINVAL, "-o excluded=%s: not one of zero, error", value);
	return 0;
}

static int set_arch(struct options *o, const char *value)
{
	char names[256] = "";
	size_t used = 0;

	for (const struct arch *const *a = arches; *a; a++) {
		if (!strcmp((*a)->name, value)) {
			o->fs.dump.elf_machine = (*a)->elf_machine;
			o->fs.dump.elf_class = (*a)->elf_class;
			o->fs.dump.big_endian = (*a)->big_endian;
			return 0;
		}
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", (*a)->name);
	}
	return fail(EINVAL, "-o arch=%s: not one of %s", value, names);
}

static int set_page_size(struct options *o, const char *value)
{
	unsigned int bytes;

	if (parse_number(value, 4096, 65536, &bytes) < 0 || bytes & (bytes - 1))
		return fail(EINVAL, "-o page_size=%s: not 4096, 8192, 16384, 32768 or 65536", value);
	o->fs.dump.page_shift = (unsigned int)__builtin_ctz(bytes);
	return 0;
}

static int set_kernel(struct options *o, const char *value)
{
	o->fs.which = strcmp(value, "search") ? KERNEL_AT : KERNEL_SEARCH;
	if (o->fs.which == KERNEL_AT && parse_address(value, &o->fs.text_paddr) < 0)
		return fail(EINVAL, "-o kernel=%s: neither an address nor search", value);
	return 0;
}

/* value NULL: "-o unpack", as it was before there were several. */
static int set_unpack(struct options *o, const char *value)
{
	if (!value || !strcmp(value, "always"))
		o->fs.dump.unpack = UNPACK_ALWAYS;
	else if (!strcmp(value, "auto"))
		o->fs.dump.unpack = UNPACK_AUTO;
	else if (!strcmp(value, "never"))
		o->fs.dump.unpack = UNPACK_NEVER;
	else
		return fail(EINVAL, "-o unpack=%s: not one of auto, always, never", value);
	return 0;
}

static int set_umask(struct options *o, const char *value)
{
	if (!*value || strspn(value, "01234567") != strlen(value) || strtoul(value, NULL, 8) > 0777)
		return fail(EINVAL, "-o umask=%s: not an octal number from 0 to 777", value);
	o->owner.umask = (mode_t)strtoul(value, NULL, 8);
	o->has_umask = true;
	return 0;
}

/* A number of bytes, with a suffix as dd(1) and mount(8) of a tmpfs have it. */
static int set_spool(struct options *o, const char *value)
{
	static const char suffixes[] = "KMGT";
	unsigned int shift = 0, n;
	char digits[16];
	size_t len = strlen(value);
	const char *suffix = len > 1 && len < sizeof(digits) ? strchr(suffixes, value[len - 1] & ~0x20) : NULL;

	if (suffix) {
		shift = (unsigned int)(suffix - suffixes + 1) * 10;
		snprintf(digits, sizeof(digits), "%.*s", (int)len - 1, value);
	}
	if (parse_number(suffix ? digits : value, 0, UINT_MAX, &n) < 0)
		return fail(EINVAL, "-o spool=%s: not a number of bytes, with K, M, G or T behind it", value);
	o->fs.spool_limit = (uint64_t)n << shift;
	o->spool_limited = true;
	return 0;
}

static int set_sandbox(struct options *o, const char *value)
{
	if (!strcmp(value, "on"))
		o->sandbox = USE_SANDBOX;
	else if (!strcmp(value, "off"))
		o->sandbox = NO_SANDBOX;
	else if (!strcmp(value, "strict"))
		o->sandbox = WHOLE_SANDBOX;
	else
		return fail(EINVAL, "-o sandbox=%s: not one of on, off, strict", value);
	return 0;
}

static int set_xen(struct options *o, const char *value)
{
	if (!strcmp(value, "dom0"))
		o->fs.xen = XEN_DOM0;
	else if (!strcmp(value, "hypervisor"))
		o->fs.xen = XEN_HYPERVISOR;
	else
		return fail(EINVAL, "-o xen=%s: not one of dom0, hypervisor", value);
	return 0;
}

static int set_xen_domu(struct options *o, const char *value)
{
	o->fs.exclude_domu = !strcmp(value, "exclude");
	if (!o->fs.exclude_domu && strcmp(value, "keep"))
		return fail(EINVAL, "-o xen_domu=%s: not one of keep, exclude", value);
	return 0;
}

static int set_string(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return fail(ENOMEM, "out of memory");
	free(*field);
	*field = copy;
	return 0;
}

/* opt is "name" or "name=value"; it is cut at the '='. */
static int set_mount_option(struct options *o, char *opt)
{
	char *value = strchr(opt, '=');
	const struct mount_option *m = NULL;
	void *field;

	if (!*opt || is_ignored(opt))
		return 0;
	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < sizeof(mount_options) / sizeof(mount_options[0]) && !m; i++)
		if (!strcmp(opt, mount_options[i].name))
			m = &mount_options[i];
	if (!m)
		return fail(EINVAL, "-o %s: no such option, see vmcorefs --help", opt);
	if (m->kind == FLAG && value)
		return fail(EINVAL, "-o %s: takes no value", opt);
	if (m->kind != FLAG && (m->kind != UNPACK || value) && (!value || !*value))
		return fail(EINVAL, "-o %s: needs a value", opt);

	field = (char *)o + m->offset;
	switch (m->kind) {
	case FLAG:
		*(bool *)field = true;
		return 0;
	case NUMBER:
		if (parse_number(value, 1, MAX_THREADS, field) < 0)
			return fail(EINVAL, "-o %s=%s: not a number from 1 to %d", opt, value, MAX_THREADS);
		return 0;
	case MIB:
		if (parse_number(value, 1, MAX_MIB, field) < 0)
			return fail(EINVAL, "-o %s=%s: not a number from 1 to %d", opt, value, MAX_MIB);
		return 0;
	case STRING:
		return set_string(field, value);
	case ADDRESS:
		if (parse_address(value, field) < 0)
			return fail(EINVAL, "-o %s=%s: not an address", opt, value);
		return 0;
	case COMPRESS:
		return set_compress(o, value);
	case EXCLUDED:
		return set_excluded(o, value);
	case ARCH:
		return set_arch(o, value);
	case PAGE_SIZE:
		return set_page_size(o, value);
	case KERNEL:
		return set_kernel(o, value);
	case UNPACK:
		return set_unpack(o, value);
	case ID:		/* the last number means "none" to the kernel */
		if (parse_number(value, 0, UINT_MAX - 1, field) < 0)
			return fail(EINVAL, "-o %s=%s: not the number of a user or group", opt, value);
		return 0;
	case UMASK:
		return set_umask(o, value);
	case SPOOL:
		return set_spool(o, value);
	case SANDBOX:
		return set_sandbox(o, value);
	case XEN:
		return set_xen(o, value);
	case XEN_DOMU:
		return set_xen_domu(o, value);
	}
	return 0;
}

static int parse_mount_options(struct options *o, const char *text)
{
	char *copy = strdup(text), *rest = copy, *opt;
	int r = copy ? 0 : fail(ENOMEM, "out of memory");

	while (!r && (opt = strsep(&rest, ",")))
		r = set_mount_option(o, opt);
	free(copy);
	return r;
}

static int set_ready_fd(struct options *o, const char *text)
{
	unsigned int fd;

	if (parse_number(text, 0, INT_MAX, &fd) < 0 || fcntl((int)fd, F_GETFD) < 0)
		return fail(EINVAL, "--ready-fd=%s: not an open file descriptor", text);
	o->ready_fd = (int)fd;
	return 0;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* The files that --ramdump names, or the DUMPs that -o ramdump says are banks. */
static int take_banks(struct options *o, int n, char **args)
{
	int r = 0;

	if (o->fs.dump.raw)
		return fail(EINVAL, "--raw and --ramdump: only one of them");
	if (o->banks.n && n)
		return fail(EINVAL, "%s: with --ramdump there is no DUMP", args[0]);
	for (int i = 0; i < n && !r; i++)
		r = banks_add(&o->banks, args[i]);
	o->fs.dump.paths = (const char *const *)o->banks.paths;
	o->fs.dump.npaths = o->banks.n;
	o->fs.dump.banks = o->banks.list;
	return r;
}

static int take_arguments(struct options *o, int n, char **args)
{
	if (o->mode == RUN_LIST && (n >= 2 || (n && o->banks.n)) && !is_file(args[0]) && !http_is_url(args[0]))
		o->path = *args++, n--;
	if (n == 0 && !o->banks.n)
		return fail(EINVAL, "no DUMP given, see vmcorefs --help");
	if (o->mode == RUN_MOUNT) {
		if (n == (o->banks.n ? 0 : 1))
			return fail(EINVAL, "no MOUNTPOINT given, see vmcorefs --help");
		o->mountpoint = args[--n];
		if (!*o->mountpoint)
			return fail(EINVAL, "an empty name as MOUNTPOINT");
	}
	for (int i = 0; i < n; i++)
		if (!*args[i])
			return fail(EINVAL, "an empty name as DUMP");
	if (o->ramdump || o->banks.n)
		return take_banks(o, n, args);
	o->fs.dump.paths = (const char *const *)args;
	o->fs.dump.npaths = (size_t)n;
	return 0;
}

enum { OPT_CAT = 256, OPT_LIST, OPT_RESIDUE, OPT_READY_FD, OPT_FORCE, OPT_EXEC, OPT_SHELL, OPT_RAW, OPT_RAMDUMP };

static const struct option long_options[] = {
	{ "foreground", no_argument, NULL, 'f' },
	{ "debug", no_argument, NULL, 'd' },
	{ "single-thread", no_argument, NULL, 's' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "options", required_argument, NULL, 'o' },
	{ "vmlinux", required_argument, NULL, 'x' },
	{ "vmcoreinfo-file", required_argument, NULL, 'i' },
	{ "cat", required_argument, NULL, OPT_CAT },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "residue", required_argument, NULL, OPT_RESIDUE },
	{ "exec", required_argument, NULL, OPT_EXEC },
	{ "shell", no_argument, NULL, OPT_SHELL },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "ramdump", required_argument, NULL, OPT_RAMDUMP },
	{ "ready-fd", required_argument, NULL, OPT_READY_FD },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(struct options *o, int c)
{
	switch (c) {
	case 'f':
		o->foreground = true;
		return 0;
	case 'd':
		o->fuse_debug = true;
		return 0;
	case 's':
		o->single_thread = true;
		return 0;
	case 'v':
		o->verbosity++;
		return 0;
	case 'q':
		o->verbosity--;
		return 0;
	case 'o':
		return parse_mount_options(o, optarg);
	case 'x':
	case 'i':
		if (!*optarg)
			return fail(EINVAL, "-%c: needs a value", c);
		*(c == 'x' ? &o->fs.vmlinux : &o->fs.vmcoreinfo_file) = optarg;
		return 0;
	case OPT_CAT:
		o->mode = RUN_CAT;
		o->path = optarg;
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case OPT_LIST:
		o->mode = RUN_LIST;
		return 0;
	case OPT_RESIDUE:
		if (!*optarg)
			return fail(EINVAL, "--residue: needs a value");
		o->mode = RUN_RESIDUE;
		o->path = optarg;
		return 0;
	case OPT_EXEC:
	case OPT_SHELL:
		if (c == OPT_EXEC && !*optarg)
			return fail(EINVAL, "--exec: needs a value");
		o->mode = RUN_EXEC;
		o->path = c == OPT_EXEC ? optarg : NULL;
		return 0;
	case OPT_RAW:
		o->fs.dump.raw = true;
		return 0;
	case OPT_RAMDUMP:
		return banks_add(&o->banks, optarg);
	case OPT_READY_FD:
		return set_ready_fd(o, optarg);
	}
	return -EINVAL;
}

static const char short_options[] = ":fdsvqhVo:x:i:";

/* getopt's own messages would start with the path of the program. word: argv[optind - 1]. */
static int bad_option(int c, const char *word)
{
	if (c == ':' && optopt < 256)
		return fail(EINVAL, "-%c: needs a value", optopt);
	if (c == ':')
		return fail(EINVAL, "%s: needs a value", word);
	if (!optopt)
		return fail(EINVAL, "%s: no such option, see vmcorefs --help", word);
	if (optopt >= 256 || strchr(short_options, optopt))
		return fail(EINVAL, "%s: takes no value", word);
	return fail(EINVAL, "-%c: no such option, see vmcorefs --help", optopt);
}

int options_parse(int argc, char **argv, struct options *o)
{
	int c, r;

	*o = (struct options){
		.fs = { .excluded = HOLES_ZERO, .compress = -1, .dump = { .unpack = UNPACK_AUTO } },
		.path = "/",
		.max_idle_threads = DEFAULT_IDLE_THREADS,
		.ready_fd = -1,
		.owner = { .uid = getuid(), .gid = getgid() },
	};
	opterr = 0;
	while ((c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (c == 'h' || c == 'V') {
			o->mode = c == 'h' ? RUN_HELP : RUN_VERSION;
			return 0;
		}
		r = c == '?' || c == ':' ? bad_option(c, argv[optind - 1]) : take_option(o, c);
		if (r < 0)
			return r;
	}
	if (o->allow_other && o->allow_root)
		return fail(EINVAL, "-o allow_other and -o allow_root: only one of them");
	if (!o->fs.vmlinux)
		o->fs.vmlinux = o->vmlinux;
	if (!o->fs.vmcoreinfo_file)
		o->fs.vmcoreinfo_file = o->vmcoreinfo;
	if (o->fs.vmlinux && o->fs.vmcoreinfo_file)
		return fail(EINVAL, "-x and -i: only one of them");
	o->fs.erase_file = o->erase_file;
	o->fs.xen_vmcoreinfo_file = o->xen_vmcoreinfo;
	o->fs.dump.ram = o->ram;
	o->fs.dump.plugged = o->plugged;
	o->foreground |= o->fuse_debug;
	o->default_permissions |= o->allow_other || o->allow_root;
	if (!o->has_umask)
		o->owner.umask = o->allow_other ? 0 : 077;
	/* who may read is not for numbers in a dump to say */
	o->owner.always = o->default_permissions && (o->owner.umask & 0444);
	return take_arguments(o, argc - optind, argv + optind);
}

void options_free(struct options *o)
{
	free(o->fsname);
	free(o->subtype);
	free(o->erase_file);
	free(o->vmlinux);
	free(o->vmcoreinfo);
	banks_free(&o->banks);
	free(o->xen_vmcoreinfo);
	free(o->ram);
	free(o->plugged);
}

void options_print_usage(void)
{
	fputs(usage_text, stderr);
	fputs("Try 'vmcorefs --help'.\n", stderr);
}

void options_print_help(void)
{
	const struct view_row *row = NULL;

	fputs("Mount a Linux kernel crash dump: every view of it is a file.\n\n", stdout);
	fputs(usage_text, stdout);
	fputs(options_text, stdout);
	fputs("\nIn the mount:\n", stdout);
	while ((row = families_next_top(families, row)))
		printf("  %-20s  %s\n", row->path, row->help);
}

void options_print_version(void)
{
	printf("vmcorefs %s\n", VMCOREFS_VERSION);
	printf("libfuse %s\n", fuse_pkgversion());
	printf("page compression:");
	for (size_t i = 0; i < CODECS; i++)
		if (codecs[i] != CODEC_NONE && codec_works(codecs[i]))
			printf(" %s", codec_name(codecs[i]));
	printf("\n");
}
