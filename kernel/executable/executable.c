/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/executable/executable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/once.h"
#include "kernel/core/state.h"
#include "kernel/executable/elf_kind.h"
#include "kernel/executable/parts.h"
#include "kernel/executable/symbol_table.h"

#define MIN_ALIGN 4096u
#define MAX_SHDRS_BYTES ((PARTS_MAX + 8) * sizeof(Elf64_Shdr))

/* Behind the parts. */
enum { SECTION_SYMTAB, SECTION_STRTAB, SECTION_SHSTRTAB, SECTION_NOTE, MORE_SECTIONS };
static const char *const more_names[MORE_SECTIONS] = {
	[SECTION_SYMTAB] = ".symtab", [SECTION_STRTAB] = ".strtab", [SECTION_SHSTRTAB] = ".shstrtab",
	[SECTION_NOTE] = ".note.gnu.build-id",		/* none where .notes are known: then without bytes */
};

struct file_place {
	uint64_t offset, bytes;		/* in the file */
};

/* Parts next to each other; of the last ones only the first may have no contents. */
struct load {
	size_t first, end;		/* parts */
	struct file_place file;
	uint64_t mem_bytes;
};

struct executable {
	const struct facts *facts;
	const struct kernel *k;
	enum hole_policy holes;
	struct elf_kind kind;
	uint64_t align, shift;
	struct image_parts parts;
	struct load loads[PARTS_MAX];
	size_t nloads;
	struct file_place part_files[PARTS_MAX], more[MORE_SECTIONS];
	uint64_t shoff;
	struct outbuf names;		/* .shstrtab */
	uint8_t note[16 + STATE_BUILD_ID_MAX];	/* the build-id, where no part has it; more[].bytes 0: none */
	struct symbol_table table;
	struct once once;		/* for what follows */
	uint8_t *symtab;		/* owned */
};

static uint64_t linked_at(const struct executable *x, const struct image_part *p)
{
	return p->vaddr - (p->fixed ? 0 : x->shift);
}

/* --- places ------------------------------------------------------------------------------------------------------- */

static bool goes_on(const struct executable *x, const struct image_part *before, const struct image_part *p)
{
	return p->fixed == before->fixed && p->vaddr - (before->vaddr + before->bytes) < x->align &&
	       (before->kind != PART_ZERO || p->kind == PART_ZERO);
}

static void find_loads(struct executable *x)
{
	for (size_t i = 0; i < x->parts.n; i++) {
		const struct image_part *p = &x->parts.list[i];
		struct load *l;

		if (!i || !goes_on(x, p - 1, p))
			x->loads[x->nloads++].first = i;
		l = &x->loads[x->nloads - 1];
		l->end = i + 1;
		l->mem_bytes = p->vaddr + p->bytes - x->parts.list[l->first].vaddr;
		if (p->kind != PART_ZERO)
			l->file.bytes = l->mem_bytes;
	}
}

/* As far behind a multiple of the alignment as in memory: so that it can be mapped. */
static uint64_t place_loads(struct executable *x, uint64_t at)
{
	for (size_t i = 0; i < x->nloads; i++) {
		struct load *l = &x->loads[i];
		const struct image_part *first = &x->parts.list[l->first];

		l->file.offset = at + (first->vaddr - at) % x->align;
		at = l->file.offset + l->file.bytes;
		for (size_t p = l->first; p < l->end; p++) {
			x->part_files[p].offset = l->file.offset + (x->parts.list[p].vaddr - first->vaddr);
			x->part_files[p].bytes = x->parts.list[p].kind == PART_ZERO ? 0 : x->parts.list[p].bytes;
		}
	}
	return at;
}

static void name_sections(struct executable *x)
{
	out_char(&x->names, '\0');
	for (size_t i = 0; i < x->parts.n; i++)
		out_write(&x->names, x->parts.list[i].name, strlen(x->parts.list[i].name) + 1);
	for (size_t i = 0; i < MORE_SECTIONS; i++)
		out_write(&x->names, more_names[i], strlen(more_names[i]) + 1);
}

