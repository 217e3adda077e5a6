/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/swap.h"

#include "base/bytes.h"
#include "kernel/object/variable.h"

/* include/linux/swap.h */
#define SWP_USED	(1u << 0)
#define SWP_WRITEOK	(1u << 1)
#define OFFLIST_BIT	(1ull << 30)	/* SWAP_USAGE_OFFLIST_BIT, in inuse_pages since 6.13 */

int swap_areas(struct kreader *r, const struct knames *names, struct swap_area out[SWAP_AREAS_MAX], unsigned int *n)
{
	struct swap_fields { struct kfield flags, prio, pages, used, file; } f = {
		KFIELD("swap_info_struct.flags"), KFIELD("swap_info_struct.prio"), KFIELD("swap_info_struct.pages"),
		KFIELD("swap_info_struct.inuse_pages"), KFIELD("swap_info_struct.swap_file"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));
	uint64_t areas, count;

	*n = 0;
	if (!result)
		result = kvariable(names, "swap_info", &areas);
	if (!result)
		result = kvariable_uint(names, r, "nr_swapfiles", 4, &count);
	if (result)
		return result;
	for (uint64_t i = 0; i < min_u64(count, SWAP_AREAS_MAX); i++) {
		uint64_t area = kptr(r, areas + i * kreader_word(r));
		uint64_t flags = area ? (uint64_t)kget(r, area, &f.flags) : 0;

		if (!(flags & SWP_USED))
			continue;
		out[(*n)++] = (struct swap_area){
			.pages = (uint32_t)kget(r, area, &f.pages), .prio = (int)kget(r, area, &f.prio), .may_write = flags & SWP_WRITEOK,
			.used = (uint64_t)kget(r, area, &f.used) & ~(f.used.at.bytes == 8 ? OFFLIST_BIT : 0), .file = kget_ptr(r, area, &f.file),
		};
	}
	return 0;
}
