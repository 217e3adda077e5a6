/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A door in the program itself, which is linked with this and has no part of it: the process that reads the dump does, when it
 * has opened it, what DOOR_WORDS says (taken_over.h), as if the dump had taken it over; the dump is descriptor 3 then.
 * tests/tools/server-door is how it is called.
 *
 * DOOR_USER: the number of who starts the program.
 */
#include "base/sandbox/sandbox.h"
#include "fs/tree.h"
#include "tests/tools/taken_over.h"

#define WORDS_MAX 16

/* of the linker: --wrap */
int __real_sandbox_enter(const struct sandbox_rules *rules, struct sandbox_state *state);
int __wrap_sandbox_enter(const struct sandbox_rules *rules, struct sandbox_state *state);
int __real_fs_open(const struct fs_options *opt, struct fs **out);
int __wrap_fs_open(const struct fs_options *opt, struct fs **out);

static void give_up(const char *why)
{
	fprintf(stderr, "door: %s\n", why);
	_exit(3);
}

static void __attribute__((constructor)) start(void)
{
	const char *user = getenv("DOOR_USER");

	if (user && !become((uid_t)strtoul(user, NULL, 10)))
		give_up("DOOR_USER");
}

/* Out of the way of descriptor 3. */
static void prepare(void)
{
	if (status_fd >= 0)
		return;
	if (!taken_over_prepare())
		give_up("no descriptors");
	status_fd = fcntl(status_fd, F_DUPFD_CLOEXEC, 100);
	own_socket = fcntl(own_socket, F_DUPFD_CLOEXEC, 100);
}

int __wrap_sandbox_enter(const struct sandbox_rules *rules, struct sandbox_state *state)
{
	if (rules->role == SANDBOX_SERVER)
		prepare();
	return __real_sandbox_enter(rules, state);
}

static void dump_as_3(void)
{
	struct stat st;

	for (int fd = 3; fd < 100; fd++)
		if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0) {
			if (fd != 3 && dup2(fd, 3) < 0)
				give_up("dup2");
			return;
		}
	give_up("the dump is not open");
}

int __wrap_fs_open(const struct fs_options *opt, struct fs **out)
{
	char *text = getenv("DOOR_WORDS"), *words[WORDS_MAX], *rest;
	int n = 0, r;

	prepare();
	r = __real_fs_open(opt, out);
	if (r < 0 || !text)
		return r;
	for (char *word = strtok_r(text, " ", &rest); word && n < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	if (!n)
		give_up("no words");
	dump_as_3();
	r = taken_over_do(words, n, opt->sandbox);
	fflush(stdout);
	_exit(r);
}
