/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line.
 *
 * Threads: before mount only. Ownership: struct options owns its strings except those that point into argv.
 */
#ifndef VMCOREFS_FS_OPTIONS_H
#define VMCOREFS_FS_OPTIONS_H

#include <stdbool.h>

#include "fs/banks.h"
#include "fs/ops.h"
#include "fs/tree.h"

/* As mount(8) has them. */
enum exit_status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_SYSTEM = 2,
	STATUS_MOUNT = 32,	/* cannot open or recognise the dump, cannot mount, no such view, unreadable view */
};

enum run_mode { RUN_MOUNT, RUN_CAT, RUN_LIST, RUN_RESIDUE, RUN_EXEC, RUN_HELP, RUN_VERSION };

/* base/sandbox/sandbox.h, as far as the kernel has it; or all of it, or an error */
enum use_of_sandbox { USE_SANDBOX, NO_SANDBOX, WHOLE_SANDBOX };

struct options {
	enum run_mode mode;
	struct fs_options fs;		/* dump.paths: a part of argv */
	const char *mountpoint;		/* RUN_MOUNT; in argv */
	const char *path;		/* RUN_CAT, RUN_LIST; in argv, or "/"; RUN_RESIDUE: the file with the words;
					 * RUN_EXEC: the command, NULL: a shell */
	bool foreground, fuse_debug, single_thread;
	bool allow_other, allow_root, default_permissions, nonempty, clone_fd;
	bool expose;			/* allow_other also of a dump that others may not read */
	struct ops_owner owner;		/* what files show */
	bool has_umask;			/* -o umask= was given */
	unsigned int memory;		/* MiB, see base/memory.h; 0: as many as by default */
	unsigned int threads;		/* of the worker pool; 0: one a CPU */
	unsigned int http_cache;		/* MiB; 0: the default */
	unsigned int max_idle_threads;	/* of the FUSE loop */
	enum use_of_sandbox sandbox;
	bool spool_limited;		/* -o spool=: fs.spool_limit was given */
	int ready_fd;			/* -1: none */
	int verbosity;			/* -v minus -q */
	bool force;			/* RUN_CAT: also binary files to a terminal */
	bool ramdump;			/* -o ramdump: DUMPs are FILE@ADDR */
	struct banks banks;		/* owned: of --ramdump, or of the DUMPs then */
	char *fsname, *subtype;		/* NULL: the default */
	char *erase_file;		/* owned; NULL: none */
	char *xen_vmcoreinfo;		/* owned: -o xen_vmcoreinfo= */
	char *ram, *plugged;		/* owned: -o ram=, -o plugged= */
	char *vmlinux, *vmcoreinfo;	/* owned: -o vmlinux=, -o vmcoreinfo=, what -x and -i are in fstab */
};

/* 0, or -EINVAL and -ENOMEM after a message. */
int options_parse(int argc, char **argv, struct options *o);
void options_free(struct options *o);

/* What to print when there are no arguments, for --help and for --version. */
void options_print_usage(void);		/* on stderr */
void options_print_help(void);
void options_print_version(void);

#endif
