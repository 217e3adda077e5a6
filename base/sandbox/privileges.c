/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* where there is no /etc/passwd, as in an initramfs; the kernel's own overflowuid */
#define NOBODY 65534u

/* uid and gid stay as they are when there is no name, and no nobody. */
static int find_user(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name ? name : "nobody");
	if (!pw && name)
		return fail(errno ? errno : ENOENT, "sandbox: there is no user %s", name);
	if (pw && !pw->pw_uid)
		return fail(EINVAL, "sandbox: the user %s is root", pw->pw_name);
	if (pw) {
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
	}
	return 0;
}

static int become(const char *name, bool *is_root)
{
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;
	int r = find_user(name, &uid, &gid);

	if (r)
		return r;
	/* EINVAL: not mapped in this user name space. EPERM: it forbids setgroups(2), or we are root without capabilities. */
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0) {
		if (name || (errno != EINVAL && errno != EPERM))
			return fail(errno, "sandbox: cannot become the user %s: %s", name ? name : "nobody", strerror(errno));
		*is_root = true;
	}
	return 0;
}

/* The set that limits what exec gives. EINVAL: behind the last one that the kernel knows. EPERM: we have no right to, and
 * no_new_privs does the same. */
static int drop_bounding_set(void)
{
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno == EINVAL || errno == EPERM ? 0 : -errno;
	return 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	/* EINVAL: a kernel before 4.3 */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return -errno;
	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

int privileges_drop(const char *user, bool keep_user, bool *is_root)
{
	int r = drop_bounding_set(), death_signal = 0;
	pid_t parent = getppid();

	*is_root = keep_user && !geteuid();
	prctl(PR_GET_PDEATHSIG, &death_signal);
	if (!r && !geteuid() && !keep_user) {
		r = become(user, is_root);
		if (r < 0)
			return r;
	}
	if (!r)
		r = drop_capabilities();
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	/* another user is not told of its parent's death; it may be dead by now */
	if (!r && death_signal && (prctl(PR_SET_PDEATHSIG, death_signal) < 0 || getppid() != parent))
		r = -ESRCH;
	return r ? fail(-r, "sandbox: cannot drop privileges: %s", strerror(-r)) : 0;
}
