/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/cat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "fs/cat_copy.h"
#include "fs/options.h"

/* A reader who has seen enough is no error; with the default SIGPIPE we do not even get here. */
static int write_failed(const struct output *out, int err)
{
	return output_failed(out, -err) == -EPIPE ? STATUS_OK : STATUS_SYSTEM;
}

static int status_of(int r)
{
	return r == -ENOMEM ? STATUS_SYSTEM : STATUS_MOUNT;
}

static int no_such(struct fs *fs, const char *path, int r)
{
	char why[512];

	tree_explain(fs, path, r, why, sizeof(why));
	log_err("%s: %s", path, why);
	return status_of(r);
}

/* said: log_errors() before. Who knew more than the code has told it, as a rule. */
static int failed(const char *path, int r, unsigned long said)
{
	if (log_errors() == said)
		log_err("%s: %s", path, strerror(r == -EBADMSG ? EIO : -r));
	return status_of(r);
}

/* What a terminal would take for commands; escape sequences are among it: no text of ours has any. */
static bool is_binary(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((bytes[i] < ' ' && !strchr("\t\n\r\f", bytes[i])) || !bytes[i] || bytes[i] == 0x7f)
			return true;
	return false;
}

static int not_to_terminal(const char *path)
{
	log_err("%s: is binary and would go to a terminal: write it to a file (> FILE), or give --force", path);
	return STATUS_USAGE;
}

/* A view of few bytes can be a text or not: notes, pages. */
static bool begins_binary(const struct view *v)
{
	uint8_t bytes[4096];
	size_t n = view_size(v) < sizeof(bytes) ? (size_t)view_size(v) : sizeof(bytes);

	return !view_read(v, bytes, n, 0) && is_binary(bytes, n);
}

/* What is read from a layout or a text. */
static int cat_opened(struct fs *fs, struct node n, const char *path, bool terminal, struct output *out)
{
	unsigned long said = log_errors();
	struct view *v;
	int status, r = tree_open(fs, n, &v);

	if (r < 0)
		return failed(path, r, said);
	if (terminal && tree_content(fs, n) == CONTENT_BYTES && begins_binary(v)) {
		status = not_to_terminal(path);
	} else {
		r = cat_copy(v, path, tree_content(fs, n) == CONTENT_IMAGE, out);
		status = !r ? STATUS_OK : out->error ? write_failed(out, -out->error) : status_of(r);
	}
	view_close(v);
	return status;
}

int cat_file(struct fs *fs, const char *path, bool force, struct output *out)
{
	bool terminal = !force && isatty(STDOUT_FILENO);
	unsigned long said = log_errors();
	struct node_stat st;
	struct node n;
	int status;
	int r = tree_resolve(fs, path, &n);

	if (r < 0)
		return no_such(fs, path, r);
	r = tree_stat(fs, n, &st);
	if (!r && st.kind == TREE_FOLDER)
		r = -EISDIR;
	if (r < 0)
		return failed(path, r, said);
	if (terminal && tree_content(fs, n) == CONTENT_IMAGE)
		return not_to_terminal(path);
	r = tree_stream(fs, n, out);
	if (r == -ENOTSUP)
		status = cat_opened(fs, n, path, terminal, out);
	else if (out->error)
		status = out->error == -EPIPE ? STATUS_OK : STATUS_SYSTEM;
	else
		status = r < 0 ? failed(path, r, said) : STATUS_OK;
	r = tree_verdict(fs, n);
	return status == STATUS_OK && r ? failed(path, r, said) : status;
}

static int print_entry(void *arg, const struct tree_entry *e)
{
	static const char *const marks[] = { [TREE_FILE] = "", [TREE_FOLDER] = "/", [TREE_LINK] = "@" };

	(void)arg;
	return printf("%s%s\n", e->name, marks[e->kind]) < 0;
}

int cat_list(struct fs *fs, const char *path, struct output *out)
{
	struct node_stat st;
	unsigned long said = log_errors();
	struct node n;
	int r = tree_resolve(fs, path, &n);

	if (r < 0)
		return no_such(fs, path, r);
	r = tree_stat(fs, n, &st);
	if (!r && st.kind == TREE_FOLDER)
		r = tree_list(fs, n, 0, print_entry, NULL);
	else if (!r)
		printf("%s\n", path);		/* as ls does with a file */
	if (r < 0)
		return failed(path, r, said);
	return fflush(stdout) == EOF || ferror(stdout) ? write_failed(out, errno) : STATUS_OK;
}
