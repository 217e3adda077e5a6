/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts in an array and in a tree; those of x86 that have no number; areas of swap; modules' states. */
#include "kernel/core/module_state.h"
#include "kernel/irq/arch_counts.h"
#include "kernel/irq/descriptors.h"
#include "kernel/mm/swap.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

enum { NUMBER = 0x1000, CHIP = 0x1100, TEXT = 0x1200, ACTIONS = 0x1300, DESCRIPTORS = 0x2000, DESC_BYTES = 0x80 };

struct seen {
	uint64_t numbers[8];
	unsigned int n;
	struct irq last;
};

static int note(void *arg, const struct irq *irq)
{
	struct seen *seen = arg;

	assert_true(seen->n < 8);
	seen->numbers[seen->n++] = irq->number;
	seen->last = *irq;
	return 0;
}

static void name_irqs(struct object_name *table, unsigned int w)
{
	fake_name_add(table, "irq_desc", 0, DESC_BYTES);
	fake_name_add(table, "irq_desc.irq_data.irq", 0, 4);
	fake_name_add(table, "irq_desc.irq_data.hwirq", 8, w);
	fake_name_add(table, "irq_desc.irq_data.chip", 16, w);
	fake_name_add(table, "irq_desc.irq_data.domain", 24, w);
	fake_name_add(table, "irq_desc.kstat_irqs", 32, w);
	fake_name_add(table, "irq_desc.action", 40, w);
	fake_name_add(table, "irq_desc.status_use_accessors", 48, 4);
	fake_name_add(table, "irq_desc.irq_common_data.state_use_accessors", 52, 4);
	fake_name_add(table, "irq_desc.name", 56, w);
	fake_name_add(table, "irq_chip.name", 8, w);
	fake_name_add(table, "irqaction.name", 0, w);
	fake_name_add(table, "irqaction.next", 8, w);
}

static void test_array(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		struct object_name table[24] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct seen seen = { .n = 0 };
		struct irq_layout l;
		struct objects o;
		char name[16];
		uint64_t at;

		objects_new(&o, &object_kinds[kind]);
		assert_int_equal(irq_layout(o.r, &names, &l), -ENOENT);
		name_irqs(table, o.k.word_bytes);
		fake_name_add(table, "nr_irqs", o.base + NUMBER, 4);
		object_uint(&o, o.base + NUMBER, 4, 5);
		fake_name_add(table, "chained_action", o.base + ACTIONS, 0);
		for (unsigned int i = 0; i < 4; i++)
			object_uint(&o, o.base + DESCRIPTORS + i * DESC_BYTES, 4, i);
		at = o.base + DESCRIPTORS + 3 * DESC_BYTES;
		object_word(&o, at + 8, 32768);
		object_word(&o, at + 16, o.base + CHIP);
		object_word(&o, at + 24, o.base);
		object_word(&o, at + 32, o.base + 0x3000);
		object_word(&o, at + 40, o.base + ACTIONS);
		object_uint(&o, at + 48, 4, 1 << 20);
		object_uint(&o, at + 52, 4, 1 << 8);
		object_word(&o, at + 56, o.base + TEXT);
		object_text(&o, o.base + TEXT, "fasteoi");
		object_word(&o, o.base + CHIP + 8, o.base + TEXT + 16);
		object_text(&o, o.base + TEXT + 16, "IO-APIC");
		object_word(&o, o.base + ACTIONS, o.base + TEXT + 32);
		object_text(&o, o.base + TEXT + 32, "acpi");
		object_word(&o, o.base + ACTIONS + 8, 0);
		object_uint(&o, o.base + 0x3000, 4, 77);
		/* a type and a variable of one name: of a type only the size counts, of a variable the address */
		table[0].at.offset = o.base + DESCRIPTORS;
		objects_reader(&o);
		assert_int_equal(irq_layout(o.r, &names, &l), 0);
		assert_int_equal(l.store, IRQS_ARRAY);
		assert_int_equal(irqs_each(o.r, &names, &l, note, &seen), 0);
		assert_int_equal(seen.n, 4);
		assert_int_equal(seen.numbers[3], 3);
		assert_int_equal(seen.last.hwirq, 32768);
		assert_string_equal(seen.last.chip, "IO-APIC");
		assert_string_equal(seen.last.name, "fasteoi");
		assert_true(seen.last.has_chip && seen.last.has_domain && seen.last.is_hidden && seen.last.is_level && seen.last.is_chained);
		assert_int_equal(irq_count(o.r, &(struct kcpus){ .n = 1 }, &seen.last, 0), 77);
		assert_int_equal(irq_count(o.r, &(struct kcpus){ .n = 1 }, &seen.last, 1), 0);
		assert_int_equal(irq_action(o.r, &l, seen.last.action, name, sizeof(name)), 0);
		assert_string_equal(name, "acpi");
		/* a number that nobody believes */
		object_uint(&o, o.base + NUMBER, 4, 0xffffffff);
		assert_int_equal(irq_layout(objects_reader(&o), &names, &l), 0);
		assert_int_equal(l.numbers, IRQS_MAX);
		objects_free(&o);
	}
}

