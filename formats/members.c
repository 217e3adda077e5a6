/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/members.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/container.h"
#include "formats/reader.h"

#define NAMED 8u			/* dumps in one message */

int members_add(struct members *m, const char *name, uint64_t offset, uint64_t size)
{
	if (m->n == MEMBERS_MAX)
		return -E2BIG;
	if (m->n == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 16;
		struct member *list = reallocarray(m->list, cap, sizeof(*list));

		if (!list)
			return -ENOMEM;
		m->list = list;
		m->cap = cap;
	}
	m->list[m->n] = (struct member){ .name = strdup(name), .offset = offset, .size = size };
	return m->list[m->n].name ? (m->n++, 0) : -ENOMEM;
}

void members_free(struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->list[i].name);
	free(m->list);
	free(m->below);
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

/* All chosen files are of one format that can have several. */
static bool can_be_a_set(const struct dump_ops *ops, size_t n)
{
	return n == 1 || (ops && ops->open_set);
}

static int none_chosen(const struct members *m)
{
	if (m->below)
		return fail(ENOENT, "%s: none of its %zu files is a dump; there are folders in it: %s", m->where, m->n, m->below);
	return fail(ENOENT, "%s: none of its %zu files is a dump", m->where, m->n);
}

static int several_chosen(const struct members *m)
{
	char names[512] = "";
	size_t used = 0, n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].chosen && n++ < NAMED && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", m->list[i].name);
	return fail(EINVAL, "%s: has %zu dumps, give one of them: %s%s", m->where, n, names, n > NAMED ? ", ..." : "");
}

int members_choose(struct members *m)
{
	const struct dump_ops *ops = NULL, *first = NULL;
	bool alike = true;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		struct member *f = &m->list[i];
		int r = look_at(m, f, &ops);

		if (r < 0)
			return r;
		f->chosen = r;
		if (r && !n++)
			first = ops;
		else if (r)
			alike &= ops == first;
	}
	if (!n)
		return none_chosen(m);
	return alike && can_be_a_set(first, n) ? 0 : several_chosen(m);
}

const struct member *members_find_log(const struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_log(&m->list[i]) && m->list[i].size)
			return &m->list[i];
	return NULL;
}
