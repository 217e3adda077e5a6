/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the readers share while they open a dump. Only formats/ includes this.
 *
 * Threads: before mount only.
 */
#ifndef VMCOREFS_FORMATS_READER_READER_H
#define VMCOREFS_FORMATS_READER_READER_H

#include "formats/reader/dump.h"

#define NOTES_MAX ((uint64_t)64 << 20)		/* bytes of notes that are looked at; more is cut off with a warning */
#define PAGE_SHIFT_MIN 12			/* page and block sizes that are believed: 4 KiB .. 1 MiB */
#define PAGE_SHIFT_MAX 20

extern const struct dump_ops elf_dump_ops, kdump_dump_ops;
extern const struct dump_ops lkcd_dump_ops;
extern const struct dump_ops recognised_dump_ops;	/* no format: what is told by its first bytes, but not read */
extern const struct dump_ops sadump_dump_ops;
extern const struct dump_ops lime_dump_ops;
extern const struct dump_ops raw_dump_ops, devmem_dump_ops;
extern const struct dump_ops s390_dump_ops;
extern const struct dump_ops qemu_dump_ops;
extern const struct dump_ops sadump_dump_ops, vmware_dump_ops;
extern const struct dump_ops xc_core_dump_ops;

/* Who claims src; NULL, without a message: nobody. -errno after a message: it cannot be read. */
int dump_find_format(const struct source *src, const struct dump_ops **out);
/* dump_open() for a format that is known. */
int dump_open_as(struct source *src, const struct dump_ops *ops, const struct dump_request *req, struct dump **out);

/* log2 of a believable page size, or 0. */
unsigned int page_shift_of(uint64_t bytes);
/* Of formats that do not tell it: machine, byte order and page size as the request has them; pages of 4 KiB by default. */
void dump_take_machine(struct dump *d);

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
