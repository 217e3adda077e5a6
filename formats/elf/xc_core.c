/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a Xen domain, as 'xl dump-core' writes it: an ELF core without program headers, whose sections have the
 * pages and the list of their numbers (Xen: docs/misc/dump-core-format.txt, tools/libs/guest/xg_core.c).
 *
 * A paravirtualised domain's page tables and control registers hold machine addresses. The list of its pages has both
 * numbers of each. Pages are the domain's own here, and what is told of machine frames is turned into those.
 */
#include "formats/elf/xc_core.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

#define SECTIONS_MAX	256u		/* that are looked at; xl writes 7 */
#define NAME_MAX_BYTES	16u		/* of a section; the longest one of interest is .xen_prstatus */
#define NOTE_BYTES_MAX	65536u		/* of .note.Xen */
#define BATCH_ENTRIES	4096u		/* of the list of pages, read together */
#define INVALID_PFN	UINT64_MAX
#define MACHINE_BITS	52u

#define XEN_NOTE_HEADER		0x2000001u	/* u64 magic, vcpus, pages, page size */
#define XEN_NOTE_FORMAT		0x2000003u	/* u64 */
#define FORMAT_VERSION		1u
#define MAGIC_HVM		0xf00febeeull

struct xc_section {
	uint64_t offset, size;
};

enum { SEC_NOTE, SEC_PRSTATUS, SEC_PAGES, SEC_P2M, SEC_PFN, SEC_COUNT };

static const char *const section_names[SEC_COUNT] = {
	[SEC_NOTE] = ".note.Xen", [SEC_PRSTATUS] = ".xen_prstatus", [SEC_PAGES] = ".xen_pages",
	[SEC_P2M] = ".xen_p2m", [SEC_PFN] = ".xen_pfn",
};

struct file {
	bool wide, big;			/* ELF class and byte order of the file */
	uint16_t machine;
	struct xc_section sections[SEC_COUNT];	/* size 0: not there */
};

static int find_sections(const struct source *src, const uint8_t *head, struct file *f)
{
	uint64_t table = f->wide ? get_u64(head + 40, f->big) : get_u32(head + 32, f->big), names;
	unsigned int entry = get_u16(head + (f->wide ? 58 : 46), f->big), count = get_u16(head + (f->wide ? 60 : 48), f->big);
	unsigned int which = get_u16(head + (f->wide ? 62 : 50), f->big);
	size_t size = f->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint8_t b[sizeof(Elf64_Shdr)];

	if (!table || entry < size || count > SECTIONS_MAX || which >= count || table > src->size)
		return 0;
	if (source_read(src, b, size, table + (uint64_t)which * entry))
		return 0;
	names = f->wide ? get_u64(b + 24, f->big) : get_u32(b + 16, f->big);
	for (unsigned int i = 0; i < count; i++) {
		char name[NAME_MAX_BYTES] = "";
		uint64_t at;

		if (source_read(src, b, size, table + (uint64_t)i * entry) ||
		    add_overflows(names, get_u32(b, f->big), &at) || source_read_some(src, name, sizeof(name) - 1, at) <= 0)
			continue;
		for (unsigned int k = 0; k < SEC_COUNT; k++)
			if (!strcmp(name, section_names[k]))
				f->sections[k] = (struct xc_section){
					.offset = f->wide ? get_u64(b + 24, f->big) : get_u32(b + 16, f->big),
					.size = f->wide ? get_u64(b + 32, f->big) : get_u32(b + 20, f->big),
				};
	}
	return f->sections[SEC_PAGES].size && (f->sections[SEC_P2M].size || f->sections[SEC_PFN].size);
}

/* 1 and *f: such a core; 0: not; -errno, without a message. */
static int read_file(const struct source *src, struct file *f)
{
	uint8_t head[sizeof(Elf64_Ehdr)];
	ssize_t n = source_read_some(src, head, sizeof(head), 0);

	if (n < 0)
		return (int)n;
	if (n < (ssize_t)sizeof(head) || memcmp(head, ELFMAG, SELFMAG) ||
	    (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64) ||
	    (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB))
		return 0;
	*f = (struct file){ .wide = head[EI_CLASS] == ELFCLASS64, .big = head[EI_DATA] == ELFDATA2MSB };
	f->machine = get_u16(head + 18, f->big);
	if (get_u16(head + 16, f->big) != ET_CORE)
		return 0;
	return find_sections(src, head, f);
}

