/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write/elf.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "base/vector.h"

/* Shorter runs of excluded pages stay inside a segment: readers search segments one by one. makedumpfile's number. */
#define MIN_EXCLUDED_RUN 256
#define UNALIGNED 16u			/* bytes; see data_offset() */
#define MIN_PAGE 4096u

/* A piece of memory: filesz bytes in the file, then memsz - filesz that are excluded. */
struct elf_piece {
	uint64_t paddr, filesz, memsz;
};

struct pieces {
	struct elf_piece *list;
	size_t n, cap;
	bool closed;			/* the last one gets no more */
};

static int add_piece(struct pieces *p, uint64_t paddr)
{
	return vector_push(p->list, p->n, p->cap, (struct elf_piece){ .paddr = paddr });
}

/* Append count pages of one state from pfn on, which follow what is there without a gap or start anew. */
static int add_pages(struct pieces *p, const struct pages *ps, uint64_t pfn, uint64_t count, bool kept)
{
	uint64_t paddr = pfn << ps->page_shift, len = count << ps->page_shift;
	struct elf_piece *last = p->n ? &p->list[p->n - 1] : NULL;

	if (!last || p->closed || last->paddr + last->memsz != paddr ||
	    (kept && last->memsz - last->filesz >= (uint64_t)MIN_EXCLUDED_RUN << ps->page_shift)) {
		if (add_piece(p, paddr))
			return -ENOMEM;
		last = &p->list[p->n - 1];
	}
	last->memsz += len;
	if (kept)
		last->filesz = last->memsz;
	return 0;
}

/* Pages where a new range of virtual addresses begins, in order; one past the last of them: UINT64_MAX. */
static uint64_t *find_cuts(const struct elf_output *o, unsigned int shift)
{
	size_t n = 0;
	uint64_t *cuts = memory_calloc(2 * (o->nsegments + 1), sizeof(*cuts));

	if (!cuts)
		return NULL;
	if (o->direct)
		cuts[n++] = (o->direct->paddr + o->direct->len) >> shift;
	for (size_t i = 0; i < o->nsegments && !o->direct; i++) {
		uint64_t first = o->segments[i].paddr >> shift;

		if (!n || cuts[n - 1] != first)
			cuts[n++] = first;
		cuts[n++] = first + (o->segments[i].len >> shift);
	}
	cuts[n] = UINT64_MAX;
	return cuts;
}

/* No piece lies on both sides of a cut. */
static int find_pieces(struct pieces *p, const struct pages *ps, const uint64_t *cuts)
{
	struct page_run run;

	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, ps->max_pfn - pfn);
		while (*cuts < pfn)
			cuts++;
		p->closed = pfn == *cuts;
		cuts += p->closed;
		run.count = min_u64(run.count, *cuts - pfn);
		if (run.state != PAGE_ABSENT && add_pages(p, ps, pfn, run.count, page_is_kept(run.state)))
			return -ENOMEM;
	}
	return 0;
}

#define ERASEINFO_NAME "ERASEINFO"	/* makedumpfile's note, type 0 */
#define ERASEINFO_HEAD (12 + 12)	/* header, name padded to 4 */

/* Bytes of all notes. */
static uint64_t notes_bytes(const struct elf_output *o)
{
	if (!o->eraseinfo_len)
		return o->notes_len;
	return round_up_u64(o->notes_len, 4) + ERASEINFO_HEAD + round_up_u64(o->eraseinfo_len, 4);
}

static int add_notes(struct layout *l, const struct elf_output *o)
{
	uint8_t head[ERASEINFO_HEAD] = { 0 };
	int r = layout_add_bytes(l, o->notes, o->notes_len);

	if (r || !o->eraseinfo_len)
		return r;
	put_u32(head, sizeof(ERASEINFO_NAME), o->big_endian);
	put_u32(head + 4, (uint32_t)o->eraseinfo_len, o->big_endian);
	memcpy(head + 12, ERASEINFO_NAME, sizeof(ERASEINFO_NAME));
	if ((r = layout_add_zero(l, -o->notes_len % 4)) || (r = layout_add_bytes(l, head, sizeof(head))) ||
	    (r = layout_add_bytes(l, o->eraseinfo, o->eraseinfo_len)))
		return r;
	return layout_add_zero(l, -o->eraseinfo_len % 4);
}

