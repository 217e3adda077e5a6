/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/elf/netdump.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/byte_pages.h"
#include "formats/reader/notes.h"

#define NT_DISKDUMP 0x70000001u			/* a long: not 0: pages were left out */
#define OFFSET_ALIGN 4096u			/* by this crash tells netdump from kdump (is_netdump()) */

bool netdump_note(const struct dump *d, const char *name, uint32_t type, struct dump_note *out)
{
	size_t pos = 0;

	while (dump_next_note(d, &pos, out))
		if (out->type == type && !strcmp(out->name, name))
			return true;
	return false;
}

void netdump_warn_if_partial(const struct dump *d)
{
	struct dump_note note;
	size_t word = d->elf_class / 8;

	if (netdump_note(d, "CORE", NT_DISKDUMP, &note) && note.desc_len >= word && !bytes_are_zero(note.desc, word))
		log_warn("%s: a partial dump that does not tell which pages were left out: they read as zeroes", d->src->name);
}

/*
 * 32-bit: the file from the page-aligned p_offset on is physical memory from 0 on, whatever p_paddr is; and p_filesz of a
 * machine with more than 4 GiB lacks multiples of that (crash: read_netdump()).
 */
int netdump_fix(struct dump *d, uint64_t offset, uint64_t align, uint64_t *data_end)
{
	struct dump_segment *s = &d->segments[0];
	struct byte_pages *b = d->priv;
	struct dump_note note;
	uint64_t there = d->src->size - min_u64(d->src->size, offset);

	if (d->elf_class != 32 || !align || offset % OFFSET_ALIGN || !netdump_note(d, "CORE", NT_TASKSTRUCT, &note))
		return 0;
	s->paddr = 0;
	if ((uint32_t)there == s->filesz)
		s->filesz = there;
	s->memsz = max_u64(s->memsz, s->filesz);
	*data_end = offset + s->filesz;
	byte_pages_free(b);
	*b = (struct byte_pages){ 0 };
	return byte_pages_add(b, 0, s->memsz, offset, s->filesz);
}
