/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/page.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define FLAG_BITS 64u

int page_layout(const struct knames *names, struct page_layout *out)
{
	struct page_fields {
		struct kfield flags, refcount, mapcount, type, mapping, index, compound, page;
	} f = {
		KFIELD("page.flags.f|page.flags"), KFIELD("page._refcount|page._count"), KFIELD("page._mapcount"),
		KFIELD("?page.page_type"), KFIELD("page.mapping"), KFIELD("?page.__folio_index|page.index"),
		KFIELD("?page.compound_info|page.compound_head"), KFIELD("page"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (r)
		return r;
	*out = (struct page_layout){
		.flags = f.flags, .refcount = f.refcount, .mapcount = f.mapcount, .type = f.type, .mapping = f.mapping,
		.index = f.index, .compound = f.compound, .bytes = f.page.at.bytes,
	};
	return out->bytes ? 0 : -ENOENT;
}

/* Bit 0 is that of a tail page; the rest is the head's address, or since 7.1 a mask for the address of the page struct, where
 * these have a size of a power of two: a mask has ones above, more than any address of a page struct has. */
static uint64_t head_of(struct kreader *r, const struct page_layout *l, uint64_t vaddr)
{
	uint64_t word = kget_ptr(r, vaddr, &l->compound);

	if (!(word & 1))
		return vaddr;
	return (int64_t)word > -((int64_t)1 << 40) && (int64_t)word < 0 ? vaddr & word : word - 1;
}

int page_read(struct kreader *r, const struct page_layout *l, uint64_t vaddr, struct page_facts *out)
{
	*out = (struct page_facts){ .vaddr = vaddr, .flags = kget_ptr(r, vaddr, &l->flags) };
	out->head = head_of(r, l, vaddr);
	out->mapping = kget_ptr(r, out->head, &l->mapping);
	out->index = kget_ptr(r, out->head, &l->index);
	/* atomic_t */
	out->refcount = (int)kint(r, out->head + l->refcount.at.offset, 4);
	out->type = (uint32_t)kuint(r, out->head + l->mapcount.at.offset, 4);
	out->mapcount = (int)out->type < -1 ? 0 : (int)out->type + 1;
	return kreader_take(r, NULL);
}

void page_put_flags(const struct types *t, uint64_t flags, struct outbuf *out)
{
	struct type_items items = { 0 };
	struct type_item item;
	const char *between = "";
	uint64_t seen = 0;

	if (types_find(t, NULL, "pageflags", &items.of))
		return;
	while (types_next_item(t, &items, &item) > 0) {
		uint64_t bit = (uint64_t)item.value < FLAG_BITS ? (uint64_t)1 << item.value : 0;

		/* later ones are other names for the same bits */
		if (strncmp(item.name, "PG_", 3) || !(bit & ~seen))
			continue;
		seen |= bit;
		if (!(flags & bit))
			continue;
		out_printf(out, "%s", between);
		between = "|";
		for (const char *c = item.name + 3; *c; c++)
			out_char(out, isgraph((unsigned char)*c) ? *c : '?');
	}
}