/* The form of the file's headers. */
struct elf_form {
	bool small;			/* ELFCLASS32 */
	bool big;
	size_t ehdr, phdr, shdr;	/* bytes of each */
};

static struct elf_form form_of(const struct elf_output *o, bool small)
{
	return small ? (struct elf_form){ true, o->big_endian, sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), sizeof(Elf32_Shdr) } :
		       (struct elf_form){ false, o->big_endian, sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), sizeof(Elf64_Shdr) };
}

static void put_ehdr(uint8_t *b, const struct elf_output *o, const struct elf_form *f, uint64_t phnum)
{
	bool big = o->big_endian, many = phnum >= PN_XNUM;
	/* behind the addresses, whose size is that of the class, both are the same */
	uint8_t *rest = b + (f->small ? offsetof(Elf32_Ehdr, e_flags) : offsetof(Elf64_Ehdr, e_flags));

	memcpy(b, ELFMAG, SELFMAG);
	b[EI_CLASS] = f->small ? ELFCLASS32 : ELFCLASS64;
	b[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	b[EI_VERSION] = EV_CURRENT;
	put_u16(b + offsetof(Elf64_Ehdr, e_type), ET_CORE, big);
	put_u16(b + offsetof(Elf64_Ehdr, e_machine), o->machine, big);
	put_u32(b + offsetof(Elf64_Ehdr, e_version), EV_CURRENT, big);
	if (f->small)
		put_u32(b + offsetof(Elf32_Ehdr, e_phoff), (uint32_t)f->ehdr, big);
	else
		put_u64(b + offsetof(Elf64_Ehdr, e_phoff), f->ehdr, big);
	put_u32(rest, o->flags | (o->incomplete ? 1 : 0), big);
	put_u16(rest + 4, (uint16_t)f->ehdr, big);
	put_u16(rest + 6, (uint16_t)f->phdr, big);
	put_u16(rest + 8, many ? PN_XNUM : (uint16_t)phnum, big);
	if (many) {		/* of class 64: see fits_32() */
		put_u64(b + offsetof(Elf64_Ehdr, e_shoff), f->ehdr + phnum * f->phdr, big);
		put_u16(b + offsetof(Elf64_Ehdr, e_shentsize), (uint16_t)f->shdr, big);
		put_u16(b + offsetof(Elf64_Ehdr, e_shnum), 1, big);
	}
}

static void put_phdr(uint8_t *b, const struct elf_form *f, uint32_t type, uint64_t offset, uint64_t vaddr,
		     const struct elf_piece *p)
{
	uint32_t flags = type == PT_LOAD ? PF_R | PF_W | PF_X : 0;

	/* p_align 0 of a PT_LOAD, as the kernel has it: crash takes other cores for netdump files */
	put_u32(b, type, f->big);
	if (f->small) {
		put_u32(b + offsetof(Elf32_Phdr, p_flags), flags, f->big);
		put_u32(b + offsetof(Elf32_Phdr, p_offset), (uint32_t)offset, f->big);
		put_u32(b + offsetof(Elf32_Phdr, p_vaddr), (uint32_t)vaddr, f->big);
		put_u32(b + offsetof(Elf32_Phdr, p_paddr), (uint32_t)p->paddr, f->big);
		put_u32(b + offsetof(Elf32_Phdr, p_filesz), (uint32_t)p->filesz, f->big);
		put_u32(b + offsetof(Elf32_Phdr, p_memsz), (uint32_t)p->memsz, f->big);
		return;
	}
	put_u32(b + offsetof(Elf64_Phdr, p_flags), flags, f->big);
	put_u64(b + offsetof(Elf64_Phdr, p_offset), offset, f->big);
	put_u64(b + offsetof(Elf64_Phdr, p_vaddr), vaddr, f->big);
	put_u64(b + offsetof(Elf64_Phdr, p_paddr), p->paddr, f->big);
	put_u64(b + offsetof(Elf64_Phdr, p_filesz), p->filesz, f->big);
	put_u64(b + offsetof(Elf64_Phdr, p_memsz), p->memsz, f->big);
}

/* The part of a piece's stored bytes that lies in the kernel image; filesz 0: none. */
static struct elf_piece image_part(const struct elf_output *o, const struct elf_piece *p)
{
	uint64_t start, end;

	if (!o->image)
		return (struct elf_piece){ 0 };
	start = max_u64(p->paddr, o->image->paddr);
	end = min_u64(p->paddr + p->filesz, o->image->paddr + o->image->len);
	if (start >= end)
		return (struct elf_piece){ 0 };
	return (struct elf_piece){ start, end - start, end - start };
}

/* The last of the source's segments that begins at or below paddr; NULL: there is none. */
static const struct mapping *find_segment(const struct elf_output *o, uint64_t paddr)
{
	size_t above = bisect_first(i, o->nsegments, o->segments[i].paddr > paddr);

	return above ? &o->segments[above - 1] : NULL;
}

/* Where the direct map has a piece, or the source; 0: it is beyond it. */
static uint64_t direct_vaddr(const struct elf_output *o, const struct elf_piece *p)
{
	const struct mapping *m = o->direct ? o->direct : find_segment(o, p->paddr);

	return m && p->paddr >= m->paddr && p->paddr - m->paddr < m->len ? m->vaddr + (p->paddr - m->paddr) : 0;
}

/* Do all offsets, sizes and addresses have 32 bits? */
static bool fits_32(const struct elf_output *o, const struct pieces *ps, uint64_t phnum, uint64_t page)
{
	uint64_t bytes = sizeof(Elf32_Ehdr) + phnum * sizeof(Elf32_Phdr) + notes_bytes(o) + page;

	for (size_t i = 0; i < ps->n; i++) {
		const struct elf_piece *p = &ps->list[i];

		bytes += p->filesz;
		if (p->paddr + p->memsz > UINT32_MAX || direct_vaddr(o, p) > UINT32_MAX || bytes > UINT32_MAX)
			return false;
	}
	return phnum < PN_XNUM && (!o->image || o->image->vaddr + o->image->len <= UINT32_MAX);
}

/* All headers into b, which is zeroed; data_off: where the first piece's bytes are. */
static void put_headers(uint8_t *b, const struct elf_output *o, const struct elf_form *f, const struct pieces *ps,
			uint64_t phnum, uint64_t notes_off, uint64_t data_off)
{
	struct elf_piece note = { 0, notes_bytes(o), notes_bytes(o) };
	uint8_t *ph = b + f->ehdr;
	uint64_t off = data_off;

	put_ehdr(b, o, f, phnum);
	put_phdr(ph, f, PT_NOTE, notes_off, 0, &note);
	if (o->notes_aligned && f->small)
		put_u32(ph + offsetof(Elf32_Phdr, p_align), 4, f->big);
	else if (o->notes_aligned)
		put_u64(ph + offsetof(Elf64_Phdr, p_align), 4, f->big);
	ph += f->phdr;
	/* the image first: tools take phys_base from the first PT_LOAD above the start of the kernel map */
	for (size_t i = 0; i < ps->n; off += ps->list[i++].filesz) {
		struct elf_piece part = image_part(o, &ps->list[i]);

		if (!part.filesz)
			continue;
		put_phdr(ph, f, PT_LOAD, off + (part.paddr - ps->list[i].paddr),
			 o->image->vaddr + (part.paddr - o->image->paddr), &part);
		ph += f->phdr;
	}
	off = data_off;
	for (size_t i = 0; i < ps->n; off += ps->list[i++].filesz) {
		put_phdr(ph, f, PT_LOAD, off, direct_vaddr(o, &ps->list[i]), &ps->list[i]);
		ph += f->phdr;
	}
	if (phnum >= PN_XNUM) {
		put_u64(ph + offsetof(Elf64_Shdr, sh_size), 1, o->big_endian);
		put_u32(ph + offsetof(Elf64_Shdr, sh_info), (uint32_t)phnum, o->big_endian);
	}
}

/*
 * Where the memory begins. At a page, unless pages are left out at the end of a PT_LOAD: makedumpfile (1.7.2 to 1.7.8) maps
 * files whose p_offsets are multiples of its page size, takes p_memsz for what is in the file then, and dies of it. Its own
 * files never have such offsets.
 */
static uint64_t data_offset(const struct pieces *p, uint64_t from, uint64_t page)
{
	uint64_t off = round_up_u64(from, UNALIGNED);

	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].memsz > p->list[i].filesz)
			return off % MIN_PAGE ? off : off + UNALIGNED;
	return round_up_u64(from, page);
}

