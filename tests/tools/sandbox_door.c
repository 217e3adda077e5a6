/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can who has taken over a process of a role do?
 *
 * sandbox_door off|server|transfers [-OPTIONS] WORD...	the words are those of taken_over.h
 * -s: strict; -r: this may be read; -u: who root becomes; -U: the number of who starts this, of root otherwise.
 * off: without a sandbox, as a check that the call works then.
 */
#include "base/outbuf.h"
#include "base/sandbox/sandbox.h"
#include "tests/tools/taken_over.h"

static int usage(void)
{
	fprintf(stderr, "usage: sandbox_door off|server|transfers [-s] [-r PATH] [-u USER] [-U UID] describe|watch|status|works|CALL...\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *readable[16] = { NULL };
	struct sandbox_rules rules = { .readable = readable };
	struct sandbox_state state = { 0 };
	struct outbuf text = OUTBUF_INIT;
	uid_t user = 0;
	bool off;
	int opt;
	size_t n = 0;

	if (argc < 3)
		return usage();
	off = !strcmp(argv[1], "off");
	rules.role = !strcmp(argv[1], "transfers") ? SANDBOX_TRANSFERS : SANDBOX_SERVER;
	optind = 2;
	while ((opt = getopt(argc, argv, "+sr:u:U:")) >= 0) {
		if (opt == 's')
			rules.strict = true;
		else if (opt == 'u')
			rules.user = optarg;
		else if (opt == 'U')
			user = (uid_t)strtoul(optarg, NULL, 10);
		else if (opt == 'r' && n < 15)
			readable[n++] = optarg;
		else
			return usage();
	}
	if (user && !become(user)) {
		perror("-U");
		return 1;
	}
	if (optind >= argc || !taken_over_prepare())
		return usage();
	if (!off && sandbox_enter(&rules, &state) < 0)
		return 1;
	sandbox_describe(&state, &text);
	opt = taken_over_do(argv + optind, argc - optind, text.data);
	out_free(&text);
	return opt;
}
