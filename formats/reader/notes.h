/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF notes of a dump, and the texts in them.
 *
 * Threads: dump_next_note(), dump_vmcoreinfo_number(): any; what adds and sets: before mount only.
 */
#ifndef VMCOREFS_FORMATS_READER_NOTES_H
#define VMCOREFS_FORMATS_READER_NOTES_H

#include "formats/reader/dump.h"

/* Iterate over ELF notes. *pos starts at 0. 1: a note; 0: the end; stops at the first malformed header. name is
 * NUL-terminated (at most 31 characters kept). */
struct dump_note {
	char name[32];
	uint32_t type;
	const uint8_t *desc;
	size_t desc_len;
	size_t header_offset;		/* of the note header in the note bytes */
};
int dump_next_note(const struct dump *d, size_t *pos, struct dump_note *out);

#define NOTES_MAX ((uint64_t)64 << 20)		/* bytes of notes that are looked at; more is cut off with a warning */

/*
 * Append bytes [off, off + len) of the source to d->notes, padded to 4. What lies beyond the end of the file or the cap is
 * left out with a warning and d->incomplete. 0, -ENOMEM or -EIO.
 */
int dump_add_notes(struct dump *d, uint64_t off, uint64_t len);

/* Append one note that the reader makes itself, in the byte order of d. 0 or -ENOMEM, also beyond NOTES_MAX. */
int dump_add_note(struct dump *d, const char *name, uint32_t type, const void *desc, size_t len);

/* d->vmcoreinfo becomes a copy of these bytes up to the first NUL. 0 or -ENOMEM. */
int dump_set_vmcoreinfo(struct dump *d, const void *text, size_t len);
/* Set d->vmcoreinfo from the VMCOREINFO note, if there is one and it is not yet set. 0 or -ENOMEM. */
int dump_find_vmcoreinfo(struct dump *d);
/* Lines for d->eraseinfo, up to the first NUL: a line end is added when it lacks. 0 or -ENOMEM. */
int dump_add_eraseinfo(struct dump *d, const void *text, size_t len);
/* Those of the ERASEINFO notes, as ELF dumps have them. 0 or -ENOMEM. */
int dump_find_eraseinfo(struct dump *d);
/* The number after KEY= in the VMCOREINFO text: false when there is none. key includes the '='. */
bool dump_vmcoreinfo_number(const struct dump *d, const char *key, uint64_t *value);

#endif
