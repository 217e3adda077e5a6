/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A family of rows with everything that rows can be, for test_tree.c and for tests/tools/mount_rows.c. Its people are 1 to 4; each
 * has two threads, each of these three files. */
#ifndef VMCOREFS_TESTS_UNIT_TREE_ROWS_H
#define VMCOREFS_TESTS_UNIT_TREE_ROWS_H

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/views/engine.h"
#include "fs/views/names.h"
#include "fs/views/row.h"

#define PEOPLE 4
#define FDS 3

/* Texts as in procfs that were made. */
static _Atomic int test_rows_made;

static int parse_short(const char *name, uint64_t *out)
{
	char shortest[32];

	if (name_number(name, out))
		return -ENOENT;
	snprintf(shortest, sizeof(shortest), "%llu", (unsigned long long)*out);
	return strcmp(shortest, name) ? -ENOENT : 0;
}

static int parse_person(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	int r = parse_short(name, key);

	(void)e, (void)dir;
	return r || !*key || *key > PEOPLE ? -ENOENT : 0;
}

static int format_person(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%llu", (unsigned long long)key);
	return key && key <= PEOPLE ? 0 : -ENOENT;
}

static int list_people(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)e, (void)dir;
	*key = ++*pos;
	return *pos <= PEOPLE ? 0 : -ENOENT;
}

/* Who looks itself up is there, for itself. */
static int parse_caller(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	int r = parse_short(name, key);

	(void)e;
	return r || *key <= PEOPLE || *key != dir->caller ? -ENOENT : 0;
}

static int format_caller(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%llu", (unsigned long long)key);
	return key > PEOPLE ? 0 : -ENOENT;
}

/* Threads of person n: n * 10 + 1, n * 10 + 2. Their key: person << 22 | thread. */
#define THREAD(key) ((key) & 0x3fffff)
#define PERSON(key) ((key) >> 22)

static int parse_thread(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	uint64_t tid;
	int r = parse_short(name, &tid);

	(void)e;
	if (r || tid / 10 != dir->key || tid % 10 < 1 || tid % 10 > 2)
		return -ENOENT;
	*key = dir->key << 22 | tid;
	return 0;
}

static int format_thread(struct engine *e, uint64_t key, char *buf, size_t size)
{
	if (format_person(e, PERSON(key), buf, size) || THREAD(key) / 10 != PERSON(key))
		return -ENOENT;
	snprintf(buf, size, "%u", (unsigned int)THREAD(key));
	return 0;
}

static int list_threads(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)e;
	*key = dir->key << 22 | (dir->key * 10 + ++*pos);
	return *pos <= 2 ? 0 : -ENOENT;
}

static uint64_t person_of_thread(uint64_t key)
{
	return PERSON(key);
}

/* Files of a thread: thread << 22 | number. */
static int parse_fd(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	uint64_t fd;
	int r = parse_short(name, &fd);

	(void)e;
	if (r || fd >> 22)
		return -ENOENT;
	*key = THREAD(dir->key) << 22 | fd;
	return 0;
}

static int format_fd(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%u", (unsigned int)(key & 0x3fffff));
	return 0;
}

static int list_fds(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)e;
	*key = THREAD(dir->key) << 22 | (*pos)++;
	return *pos <= FDS ? 0 : -ENOENT;
}

/* a, b, c: their number */
static int parse_letter(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	(void)e, (void)dir;
	*key = (uint64_t)(*name - 'a');
	return *name < 'a' || *name > 'c' || name[1] ? -ENOENT : 0;
}

static int format_letter(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "%c", (char)('a' + key));
	return key < 3 ? 0 : -ENOENT;
}

static int list_letters(struct engine *e, const struct view_at *dir, uint64_t *pos, uint64_t *key)
{
	(void)e, (void)dir;
	*key = (*pos)++;
	return *key < 3 ? 0 : -ENOENT;
}

/* In small letters; "bad" is no name, and "no" there is none. */
static int text_of_thing(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	(void)e, (void)dir;
	if (!strcmp(name, "no"))
		return -ENOENT;
	if (!strcmp(name, "bad"))
		return -EINVAL;
	snprintf(buf, size, "%s", name);
	for (; *buf; buf++)
		*buf = (char)tolower((unsigned char)*buf);
	return 0;
}

static int render_top(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e, (void)at;
	out_printf(out, "the top\n");
	return 0;
}

static int render_person(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "person %llu\n", (unsigned long long)at->key);
	return 0;
}

static int render_status(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	test_rows_made++;
	out_printf(out, "status %08llu\n", (unsigned long long)at->key);
	return 0;
}

static int render_big(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "big %llu\n", (unsigned long long)at->key);
	return 0;
}

static uint64_t bound_big(const struct engine *e)
{
	(void)e;
	return 1000;
}

static int render_thread(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "thread %llu of %llu\n", (unsigned long long)THREAD(at->key), (unsigned long long)PERSON(at->key));
	return 0;
}

static int render_fd(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "fd %llu of %llu\n", (unsigned long long)(at->key & 0x3fffff), (unsigned long long)(at->key >> 22));
	return 0;
}

static int render_thing(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "thing %s\n", at->text);
	return strcmp(at->text, "cannot") ? 0 : -EFAULT;
}

static int render_label(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "box %s\n", at->text);
	return 0;
}

/* What is in a box knows which one by its key alone: its length. */
static int parse_content(struct engine *e, const struct view_at *dir, const char *name, uint64_t *key)
{
	(void)e;
	*key = strlen(dir->text);
	return strcmp(name, "blue") ? -ENOENT : 0;
}