static void test_arch(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct object_name table[16] = { { NULL, { 0 } } };
		struct arch_count counts[ARCH_COUNTS_MAX];
		struct knames names = fake_names(table);
		struct objects o;

		objects_new(&o, &object_kinds[kind]);
		assert_int_equal(arch_counts(o.r, &names, counts), 0);
		fake_name_add(table, "irq_stat", o.base + 0x2000, 0);
		fake_name_add(table, "irq_cpustat_t.__nmi_count", 4, 4);
		fake_name_add(table, "irq_cpustat_t.x86_platform_ipis", 8, 4);
		fake_name_add(table, "irq_cpustat_t.irq_tlb_count", 12, 4);
		fake_name_add(table, "x86_platform_ipi_callback", o.base + 0x1000, w);
		fake_name_add(table, "irq_err_count", o.base + 0x1100, 4);
		assert_int_equal(arch_counts(o.r, &names, counts), 3);
		assert_string_equal(counts[0].name, "NMI");
		assert_string_equal(counts[1].name, "TLB");
		assert_false(counts[1].is_summed);
		assert_int_equal(counts[1].vaddr, o.base + 0x200c);
		assert_true(counts[2].is_single && counts[2].is_summed);
		object_word(&o, o.base + 0x1000, 1);
		assert_int_equal(arch_counts(objects_reader(&o), &names, counts), 4);
		/* the kernel's own table */
		fake_name_add(table, "irq_stat_info", o.base + 0x3000, 3 * w);
		fake_name_add(table, "irq_stat_info.skip_vector", 0, 4);
		fake_name_add(table, "irq_stat_info.symbol", w, w);
		fake_name_add(table, "irq_stat_info.text", 2 * w, w);
		fake_name_add(table, "irq_cpustat_t.counts", 16, 12)->count = 3;
		for (unsigned int i = 0; i < 3; i++) {
			object_uint(&o, o.base + 0x3000 + i * 3 * w, 4, i == 1);
			object_word(&o, o.base + 0x3000 + (i * 3 + 1) * w, o.base + 0x1200);
			object_word(&o, o.base + 0x3000 + (i * 3 + 2) * w, o.base + 0x1210);
		}
		object_text(&o, o.base + 0x1200, "LOC");
		object_text(&o, o.base + 0x1210, "  Local\n");
		assert_int_equal(arch_counts(objects_reader(&o), &names, counts), 3);
		assert_string_equal(counts[1].name, "LOC");
		assert_string_equal(counts[1].text, "Local");
		assert_int_equal(counts[1].vaddr, o.base + 0x2018);
		assert_string_equal(counts[2].name, "ERR");
		objects_free(&o);
	}
}

static void test_swap(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word, n;
		struct object_name table[12] = { { NULL, { 0 } } };
		struct swap_area areas[SWAP_AREAS_MAX];
		struct knames names = fake_names(table);
		struct objects o;

		objects_new(&o, &object_kinds[kind]);
		assert_int_equal(swap_areas(o.r, &names, areas, &n), -ENOENT);
		fake_name_add(table, "swap_info_struct.flags", 0, w);
		fake_name_add(table, "swap_info_struct.prio", 8, 2)->is_signed = true;
		fake_name_add(table, "swap_info_struct.pages", 12, 4);
		fake_name_add(table, "swap_info_struct.inuse_pages", 16, 8);
		fake_name_add(table, "swap_info_struct.swap_file", 24, w);
		fake_name_add(table, "swap_info", o.base + 0x1000, 0);
		fake_name_add(table, "nr_swapfiles", o.base + 0x1100, 4);
		object_uint(&o, o.base + 0x1100, 4, 3);
		for (unsigned int i = 0; i < 3; i++) {
			uint64_t area = o.base + 0x2000 + i * 0x100;

			object_word(&o, o.base + 0x1000 + i * w, i == 1 ? 0 : area);
			object_word(&o, area, i ? 1 : 3);
			object_uint(&o, area + 8, 2, (uint64_t)-2);
			object_uint(&o, area + 12, 4, 8191);
			object_uint(&o, area + 16, 8, 1024 | 1 << 30);
		}
		assert_int_equal(swap_areas(objects_reader(&o), &names, areas, &n), 0);
		assert_int_equal(n, 2);
		assert_int_equal(areas[0].pages, 8191);
		assert_int_equal(areas[0].used, 1024);
		assert_int_equal(areas[0].prio, -2);
		assert_true(areas[0].may_write && !areas[1].may_write);
		/* far too many */
		object_uint(&o, o.base + 0x1100, 4, 0xffffffff);
		assert_int_equal(swap_areas(objects_reader(&o), &names, areas, &n), 0);
		assert_true(n <= SWAP_AREAS_MAX);
		objects_free(&o);
	}
}

