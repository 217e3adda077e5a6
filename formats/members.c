/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/members.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/find.h"
#include "formats/reader/reader.h"
#include "formats/source/containers.h"
#include "formats/source/parts/container.h"

#define NAMED 8u			/* dumps in one message */

static int add(struct member **list, size_t *n, size_t *cap, const struct member *new)
{
	struct member copy = *new;
	int r;

	if (*n == MEMBERS_MAX)
		return -E2BIG;
	copy.name = strdup(new->name);
	r = copy.name ? vector_push(*list, *n, *cap, copy) : -ENOMEM;
	if (r)
		free(copy.name);
	return r;
}

int members_add(struct members *m, const struct member *new)
{
	return add(&m->list, &m->n, &m->cap, new);
}

int members_add_folder(struct members *m, const struct member *new)
{
	return add(&m->folders, &m->nfolders, &m->folders_cap, new);
}

void members_free(struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->list[i].name);
	for (size_t i = 0; i < m->nfolders; i++)
		free(m->folders[i].name);
	free(m->list);
	free(m->folders);
	*m = (struct members){ 0 };
}

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static bool starts_with(const char *name, const char *const *starts)
{
	for (; *starts; starts++)
		if (!strncmp(name, *starts, strlen(*starts)))
			return true;
	return false;
}

/* kdump-utils, kdump-tools, kdump of SUSE */
static bool is_log(const struct member *f)
{
	static const char *const starts[] = { "vmcore-dmesg", "dmesg", NULL };

	return starts_with(base_name(f->name), starts);
}

/* What lies beside a dump and may look like one. */
static bool is_other(const struct member *f)
{
	static const char *const starts[] = {
		"vmlinux", "vmlinuz", "initr", "System.map", "config", "README", "kexec-dmesg", "kerntypes", NULL
	};

	return is_log(f) || starts_with(base_name(f->name), starts);
}

/* vmcore.xz, dump.202611200102.zst, guest.lime.gz */
static bool is_named_as_dump(const struct member *f)
{
	static const char *const starts[] = { "vmcore", "dump", "core", "memory", NULL };
	static const char *const parts[] = { ".vmcore", ".kdump", ".core", ".elf", ".lime", ".avml", ".dump" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(base_name(f->name), parts[i]))
			return true;
	return starts_with(base_name(f->name), starts);
}

/* ELF is more than dumps */
static bool is_core(const struct source *src)
{
	uint8_t head[18];

	return !source_read(src, head, sizeof(head), 0) && get_u16(head + 16, head[EI_DATA] == ELFDATA2MSB) == ET_CORE;
}

static int in_container(const struct source *src)
{
	int r = 0;

	for (size_t i = 0; containers[i] && !r; i++)
		r = containers[i]->probe(src);
	return r;
}

/* 1: f may be the dump, *ops its reader or NULL when it is wrapped in something. */
static int look_at(const struct members *m, const struct member *f, const struct dump_ops **ops)
{
	struct source *src;
	int r;

	if (is_other(f) || !f->size)
		return 0;
	r = m->open(m, f, &src);
	if (r)
		return r;
	r = dump_find_format(src, ops);
	if (!r && *ops)
		r = *ops != &recognised_dump_ops && (*ops != &elf_dump_ops || is_core(src));
	else if (!r)
		r = in_container(src) == 1 && (is_named_as_dump(f) || flattened_container.probe(src) == 1);
	source_close(src);
	return r;
}

/* Are all chosen files parts of sets? They are of one format that can have several. */
static int are_parts(const struct members *m, const struct dump_ops *ops)
{
	int r = ops && ops->is_part;

	for (size_t i = 0; i < m->n && r > 0; i++) {
		struct source *src;

		if (!m->list[i].chosen)
			continue;
		r = m->open(m, &m->list[i], &src);
		if (!r) {
			r = ops->is_part(src);
			source_close(src);
		}
	}
	return r;
}

/* The only file that is called as dumps are; NULL: none, or several. Files without contents count when empty is set. */
static struct member *find_by_name(const struct members *m, bool empty)
{
	struct member *found = NULL;

	for (size_t i = 0; i < m->n; i++) {
		struct member *f = &m->list[i];

		if (is_other(f) || !is_named_as_dump(f) || !f->size != empty)
			continue;
		if (found)
			return NULL;
		found = f;
	}
	return found;
}

/* No file is a dump by its contents. The one that should be is opened all the same, for its reader's reason why it is none. */
static int none_chosen(struct members *m)
{
	struct member *by_name = find_by_name(m, false);
	char names[256] = "";
	size_t used = 0, n;

	if (by_name && !m->nfolders) {
		by_name->chosen = true;
		return 0;
	}
	by_name = find_by_name(m, true);
	if (by_name)
		return fail(ENOENT, "%s: none of its %zu files is a dump, and %s is empty", m->where, m->n, by_name->name);
	if (!m->nfolders)
		return fail(ENOENT, "%s: none of its %zu files is a dump", m->where, m->n);
	for (n = 0; n < m->nfolders && n < NAMED && used < sizeof(names); n++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", m->folders[n].name);
	return fail(ENOENT, "%s: none of its %zu files is a dump, nor of those in its folders: %s%s", m->where, m->n, names,
		    n < m->nfolders ? ", ..." : "");
}

static int newest_first(const void *a, const void *b)
{
	const struct member *x = *(const struct member *const *)a, *y = *(const struct member *const *)b;

	return x->mtime != y->mtime ? (x->mtime < y->mtime) - (x->mtime > y->mtime) : strcmp(x->name, y->name);
}

static int several_chosen(const struct members *m, size_t n)
{
	const struct member **chosen = calloc(n, sizeof(*chosen));
	char names[512] = "";
	size_t used = 0, k = 0;

	if (!chosen)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].chosen)
			chosen[k++] = &m->list[i];
	qsort(chosen, n, sizeof(*chosen), newest_first);
	for (k = 0; k < n && k < NAMED && used < sizeof(names); k++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", chosen[k]->name);
	free(chosen);
	return fail(EINVAL, "%s: has %zu dumps, %s one of them: %s%s", m->where, n, m->archive ? "unpack and give" : "give", names,
		    n > k ? ", ..." : "");
}

char *members_path(const struct members *m, const struct member *which)
{
	const char *slash = m->where[strlen(m->where) - 1] == '/' ? "" : "/";
	char *path;

	return asprintf(&path, "%s%s%s", m->where, slash, which->name) < 0 ? NULL : path;
}

int members_look(struct members *m, size_t *n, bool *one)
{
	const struct dump_ops *ops = NULL, *first = NULL;
	bool alike = true;
	int r;

	*n = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct member *f = &m->list[i];

		r = look_at(m, f, &ops);
		if (r < 0)
			return r;
		f->chosen = r;
		if (r && !(*n)++)
			first = ops;
		else if (r)
			alike &= ops == first;
	}
	r = *n > 1 && alike ? are_parts(m, first) : *n == 1;
	*one = r == 1;
	return r < 0 ? r : 0;
}

int members_choose(struct members *m)
{
	size_t n;
	bool one;
	int r = members_look(m, &n, &one);

	if (r || one)
		return r;
	return n ? several_chosen(m, n) : none_chosen(m);
}

const struct member *members_find_log(const struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_log(&m->list[i]) && m->list[i].size)
			return &m->list[i];
	return NULL;
}
