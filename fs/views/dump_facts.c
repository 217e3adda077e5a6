/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/dump_facts.h"

#include <errno.h>
#include <stdlib.h>

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
	facts->segments = calloc(d->nsegments ? d->nsegments : 1, sizeof(*facts->segments));
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
	facts->notes = calloc(n ? n : 1, sizeof(*facts->notes));
	facts->arch_notes = calloc(n ? n : 1, sizeof(*facts->arch_notes));
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
