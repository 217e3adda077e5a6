/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/elf/kcore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "base/vector.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

#define NT_TASKSTRUCT 4u
#define RANGES_MAX 65536u
#define NOTE_BYTES_MAX 65536u		/* the kernel has one page for its VMCOREINFO */

bool kcore_is_live(const struct dump *d)
{
	struct dump_note note;
	size_t pos = 0;

	while (d->src->procfs && dump_next_note(d, &pos, &note))
		if (note.type == NT_TASKSTRUCT && !strcmp(note.name, "CORE"))
			return true;
	return false;
}

static FILE *open_text(const char *path)
{
	int fd = files_open(path, 0);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

int kcore_iomem_ranges(const char *path, const char *wanted, struct extents *out)
{
	FILE *f = open_text(path);
	char line[256];
	int r = 0;

	while (f && !r && out->n < RANGES_MAX && fgets(line, sizeof(line), f)) {
		unsigned long long first, last;
		int name = 0;

		/* the last address is in the range; users who may not see addresses are shown zeroes */
		if (sscanf(line, " %llx-%llx : %n", &first, &last, &name) == 2 && name &&
		    !strncmp(line + name, wanted, strlen(wanted)) && line[name + strlen(wanted)] == '\n' && last > first && last < UINT64_MAX)
			r = extents_add(out, first, last - first + 1, 0);
	}
	if (f)
		fclose(f);
	return r;
}

int kcore_add_vmcoreinfo(struct dump *d, const char *path)
{
	FILE *f = open_text(path);
	unsigned long long paddr;
	unsigned int len;
	int n = f ? fscanf(f, "%llx %x", &paddr, &len) : 0, r;

	if (f)
		fclose(f);
	if (n != 2 || !len || len > NOTE_BYTES_MAX)
		return 0;
	len = (unsigned int)round_up_u64(len, 4);
	r = vector_reserve(d->notes, d->notes_len, d->notes_cap, len);
	if (r)
		return r;
	if (pages_read_bytes(&d->pages, paddr, len, d->notes + d->notes_len, HOLES_FAIL))
		log_warn("%s: the VMCOREINFO note that %s tells of cannot be read", d->src->name, path);
	else
		d->notes_len += len;
	return 0;
}
