/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vector.h"

#define NOTE_HEADER 12u			/* namesz, descsz, type */
#define NT_VMCOREINFO 0u
/* The kernel's is one page (kernel/crash_core.c, VMCOREINFO_BYTES). All of it is looked through for each of some hundred facts,
 * and for each of its own lines when -i or -x adds others. */
#define VMCOREINFO_MAX (128u << 10)
#define NT_ERASEINFO 0u			/* makedumpfile's */

/* Name and descriptor are padded to 4 bytes in both classes: kernel/crash_core.c, makedumpfile, QEMU. */
static size_t note_pad(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Per-CPU notes that a CPU did not fill are zeroes between two others. */
static size_t skip_zero_words(const struct dump *d, size_t pos)
{
	while (d->notes_len - pos >= 4 && !get_u32(d->notes + pos, false))
		pos += 4;
	return pos;
}

int dump_next_note(const struct dump *d, size_t *pos, struct dump_note *out)
{
	size_t at = *pos, left, namesz, descsz, n;
	const uint8_t *h;

	if (at > d->notes_len)
		return 0;
	at = skip_zero_words(d, at);
	left = d->notes_len - at;
	if (left < NOTE_HEADER)
		return 0;
	h = d->notes + at;
	namesz = get_u32(h, d->big_endian);
	descsz = get_u32(h + 4, d->big_endian);
	left -= NOTE_HEADER;
	if (namesz > left || descsz > left || note_pad(namesz) > left || descsz > left - note_pad(namesz))
		return 0;

	n = (size_t)min_u64(namesz, sizeof(out->name) - 1);
	memset(out->name, 0, sizeof(out->name));
	memcpy(out->name, h + NOTE_HEADER, n);
	out->type = get_u32(h + 8, d->big_endian);
	out->desc = h + NOTE_HEADER + note_pad(namesz);
	out->desc_len = descsz;
	out->header_offset = at;
	*pos = (size_t)min_u64(d->notes_len, at + NOTE_HEADER + note_pad(namesz) + note_pad(descsz));
	return 1;
}

int dump_add_notes(struct dump *d, uint64_t off, uint64_t len)
{
	uint64_t stored = off < d->src->size ? min_u64(len, d->src->size - off) : 0;
	uint8_t *notes;
	int r;

	stored = min_u64(stored, NOTES_MAX - d->notes_len);
	if (stored < len && !d->incomplete) {	/* once: there may be millions of PT_NOTE headers */
		d->incomplete = true;
		log_warn("%s: notes at offset %#llx: only %llu of %llu bytes can be used", d->src->name,
			 (unsigned long long)off, (unsigned long long)stored, (unsigned long long)len);
	}
	if (!stored)
		return 0;
	r = vector_reserve(d->notes, d->notes_len, d->notes_cap, note_pad(stored));
	if (r)
		return r;
	notes = d->notes + d->notes_len;
	memset(notes + stored, 0, note_pad(stored) - stored);
	r = source_read(d->src, notes, stored, off);
	if (r)
		return fail(-r, "%s: notes at offset %#llx cannot be read: %s", d->src->name, (unsigned long long)off,
			    strerror(-r));
	d->notes_len += note_pad(stored);
	return 0;
}

int dump_add_note(struct dump *d, const char *name, uint32_t type, const void *desc, size_t len)
{
	size_t namesz = strlen(name) + 1, bytes = NOTE_HEADER + note_pad(namesz) + note_pad(len);
	uint8_t *at;
	int r;

	if (bytes > NOTES_MAX - d->notes_len)
		return -ENOMEM;
	r = vector_reserve(d->notes, d->notes_len, d->notes_cap, bytes);
	if (r)
		return r;
	at = d->notes + d->notes_len;
	memset(at, 0, bytes);
	put_u32(at, (uint32_t)namesz, d->big_endian);
	put_u32(at + 4, (uint32_t)len, d->big_endian);
	put_u32(at + 8, type, d->big_endian);
	memcpy(at + NOTE_HEADER, name, namesz);
	memcpy(at + NOTE_HEADER + note_pad(namesz), desc, len);
	d->notes_len += bytes;
	return 0;
}

/* A driver of virtio-win puts the header of a crash dump there, for QEMU's dump-guest-memory -w. */
static bool is_of_windows(const void *text, size_t len)
{
	return len > 8 && (!memcmp(text, "PAGEDU64", 8) || !memcmp(text, "PAGEDUMP", 8));
}

int dump_set_vmcoreinfo(struct dump *d, const void *text, size_t len)
{
	if (is_of_windows(text, len)) {
		if (!d->windows)
			log_warn("%s: the memory of Windows: only its pages can be had; QEMU's elf2dmp makes a dump for WinDbg of "
				 "an ELF core", d->src->name);
		d->windows = true;
		return 0;
	}
	len = strnlen(text, len);
	if (len > VMCOREINFO_MAX) {
		log_warn("%s: VMCOREINFO of %zu bytes is not believed: the first %u are used", d->src->name, len, VMCOREINFO_MAX);
		len = VMCOREINFO_MAX;
	}
	if (!len)			/* zeroes: there was room for one, and nobody filled it */
		return 0;
	free(d->vmcoreinfo);
	d->vmcoreinfo_len = 0;
	d->vmcoreinfo = memory_malloc(len + 1);
	if (!d->vmcoreinfo)
		return -ENOMEM;
	memcpy(d->vmcoreinfo, text, len);
	d->vmcoreinfo[len] = 0;
	d->vmcoreinfo_len = len;
	return 0;
}

int dump_find_vmcoreinfo(struct dump *d)
{
	struct dump_note note;
	size_t pos = 0;

	if (d->vmcoreinfo)
		return 0;
	while (dump_next_note(d, &pos, &note) == 1)
		if (note.type == NT_VMCOREINFO && note.desc_len && *note.desc && !strcmp(note.name, "VMCOREINFO"))
			return dump_set_vmcoreinfo(d, note.desc, note.desc_len);
	return 0;
}

int dump_add_eraseinfo(struct dump *d, const void *text, size_t len)
{
	char *all;
	int r;

	len = strnlen(text, len);
	if (!len)
		return 0;
	r = vector_reserve(d->eraseinfo, d->eraseinfo_len, d->eraseinfo_cap, len + 2);
	if (r)
		return r;
	all = d->eraseinfo;
	memcpy(all + d->eraseinfo_len, text, len);
	d->eraseinfo_len += len;
	if (all[d->eraseinfo_len - 1] != '\n')
		all[d->eraseinfo_len++] = '\n';
	all[d->eraseinfo_len] = 0;
	return 0;
}

int dump_find_eraseinfo(struct dump *d)
{
	struct dump_note note;
	size_t pos = 0;
	int r = 0;

	while (!r && dump_next_note(d, &pos, &note) == 1)
		if (note.type == NT_ERASEINFO && !strcmp(note.name, "ERASEINFO"))
			r = dump_add_eraseinfo(d, note.desc, note.desc_len);
	return r;
}

bool dump_vmcoreinfo_number(const struct dump *d, const char *key, uint64_t *value)
{
	const char *line = d->vmcoreinfo;
	size_t n = strlen(key);
	char *end;

	while (line && *line) {
		if (!strncmp(line, key, n)) {
			errno = 0;
			*value = strtoull(line + n, &end, 0);
			return end != line + n && !errno && (*end == '\n' || !*end);
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return false;
}
