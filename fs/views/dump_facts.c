/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/dump_facts.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "formats/reader/notes.h"

#define MAX_NOTES 16384u		/* some for each CPU */

/* Headers tell phys_base by a segment in the kernel image's range, or in the sub header. */
static void phys_base_hint(const struct dump *d, struct kernel_input *in)
{
	const struct arch *arch = arch_find(d->elf_machine, d->elf_class, d->big_endian);

	for (size_t i = 0; arch && i < d->nsegments; i++) {
		const struct dump_segment *s = &d->segments[i];

		if (s->vaddr >= arch->image_vaddr && s->vaddr - arch->image_vaddr < arch->image_bytes) {
			in->has_phys_base = true;
			in->phys_base = s->paddr - (s->vaddr - arch->image_vaddr);
			return;
		}
	}
	in->has_phys_base = d->has_phys_base;
	in->phys_base = d->phys_base;
}

static int get_segments(const struct dump *d, struct kernel_input *in, struct dump_facts *facts)
{
	facts->segments = memory_calloc(d->nsegments, sizeof(*facts->segments));
	if (!facts->segments)
		return -ENOMEM;
	for (size_t i = 0; i < d->nsegments; i++)
		facts->segments[i] = (struct mapping){ d->segments[i].vaddr, d->segments[i].paddr, d->segments[i].memsz };
	in->segments = facts->segments;
	in->nsegments = d->nsegments;
	return 0;
}

static int get_notes(const struct dump *d, struct kernel_input *in, struct dump_facts *facts)
{
	struct dump_note note;
	size_t n = 0, pos = 0;

	while (n < MAX_NOTES && dump_next_note(d, &pos, &note))
		n++;
	facts->notes = memory_calloc(n, sizeof(*facts->notes));
	facts->arch_notes = memory_calloc(n, sizeof(*facts->arch_notes));
	if (!facts->notes || !facts->arch_notes)
		return -ENOMEM;
	pos = 0;
	for (size_t i = 0; i < n && dump_next_note(d, &pos, &facts->notes[i]); i++) {
		const struct dump_note *from = &facts->notes[i];

		facts->arch_notes[i] = (struct arch_note){ from->name, from->type, from->desc, from->desc_len };
	}
	in->notes = facts->arch_notes;
	in->nnotes = n;
	return 0;
}

static int own_address(const void *arg, uint64_t maddr, uint64_t *paddr)
{
	const struct dump *d = arg;

	return d->own_address(d, maddr, paddr);
}

int dump_facts_get(const struct dump *d, struct kernel_input *in, struct dump_facts *facts)
{
	int r;

	*facts = (struct dump_facts){ 0 };
	in->vmcoreinfo = d->vmcoreinfo;
	in->vmcoreinfo_len = d->vmcoreinfo_len;
	in->elf_machine = d->elf_machine;
	in->elf_class = d->elf_class;
	in->big_endian = d->big_endian;
	in->release = d->uts[2];
	in->dump_name = d->src->name;
	in->own_address = d->own_address ? own_address : NULL;
	in->own_arg = d;
	phys_base_hint(d, in);
	r = get_segments(d, in, facts);
	return r ? r : get_notes(d, in, facts);
}

void dump_facts_free(struct dump_facts *facts)
{
	free(facts->segments);
	free(facts->notes);
	free(facts->arch_notes);
	*facts = (struct dump_facts){ 0 };
}

/* Writers begin with the image. */
#define MAX_IMAGE_PLACE 16

/* A segment inside of a larger one, at other addresses. */
static bool find_image(const struct dump *d, size_t *out)
{
	for (size_t i = 0; i < d->nsegments && i < MAX_IMAGE_PLACE; i++) {
		const struct dump_segment *a = &d->segments[i];

		for (size_t j = 0; j < d->nsegments; j++) {
			const struct dump_segment *b = &d->segments[j];

			if (a->memsz < b->memsz && a->paddr >= b->paddr && a->paddr - b->paddr < b->memsz &&
			    a->vaddr && a->vaddr - a->paddr != b->vaddr - b->paddr) {
				*out = i;
				return true;
			}
		}
	}
	return false;
}

/* QEMU and others write 0, or the physical address, for what they do not know. */
static bool tells_addresses(const struct dump *d)
{
	for (size_t i = 0; i < d->nsegments; i++)
		if (d->segments[i].vaddr && d->segments[i].vaddr != d->segments[i].paddr)
			return true;
	return false;
}

static int compare_maps(const void *pa, const void *pb)
{
	const struct mapping *a = pa, *b = pb;

	if (a->paddr != b->paddr)
		return a->paddr < b->paddr ? -1 : 1;
	return a->len < b->len ? 1 : a->len > b->len ? -1 : 0;
}

/* Whole pages; false: no address is told, or it makes no sense. */
static bool map_of_segment(const struct dump_segment *s, unsigned int page_shift, struct mapping *m)
{
	uint64_t mask = ((uint64_t)1 << page_shift) - 1, end;

	if (!s->vaddr || !s->memsz || add_overflows(s->paddr, s->memsz, &end) || end > UINT64_MAX - mask)
		return false;
	*m = (struct mapping){ s->vaddr - (s->paddr & mask), s->paddr & ~mask, 0 };
	m->len = ((end + mask) & ~mask) - m->paddr;
	return true;
}

int dump_facts_addresses(const struct dump *d, unsigned int page_shift, struct mapping **maps, size_t *n,
			 struct mapping *image)
{
	size_t image_at = SIZE_MAX, all = 0;
	struct mapping *m;

	*n = 0;
	*image = (struct mapping){ 0 };
	*maps = m = memory_calloc(d->nsegments, sizeof(*m));
	if (!m)
		return -ENOMEM;
	if (!tells_addresses(d))
		return 0;
	if (find_image(d, &image_at) && !map_of_segment(&d->segments[image_at], page_shift, image))
		image->len = 0;
	for (size_t i = 0; i < d->nsegments; i++)
		if (i != image_at && map_of_segment(&d->segments[i], page_shift, &m[all]))
			all++;
	qsort(m, all, sizeof(*m), compare_maps);
	/* disjoint; and in one piece what is at the same distance from its physical address, with nothing between */
	for (size_t i = 0; i < all; i++) {
		struct mapping *last = *n ? &m[*n - 1] : NULL, next = m[i];
		uint64_t end = last ? last->paddr + last->len : 0;

		if (last && next.paddr < end) {
			uint64_t cut = end - next.paddr;

			if (cut >= next.len)
				continue;
			next = (struct mapping){ next.vaddr + cut, end, next.len - cut };
		}
		if (last && next.paddr == end && next.vaddr - next.paddr == last->vaddr - last->paddr)
			last->len += next.len;
		else
			m[(*n)++] = next;
	}
	return 0;
}
