/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vector.h"
#include "formats/crashes.h"
#include "formats/find.h"
#include "formats/folder.h"
#include "formats/members.h"
#include "formats/pieces.h"
#include "formats/reader/reader.h"
#include "formats/shared.h"
#include "formats/source/file.h"
#include "formats/source/open.h"
#include "formats/tar.h"

static void close_sources(struct source **srcs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		source_close(srcs[i]);
}

/* The format of the first file that can be one of a set. */
static int find_set_format(struct source *const *srcs, size_t n, const struct dump_ops **out)
{
	int r = 0;

	*out = NULL;
	for (size_t i = 0; i < n && !*out && !r; i++) {
		r = dump_find_format(srcs[i], out);
		if (*out && !(*out)->open_set)
			*out = NULL;
	}
	return r;
}

/* How many pages there are is not known before the dump is open: not more than one in so many bytes. */
#define BYTES_PER_PAGE 16

static void allow_memory(struct source *const *srcs, size_t n)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += srcs[i]->size / BYTES_PER_PAGE;
	memory_allow(bytes);
}

/* Takes over the sources. */
static int open_sources(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out)
{
	const struct dump_ops *ops;
	int r;

	allow_memory(srcs, n);
	if (req->raw || req->banks)
		return raw_dump_ops.open_set(srcs, n, req, out);
	r = find_set_format(srcs, n, &ops);
	if (!r && ops)
		return ops->open_set(srcs, n, req, out);
	if (!r && n == 1)
		return dump_open(srcs[0], req, out);
	if (!r)
		r = fail(EIO, NO_PART_OF_A_SET, srcs[0]->name);
	close_sources(srcs, n);
	return r;
}

/* The sources of a dump that is being put together. */
struct inputs {
	struct source **srcs;		/* owned, with what is in it */
	size_t n, cap;
	struct source *log;		/* owned, or NULL */
};

/* Takes over src. */
static int add_input(struct inputs *in, struct source *src)
{
	int r = vector_push(in->srcs, in->n, in->cap, src);

	if (r)
		source_close(src);
	return r;
}

static int add_member(struct inputs *in, const struct members *m, const struct member *f)
{
	struct source *src;
	int r = m->open(m, f, &src);

	if (r)
		return r;
	src->unpack = m->unpack;
	r = source_unwrap(&src);
	return r ? r : add_input(in, src);
}

/* What was chosen of a folder or an archive, and the log beside it. */
static int add_members(struct inputs *in, struct members *m)
{
	const struct member *log;
	int r = members_choose(m);

	for (size_t i = 0; i < m->n && !r; i++)
		if (m->list[i].chosen)
			r = add_member(in, m, &m->list[i]);
	log = members_find_log(m);
	if (!r && log && !in->log)
		r = m->open(m, log, &in->log);
	return r;
}

/* The dump in a folder, or in the only one of its folders that has one. */
static int add_folder(struct inputs *in, const char *path, enum unpack_mode unpack)
{
	struct members m = { .unpack = unpack };
	char *below = NULL;
	bool one = false;
	size_t n = 0;
	int r = folder_list_members(path, &m);

	if (!r)
		r = members_look(&m, &n, &one);
	if (!r && !one && m.nfolders)
		r = crashes_choose(&m, n, &below);
	if (!r && below) {
		members_free(&m);
		m.unpack = unpack;
		r = folder_list_members(below, &m);
	}
	if (!r)
		r = add_members(in, &m);
	members_free(&m);
	free(below);
	return r;
}

/* A file: a dump, or an archive of a folder. Takes over src. */
static int add_file(struct inputs *in, struct source *src, const char *path, const struct dump_request *req)
{
	struct members m = { .unpack = req->unpack };
	int r = req->raw || req->banks || src->devmem ? 0 : tar_probe(src);

	if (!r)
		return add_input(in, src);
	if (r == 1)
		src = shared_new(src);
	else
		fail(-r, "%s: cannot be read: %s", path, strerror(-r));
	if (r == 1)
		r = src ? tar_list_members(src, &m) : -ENOMEM;
	if (!r)
		r = add_members(in, &m);
	members_free(&m);
	source_close(src);
	return r;
}

static int add_path(struct inputs *in, const char *path, const struct dump_request *req)
{
	bool raw = req->raw || req->banks;	/* is what it is, whatever it looks like */
	struct source *src = NULL;
	struct stat st;
	int r;

	if (!raw && !files_stat(path, &st) && S_ISDIR(st.st_mode))
		return add_folder(in, path, req->unpack);
	r = source_open_unpack(path, req->unpack, &src);
	return r ? r : add_file(in, src, path, req);
}

