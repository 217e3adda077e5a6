/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How files are opened: by the process itself, or, when it is in a sandbox where nothing can be opened, by asking the process
 * that started it (fs/broker.h), which opens what the command line names and nothing else.
 *
 * The talk goes over a SOCK_SEQPACKET socket. Each message of the one who asks is a struct files_question, cut off behind the
 * end of its text; each but FILES_LOG gets one struct files_answer, with a descriptor (SCM_RIGHTS) where the question is for
 * one. Who answers trusts nothing in a question; who asks trusts the answers.
 *
 * Threads: files_ask(): before there are others. Else any; questions take turns.
 */
#ifndef VMCOREFS_BASE_FILES_H
#define VMCOREFS_BASE_FILES_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum files_kind {
	FILES_OPEN,			/* text: a path, to be read */
	FILES_STAT, FILES_LSTAT,	/* text: a path */
	FILES_SPOOL,			/* a file without a name; the answer's text is the folder that it is in */
	FILES_MOUNT,			/* the open /dev/fuse of the mount: the one who asks is ready to serve it */
	FILES_LOG,			/* text: a message, level: of which enum log_level */
};

struct files_question {
	uint32_t kind;
	uint32_t level;
	char text[PATH_MAX];		/* ends with a NUL */
};

struct files_answer {
	int32_t result;			/* 0 or -errno */
	struct stat st;
	char text[PATH_MAX];
};

/* From now on by asking over this socket, which is borrowed. */
void files_ask(int socket);

/* A file or a folder to be read; flags: O_NONBLOCK or 0. A descriptor (close-on-exec) or -errno, without a message. */
int files_open(const char *path, int flags);
/* The same of a plain file, such as rules and symbols are in: anything else could make who reads it wait for ever. A descriptor or
 * -errno (logged). */
int files_open_plain(const char *path);
/* As stat(2), lstat(2); 0 or -errno. */
int files_stat(const char *path, struct stat *st);
int files_lstat(const char *path, struct stat *st);
/* A file without a name in $TMPDIR (else /var/tmp, else /tmp), to be read and written. dir: PATH_MAX bytes for the folder, which
 * is told of a failure as well. A descriptor or -errno, without a message. */
int files_spool(char *dir);
/* Only by asking: the descriptor of the mount, or -errno after a message. */
int files_mount(void);
/* Only by asking: a message for the one who is asked to put where its own go. */
void files_log(int level, const char *line);

/* The same without asking, for the one who answers. */
int files_spool_here(char *dir);
/* Where that may be, the best first; how many. What the user asked for is not replaced by something else. */
size_t files_spool_folders(const char *dirs[2]);

#endif