static bool has_notes(const struct executable *x, size_t *part)
{
	for (*part = 0; *part < x->parts.n; ++*part)
		if (!strcmp(x->parts.list[*part].name, ".notes"))
			return true;
	return false;
}

/* struct elf_note, its name, the id */
static void make_note(struct executable *x, const struct symbols *symbols)
{
	char id[2 * STATE_BUILD_ID_MAX + 1], byte[3] = "";
	size_t n, part;

	if (has_notes(x, &part) || state_build_id(x->k, symbols, id))
		return;
	n = strlen(id) / 2;
	put_u32(x->note, 4, x->kind.big);
	put_u32(x->note + 4, (uint32_t)n, x->kind.big);
	put_u32(x->note + 8, NT_GNU_BUILD_ID, x->kind.big);
	memcpy(x->note + 12, "GNU", 4);
	for (size_t i = 0; i < n; i++) {
		memcpy(byte, id + 2 * i, 2);
		x->note[16 + i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	x->more[SECTION_NOTE].bytes = 16 + round_up_u64(n, 4);
}

static size_t shnum(const struct executable *x)
{
	return 1 + x->parts.n + MORE_SECTIONS - !x->more[SECTION_NOTE].bytes;
}

static size_t phnum(const struct executable *x)
{
	size_t part;

	return x->nloads + (has_notes(x, &part) || x->more[SECTION_NOTE].bytes);
}

static void place_all(struct executable *x, const struct symbols *symbols)
{
	const char *names;
	uint64_t at;

	find_loads(x);
	make_note(x, symbols);
	name_sections(x);
	x->table = symbol_table_measure(symbols, &x->kind);
	x->more[SECTION_SYMTAB].bytes = x->table.bytes;
	x->more[SECTION_STRTAB].bytes = 1 + symbols_names(symbols, &names);
	x->more[SECTION_SHSTRTAB].bytes = x->names.len;
	at = place_loads(x, ELF_BYTES(&x->kind, Ehdr) + phnum(x) * ELF_BYTES(&x->kind, Phdr));
	for (size_t i = 0; i < MORE_SECTIONS; i++) {
		x->more[i].offset = round_up_u64(at, 8);
		at = x->more[i].offset + x->more[i].bytes;
	}
	x->shoff = round_up_u64(at, 8);
}

/* --- headers ------------------------------------------------------------------------------------------------------ */

/* Flags by which tools tell an ABI. */
static uint32_t flags_of(const struct executable *x)
{
	switch (x->k->space.arch->elf_machine) {
	case EM_PPC64:
		return x->kind.big ? 1 : 2;	/* the version of the ABI */
	case EM_ARM:
		return EF_ARM_EABI_VER5;
	case EM_MIPS:
		return EF_MIPS_ARCH_64R2;
	default:
		return 0;
	}
}

static void put_ehdr(const struct executable *x, uint8_t *b)
{
	const struct elf_kind *k = &x->kind;
	size_t text = 0;

	for (size_t i = 0; i < x->parts.n; i++)
		if (!strcmp(x->parts.list[i].name, ".text"))
			text = i;
	memcpy(b, ELFMAG, SELFMAG);
	b[EI_CLASS] = k->small ? ELFCLASS32 : ELFCLASS64;
	b[EI_DATA] = k->big ? ELFDATA2MSB : ELFDATA2LSB;
	b[EI_VERSION] = EV_CURRENT;
	ELF_PUT(k, b, Ehdr, e_type, ET_EXEC);
	ELF_PUT(k, b, Ehdr, e_machine, x->k->space.arch->elf_machine);
	ELF_PUT(k, b, Ehdr, e_version, EV_CURRENT);
	ELF_PUT(k, b, Ehdr, e_entry, linked_at(x, &x->parts.list[text]));
	ELF_PUT(k, b, Ehdr, e_phoff, ELF_BYTES(k, Ehdr));
	ELF_PUT(k, b, Ehdr, e_shoff, x->shoff);
	ELF_PUT(k, b, Ehdr, e_flags, flags_of(x));
	ELF_PUT(k, b, Ehdr, e_ehsize, ELF_BYTES(k, Ehdr));
	ELF_PUT(k, b, Ehdr, e_phentsize, ELF_BYTES(k, Phdr));
	ELF_PUT(k, b, Ehdr, e_phnum, phnum(x));
	ELF_PUT(k, b, Ehdr, e_shentsize, ELF_BYTES(k, Shdr));
	ELF_PUT(k, b, Ehdr, e_shnum, shnum(x));
	ELF_PUT(k, b, Ehdr, e_shstrndx, 1 + x->parts.n + SECTION_SHSTRTAB);
}

static void put_phdr(const struct executable *x, uint8_t *b, uint32_t type, uint32_t flags, const struct file_place *file,
		     uint64_t vaddr, uint64_t mem_bytes, uint64_t align)
{
	const struct elf_kind *k = &x->kind;

	ELF_PUT(k, b, Phdr, p_type, type);
	ELF_PUT(k, b, Phdr, p_flags, flags);
	ELF_PUT(k, b, Phdr, p_offset, file->offset);
	ELF_PUT(k, b, Phdr, p_vaddr, vaddr);
	ELF_PUT(k, b, Phdr, p_paddr, vaddr);
	ELF_PUT(k, b, Phdr, p_filesz, file->bytes);
	ELF_PUT(k, b, Phdr, p_memsz, mem_bytes);
	ELF_PUT(k, b, Phdr, p_align, align);
}

static void put_phdrs(const struct executable *x, uint8_t *b)
{
	size_t part;

	for (size_t i = 0; i < x->nloads; i++, b += ELF_BYTES(&x->kind, Phdr)) {
		const struct load *l = &x->loads[i];
		uint32_t flags = PF_R;

		for (size_t p = l->first; p < l->end; p++)
			flags |= (x->parts.list[p].kind == PART_CODE ? PF_X : 0) | (x->parts.list[p].writable ? PF_W : 0);
		put_phdr(x, b, PT_LOAD, flags, &l->file, linked_at(x, &x->parts.list[l->first]), l->mem_bytes, x->align);
	}
	if (has_notes(x, &part))
		put_phdr(x, b, PT_NOTE, PF_R, &x->part_files[part], linked_at(x, &x->parts.list[part]), x->part_files[part].bytes, 4);
	else if (x->more[SECTION_NOTE].bytes)
		put_phdr(x, b, PT_NOTE, PF_R, &x->more[SECTION_NOTE], 0, 0, 4);
}

static void put_part(const struct executable *x, size_t i, uint8_t *b)
{
	const struct image_part *p = &x->parts.list[i];
	const struct elf_kind *k = &x->kind;
	uint32_t type = p->kind == PART_ZERO ? SHT_NOBITS : !strcmp(p->name, ".notes") ? SHT_NOTE : SHT_PROGBITS;

	ELF_PUT(k, b, Shdr, sh_type, type);
	ELF_PUT(k, b, Shdr, sh_flags, SHF_ALLOC | (p->kind == PART_CODE ? SHF_EXECINSTR : 0) | (p->writable ? SHF_WRITE : 0));
	ELF_PUT(k, b, Shdr, sh_addr, linked_at(x, p));
	ELF_PUT(k, b, Shdr, sh_offset, x->part_files[i].offset);
	ELF_PUT(k, b, Shdr, sh_size, p->bytes);
	ELF_PUT(k, b, Shdr, sh_addralign, 1);
}

static void put_more(const struct executable *x, size_t i, uint8_t *b)
{
	static const uint32_t types[MORE_SECTIONS] = { SHT_SYMTAB, SHT_STRTAB, SHT_STRTAB, SHT_NOTE };
	const struct elf_kind *k = &x->kind;

	ELF_PUT(k, b, Shdr, sh_type, types[i]);
	ELF_PUT(k, b, Shdr, sh_offset, x->more[i].offset);
	ELF_PUT(k, b, Shdr, sh_size, x->more[i].bytes);
	ELF_PUT(k, b, Shdr, sh_addralign, i == SECTION_NOTE ? 4 : i == SECTION_SYMTAB ? 8 : 1);
	if (i != SECTION_SYMTAB)
		return;
	ELF_PUT(k, b, Shdr, sh_link, 1 + x->parts.n + SECTION_STRTAB);
	ELF_PUT(k, b, Shdr, sh_info, x->table.first_global);
	ELF_PUT(k, b, Shdr, sh_entsize, ELF_BYTES(k, Sym));
}

static void put_shdrs(const struct executable *x, uint8_t *b)
{
	size_t name = 1;

	b += ELF_BYTES(&x->kind, Shdr);
	for (size_t i = 0; i + 1 < shnum(x); i++, b += ELF_BYTES(&x->kind, Shdr)) {
		ELF_PUT(&x->kind, b, Shdr, sh_name, name);
		name += strlen(x->names.data + name) + 1;
		if (i < x->parts.n)
			put_part(x, i, b);
		else
			put_more(x, i - x->parts.n, b);
	}
}

/* --- contents ----------------------------------------------------------------------------------------------------- */

struct memory_piece {
	const struct executable *x;
	uint64_t vaddr;
};

/* Memory as the kernel's page tables show it. What they do not map is zeroes: gaps that the kernel has freed. */
static int read_piece(const void *arg, void *buf, size_t n, uint64_t off)
{
	const struct memory_piece *p = arg;
	const struct kernel *k = p->x->k;
	uint64_t page = (uint64_t)1 << k->page_shift;
	size_t done = 0;

	while (done < n) {
		uint64_t at = p->vaddr + off + done, rest;
		int r;

		done += kernel_read_part(k, at, (char *)buf + done, n - done);
		if (done == n)
			break;
		at = p->vaddr + off + done;
		rest = min_u64(page - at % page, n - done);
		r = kernel_read(k, at, (char *)buf + done, 1);
		if (r && r != -EFAULT && (r != -ENODATA || p->x->holes == HOLES_FAIL))
			return r;
		memset((char *)buf + done, 0, rest);
		done += rest;
	}
	return 0;
}

static int add_piece(struct layout *l, const struct executable *x, uint64_t vaddr, uint64_t bytes)
{
	struct memory_piece *p = malloc(sizeof(*p));
	int r = -ENOMEM;

	if (!p)
		return r;
	*p = (struct memory_piece){ x, vaddr };
	if (layout_own(l, p, free)) {
		free(p);
		return r;
	}
	return layout_add_call(l, read_piece, p, bytes);
}

/* The gaps between parts are what is in memory there, unless it was thrown away with what comes before. */
static int add_load(struct layout *l, const struct executable *x, const struct load *load)
{
	const struct image_part *list = x->parts.list;
	uint64_t start = load->file.offset - list[load->first].vaddr;
	int r = 0;

	for (size_t i = load->first; i < load->end && !r; i++) {
		uint64_t to = i + 1 < load->end ? list[i + 1].vaddr : list[i].vaddr + list[i].bytes;

		to = min_u64(to - list[load->first].vaddr, load->file.bytes) + load->file.offset;
		if (to <= start + list[i].vaddr)
			break;
		to -= start + list[i].vaddr;
		r = list[i].freed ? layout_add_zero(l, to) : add_piece(l, x, list[i].at, to);
	}
	return r;
}

static int make_symtab(void *arg)
{
	struct executable *x = arg;
	int r;

	free(x->symtab);
	x->symtab = memory_check(x->table.bytes) ? NULL : calloc(1, x->table.bytes);
	if (!x->symtab)
		return -ENOMEM;
	r = symbol_table_write(x->facts, &x->parts, x->shift, &x->kind, &x->table, x->symtab);
	return r == -ENOTSUP ? -EIO : r;
}

static int read_symtab(const void *arg, void *buf, size_t n, uint64_t off)
{
	struct executable *x = (struct executable *)arg;	/* once */
	int r = once_run(&x->once, make_symtab, x);

	if (!r)
		memcpy(buf, x->symtab + off, n);
	return r;
}

static int read_names(const void *arg, void *buf, size_t n, uint64_t off)
{
	memcpy(buf, (const char *)arg + off, n);
	return 0;
}

static int pad_to(struct layout *l, uint64_t offset)
{
	return layout_add_zero(l, offset - layout_size(l));
}

static int add_headers(struct layout *l, const struct executable *x)
{
	size_t n = ELF_BYTES(&x->kind, Ehdr) + phnum(x) * ELF_BYTES(&x->kind, Phdr);
	uint8_t *b = memory_calloc(1, n);
	int r = -ENOMEM;

	if (b) {
		put_ehdr(x, b);
		put_phdrs(x, b + ELF_BYTES(&x->kind, Ehdr));
		r = layout_add_bytes(l, b, n);
	}
	free(b);
	return r;
}

static int add_shdrs(struct layout *l, const struct executable *x)
{
	size_t n = shnum(x) * ELF_BYTES(&x->kind, Shdr);
	uint8_t *b = memory_calloc(1, n);
	int r = -ENOMEM;

	if (b) {
		put_shdrs(x, b);
		r = layout_add_bytes(l, b, n);
	}
	free(b);
	return r;
}

static int fill(struct layout *l, const struct executable *x, const struct symbols *symbols)
{
	const char *names;
	size_t names_bytes = symbols_names(symbols, &names);
	int r = add_headers(l, x);

	for (size_t i = 0; i < x->nloads && !r; i++)
		if (!(r = pad_to(l, x->loads[i].file.offset)))
			r = add_load(l, x, &x->loads[i]);
	if (r || (r = pad_to(l, x->more[SECTION_SYMTAB].offset)) ||
	    (r = layout_add_call(l, read_symtab, x, x->table.bytes)) ||
	    (r = pad_to(l, x->more[SECTION_STRTAB].offset)) || (r = layout_add_zero(l, 1)) ||
	    (r = layout_add_call(l, read_names, names, names_bytes)) ||
	    (r = pad_to(l, x->more[SECTION_SHSTRTAB].offset)) ||
	    (r = layout_add_bytes(l, x->names.data, x->names.len)) ||
	    (r = pad_to(l, x->more[SECTION_NOTE].offset)) ||
	    (r = layout_add_bytes(l, x->note, x->more[SECTION_NOTE].bytes)) || (r = pad_to(l, x->shoff)))
		return r;
	layout_add_cost(l, (struct layout_cost){ .memory = sizeof(*x) + x->table.bytes });
	return add_shdrs(l, x);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void executable_free(void *arg)
{
	struct executable *x = arg;

	if (x) {
		out_free(&x->names);
		free(x->symtab);
	}
	free(x);
}

static int executable_new(const struct facts *f, struct executable **out, const struct symbols **symbols, const char **why)
{
	struct executable *x = calloc(1, sizeof(*x));
	int r = -ENOMEM;

	if (!x)
		return r;
	x->facts = f;
	x->k = facts_kernel(f);
	x->once = (struct once)ONCE_INIT;
	r = facts_symbols(f, symbols, why);
	if (!r)
		r = parts_find(f, &x->parts, why);
	if (!r) {
		x->kind = (struct elf_kind){ x->k->word_bytes == 4, x->k->big_endian };
		x->align = max_u64((uint64_t)1 << x->k->page_shift, MIN_ALIGN);
		if (vmci_kernel_offset(&x->k->vmci, &x->shift))
			x->shift = 0;
		place_all(x, *symbols);
		*why = "the symbols claim more than a kernel has";
		r = x->names.error ? x->names.error : x->shoff > EXECUTABLE_MAX_BYTES - MAX_SHDRS_BYTES ? -ENOTSUP : 0;
	}
	if (r)
		executable_free(x);
	else
		*out = x;
	return r;
}

int executable_layout(const struct facts *f, enum hole_policy holes, struct layout **out, const char **why)
{
	const struct symbols *symbols;
	struct executable *x;
	struct layout *l;
	int r = executable_new(f, &x, &symbols, why);

	if (r)
		return r;
	x->holes = holes;
	l = layout_new();
	r = l ? layout_own(l, x, executable_free) : -ENOMEM;
	if (r) {
		executable_free(x);
		layout_unref(l);
		return r;
	}
	r = fill(l, x, symbols);
	if (r)
		layout_unref(l);
	else
		*out = l;
	return r;
}

/* --- what lacks --------------------------------------------------------------------------------------------------- */

#define LOSSES_SHOWN 8u

struct losses {
	const struct executable *x;
	struct outbuf text;		/* of the first ones */
	uint64_t first, end, bytes;	/* of the last one; of all */
	const char *part;
	size_t n;
};

static void put_loss(struct losses *l)
{
	if (l->end == l->first)
		return;
	if (l->n++ < LOSSES_SHOWN)
		out_printf(&l->text, "%s %s 0x%llx+%#llx", l->n == 1 ? ":" : ",", l->part, (unsigned long long)l->first,
			   (unsigned long long)(l->end - l->first));
	l->bytes += l->end - l->first;
	l->first = l->end = 0;
}

/* [from, to) of a part, as linked, is in one state. */
static void add_state(struct losses *l, const char *part, uint64_t from, uint64_t to, bool lost)
{
	if (l->end != from || l->part != part || !lost)
		put_loss(l);
	if (!lost)
		return;
	if (l->end == l->first)
		l->first = from;
	l->end = to;
	l->part = part;
}

static void find_losses(struct losses *l, const struct image_part *p)
{
	const struct kernel *k = l->x->k;
	uint64_t page = (uint64_t)1 << k->page_shift, n, paddr, span;
	struct page_run run;

	for (uint64_t done = 0; done < p->bytes; done += n) {
		uint64_t at = p->at + done;
		bool lost = false;

		n = page - at % page;
		if (!kernel_place(k, at, &paddr, &span)) {
			pages_run(k->pages, paddr >> k->pages->page_shift, &run);
			lost = !page_is_kept(run.state);
			n = min_u64(span, pages_size(k->pages) - paddr % pages_size(k->pages) +
				    ((run.count - 1) << k->pages->page_shift));
		}
		n = min_u64(n, p->bytes - done);
		add_state(l, p->name, linked_at(l->x, p) + done, linked_at(l->x, p) + done + n, lost);
	}
}

int executable_put_lost(const struct facts *f, struct outbuf *out)
{
	const struct symbols *symbols;
	struct executable *x;
	struct losses l = { .text = OUTBUF_INIT };
	const char *why;
	int r = executable_new(f, &x, &symbols, &why);

	if (r == -ENOTSUP && why)
		out_printf(out, "%s", why);
	if (r)
		return r == -ENOTSUP ? 0 : r;
	l.x = x;
	for (size_t i = 0; i < x->parts.n; i++)
		if (x->parts.list[i].kind != PART_ZERO && !x->parts.list[i].freed)
			find_losses(&l, &x->parts.list[i]);
	put_loss(&l);
	if (l.n)
		out_printf(out, "%llu KiB are not in the dump, and zeroes%s%s", (unsigned long long)div_round_up(l.bytes, 1024),
			   l.text.data ? l.text.data : "", l.n > LOSSES_SHOWN ? ", ..." : "");
	r = l.text.error;
	out_free(&l.text);
	executable_free(x);
	return r;
}
