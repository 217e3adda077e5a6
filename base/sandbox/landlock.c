/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers that all architectures share, as all calls since 5.1; libc6-dev may be older. alpha counts from another start. */
#ifndef SYS_landlock_create_ruleset
#ifdef __alpha__
#define SYS_landlock_create_ruleset 554
#define SYS_landlock_add_rule 555
#define SYS_landlock_restrict_self 556
#else
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#endif

#define CREATE_RULESET_VERSION	1u
#define RULE_PATH_BENEATH	1

#define FS_READ_FILE	(1ull << 2)
#define FS_READ_DIR	(1ull << 3)

#define NET_BIND_TCP	(1ull << 0)
#define NET_CONNECT_TCP	(1ull << 1)

#define SCOPE_ABSTRACT_UNIX_SOCKET	(1ull << 0)
#define SCOPE_SIGNAL			(1ull << 1)

/* Linux: struct landlock_ruleset_attr; a kernel that knows less of it wants the rest to be zero. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

/* Linux: struct landlock_path_beneath_attr */
struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

_Static_assert(sizeof(struct path_beneath_attr) == 12, "as the kernel's");

/* All rights on files that a version knows: execute to make_sym, refer, truncate, ioctl_dev. */
static uint64_t fs_rights(int version)
{
	return version < 2 ? (1ull << 13) - 1 : version < 3 ? (1ull << 14) - 1 :
	       version < 5 ? (1ull << 15) - 1 : (1ull << 16) - 1;
}

static int allow_reading(int ruleset, const char *path)
{
	struct path_beneath_attr rule = { .allowed_access = FS_READ_FILE };
	struct stat st;
	int r = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : -errno;
	if (!fstat(rule.parent_fd, &st) && S_ISDIR(st.st_mode))
		rule.allowed_access |= FS_READ_DIR;
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) < 0)
		r = -errno;
	close(rule.parent_fd);
	return r;
}

int landlock_enter(const char *const *readable, bool no_net)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset_attr attr = { 0 };
	int ruleset, r = 0;

	if (version < 0)
		return -errno;
	attr.handled_access_fs = fs_rights(version);
	if (version >= 4)
		attr.handled_access_net = NET_BIND_TCP | (no_net ? NET_CONNECT_TCP : 0);
	if (version >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	/* the size of the first version is the first field alone */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, version < 4 ? sizeof(attr.handled_access_fs) : version < 6 ?
			       offsetof(struct ruleset_attr, scoped) : sizeof(attr), 0);
	if (ruleset < 0)
		return -errno;
	for (; readable && *readable && !r; readable++)
		r = allow_reading(ruleset, *readable);
	if (!r && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = -errno;
	close(ruleset);
	return r ? r : version;
}
