/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/zones.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/variable.h"

#define NODES_MAX	1024u		/* 1 << CONFIG_NODES_SHIFT, which is 10 at most */
#define ZONES_MAX	16u		/* MAX_NR_ZONES is 6 at most */

int page_zone_layout(struct kreader *r, const struct knames *names, struct page_zone_layout *out)
{
	struct zone_fields {
		struct kfield zones, node_id, zone, name, present, managed, watermarks, boost, free_area, nr_free, free_list, shares;
	} f = {
		KFIELD("pglist_data.node_zones"), KFIELD("pglist_data.node_id"), KFIELD("zone"), KFIELD("zone.name"),
		KFIELD("zone.present_pages"), KFIELD("zone.managed_pages"), KFIELD("zone._watermark|zone.watermark"),
		KFIELD("?zone.watermark_boost"), KFIELD("zone.free_area"), KFIELD("free_area.nr_free"), KFIELD("free_area.free_list"),
		KFIELD("?zone.per_cpu_zonestats"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (result)
		return result;
	*out = (struct page_zone_layout){
		.zones = f.zones, .node_id = f.node_id, .zone = f.zone, .name = f.name, .present = f.present, .managed = f.managed,
		.watermarks = f.watermarks, .boost = f.boost, .free_area = f.free_area, .nr_free = f.nr_free, .free_list = f.free_list,
		.shares = f.shares,
	};
	if (!kvariable(names, "node_data", &out->nodes)) {
		out->is_array = true;
		out->nodes_max = min_u64(kvariable_or(names, r, "nr_node_ids", 4, 1), NODES_MAX);
		return kreader_take(r, NULL);
	}
	out->nodes_max = 1;
	return kvariable(names, "contig_page_data", &out->nodes);
}

static void read_zone(struct kreader *r, const struct page_zone_layout *l, struct page_zone *z)
{
	uint64_t area = z->vaddr + l->free_area.at.offset;

	kstring(r, kget_ptr(r, z->vaddr, &l->name), z->name, sizeof(z->name));
	z->present = kget_ptr(r, z->vaddr, &l->present);
	z->managed = kget_ptr(r, z->vaddr, &l->managed);
	z->boost = kget_ptr(r, z->vaddr, &l->boost);
	for (uint64_t i = 0; i < min_u64(l->watermarks.at.count, 4); i++)
		z->watermarks[i] = (uint64_t)kget_at(r, z->vaddr, &l->watermarks, i);
	z->orders = (unsigned int)min_u64(l->free_area.at.count, ZONE_ORDERS_MAX);
	for (unsigned int i = 0; i < z->orders; i++)
		z->free[i] = kget_ptr(r, area + i * l->free_area.at.element_bytes, &l->nr_free);
}

int page_zones_each(struct kreader *r, const struct page_zone_layout *l, int (*fn)(void *arg, const struct page_zone *z), void *arg)
{
	int told = 0;

	for (uint64_t i = 0; i < l->nodes_max && !told; i++) {
		uint64_t node = l->is_array ? kptr(r, l->nodes + i * kreader_word(r)) : l->nodes;

		if (!node || (uint64_t)kget(r, node, &l->node_id) != i)
			continue;
		for (uint64_t z = 0; z < min_u64(l->zones.at.count, ZONES_MAX) && !told; z++) {
			struct page_zone zone = {
				.vaddr = node + l->zones.at.offset + z * l->zone.at.bytes, .node = (unsigned int)i,
			};

			read_zone(r, l, &zone);
			told = fn(arg, &zone);
		}
	}
	return told;
}
