/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any memory as what the texts of proc/ about the machine are made of: see any_kernel.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/core/clock.h"
#include "kernel/core/cpus.h"
#include "kernel/core/module_state.h"
#include "kernel/core/resources.h"
#include "kernel/core/x86_processors.h"
#include "kernel/irq/arch_counts.h"
#include "kernel/irq/descriptors.h"
#include "kernel/mm/counters.h"
#include "kernel/mm/slab_caches.h"
#include "kernel/mm/swap.h"
#include "kernel/mm/zones.h"
#include "kernel/net/inet.h"
#include "kernel/net/unix.h"
#include "kernel/object/variable.h"
#include "kernel/sched/load.h"
#include "tests/fuzz/any_kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	struct kreader *r;
	const struct irq_layout *irqs;
	uint64_t n;
};

static int see_irq(void *arg, const struct irq *irq)
{
	struct told *told = arg;
	char name[16];

	if (++told->n > IRQS_MAX || !memchr(irq->chip, 0, sizeof(irq->chip)) || !memchr(irq->name, 0, sizeof(irq->name)))
		abort();
	irq_action(told->r, told->irqs, irq->action, name, sizeof(name));
	return 0;
}

static int see_user(void *arg, const char *name)
{
	struct told *told = arg;

	(void)name;
	if (++told->n > MODULE_USERS_MAX + 1)
		abort();
	return 0;
}

static void read_cpus(struct kreader *r, const struct knames *names)
{
	uint64_t times[CPU_TIMES];
	struct cpu_time_layout l;
	struct run_counts run;
	struct kcpus cpus;

	if (kernel_cpus(names, r, &cpus) || cpu_time_layout(r, names, &l))
		return;
	cpus.n = (unsigned int)min_u64(cpus.n, 64);	/* more only take their time */
	run_counts_read(r, &cpus, &l, &run);
	for (struct kbits b = kcpus_each(r, &cpus, false); kbits_next(&b);)
		cpu_times_read(r, &cpus, &l, (unsigned int)b.bit, true, 1000, times);
	kpercpu_counter(names, r, &cpus, 64);
}

static int see_zone(void *arg, const struct page_zone *z)
{
	(void)arg;
	if (z->orders > ZONE_ORDERS_MAX || !memchr(z->name, 0, sizeof(z->name)))
		abort();
	return 0;
}

static int see_cache(void *arg, const struct slab_cache *c)
{
	struct told *told = arg;

	if (++told->n > SLAB_CACHES_MAX + 1 || c->used > c->objects || !memchr(c->name, 0, sizeof(c->name)))
		abort();
	return 0;
}

static void read_memory(struct kreader *r, const struct knames *names)
{
	struct page_zone_layout zones;
	struct vm_counters counters;
	struct told told = { .r = r };
	struct kcpus cpus;
	char name[16];
	uint64_t value;

	vm_counter(r, names, "NR_FREE_PAGES", &value);
	if (!page_zone_layout(r, names, &zones))
		page_zones_each(r, &zones, see_zone, NULL);
	slab_caches_each(r, names, see_cache, &told);
	if (vm_counters(names, &counters) || kernel_cpus(names, r, &cpus))
		return;
	cpus.n = (unsigned int)min_u64(cpus.n, 8);
	for (enum vm_part part = 0; part < VM_PARTS; part++)
		for (uint64_t i = 0; i < min_u64(counters.n[part], 3); i++)
			vm_counter_at(r, &cpus, &counters, part, i);
	vm_counter_name(r, &counters, 7, name, sizeof(name));
}

static int see_socket(void *arg, const struct inet_socket *s)
{
	struct told *told = arg;

	(void)s;
	if (++told->n > INET_SOCKETS_MAX)
		abort();
	return told->n > 20000;		/* in a table that is larger than memory */
}

static int see_unix(void *arg, const struct unix_socket *s)
{
	struct told *told = arg;

	if (++told->n > UNIX_SOCKETS_MAX || s->path_len >= sizeof(s->path))
		abort();
	return 0;
}

static void read_sockets(struct kreader *r, const struct knames *names)
{
	struct told told;

	for (enum inet_table table = INET_TCP; table <= INET_RAW; table++) {
		told = (struct told){ .r = r };
		inet_sockets_each(r, names, table, table == INET_UDP ? 10 : 2, see_socket, &told);
	}
	told = (struct told){ .r = r };
	unix_sockets_each(r, names, see_unix, &told);
}

static int see_resource(void *arg, const struct resource *res)
{
	struct told *told = arg;

	if (++told->n > RESOURCES_MAX || res->depth > RESOURCE_DEPTH || !memchr(res->name, 0, sizeof(res->name)))
		abort();
	return 0;
}

static void read_hardware(struct kreader *r, const struct knames *names, uint64_t vaddr)
{
	struct kcpus cpus = { .n = 1 };
	struct told told = { .r = r };
	struct x86_processor_layout l;
	struct resource root;
	struct x86_processor cpu;

	resource_root(r, names, "iomem_resource", &root);
	resources_each(r, names, vaddr, see_resource, &told);
	if (!x86_processor_layout(names, &l) && !x86_processor_read(r, &cpus, &l, 0, &cpu) &&
	    (cpu.words + cpu.bug_words > X86_CAPABILITY_WORDS || !memchr(cpu.name, 0, sizeof(cpu.name))))
		abort();
}

static void walk(struct kreader *r, const struct knames *names, uint64_t vaddr)
{
	struct arch_count counts[ARCH_COUNTS_MAX];
	struct swap_area areas[SWAP_AREAS_MAX];
	struct told told = { .r = r };
	struct module_state_layout modules;
	struct module_state module;
	struct kernel_clock clock;
	struct irq_layout irqs;
	unsigned int n;

	if (!kernel_clock_read(r, names, &clock) && clock.boottime < clock.monotonic)
		abort();
	read_cpus(r, names);
	read_memory(r, names);
	read_sockets(r, names);
	read_hardware(r, names, vaddr);
	if (!irq_layout(r, names, &irqs)) {
		told.irqs = &irqs;
		irqs_each(r, names, &irqs, see_irq, &told);
	}
	if (arch_counts(r, names, counts) > ARCH_COUNTS_MAX)
		abort();
	if (!swap_areas(r, names, areas, &n) && n > SWAP_AREAS_MAX)
		abort();
	if (!module_state_layout(names, &modules)) {
		told.n = 0;
		module_state_read(r, &modules, vaddr, &module);
		module_users_each(r, &modules, vaddr, see_user, &told);
	}
	kreader_take(r, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return any_kernel(data, size, walk);
}
