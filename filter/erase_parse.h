/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erase rules as makedumpfile.conf(5) has them, from text to a tree.
 *
 *	[MODULE]				what follows is of this module; before the first one, and with vmlinux: the kernel
 *	erase PATH [size N[K|M] | size PATH | nullify]
 *	erase string TEXT			every copy in memory; TEXT ends with the line, and may be of any bytes
 *	for NAME in PATH [via MEMBER | within STRUCT[:MEMBER]]
 *		erase NAME[.MEMBER...] ...
 *	endfor
 *
 * PATH is SYMBOL[.MEMBER...]. Words are separated by blanks and line ends; # starts a comment. Where makedumpfile stops
 * to read the file or takes half of a word, this is an error: rules that are not understood erase nothing.
 *
 * Threads: any. The tree is immutable.
 */
#ifndef VMCOREFS_FILTER_ERASE_PARSE_H
#define VMCOREFS_FILTER_ERASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ERASE_NAME_MAX 255		/* characters in one name */
#define ERASE_DEPTH_MAX 32		/* names in one path */

struct erase_pos {
	unsigned int line, column;	/* from 1 on; columns are bytes */
};

/* A name, or names with dots between them. */
struct erase_word {
	char *text;			/* NULL: there is none */
	struct erase_pos pos;
};

enum erase_extent { ERASE_TYPE, ERASE_BYTES, ERASE_BYTES_OF, ERASE_NULLIFY, ERASE_STRING };

struct erase_command {
	struct erase_word path;
	enum erase_extent extent;
	uint64_t bytes;			/* ERASE_BYTES */
	struct erase_word bytes_of;	/* ERASE_BYTES_OF */
	char *string;			/* ERASE_STRING: not to be shown; path is the word "string" */
};

enum erase_loop {
	ERASE_ONCE,			/* no loop: one command */
	ERASE_FOR,			/* over an array; over a list by its member "next" */
	ERASE_FOR_VIA,
	ERASE_FOR_WITHIN,
};

struct erase_rule {
	struct erase_word module;	/* text NULL: the kernel */
	enum erase_loop loop;
	struct erase_word var, list, member, type;	/* of a loop; member: after via, or within's */
	struct erase_command *commands;
	size_t ncommands, cap;
};

struct erase_rules {
	char *name;			/* of the file, for messages */
	struct erase_rule *rules;
	size_t nrules, cap;
};

/* name: for messages. -EINVAL after one message, "NAME:LINE:COLUMN: what is wrong"; -ENOMEM. */
int erase_parse(const char *name, const char *text, size_t len, struct erase_rules **out);
/* The same from a file; errors were logged. */
int erase_parse_file(const char *path, struct erase_rules **out);
void erase_rules_free(struct erase_rules *r);		/* NULL is fine */

#endif