int write_elf(const struct pages *ps, const struct elf_output *o, struct layout **out)
{
	uint64_t page = pages_size(ps), phnum = 1, headers, data_off;
	uint64_t *cuts = find_cuts(o, ps->page_shift);
	struct pieces pieces = { 0 };
	struct layout *l = layout_new();
	struct elf_form form;
	uint8_t *b = NULL;
	int r = l && cuts ? find_pieces(&pieces, ps, cuts) : -ENOMEM;

	if (r)
		goto out_free;
	for (size_t i = 0; i < pieces.n; i++)
		phnum += image_part(o, &pieces.list[i]).filesz ? 2 : 1;
	if (phnum > UINT32_MAX || o->eraseinfo_len > UINT32_MAX) {
		r = -EFBIG;
		goto out_free;
	}
	form = form_of(o, o->elf_class == 32 && fits_32(o, &pieces, phnum, page));
	headers = form.ehdr + phnum * form.phdr + (phnum >= PN_XNUM ? form.shdr : 0);
	data_off = data_offset(&pieces, headers + notes_bytes(o), page);
	b = memory_check(headers) ? NULL : calloc(1, headers);
	if (!b) {
		r = -ENOMEM;
		goto out_free;
	}
	put_headers(b, o, &form, &pieces, phnum, headers, data_off);
	if ((r = layout_add_bytes(l, b, headers)) || (r = add_notes(l, o)) ||
	    (r = layout_add_zero(l, data_off - headers - notes_bytes(o))))
		goto out_free;
	for (size_t i = 0; i < pieces.n && !r; i++)
		r = layout_add_pages(l, ps, pieces.list[i].paddr, pieces.list[i].filesz, o->holes);
	if (!r) {
		*out = l;
		l = NULL;
	}
out_free:
	layout_unref(l);
	free(pieces.list);
	free(cuts);
	free(b);
	return r;
}

