/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/distribution.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

static bool is_plain(const char *release)
{
	size_t len = strlen(release);

	return len && len < 65 && isdigit((unsigned char)*release) &&
	       strspn(release, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+~-") == len;
}

static int debian(const char *release, const char *version, struct debug_package *out)
{
	if (!strstr(version, " Debian "))
		return -ENOENT;
	snprintf(out->name, sizeof(out->name), "linux-image-%s-dbg", release);
	snprintf(out->vmlinux, sizeof(out->vmlinux), "/usr/lib/debug/boot/vmlinux-%s", release);
	return 0;
}

static int ubuntu(const char *release, const char *version, struct debug_package *out)
{
	if (!strstr(version, "-Ubuntu"))
		return -ENOENT;
	snprintf(out->name, sizeof(out->name), "linux-image-%s-dbgsym", release);
	snprintf(out->vmlinux, sizeof(out->vmlinux), "/usr/lib/debug/boot/vmlinux-%s", release);
	return 0;
}

/*
 * Fedora, RHEL and those made of it, Amazon, Oracle: "5.14.0-362.el9.x86_64", "6.5.6-300.fc39.aarch64". A flavour is behind a
 * plus ("+rt", "+64k", "+debug"), or in the number ("el8uek", "rt7.72.el8").
 */
static int red_hat(const char *release, const char *version, struct debug_package *out)
{
	static const char *const marks[] = { ".el", ".fc", ".amzn" };
	const char *mark = NULL, *plus = strchr(release, '+');
	char flavour[32] = "";

	(void)version;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *at = strstr(release, marks[i]);

		if (at && isdigit((unsigned char)at[strlen(marks[i])]))
			mark = at;
	}
	if (!mark)
		return -ENOENT;
	if (plus && plus > mark && strlen(plus) < sizeof(flavour))
		snprintf(flavour, sizeof(flavour), "%s-", plus + 1);
	else if (strstr(mark, "uek"))
		snprintf(flavour, sizeof(flavour), "uek-");
	else if (strstr(release, ".rt") && strstr(release, ".rt") < mark)
		snprintf(flavour, sizeof(flavour), "rt-");
	snprintf(out->name, sizeof(out->name), "kernel-%sdebuginfo-%.*s", flavour,
		 (int)(plus && plus > mark ? (size_t)(plus - release) : strlen(release)), release);
	snprintf(out->vmlinux, sizeof(out->vmlinux), "/usr/lib/debug/lib/modules/%s/vmlinux", release);
	return 0;
}

/* "(a5c8ba7)": the commit, at the end of the version */
static bool ends_with_commit(const char *version)
{
	const char *open = strrchr(version, '(');
	size_t n = open ? strspn(open + 1, "0123456789abcdef") : 0;

	return n >= 7 && !strcmp(open + 1 + n, ")");
}

/* "6.4.0-150600.21-default"; the package's own release has one more number. */
static int suse(const char *release, const char *version, struct debug_package *out)
{
	static const char *const flavours[] = {
		"default", "rt", "azure", "preempt", "64kb", "kvmsmall", "pae", "desktop", "debug", "vanilla", "trace", "xen",
		"bigmem", "ppc64", "lpae", "longterm",
	};
	const char *flavour = strrchr(release, '-');
	bool known = false;

	for (size_t i = 0; flavour && i < ARRAY_SIZE(flavours); i++)
		known = known || !strcmp(flavour + 1, flavours[i]);
	if (!known || !ends_with_commit(version))
		return -ENOENT;
	snprintf(out->name, sizeof(out->name), "kernel-%s-debuginfo of version %.*s", flavour + 1, (int)(flavour - release),
		 release);
	snprintf(out->vmlinux, sizeof(out->vmlinux), "/usr/lib/debug/usr/lib/modules/%s/vmlinux.debug", release);
	return 0;
}

int distribution_debug_package(const char *release, const char *version, struct debug_package *out)
{
	static int (*const distributions[])(const char *release, const char *version, struct debug_package *out) = {
		debian, ubuntu, red_hat, suse,
	};

	if (!is_plain(release))
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(distributions); i++)
		if (!distributions[i](release, version, out))
			return 0;
	return -ENOENT;
}
