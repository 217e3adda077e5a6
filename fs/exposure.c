/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/exposure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "formats/source/file.h"
#include "formats/source/http/http.h"

#define PASS (S_IROTH | S_IXOTH)

/* A password stands before the host; a key is as a rule behind a question mark. */
static bool is_public_url(const char *url)
{
	const char *host = strstr(url, "://");
	size_t len = host ? strcspn(host + 3, "/?#") : 0;

	return host && !memchr(host + 3, '@', len) && !strchr(url, '?');
}

/* All folders above an absolute path let others through. */
static bool may_reach(char *path)
{
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		struct stat st;

		slash[slash == path] = '\0';
		if (stat(path, &st) || !(st.st_mode & S_IXOTH))
			return false;
		if (slash == path)
			break;
	}
	return true;
}

/* Those of the files in a folder that are a dump are found later: all of them. */
static bool may_read_files(const char *folder)
{
	DIR *d = opendir(folder);
	bool may = d;
	struct dirent *e;

	while (may && (e = readdir(d))) {
		struct stat st;

		may = !fstatat(dirfd(d), e->d_name, &st, 0) && (!S_ISREG(st.st_mode) || (st.st_mode & S_IROTH));
	}
	if (d)
		closedir(d);
	return may;
}

static bool others_may_read(const char *dump)
{
	struct stat st;
	char *path;
	bool may;

	if (http_is_url(dump))
		return is_public_url(dump);
	if (source_is_stdin(dump))
		return !fstat(0, &st) && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH);
	/* what is not there is somebody else's message */
	if (stat(dump, &st))
		return true;
	path = realpath(dump, NULL);
	if (!path)
		return false;
	if (S_ISDIR(st.st_mode))
		may = (st.st_mode & PASS) == PASS && may_read_files(path);
	else
		may = st.st_mode & S_IROTH;
	may = may && may_reach(path);
	free(path);
	return may;
}

int exposure_check(const char *const *dumps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *shown;

		if (others_may_read(dumps[i]))
			continue;
		shown = http_is_url(dumps[i]) ? http_shown_url(dumps[i]) : NULL;
		fail(EACCES, "%s: others may not read it, and with -o allow_other they could; -o expose too allows that",
		     shown ? shown : source_is_stdin(dumps[i]) ? "standard input" : dumps[i]);
		free(shown);
		return -EACCES;
	}
	return 0;
}
