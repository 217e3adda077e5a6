/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks by number: of lists, of the table of pids where lists are torn, each once. */
#include "kernel/sched/task_table.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define TASKS 5u	/* 0: init_task; 1 and 2: processes; 3: a thread of 1; 4: a process that the list may lose */

enum { TASK = 0x1000, SIGNAL = 0x2000, PID = 0x3000, NS = 0x3800, NODE = 0x4000 };
/* in a task: tasks 0x20, thread_node 0x40, signal 0x60, pid 0x68, tgid 0x6c, comm 0x70, stack 0x80, pid_links 0x90, nsproxy 0xa0 */

static const unsigned int pids[TASKS] = { 0, 7, 3, 5, 9 }, process_of[TASKS] = { 0, 1, 2, 1, 4 };

static uint64_t task(const struct objects *o, unsigned int i)
{
	return o->base + TASK + i * 0x100;
}

/* Tasks 0 to last - 1 are in the ring of processes, those that are processes. */
static void link_processes(struct objects *o, const unsigned int *order, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		object_word(o, task(o, order[i]) + 0x20, task(o, order[(i + 1) % n]) + 0x20);
}

static void build(struct objects *o, unsigned int w)
{
	for (unsigned int i = 0; i < TASKS; i++) {
		uint64_t signal = o->base + SIGNAL + process_of[i] * 0x40;

		object_word(o, task(o, i) + 0x60, signal);
		object_uint(o, task(o, i) + 0x68, 4, pids[i]);
		object_uint(o, task(o, i) + 0x6c, 4, pids[process_of[i]]);
		object_text(o, task(o, i) + 0x70, "task");
		object_word(o, task(o, i) + 0xa0, o->base + NS);
		/* the struct pid of it: tasks[0] points to the link in the task */
		object_word(o, o->base + PID + i * 0x40, i ? task(o, i) + 0x90 : 0);
		/* threads: the first, then the second where there is one */
		object_word(o, signal, task(o, process_of[i]) + 0x40);
		object_word(o, task(o, process_of[i]) + 0x40, signal);
	}
	object_word(o, task(o, 1) + 0x40, task(o, 3) + 0x40);
	object_word(o, task(o, 3) + 0x40, o->base + SIGNAL + 0x40);
	/* nsproxy.pid_ns_for_children, pid_namespace.idr, whose tree is one node */
	object_word(o, o->base + NS + w, o->base + NS + 0x40);
	object_word(o, o->base + NS + 0x40 + 0x10, (o->base + NODE) | 2);
	object_uint(o, o->base + NODE, 1, 0);
	for (unsigned int i = 1; i < TASKS; i++)
		object_word(o, o->base + NODE + 0x20 + pids[i] * w, o->base + PID + i * 0x40);
	/* a number that is that of a session alone */
	object_word(o, o->base + NODE + 0x20 + 11 * w, o->base + PID);
}

static void test_table(void **state)
{
	static const unsigned int all[] = { 0, 1, 2, 4 }, torn[] = { 0, 2 };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct objects o;
		struct task_layout layout;
		struct task_table t;
		struct object_name table[] = {
			{ "init_task", { 0 } },
			{ "task_struct.tasks", { .offset = 0x20, .bytes = 2 * w } },
			{ "task_struct.thread_node", { .offset = 0x40, .bytes = 2 * w } },
			{ "signal_struct.thread_head", { .bytes = 2 * w } },
			{ "task_struct.signal", { .offset = 0x60, .bytes = w } },
			{ "task_struct.pid", { .offset = 0x68, .bytes = 4, .is_signed = true } },
			{ "task_struct.tgid", { .offset = 0x6c, .bytes = 4, .is_signed = true } },
			{ "task_struct.comm", { .offset = 0x70, .bytes = 16, .count = 16, .element_bytes = 1 } },
			{ "task_struct.stack", { .offset = 0x80, .bytes = w } }, { "task_struct", { .bytes = 0x100 } },
			{ "task_struct.pid_links", { .offset = 0x90 } }, { "task_struct.nsproxy", { .offset = 0xa0, .bytes = w } },
			{ "nsproxy.pid_ns_for_children", { .offset = w, .bytes = w } }, { "pid_namespace.idr", { .offset = 0x10 } },
			{ "pid.tasks", { .bytes = 4 * w } }, { "idr.idr_rt", { 0 } }, { "xarray.xa_head", { .bytes = w } },
			{ "xa_node.shift", { .bytes = 1 } },
			{ "xa_node.slots", { .offset = 0x20, .bytes = 64 * w, .count = 64, .element_bytes = w } },
			{ NULL, { 0 } },
		};
		struct knames names = fake_names(table);

		objects_new(&o, &object_kinds[kind]);
		table[0].at.offset = task(&o, 0);
		build(&o, w);
		link_processes(&o, all, ARRAY_SIZE(all));
		assert_int_equal(task_layout(&names, &layout), 0);
		assert_int_equal(task_table_make(objects_reader(&o), &names, &layout, &t), 0);
		assert_int_equal(t.error, 0);
		assert_int_equal(t.n, 4);
		assert_int_equal(t.found, 0);
		assert_int_equal(t.list[0].pid, 3);
		assert_int_equal(t.list[1].pid, 5);
		assert_int_equal(t.list[1].tgid, 7);
		assert_int_equal(t.list[2].pid, 7);
		assert_int_equal(task_table_first(&t, 7), 1);
		assert_int_equal(task_table_first(&t, 8), 3);
		assert_int_equal(task_table_find(&t, 5)->vaddr, task(&o, 3));
		assert_int_equal(task_table_find(&t, 9)->vaddr, task(&o, 4));
		assert_null(task_table_find(&t, 11));
		assert_null(task_table_find(&t, 0));
		assert_non_null(task_table_thread(&t, 7, 5));
		assert_null(task_table_thread(&t, 3, 5));
		task_table_free(&t);
		/* the list leaves out two processes, one of them with a thread: the table of pids has all three tasks */
		link_processes(&o, torn, ARRAY_SIZE(torn));
		assert_int_equal(task_table_make(objects_reader(&o), &names, &layout, &t), 0);
		assert_int_equal(t.n, 4);
		assert_int_equal(t.found, 3);
		task_table_free(&t);
		/* it leads nowhere */
		object_word(&o, task(&o, 2) + 0x20, 8);
		assert_int_equal(task_table_make(objects_reader(&o), &names, &layout, &t), 0);
		assert_int_equal(t.n, 4);
		assert_int_equal(t.error, -EFAULT);
		task_table_free(&t);
		/* a pid that another task has the number of is damaged, and no task */
		object_uint(&o, task(&o, 3) + 0x68, 4, 6);
		assert_int_equal(task_table_make(objects_reader(&o), &names, &layout, &t), 0);
		assert_int_equal(t.n, 3);
		task_table_free(&t);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