static int count_user(void *arg, const char *name)
{
	assert_string_equal(name, "user");
	++*(unsigned int *)arg;
	return 0;
}

static void test_module(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2 * ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind / 2].word, users = 0;
		struct object_name table[24] = { { NULL, { 0 } } };
		struct knames names = fake_names(table);
		struct module_state_layout l;
		struct module_state m;
		struct kplace *mem;
		struct objects o;
		uint64_t at;

		objects_new(&o, &object_kinds[kind / 2]);
		assert_int_equal(module_state_layout(&names, &l), -ENOENT);
		at = o.base + 0x1000;
		fake_name_add(table, "module.name", 0, 16);
		fake_name_add(table, "module.state", 16, 4);
		fake_name_add(table, "module.taints", 24, w);
		fake_name_add(table, "module_state.MODULE_STATE_COMING", 0, 0)->value = 1;
		fake_name_add(table, "module_state.MODULE_STATE_GOING", 0, 0)->value = 2;
		fake_name_add(table, "module.refcnt", 32, 4);
		fake_name_add(table, "module.source_list", 40, 2 * w);
		fake_name_add(table, "module_use.source_list", 8, 2 * w);
		fake_name_add(table, "module_use.source", 32, w);
		fake_name_add(table, "module.init", 56, w);
		fake_name_add(table, "module.exit", 64, w);
		if (kind & 1) {
			mem = fake_name_add(table, "module.mem", 128, 64);
			mem->count = 2;
			mem->element_bytes = 32;
			fake_name_add(table, "module_memory.base", 0, w);
			fake_name_add(table, "module_memory.size", 8, 4);
		} else {
			fake_name_add(table, "module.core_layout.base", 128, w);
			fake_name_add(table, "module.core_layout.size", 136, 4);
			fake_name_add(table, "module.init_layout.size", 168, 4);
		}
		object_text(&o, at, "user");
		object_uint(&o, at + 16, 4, 2);
		object_word(&o, at + 24, 1 << 13);
		object_uint(&o, at + 32, 4, 3);
		object_word(&o, at + 40, o.base + 0x2008);
		object_word(&o, o.base + 0x2008, at + 40);
		object_word(&o, o.base + 0x2020, at);
		object_word(&o, at + 56, 1);
		object_word(&o, at + 128, 0x7000);
		object_uint(&o, at + 136, 4, 0x2000);
		object_uint(&o, at + 168, 4, 0x100);
		objects_reader(&o);
		assert_int_equal(module_state_layout(&names, &l), 0);
		module_state_read(o.r, &l, at, &m);
		assert_int_equal(m.bytes, 0x2100);
		assert_int_equal(m.base, 0x7000);
		assert_int_equal(m.users, 2);
		assert_true(m.can_go && m.is_permanent && m.state == MODULE_IS_GOING && m.taints == 1 << 13);
		assert_int_equal(module_users_each(o.r, &l, at, count_user, &users), 0);
		assert_int_equal(users, 1);
		assert_int_equal(kreader_take(o.r, NULL), 0);
		/* the list of users runs in a circle */
		object_word(&o, o.base + 0x2008, o.base + 0x2008);
		objects_reader(&o);
		assert_int_equal(module_users_each(o.r, &l, at, count_user, &users), 0);
		assert_int_equal(kreader_take(o.r, NULL), -ELOOP);
		objects_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_array), cmocka_unit_test(test_arch), cmocka_unit_test(test_swap), cmocka_unit_test(test_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
