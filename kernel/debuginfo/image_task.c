/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/image_task.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/image.h"

#define COMM_BYTES	16u		/* TASK_COMM_LEN */
#define MAX_TRIES	4096u

struct task_search {
	const struct kernel *k;
	uint64_t comm, pid, tgid, real_parent, parent, group_leader, tasks;	/* offsets in struct task_struct */
	unsigned int tries;
	uint64_t found;
};

static bool find_layout(struct task_search *s, const struct types *t)
{
	const struct { const char *name; uint64_t *offset; } members[] = {
		{ "comm", &s->comm }, { "pid", &s->pid }, { "tgid", &s->tgid }, { "real_parent", &s->real_parent },
		{ "parent", &s->parent }, { "group_leader", &s->group_leader }, { "tasks", &s->tasks },
	};
	struct type task;
	struct type_member m;

	if (types_find(t, NULL, "task_struct", &task))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (types_member(t, &task, members[i].name, &m))
			return false;
		*members[i].offset = m.offset;
	}
	return true;
}

static bool is_number(const struct task_search *s, uint64_t vaddr, unsigned int bytes, uint64_t value)
{
	uint64_t its;

	return !kernel_read_uint(s->k, vaddr, bytes, &its) && its == value;
}

/* Process 0, which is its own parent, and the head of a list that comes back to it. */
static bool is_init_task(const struct task_search *s, uint64_t task)
{
	unsigned int word = s->k->word_bytes;
	uint64_t next, node = kernel_wrap(s->k, task + s->tasks);

	return is_number(s, task + s->pid, 4, 0) && is_number(s, task + s->tgid, 4, 0) &&
	       is_number(s, task + s->real_parent, word, task) && is_number(s, task + s->parent, word, task) &&
	       is_number(s, task + s->group_leader, word, task) && !kernel_read_word(s->k, node, &next) &&
	       is_number(s, next + word, word, node);
}

static int search_piece(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len)
{
	/* the second: of one CPU; the rest of the 16 bytes is zeroes */
	static const char names[][COMM_BYTES] = { "swapper/0", "swapper" };
	struct task_search *s = arg;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const uint8_t *at = bytes;

		while (s->tries < MAX_TRIES && (at = memmem(at, len - (size_t)(at - bytes), names[i], COMM_BYTES))) {
			uint64_t task = vaddr + (uint64_t)(at++ - bytes) - s->comm;

			if (task % s->k->word_bytes)
				continue;
			s->tries++;
			if (!is_init_task(s, task))
				continue;
			s->found = task;
			return 1;
		}
	}
	return 0;
}

int image_find_task(const struct kernel *k, const struct types *t, uint64_t *vaddr)
{
	struct task_search s = { .k = k };
	int r;

	if (!find_layout(&s, t))
		return -ENOENT;
	r = image_each(k, image_data(k), COMM_BYTES - 1, search_piece, &s, NULL);
	if (r != 1)
		return r ? r : -ENOENT;
	*vaddr = s.found;
	return 0;
}
