/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/write_elf.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Shorter runs of excluded pages stay inside a segment: readers search segments one by one. makedumpfile's number. */
#define MIN_EXCLUDED_RUN 256

/* A piece of memory: filesz bytes in the file, then memsz - filesz that are excluded. */
struct piece {
	uint64_t paddr, filesz, memsz;
};

struct pieces {
	struct piece *list;
	size_t n, cap;
};

static int add_piece(struct pieces *p, uint64_t paddr)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 16;
		struct piece *list = reallocarray(p->list, cap, sizeof(*list));

		if (!list)
			return -ENOMEM;
		p->list = list;
		p->cap = cap;
	}
	p->list[p->n++] = (struct piece){ .paddr = paddr };
	return 0;
}

/* Append count pages of one state from pfn on, which follow what is there without a gap or start anew. */
static int add_pages(struct pieces *p, const struct pages *ps, uint64_t pfn, uint64_t count, bool kept)
{
	uint64_t paddr = pfn << ps->page_shift, len = count << ps->page_shift;
	struct piece *last = p->n ? &p->list[p->n - 1] : NULL;

	if (!last || last->paddr + last->memsz != paddr ||
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

static int find_pieces(struct pieces *p, const struct pages *ps)
{
	struct page_run run;

	for (uint64_t pfn = 0; pfn < ps->max_pfn; pfn += run.count) {
		pages_run(ps, pfn, &run);
		run.count = min_u64(run.count, ps->max_pfn - pfn);
		if (run.state != PAGE_ABSENT && add_pages(p, ps, pfn, run.count, page_is_kept(run.state)))
			return -ENOMEM;
	}
	return 0;
}

static void put_ehdr(uint8_t *b, const struct elf_output *o, uint64_t phnum)
{
	bool big = o->big_endian, many = phnum >= PN_XNUM;

	memcpy(b, ELFMAG, SELFMAG);
	b[EI_CLASS] = ELFCLASS64;
	b[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	b[EI_VERSION] = EV_CURRENT;
	put_u16(b + offsetof(Elf64_Ehdr, e_type), ET_CORE, big);
	put_u16(b + offsetof(Elf64_Ehdr, e_machine), o->machine, big);
	put_u32(b + offsetof(Elf64_Ehdr, e_version), EV_CURRENT, big);
	put_u64(b + offsetof(Elf64_Ehdr, e_phoff), sizeof(Elf64_Ehdr), big);
	put_u32(b + offsetof(Elf64_Ehdr, e_flags), o->incomplete ? 1 : 0, big);
	put_u16(b + offsetof(Elf64_Ehdr, e_ehsize), sizeof(Elf64_Ehdr), big);
	put_u16(b + offsetof(Elf64_Ehdr, e_phentsize), sizeof(Elf64_Phdr), big);
	put_u16(b + offsetof(Elf64_Ehdr, e_phnum), many ? PN_XNUM : (uint16_t)phnum, big);
	if (many) {
		put_u64(b + offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Ehdr) + phnum * sizeof(Elf64_Phdr), big);
		put_u16(b + offsetof(Elf64_Ehdr, e_shentsize), sizeof(Elf64_Shdr), big);
		put_u16(b + offsetof(Elf64_Ehdr, e_shnum), 1, big);
	}
}

static void put_phdr(uint8_t *b, bool big, uint32_t type, uint64_t offset, uint64_t vaddr, const struct piece *p)
{
	put_u32(b + offsetof(Elf64_Phdr, p_type), type, big);
	put_u32(b + offsetof(Elf64_Phdr, p_flags), type == PT_LOAD ? PF_R | PF_W | PF_X : 0, big);
	put_u64(b + offsetof(Elf64_Phdr, p_offset), offset, big);
	put_u64(b + offsetof(Elf64_Phdr, p_vaddr), vaddr, big);
	put_u64(b + offsetof(Elf64_Phdr, p_paddr), p->paddr, big);
	put_u64(b + offsetof(Elf64_Phdr, p_filesz), p->filesz, big);
	put_u64(b + offsetof(Elf64_Phdr, p_memsz), p->memsz, big);
	/* p_align 0, as the kernel has it: crash takes other cores for netdump files */
}

/* The part of a piece's stored bytes that lies in the kernel image; filesz 0: none. */
static struct piece image_part(const struct elf_output *o, const struct piece *p)
{
	uint64_t start, end;

	if (!o->image)
		return (struct piece){ 0 };
	start = max_u64(p->paddr, o->image->paddr);
	end = min_u64(p->paddr + p->filesz, o->image->paddr + o->image->len);
	if (start >= end)
		return (struct piece){ 0 };
	return (struct piece){ start, end - start, end - start };
}

/* All headers into b, which is zeroed; data_off: where the first piece's bytes are. */
static void put_headers(uint8_t *b, const struct elf_output *o, const struct pieces *ps, uint64_t phnum,
			uint64_t notes_off, uint64_t data_off)
{
	struct piece note = { 0, o->notes_len, 0 };
	uint8_t *ph = b + sizeof(Elf64_Ehdr);
	uint64_t off = data_off;

	put_ehdr(b, o, phnum);
	put_phdr(ph, o->big_endian, PT_NOTE, notes_off, 0, &note);
	ph += sizeof(Elf64_Phdr);
	/* the image first: tools take phys_base from the first PT_LOAD above the start of the kernel map */
	for (size_t i = 0; i < ps->n; off += ps->list[i++].filesz) {
		struct piece part = image_part(o, &ps->list[i]);

		if (!part.filesz)
			continue;
		put_phdr(ph, o->big_endian, PT_LOAD, off + (part.paddr - ps->list[i].paddr),
			 o->image->vaddr + (part.paddr - o->image->paddr), &part);
		ph += sizeof(Elf64_Phdr);
	}
	off = data_off;
	for (size_t i = 0; i < ps->n; off += ps->list[i++].filesz) {
		put_phdr(ph, o->big_endian, PT_LOAD, off, o->has_direct_map ? o->direct_map + ps->list[i].paddr : 0,
			 &ps->list[i]);
		ph += sizeof(Elf64_Phdr);
	}
	if (phnum >= PN_XNUM) {
		put_u64(ph + offsetof(Elf64_Shdr, sh_size), 1, o->big_endian);
		put_u32(ph + offsetof(Elf64_Shdr, sh_info), (uint32_t)phnum, o->big_endian);
	}
}

int write_elf(const struct pages *ps, const struct elf_output *o, struct layout **out)
{
	uint64_t page = pages_size(ps), phnum = 1, headers, data_off;
	struct pieces pieces = { 0 };
	struct layout *l = layout_new();
	uint8_t *b = NULL;
	int r = l ? find_pieces(&pieces, ps) : -ENOMEM;

	if (r)
		goto out_free;
	for (size_t i = 0; i < pieces.n; i++)
		phnum += image_part(o, &pieces.list[i]).filesz ? 2 : 1;
	if (phnum > UINT32_MAX) {
		r = -EFBIG;
		goto out_free;
	}
	headers = sizeof(Elf64_Ehdr) + phnum * sizeof(Elf64_Phdr) + (phnum >= PN_XNUM ? sizeof(Elf64_Shdr) : 0);
	data_off = round_up_u64(headers + o->notes_len, page);
	b = calloc(1, headers);
	if (!b) {
		r = -ENOMEM;
		goto out_free;
	}
	put_headers(b, o, &pieces, phnum, headers, data_off);
	if ((r = layout_add_bytes(l, b, headers)) || (r = layout_add_bytes(l, o->notes, o->notes_len)) ||
	    (r = layout_add_zero(l, data_off - headers - o->notes_len)))
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
	free(b);
	return r;
}

uint64_t write_elf_bound(const struct pages *ps, const struct elf_output *o)
{
	uint64_t counts[PAGE_DATA + 1], memory, pieces;

	/* each selection cuts at most one piece per run of excluded pages; image parts double them */
	pages_count(ps, counts);
	memory = counts[PAGE_DATA] + counts[PAGE_ZERO] + counts[PAGE_EXCLUDED];
	pieces = memory / MIN_EXCLUDED_RUN + 1;
	for (uint64_t pfn = 0, last = PAGE_ABSENT; pfn < ps->max_pfn;) {
		struct page_run run;

		pages_run(ps, pfn, &run);
		if (run.state != PAGE_ABSENT && last == PAGE_ABSENT)
			pieces++;
		last = run.state;
		pfn += run.count;
	}
	return round_up_u64(sizeof(Elf64_Ehdr) + sizeof(Elf64_Shdr) + (2 * pieces + 1) * sizeof(Elf64_Phdr) +
			    o->notes_len, pages_size(ps)) + memory * pages_size(ps);
}
