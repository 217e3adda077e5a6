/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/source/http/own_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"

#define NAME_SIZE sizeof("/proc/self/fd/2147483647")

static char netrc[NAME_SIZE];

/* Folders, not the files in them: they are replaced when the machine changes its network or its certificates. */
static const char *readable[] = {
	"/etc",				/* hosts, resolv.conf, nsswitch.conf, gai.conf, ld.so.cache, ssl, pki, crypto-policies */
	"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/connman", "/run/netconfig", "/run/nscd",
	/* name services and tokens, which are loaded when they are asked; what /etc/ssl and /etc/pki link to */
	"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share", "/usr/local/lib", "/usr/local/share",
	"/nix/store", "/gnu/store", "/var/lib/ca-certificates",
	"/proc/sys/crypto", "/dev/null", "/dev/random", "/dev/urandom",
	NULL,				/* SSL_CERT_DIR */
	NULL
};

static int copy(int from, int to)
{
	char buf[16384];
	ssize_t n;
	int r = 0;

	while (!r && (n = read(from, buf, sizeof(buf))) != 0)
		r = n < 0 ? -errno : io_write(to, buf, (size_t)n);
	explicit_bzero(buf, sizeof(buf));
	if (!r && fcntl(to, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		r = -errno;
	return r;
}

/* 1: name is that of a copy, which stays open. 0: there is no such file, or not for us; libcurl tells of that if it matters. */
static int keep(const char *path, char *name)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to, r;
	struct stat st;

	if (from < 0)
		return 0;
	if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(from);
		return 0;
	}
	to = memfd_create("vmcorefs", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	r = to < 0 ? -errno : copy(from, to);
	close(from);
	if (r < 0) {
		if (to >= 0)
			close(to);
		return fail(-r, "%s: cannot be read: %s", path, strerror(-r));
	}
	snprintf(name, NAME_SIZE, "/proc/self/fd/%d", to);
	return 1;
}

/* As libcurl finds it. */
static int keep_netrc(void)
{
	const char *home = getenv("HOME");
	const struct passwd *pw = home && *home ? NULL : getpwuid(geteuid());
	char path[PATH_MAX];
	int n;

	if (pw)
		home = pw->pw_dir;
	if (!home || !*home)
		return 0;
	n = snprintf(path, sizeof(path), "%s/.netrc", home);
	return n < (int)sizeof(path) ? keep(path, netrc) : 0;
}

/* Certificates may be for the user's eyes only. */
static int keep_named(const char *variable)
{
	const char *value = getenv(variable);
	char name[NAME_SIZE];
	int r = value && *value ? keep(value, name) : 0;

	return r > 0 && setenv(variable, name, 1) < 0 ? -errno : r;
}

/* The process leaves the folder that it was started in. */
static int keep_folder(const char *variable)
{
	const char *value = getenv(variable);
	char path[PATH_MAX];

	if (!value || !*value || !realpath(value, path))
		return 0;
	if (setenv(variable, path, 1) < 0)
		return -errno;
	readable[sizeof(readable) / sizeof(readable[0]) - 2] = getenv(variable);
	return 0;
}

int http_own_files_keep(void)
{
	int r = keep_netrc();

	if (r >= 0)
		r = keep_named("CURL_CA_BUNDLE");
	if (r >= 0)
		r = keep_named("SSL_CERT_FILE");
	if (r >= 0)
		r = keep_folder("SSL_CERT_DIR");
	return r < 0 ? r : 0;
}

const char *http_netrc(void)
{
	return *netrc ? netrc : NULL;
}

const char *const *http_readable(void)
{
	return readable;
}
