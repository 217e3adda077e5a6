/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks: the idle one, processes with their threads, and what is left of them when lists are torn. */
#include "kernel/sched/tasks.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define TASKS 5u	/* 0: init_task; 1 and 2: a process with 3 as its thread; 4: a thread of 2 */

enum { TASK = 0x1000, SIGNAL = 0x2000 };

static const unsigned int process_of[TASKS] = { 0, 1, 2, 1, 2 };

struct seen {
	uint64_t base;
	unsigned int n, stop;
	int pids[8];
};

static uint64_t task(const struct objects *o, unsigned int i)
{
	return o->base + TASK + i * 0x100;
}

static int note(void *arg, const struct task *t)
{
	struct seen *s = arg;

	assert_true(s->n < ARRAY_SIZE(s->pids));
	s->pids[s->n++] = t->pid;
	assert_int_equal(t->stack, s->base + 0x10000 + (unsigned int)t->pid);
	assert_string_equal(t->comm, "0123456789abcdef");
	return s->n == s->stop ? 7 : 0;
}

/* The threads of a process, from its signal_struct. */
static void thread_ring(struct objects *o, unsigned int process)
{
	uint64_t head = o->base + SIGNAL + process * 0x40, at = head;

	for (unsigned int i = 1; i < TASKS; i++) {
		if (process_of[i] != process)
			continue;
		object_word(o, at, task(o, i) + 0x40);
		at = task(o, i) + 0x40;
	}
	object_word(o, at, head);
}

static void test_each(void **state)
{
	static const int all[] = { 0, 101, 103, 102, 104 };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct objects o;
		struct task_layout layout;
		struct seen seen;
		struct object_name table[] = {
			{ "task_struct.tasks", { .offset = 0x20, .bytes = 2 * w } },
			{ "task_struct.thread_node", { .offset = 0x40, .bytes = 2 * w } },
			{ "signal_struct.thread_head", { .bytes = 2 * w } },
			{ "task_struct.signal", { .offset = 0x60, .bytes = w } },
			{ "task_struct.pid", { .offset = 0x68, .bytes = 4, .is_signed = true } },
			{ "task_struct.comm", { .offset = 0x70, .bytes = 16, .count = 16, .element_bytes = 1 } },
			{ "task_struct.stack", { .offset = 0x80, .bytes = w } }, { "task_struct", { .bytes = 0x100 } },
			{ "init_task", { 0 } }, { "thread_union", { .bytes = 0x2000 } }, { NULL, { 0 } },
		};
		struct knames names = fake_names(table);

		objects_new(&o, &object_kinds[kind]);
		table[8].at.offset = task(&o, 0);
		for (unsigned int i = 0; i < TASKS; i++) {
			object_word(&o, task(&o, i) + 0x20, task(&o, (i + 1) % 3) + 0x20);
			object_word(&o, task(&o, i) + 0x60, o.base + SIGNAL + process_of[i] * 0x40);
			object_uint(&o, task(&o, i) + 0x68, 4, i ? i + 100 : 0);
			object_text(&o, task(&o, i) + 0x70, "0123456789abcdef");
			object_word(&o, task(&o, i) + 0x80, o.base + 0x10000 + (i ? i + 100 : 0));
		}
		thread_ring(&o, 1);
		thread_ring(&o, 2);
		assert_int_equal(task_layout(&names, &layout), 0);
		assert_int_equal(layout.stack_bytes, 0x2000);
		seen = (struct seen){ .base = o.base };
		assert_int_equal(tasks_each(objects_reader(&o), &names, &layout, note, &seen), 0);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		assert_int_equal(seen.n, TASKS);
		assert_memory_equal(seen.pids, all, sizeof(all));
		/* no more than is asked for */
		seen = (struct seen){ .base = o.base, .stop = 3 };
		assert_int_equal(tasks_each(o.r, &names, &layout, note, &seen), 7);
		assert_int_equal(seen.n, 3);
		/* one process's threads are lost: the others are told */
		object_word(&o, o.base + SIGNAL + 0x40, 8);
		seen = (struct seen){ .base = o.base };
		assert_int_equal(tasks_each(objects_reader(&o), &names, &layout, note, &seen), 0);
		assert_int_equal(kreader_take(o.r, NULL), -EFAULT);
		assert_int_equal(seen.n, 3);
		assert_int_equal(seen.pids[2], 104);
		/* no symbol of init_task: nothing to begin with */
		table[8].name = "gone";
		assert_int_equal(task_layout(&names, &layout), -ENOENT);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