uint64_t write_elf_bound(const struct pages *ps, const struct elf_output *o)
{
	uint64_t counts[PAGE_DATA + 1], memory, pieces, runs = 0;

	/* each selection cuts at most one piece per run of excluded pages, the direct map's end one; image parts double them */
	pages_count_few(ps, counts);
	memory = counts[PAGE_DATA] + counts[PAGE_ZERO] + counts[PAGE_EXCLUDED];
	pieces = memory / MIN_EXCLUDED_RUN + 2 + (o->direct ? 0 : 2 * o->nsegments);
	for (uint64_t pfn = 0, last = PAGE_ABSENT; pfn < ps->max_pfn;) {
		struct page_run run;

		if (runs++ == PAGES_FEW_RUNS) {
			/* there may be a gap before each page that is left, as many as there are */
			pieces += min_u64(memory, (ps->max_pfn - pfn) / 2 + 1);
			break;
		}
		pages_run(ps, pfn, &run);
		if (run.state != PAGE_ABSENT && last == PAGE_ABSENT)
			pieces++;
		last = run.state;
		pfn += run.count;
	}
	return round_up_u64(sizeof(Elf64_Ehdr) + sizeof(Elf64_Shdr) + (2 * pieces + 1) * sizeof(Elf64_Phdr) +
			    notes_bytes(o), pages_size(ps)) + UNALIGNED + memory * pages_size(ps);
}
