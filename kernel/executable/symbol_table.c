/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/executable/symbol_table.h"

#include <ctype.h>

#include "kernel/executable/function_ends.h"

static unsigned int binding_of(char letter)
{
	if (letter == 'W' || letter == 'w' || letter == 'V' || letter == 'v')
		return STB_WEAK;
	return isupper((unsigned char)letter) ? STB_GLOBAL : STB_LOCAL;
}

struct symbol_table symbol_table_measure(const struct symbols *s, const struct elf_kind *kind)
{
	size_t n = symbols_count(s);
	struct symbol_table t = { .bytes = (n + 1) * ELF_BYTES(kind, Sym), .first_global = 1 };

	for (size_t i = 0; i < n; i++)
		t.first_global += binding_of(symbols_get(s, i).type) == STB_LOCAL;
	return t;
}

struct writing {
	const struct symbols *symbols;
	const char *names;
	const struct image_parts *parts;
	const struct elf_kind *kind;
	struct function_ends *ends;
	uint64_t shift;
	uint8_t *local, *global;	/* where the next one goes */
};

/* next: where the next symbol is. */
static void write_symbol(struct writing *w, const struct symbol *s, uint64_t next)
{
	const struct image_part *part = part_of(w->parts, s->vaddr, s->type);
	unsigned int binding = binding_of(s->type), type = STT_NOTYPE;
	uint8_t **to = binding == STB_LOCAL ? &w->local : &w->global, *at = *to;
	uint64_t end = part ? min_u64(part->vaddr + part->bytes, next) : 0, bytes = s->bytes;
	bool code = part && part->kind == PART_CODE && !part->writable;

	*to += ELF_BYTES(w->kind, Sym);
	if (part && !bytes && end > s->vaddr)
		bytes = (code && !part->freed ? function_ends_find(w->ends, s->vaddr, end) : end) - s->vaddr;
	if (part && bytes)
		type = code ? STT_FUNC : STT_OBJECT;
	ELF_PUT(w->kind, at, Sym, st_name, (uint32_t)(s->name - w->names) + 1);
	ELF_PUT(w->kind, at, Sym, st_info, ELF64_ST_INFO(binding, type));
	ELF_PUT(w->kind, at, Sym, st_shndx, part ? (size_t)(part - w->parts->list) + 1 : SHN_ABS);
	ELF_PUT(w->kind, at, Sym, st_value, s->vaddr - (part && !part->fixed ? w->shift : 0));
	ELF_PUT(w->kind, at, Sym, st_size, bytes);
}

int symbol_table_write(const struct facts *f, const struct image_parts *parts, uint64_t shift, const struct elf_kind *kind,
		       const struct symbol_table *t, uint8_t *out)
{
	size_t bytes = ELF_BYTES(kind, Sym), n, next = 0;
	struct writing w = { .parts = parts, .kind = kind, .shift = shift };
	int r = facts_symbols(f, &w.symbols, NULL);

	if (!r)
		r = function_ends_open(f, &w.ends);
	if (r)
		return r;
	symbols_names(w.symbols, &w.names);
	n = symbols_count(w.symbols);
	w.local = out + bytes;
	w.global = out + t->first_global * bytes;
	for (size_t i = 0; i < n; i++) {
		struct symbol s = symbols_get(w.symbols, i);

		while (next < n && symbols_get(w.symbols, next).vaddr <= s.vaddr)
			next++;
		write_symbol(&w, &s, next < n ? symbols_get(w.symbols, next).vaddr : UINT64_MAX);
	}
	function_ends_close(w.ends);
	return 0;
}