static int xc_probe(const struct source *src)
{
	struct file f;

	return read_file(src, &f);
}

/* --- notes -------------------------------------------------------------------------------------------------------- */

struct core_header {
	uint64_t vcpus, page_size;
	bool hvm;
};

static int read_notes(struct dump *d, const struct file *f, struct core_header *out)
{
	const struct xc_section *s = &f->sections[SEC_NOTE];
	struct dump_note note;
	size_t pos = 0;
	int r;

	*out = (struct core_header){ 0 };
	r = dump_add_notes(d, s->offset, min_u64(s->size, NOTE_BYTES_MAX));
	if (r)
		return r;
	while (dump_next_note(d, &pos, &note) == 1) {
		if (note.type == XEN_NOTE_HEADER && note.desc_len >= 32) {
			out->hvm = get_u64(note.desc, f->big) == MAGIC_HVM;
			out->vcpus = get_u64(note.desc + 8, f->big);
			out->page_size = get_u64(note.desc + 24, f->big);
		} else if (note.type == XEN_NOTE_FORMAT && note.desc_len >= 8 &&
			   get_u64(note.desc, f->big) != FORMAT_VERSION) {
			return fail(ENOTSUP, "%s: version %#llx of the format of Xen cores is not known here", d->src->name,
				    (unsigned long long)get_u64(note.desc, f->big));
		}
	}
	if (!page_shift_of(out->page_size))
		return fail(EIO, "%s: the notes of the Xen core tell no page size (section .note.Xen at offset %#llx)",
			    d->src->name, (unsigned long long)s->offset);
	return 0;
}

/* --- the list of pages -------------------------------------------------------------------------------------------- */

/* Pages in the order of the file whose numbers, machine frames too, follow each other. */
struct p2m_run {
	uint64_t pfn, mfn, index, count;
};

struct list {
	struct dump *d;
	bool pv;
	uint64_t section;		/* offset of the pages */
	uint64_t runs, runs_max, skipped;
	struct p2m_run run;			/* the last one, not yet added */
};

static int add_run(struct list *l)
{
	struct xc_core *x = l->d->priv;
	const struct p2m_run *n = &l->run;
	unsigned int shift = l->d->pages.page_shift;
	uint64_t bytes = n->count << shift, offset;
	int r;

	if (!n->count)
		return 0;
	if (l->runs++ == l->runs_max)
		return fail(EIO, "%s: the list of pages of the Xen core is in no order: more than %llu runs", l->d->src->name,
			    (unsigned long long)l->runs_max);
	if (n->pfn >= UINT64_MAX >> shift || add_overflows(l->section, n->index << shift, &offset))
		r = -ERANGE;
	else
		r = byte_pages_add(&x->bytes, n->pfn << shift, bytes, offset, bytes);
	if (r == -ERANGE) {
		l->skipped += n->count;
		return 0;
	}
	if (!r && l->pv && n->mfn < (uint64_t)1 << (MACHINE_BITS - shift))
		r = extents_add(&x->machine, n->mfn << shift, bytes, n->pfn << shift);
	return r;
}

static int add_page(struct list *l, uint64_t pfn, uint64_t mfn, uint64_t index)
{
	struct p2m_run *n = &l->run;
	int r;

	if (pfn == INVALID_PFN)
		return 0;
	if (n->count && pfn == n->pfn + n->count && index == n->index + n->count && (!l->pv || mfn == n->mfn + n->count)) {
		n->count++;
		return 0;
	}
	r = add_run(l);
	*n = (struct p2m_run){ .pfn = pfn, .mfn = mfn, .index = index, .count = 1 };
	return r;
}

