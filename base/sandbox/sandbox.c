/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox/sandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outbuf.h"
#include "base/sandbox/calls.h"
#include "base/sandbox/landlock.h"
#include "base/sandbox/privileges.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/* What the C library opens when it is first needed: the unwinder (threads that are cancelled or end), the time zone. */
static void load_late_parts(void)
{
	dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL);	/* it stays; without it ending threads abort, with or without us */
	tzset();
}

/* What is in memory is the dump's, with its secrets: not in a file, not for other processes of the user. */
static int hide_memory(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(errno, "sandbox: cannot forbid core dumps: %s", strerror(errno));
	return 0;
}

static int missing(const char *what, int r)
{
	return fail(ENOTSUP, "sandbox: %s: %s (-o sandbox=strict wants all of it)", what, strerror(-r));
}

static int enter(const struct sandbox_rules *rules, struct sandbox_state *state)
{
	int r;

	load_late_parts();
	r = privileges_drop(rules->user, rules->keep_user, &state->is_root);
	if (r < 0)
		return r;
	state->uid = getuid();
	/* after the change of the user, which sets it anew */
	r = hide_memory();
	if (r < 0)
		return r;
	state->landlock = landlock_enter(rules->readable, rules->role == SANDBOX_SERVER);
	if (state->landlock < 0 && rules->strict)
		return missing("landlock", state->landlock);
	r = calls_enter(rules->role, &state->calls);
	if (r < 0)
		return r;
	if (state->calls < 0 && rules->strict)
		return missing("seccomp", state->calls);
	if (state->is_root && rules->strict)
		return fail(ENOTSUP, "sandbox: cannot become another user than root here (-o sandbox=strict wants that)");
	return 0;
}

int sandbox_enter(const struct sandbox_rules *rules, struct sandbox_state *state)
{
	int r;

	*state = (struct sandbox_state){ .role = rules->role };
	if (HAS_SANITIZER)
		return rules->strict ? fail(ENOTSUP, "sandbox: none in a build with a sanitizer") : 0;
	r = enter(rules, state);
	if (r < 0)
		return r;
	state->entered = true;
	return 0;
}

static const char *reason(int r)
{
	switch (-r) {
	case ENOSYS:
	case EINVAL:
		return "the kernel does not have it";
	case EOPNOTSUPP:
		return "switched off in the kernel";
	default:
		return strerror(-r);
	}
}

void sandbox_describe(const struct sandbox_state *state, struct outbuf *out)
{
	if (!state->entered) {
		out_printf(out, HAS_SANITIZER ? "off (built with a sanitizer)" : "off");
		return;
	}
	out_printf(out, "no capabilities, ");
	if (state->is_root)
		out_printf(out, "still root (no other user here can read the dump), ");
	else
		out_printf(out, "user %u, ", (unsigned int)state->uid);
	if (state->landlock < 0)
		out_printf(out, "no landlock (%s), ", reason(state->landlock));
	else
		out_printf(out, "landlock %d, ", state->landlock);
	if (state->calls < 0)
		out_printf(out, "all system calls (seccomp: %s)", reason(state->calls));
	else
		out_printf(out, "system calls of a %s", state->role == SANDBOX_SERVER ? "reader without files or sockets" :
			   "client of the internet");
}
