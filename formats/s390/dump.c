/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-alone dumps of s390, written to DASD or tape by the dump tools that zipl installs, or converted by zgetdump.
 *
 * Plain: header, memory from address 0 on, end marker. Extended: segments of memory, see ext.c.
 */
#include "formats/s390/dump.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"

/* Seconds from 1900, when the TOD clock is 0, to 1970. Bit 51 of the clock is a microsecond. */
#define TOD_EPOCH	2208988800ll
#define TOD_SHIFT	12

static int open_plain(struct dump *d, const struct s390_header *h)
{
	struct byte_pages *b = d->priv;
	int r = byte_pages_add(b, 0, h->memory_end, S390_HEADER_BYTES, h->memory_end);

	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (r)
		return r;
	if (d->src->size < S390_HEADER_BYTES + h->memory_end) {
		d->incomplete = true;
		log_warn("%s: the file is truncated: its header describes %llu bytes, it has %llu", d->src->name,
			 (unsigned long long)(S390_HEADER_BYTES + h->memory_end + S390_END_BYTES),
			 (unsigned long long)d->src->size);
		return 0;
	}
	s390_check_end(d, h, S390_HEADER_BYTES + h->memory_end);
	return 0;
}

int s390_open(struct dump *d)
{
	struct s390_dump *s = calloc(1, sizeof(*s));
	const struct s390_header *h;
	int r;

	d->priv = s;
	if (!s)
		return -ENOMEM;
	h = &s->header;
	r = s390_read_header(d->src, &s->header);
	if (r >= 0)
		r = s390_check_header(d->src, h);
	if (r)
		return r;
	d->elf_machine = EM_S390;
	d->elf_class = h->arch == S390_ARCH_64_BIT ? 64 : 32;
	d->big_endian = true;
	d->pages.page_shift = PAGE_SHIFT_MIN;
	if (h->extended)
		d->format = "s390-extended";
	if (h->tod >> TOD_SHIFT > (uint64_t)TOD_EPOCH * 1000000)
		d->timestamp = (int64_t)((h->tod >> TOD_SHIFT) / 1000000) - TOD_EPOCH;
	r = h->extended ? s390_segments_open(d) : open_plain(d, h);
	if (!r)
		r = s390_add_cpus(d, h);
	if (!r)
		r = s390_find_vmcoreinfo(d);
	return r;
}

void s390_close(struct dump *d)
{
	struct s390_dump *s = d->priv;

	if (!s)
		return;
	byte_pages_free(&s->bytes);
	s390_segments_free(s->segments);
	free(s);
	d->priv = NULL;
}