static int read_list(struct list *l, const struct file *f, const struct xc_section *s, uint64_t count)
{
	unsigned int bytes = l->pv ? 16 : 8;
	uint8_t *b = malloc((size_t)BATCH_ENTRIES * bytes);
	uint64_t n;
	int r = b ? 0 : -ENOMEM;

	for (uint64_t done = 0; done < count && !r; done += n) {
		n = min_u64(BATCH_ENTRIES, count - done);
		r = source_read(l->d->src, b, n * bytes, s->offset + done * bytes);
		if (r)
			fail(-r, "%s: the list of pages of the Xen core at offset %#llx cannot be read", l->d->src->name,
			     (unsigned long long)(s->offset + done * bytes));
		for (uint64_t i = 0; i < n && !r; i++)
			r = add_page(l, get_u64(b + i * bytes, f->big), l->pv ? get_u64(b + i * bytes + 8, f->big) : 0, done + i);
	}
	free(b);
	return r ? r : add_run(l);
}

static int open_pages(struct dump *d, const struct file *f)
{
	struct xc_core *x = d->priv;
	struct list l = { .d = d, .pv = f->sections[SEC_P2M].size, .section = f->sections[SEC_PAGES].offset };
	const struct xc_section *s = &f->sections[l.pv ? SEC_P2M : SEC_PFN];
	uint64_t listed = s->size / (l.pv ? 16 : 8), stored = f->sections[SEC_PAGES].size >> d->pages.page_shift, end;
	int r;

	/* the list comes behind the pages */
	if (add_overflows(s->offset, s->size, &end) || end > d->src->size)
		return fail(EIO, "%s: the file is truncated: the list of its pages at offset %#llx is missing", d->src->name,
			    (unsigned long long)s->offset);
	if (listed != stored) {
		d->incomplete = true;
		log_warn("%s: the Xen core has %llu pages, and a list of %llu", d->src->name, (unsigned long long)stored,
			 (unsigned long long)listed);
	}
	listed = min_u64(listed, stored);
	l.runs_max = XC_CORE_RUNS + listed / 64;
	r = read_list(&l, f, s, listed);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (!r)
		r = extents_resolve(&x->machine, EXTENTS_LOWEST_OFFSET);
	if (r)
		return r;
	if (l.skipped) {
		d->incomplete = true;
		log_warn("%s: %llu pages with impossible numbers are ignored", d->src->name, (unsigned long long)l.skipped);
	}
	if (!d->pages.max_pfn)
		return fail(EIO, "%s: a Xen core without pages", d->src->name);
	end = f->sections[SEC_PAGES].offset + (stored << d->pages.page_shift);
	if (end > d->src->size) {
		d->incomplete = true;
		log_warn("%s: the file is truncated: its headers describe %llu bytes, it has %llu", d->src->name,
			 (unsigned long long)end, (unsigned long long)d->src->size);
	}
	return 0;
}

static int xc_own_address(const struct dump *d, uint64_t maddr, uint64_t *paddr)
{
	const struct xc_core *x = d->priv;
	size_t i = extents_find(&x->machine, maddr);
	const struct extent *e = x->machine.list + i;

	if (i == x->machine.n || e->start > maddr)
		return -EFAULT;
	*paddr = e->offset + (maddr - e->start);
	return 0;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int xc_open(struct dump *d)
{
	struct core_header h;
	struct file f;
	int r;

	d->priv = calloc(1, sizeof(struct xc_core));
	if (!d->priv)
		return -ENOMEM;
	r = read_file(d->src, &f);
	if (r != 1)
		return fail(EIO, "%s: the section headers of the Xen core cannot be read", d->src->name);
	d->elf_machine = f.machine;
	/* the file of a domain of 32 bits has 64, too */
	d->elf_class = f.machine == EM_386 || f.machine == EM_ARM ? 32 : f.wide ? 64 : 32;
	d->big_endian = f.big;
	r = read_notes(d, &f, &h);
	if (r)
		return r;
	d->pages.page_shift = page_shift_of(h.page_size);
	r = open_pages(d, &f);
	if (r)
		return r;
	if (f.sections[SEC_P2M].size)
		d->own_address = xc_own_address;
	return xc_core_add_cpus(d, f.sections[SEC_PRSTATUS].offset, f.sections[SEC_PRSTATUS].size, h.vcpus);
}

static void xc_close(struct dump *d)
{
	struct xc_core *x = d->priv;

	if (!x)
		return;
	byte_pages_free(&x->bytes);
	extents_free(&x->machine);
	free(x);
	d->priv = NULL;
}

const struct dump_ops xc_core_dump_ops = {
	.name = "xc-core",
	.probe = xc_probe,
	.open = xc_open,
	.close = xc_close,
};
