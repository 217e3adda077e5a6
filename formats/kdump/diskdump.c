/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/kdump/diskdump.h"

#include <elf.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

enum {		/* status; 0: complete */
	STARTED = 1, IN_PROGRESS = 2, SHORT_AREA = 4, COMPRESSED = 8,
};

#define CPUS_MAX 256u			/* before the one that wrote the dump */
#define GREGS_MAX 128u
#define PRSTATUS_MAX (112u + 8 * GREGS_MAX + 8)

static const struct {
	uint16_t machine, gregs;	/* ELF_NGREG */
} machines[] = {
	{ EM_X86_64, 27 }, { EM_386, 17 }, { EM_PPC64, 48 }, { EM_IA_64, 128 },
};

void diskdump_claims(struct dump *d, const struct kdump_header *h)
{
	d->format = "diskdump";
	d->has_phys_base = false;
	d->phys_base = 0;
	d->status = 0;
	d->codec = h->status & COMPRESSED ? CODEC_ZLIB : CODEC_NONE;
	if (!(h->status & (STARTED | IN_PROGRESS | SHORT_AREA)))
		return;
	d->incomplete = true;
	log_warn("%s: its writer marked the dump as incomplete%s", d->src->name,
		 h->status & SHORT_AREA ? ": there was no more room" : "");
}

int diskdump_add_registers(struct dump *d, const struct kdump_header *h)
{
	size_t word = d->elf_class / 8, at = word == 8 ? 112 : 72, bytes = 0, size;
	uint8_t desc[PRSTATUS_MAX] = { 0 }, none[PRSTATUS_MAX] = { 0 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == d->elf_machine)
			bytes = machines[i].gregs * word;
	if (!bytes || h->current_cpu >= CPUS_MAX || source_read(d->src, desc + at, bytes, h->block_size) ||
	    bytes_are_zero(desc + at, bytes))
		return 0;
	size = round_up_u64(at + bytes + 4, word);			/* pr_fpvalid comes last */
	for (uint32_t cpu = 0; cpu < h->current_cpu && !r; cpu++)
		r = dump_add_note(d, "CORE", NT_PRSTATUS, none, size);
	put_u32(desc + (word == 8 ? 32 : 24), h->current_cpu + 1, d->big_endian);	/* pr_pid: not known */
	return r ? r : dump_add_note(d, "CORE", NT_PRSTATUS, desc, size);
}
