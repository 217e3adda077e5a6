/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/counters.h"

#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"
#include "kernel/object/variable.h"

#define COUNTERS_MAX 4096u		/* 250 in 7.2 */

static uint64_t not_below_zero(int64_t value)
{
	return value < 0 ? 0 : (uint64_t)value;
}

int vm_counter(struct kreader *r, const struct knames *names, const char *item, uint64_t *out)
{
	char node[80], zone[80];
	uint64_t at;
	int64_t i;
	int result;

	*out = 0;
	snprintf(node, sizeof(node), "node_stat_item.%s", item);
	snprintf(zone, sizeof(zone), "zone_stat_item.%s", item);
	result = kenumerator(names, node, &i);
	if (!result)
		result = kvariable(names, "vm_node_stat", &at);
	else if (result == -ENOENT && !(result = kenumerator(names, zone, &i)))
		result = kvariable(names, "vm_zone_stat", &at);
	if (!result && (i < 0 || i > COUNTERS_MAX))
		result = -ENOENT;
	if (!result)
		*out = not_below_zero(kint(r, at + (uint64_t)i * kreader_word(r), kreader_word(r)));
	return result;
}

int vm_counters(const struct knames *names, struct vm_counters *out)
{
	struct vm_counter_fields {
		struct kfield zones, numa, nodes, others, events, event, shares;
	} f = {
		KFIELD("zone_stat_item.NR_VM_ZONE_STAT_ITEMS"),
		KFIELD("?numa_stat_item.NR_VM_NUMA_EVENT_ITEMS|numa_stat_item.NR_VM_NUMA_STAT_ITEMS"),
		KFIELD("node_stat_item.NR_VM_NODE_STAT_ITEMS"),
		KFIELD("?vm_stat_item.NR_VM_STAT_ITEMS|writeback_stat_item.NR_VM_WRITEBACK_STAT_ITEMS"),
		KFIELD("?vm_event_item.NR_VM_EVENT_ITEMS"), KFIELD("?vm_event_state.event"), KFIELD("?per_cpu_zonestat.vm_numa_event"),
	};
	static const char *const variables[VM_PARTS] = {
		[VM_ZONES] = "vm_zone_stat", [VM_NUMA] = "vm_numa_event|vm_numa_stat", [VM_NODES] = "vm_node_stat",
		[VM_EVENTS] = "vm_event_states",
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (!result)
		result = kvariable(names, "vmstat_text", &out->texts);
	if (result)
		return result;
	*out = (struct vm_counters){
		.texts = out->texts, .event = f.event, .numa_shares = f.shares,
		.n = {
			[VM_ZONES] = (uint64_t)f.zones.at.value, [VM_NUMA] = (uint64_t)f.numa.at.value, [VM_NODES] = (uint64_t)f.nodes.at.value,
			[VM_OTHERS] = (uint64_t)f.others.at.value, [VM_EVENTS] = (uint64_t)f.events.at.value,
		},
	};
	for (unsigned int i = 0; i < VM_PARTS; i++) {
		if (out->n[i] > COUNTERS_MAX / VM_PARTS)
			return -ENOENT;
		/* the names of the types are there in kernels that do not count such things */
		if (variables[i] && kvariable(names, variables[i], &out->address[i]))
			out->n[i] = 0;
	}
	return 0;
}

uint64_t vm_counter_at(struct kreader *r, const struct kcpus *cpus, const struct vm_counters *c, enum vm_part part, uint64_t i)
{
	unsigned int word = kreader_word(r);
	uint64_t sum = 0, at;

	if (part == VM_OTHERS)
		return 0;
	if (part != VM_EVENTS)
		return not_below_zero(kint(r, c->address[part] + i * word, word));
	for (struct kbits b = kcpus_each(r, cpus, true); kbits_next(&b);)
		if (!kpercpu(r, cpus, (unsigned int)b.bit, c->address[part], &at))
			sum += kptr(r, at + c->event.at.offset + i * word);
	return sum;
}

void vm_counter_name(struct kreader *r, const struct vm_counters *c, uint64_t i, char *name, size_t size)
{
	kstring(r, kptr(r, c->texts + i * kreader_word(r)), name, size);
}