static int format_content(struct engine *e, uint64_t key, char *buf, size_t size)
{
	(void)e;
	snprintf(buf, size, "blue");
	return key == 3 || key == 5 ? 0 : -ENOENT;
}

static int render_content(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "blue in %s\n", at->key == 3 ? "red" : "green");
	return 0;
}

/* Each link has its text behind its help's last blank. */
static int render_link(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "%s", strrchr(at->row->help, ' ') + 1);
	return 0;
}

/* Where it leads is known of 1 only. */
static int render_exe(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	(void)e;
	out_printf(out, "name");
	return at->key == 1 ? 0 : -ENOENT;
}

static int attributes_of_exe(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	(void)e, (void)at;
	out->mode = S_IFLNK | 0300;
	return 0;
}

static int attributes_of_person(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	(void)e;
	out->uid = 1000 + (uint32_t)at->key;
	out->gid = 100;
	out->mtime = 1000000000;
	return 0;
}

static int attributes_of_socket(struct engine *e, const struct view_at *at, struct view_attributes *out)
{
	(void)e;
	out->mode = S_IFSOCK | 0777;
	out->ino = 4711 + at->key;
	return 0;
}

static const char *it_is_gone(const struct engine *e)
{
	(void)e;
	return "it is gone";
}

static const struct names_ops person_names = { .parse = parse_person, .format = format_person, .list = list_people };
static const struct names_ops caller_names = { .parse = parse_caller, .format = format_caller };
static const struct names_ops thread_names = {
	.parse = parse_thread, .format = format_thread, .list = list_threads, .parent = person_of_thread, .few = true,
};
static const struct names_ops fd_names = { .parse = parse_fd, .format = format_fd, .list = list_fds, .wide = true };
static const struct names_ops letter_names = { .parse = parse_letter, .format = format_letter, .list = list_letters };
static const struct names_ops thing_names = { .text = text_of_thing };
static const struct names_ops content_names = { .parse = parse_content, .format = format_content };

static const struct view_row test_rows[] = {
	/* what is in a folder may come before it */
	{ .path = "people/<n>/name", .type = VIEW_TEXT, .render = render_person },
	{ .path = "top", .help = "a text", .type = VIEW_TEXT, .render = render_top },
	{ .path = "gone", .help = "is not there", .type = VIEW_TEXT, .render = render_top, .missing = it_is_gone },
	{ .path = "people", .help = "each a folder", .type = VIEW_FOLDER },
	{ .path = "people/<n>", .type = VIEW_FOLDER, .names = &person_names, .attributes = attributes_of_person },
	{ .path = "people/<caller>", .type = VIEW_TEXT, .names = &caller_names, .of_caller = true, .render = render_top },
	{ .path = "people/<n>/status", .type = VIEW_PROC_TEXT, .render = render_status },
	{ .path = "people/<n>/big", .type = VIEW_COSTLY_TEXT, .render = render_big, .bound = bound_big },
	{ .path = "people/<n>/hidden", .type = VIEW_TEXT, .render = render_person, .unlisted = true },
	{ .path = "people/<n>/self", .help = "to name", .type = VIEW_LINK, .render = render_link },
	{ .path = "people/<n>/exe", .type = VIEW_PROC_LINK, .render = render_exe, .attributes = attributes_of_exe },
	{ .path = "people/<n>/socket", .type = VIEW_TEXT, .unlisted = true, .render = render_top,
	  .attributes = attributes_of_socket },
	{ .path = "people/<n>/task", .type = VIEW_FOLDER },
	{ .path = "people/<n>/task/<tid>", .type = VIEW_FOLDER, .names = &thread_names },
	{ .path = "people/<n>/task/<tid>/name", .type = VIEW_TEXT, .render = render_thread },
	{ .path = "people/<n>/task/<tid>/fd", .type = VIEW_FOLDER },
	{ .path = "people/<n>/task/<tid>/fd/<fd>", .type = VIEW_TEXT, .names = &fd_names, .render = render_fd },
	{ .path = "things", .help = "things, by any name", .type = VIEW_FOLDER },
	{ .path = "things/<thing>", .type = VIEW_TEXT, .names = &thing_names, .render = render_thing, .there_if_made = true },
	{ .path = "boxes", .help = "boxes, by any name", .type = VIEW_FOLDER },
	{ .path = "boxes/<box>", .type = VIEW_FOLDER, .names = &thing_names },
	{ .path = "boxes/<box>/label", .type = VIEW_TEXT, .render = render_label },
	{ .path = "boxes/<box>/<content>", .type = VIEW_TEXT, .names = &content_names, .render = render_content },
	{ .path = "mixed", .help = "two patterns that are listed", .type = VIEW_FOLDER },
	{ .path = "mixed/<n>", .type = VIEW_TEXT, .names = &person_names, .render = render_person },
	{ .path = "mixed/<letter>", .type = VIEW_TEXT, .names = &letter_names, .render = render_top },
	{ .path = "mixed/fixed", .type = VIEW_TEXT, .render = render_top },
	{ .path = "self", .help = "to people/3", .type = VIEW_LINK, .render = render_link },
	{ .path = "loop", .help = "to loop", .type = VIEW_LINK, .render = render_link },
	{ .path = "away", .help = "to /etc/passwd", .type = VIEW_LINK, .render = render_link },
	{ .path = "dangling", .help = "to people/9/name", .type = VIEW_LINK, .render = render_link },
};

VIEW_FAMILY(test, test_rows);

#endif