/* One file that was cut into pieces: 1: it is in. 0: there is none, or -errno */
static int add_pieces(struct inputs *in, const struct dump_request *req)
{
	struct source *src = NULL;
	int r = req->raw || req->banks ? 0 : pieces_open(req->paths, req->npaths, &src);

	if (r || !src)
		return r;
	src->unpack = req->unpack;
	r = source_unwrap(&src);
	if (!r)
		r = add_file(in, src, src->name, req);
	return r ? r : 1;
}

/* NULL: there is none at path, or it is no saved state of VMware. */
static int open_state(const char *path, enum unpack_mode unpack, struct source **out)
{
	const struct dump_ops *ops;
	struct stat st;
	int r;

	*out = NULL;
	if (files_stat(path, &st))
		return 0;
	r = source_open_unpack(path, unpack, out);
	if (!r)
		r = dump_find_format(*out, &ops);
	if (!r && ops == &vmware_dump_ops)
		return 0;
	source_close(*out);
	*out = NULL;
	return r;
}

/*
 * VMware's NAME.vmem is told by nothing but its name; the saved state beside it says what is where in it. *path is the
 * name of that, for the caller to free when the dump is open. Of two, which one belongs to it is the user's to say.
 */
static int add_saved_state(struct inputs *in, enum unpack_mode unpack, char **path)
{
	static const char *const suffixes[] = { "vmss", "vmsn", "guest" };
	const char *name = in->n == 1 ? in->srcs[0]->name : "", *dot = strrchr(name, '.');
	struct source *states[ARRAY_SIZE(suffixes)];
	const struct dump_ops *ops;
	size_t n = 0;
	int r;

	if (!dot || strcmp(dot, ".vmem") || strstr(name, "://"))
		return 0;
	r = dump_find_format(in->srcs[0], &ops);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes) && !r && !ops && n < 2; i++) {
		char *beside;

		if (asprintf(&beside, "%.*s.%s", (int)(dot - name), name, suffixes[i]) < 0) {
			r = -ENOMEM;
			break;
		}
		r = open_state(beside, unpack, &states[n]);
		if (!r && states[n] && !n++)
			*path = beside;
		else
			free(beside);
	}
	if (!r && n == 1)
		return add_input(in, states[0]);
	close_sources(states, n);
	return r;
}

/* What was told of memory would be wrong if it went unheard; what was told of the machine is a hint that some need. */
static int check_told(const struct dump *d, const struct dump_request *req)
{
	static const struct {
		enum told bit;
		const char *name, *what;
		bool hint;
	} options[] = {
		{ TOLD_PCI_HOLE, "pci_hole", "where its memory is", false },
		{ TOLD_RAM, "ram", "which memory it has", false },
		{ TOLD_PLUGGED, "plugged", "where its memory is", false },
		{ TOLD_ARCH, "arch", "what its architecture is", true },
		{ TOLD_PAGE_SIZE, "page_size", "how large its pages are", true },
	};
	const bool given[] = { req->pci_hole, req->ram, req->plugged, req->elf_machine, req->page_shift };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!given[i] || d->told & options[i].bit)
			continue;
		if (!options[i].hint)
			return fail(EINVAL, "%s: -o %s= does not fit a dump of this format (%s), which says itself %s",
				    d->src->name, options[i].name, d->format, options[i].what);
		log_warn("%s: -o %s= is not used: a dump of this format (%s) says itself %s", d->src->name, options[i].name,
			 d->format, options[i].what);
	}
	return 0;
}

int dump_open_files(const struct dump_request *req, struct dump **out)
{
	struct inputs in = { 0 };
	char *state = NULL;
	int r = add_pieces(&in, req);

	for (size_t i = 0; i < req->npaths && !r; i++)
		r = add_path(&in, req->paths[i], req);
	r = r == 1 ? 0 : r;
	if (!r && !req->raw && !req->banks)
		r = add_saved_state(&in, req->unpack, &state);
	if (!r) {
		r = open_sources(in.srcs, in.n, req, out);
		in.n = 0;
	}
	if (!r && (*out)->incomplete && req->npaths == 1)
		pieces_warn_of_next(req->paths[0]);
	if (!r) {
		(*out)->log = in.log;
		in.log = NULL;
		r = check_told(*out, req);
		if (r) {
			dump_close(*out);
			*out = NULL;
		}
	}
	close_sources(in.srcs, in.n);
	source_close(in.log);
	free(in.srcs);
	free(state);
	return r;
}

bool dump_files_changes(void (*tell)(void *arg, const char *name, const char *what), void *arg)
{
	return source_files_changes(tell, arg);
}
