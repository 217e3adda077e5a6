/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/executable/parts.h"

#include <errno.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"

#define NAME_OF_REST ".data"
#define IMAGE_MAX_BYTES ((uint64_t)1 << 30)	/* no kernel is that large: what claims it is damaged */

/* The inner ones first: what lies around them gets what is left. */
static const struct part_row {
	const char *name, *first, *end;
	enum part_kind kind;
} rows[] = {
	{ ".notes", "__start_notes", "__stop_notes", PART_CONST },
	{ ".BTF", "__start_BTF", "__stop_BTF", PART_CONST },
	{ "__ksymtab", "__start___ksymtab", "__stop___ksymtab", PART_CONST },
	{ "__ksymtab_gpl", "__start___ksymtab_gpl", "__stop___ksymtab_gpl", PART_CONST },
	{ "__kcrctab", "__start___kcrctab", "__stop___kcrctab", PART_CONST },
	{ "__kcrctab_gpl", "__start___kcrctab_gpl", "__stop___kcrctab_gpl", PART_CONST },
	{ "__kflagstab", "__start___kflagstab", "__stop___kflagstab", PART_CONST },
	{ "__param", "__start___param", "__stop___param", PART_CONST },
	{ "__modver", "__start___modver", "__stop___modver", PART_CONST },
	{ "__ex_table", "__start___ex_table", "__stop___ex_table", PART_CONST },
	{ ".pci_fixup", "__start_pci_fixups_early", "__end_pci_fixups_suspend_late", PART_CONST },
	{ "__bug_table", "__start___bug_table", "__stop___bug_table", PART_DATA },
	{ ".orc_header", "__start_orc_header", "__stop_orc_header", PART_CONST },
	{ ".orc_unwind_ip", "__start_orc_unwind_ip", "__stop_orc_unwind_ip", PART_CONST },
	{ ".orc_unwind", "__start_orc_unwind", "__stop_orc_unwind", PART_CONST },
	{ ".orc_lookup", "orc_lookup", "orc_lookup_end", PART_ZERO },
	{ ".altinstructions", "__alt_instructions", "__alt_instructions_end", PART_CONST },
	{ ".parainstructions", "__parainstructions", "__parainstructions_end", PART_CONST },
	{ ".retpoline_sites", "__retpoline_sites", "__retpoline_sites_end", PART_CONST },
	{ ".return_sites", "__return_sites", "__return_sites_end", PART_CONST },
	{ ".call_sites", "__call_sites", "__call_sites_end", PART_CONST },
	{ ".ibt_endbr_seal", "__ibt_endbr_seal", "__ibt_endbr_seal_end", PART_CONST },
	{ ".apicdrivers", "__apicdrivers", "__apicdrivers_end", PART_DATA },
	{ ".smp_locks", "__smp_locks", "__smp_locks_end", PART_CONST },
	{ ".data_nosave", "__nosave_begin", "__nosave_end", PART_DATA },
	{ ".data..percpu", "__per_cpu_start", "__per_cpu_end", PART_DATA },
	{ ".init.text", "_sinittext", "_einittext", PART_CODE },
	{ ".init.scratch", "__init_scratch_begin", "__init_scratch_end", PART_DATA },
	{ ".head.text", "_text", "_stext", PART_CODE },
	{ ".text", "_stext", "_etext", PART_CODE },
	{ ".rodata", "__start_rodata", "__end_rodata", PART_CONST },
	{ ".bss", "__bss_start", "__bss_stop", PART_ZERO },
	{ ".brk", "__brk_base", "__brk_limit", PART_ZERO },
	{ ".data", "_sdata", "_edata", PART_DATA },
};

struct finding {
	const struct facts *f;
	const struct symbols *symbols;
	uint64_t first, end;		/* of the image */
	uint64_t init, init_end;	/* what is thrown away after booting; 0: not known */
	bool init_is_gone;
	struct image_parts *parts;
};

static bool find(const struct finding *f, const char *name, uint64_t *vaddr)
{
	struct symbol s;

	if (symbols_find(f->symbols, name, &s))
		return false;
	*vaddr = s.vaddr;
	return true;
}

/* --- ranges ------------------------------------------------------------------------------------------------------- */

static uint64_t end_of(const struct image_part *p)
{
	return p->vaddr + p->bytes;
}

/* Before the i-th. */
static void insert(struct image_parts *parts, size_t i, struct image_part part)
{
	if (parts->n == PARTS_MAX || !part.bytes)
		return;
	memmove(&parts->list[i + 1], &parts->list[i], (parts->n - i) * sizeof(part));
	parts->list[i] = part;
	parts->n++;
}

/* What of [first, end) is in no part yet. */
static void add(struct finding *f, const char *name, enum part_kind kind, uint64_t first, uint64_t end)
{
	struct image_parts *parts = f->parts;

	for (size_t i = 0; i <= parts->n && first < end; i++) {
		const struct image_part *next = i < parts->n ? &parts->list[i] : NULL;
		uint64_t to = next ? min_u64(next->vaddr, end) : end;

		if (first < to) {
			size_t n = parts->n;

			insert(parts, i, (struct image_part){
				.name = name, .vaddr = first, .at = first, .bytes = to - first, .kind = kind,
				.writable = kind == PART_DATA || kind == PART_ZERO,
			});
			if (parts->n == n)
				return;
			i++;
		}
		if (i < parts->n)
			first = max_u64(first, end_of(&parts->list[i]));
	}
}

/* The variables of a CPU as they are before there is one, which x86_64 has linked at 0 up to 6.14: a part apart. */
static void add_percpu_at_zero(struct finding *f)
{
	uint64_t start, end, load;

	if (!find(f, "__per_cpu_start", &start) || !find(f, "__per_cpu_end", &end) || start || end > f->first || !end ||
	    !find(f, "__per_cpu_load", &load))
		return;
	insert(f->parts, 0, (struct image_part){
		.name = ".data..percpu", .bytes = end, .at = load, .kind = PART_DATA, .writable = true, .fixed = true,
	});
}

static void add_rows(struct finding *f)
{
	uint64_t first, end;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (find(f, rows[i].first, &first) && find(f, rows[i].end, &end) && first >= f->first && first < end && end <= f->end)
			add(f, rows[i].name, rows[i].kind, first, end);
}

/* BTF that no symbol tells. */
static int add_btf(struct finding *f)
{
	const struct types *types;
	uint64_t vaddr, bytes;
	int r;

	if (find(f, "__start_BTF", &vaddr))
		return 0;
	r = facts_types(f->f, &types, NULL);
	if (!r && types_btf_in_memory(types, &vaddr, &bytes) && vaddr >= f->first && bytes <= f->end - vaddr)
		add(f, ".BTF", PART_CONST, vaddr, vaddr + bytes);
	return r == -ENOTSUP ? 0 : r;
}

/* --- what the rows do not tell ------------------------------------------------------------------------------------ */

enum part_kind part_kind_of(char letter)
{
	switch (letter | 0x20) {
	case 't':
		return PART_CODE;
	case 'r':
		return PART_CONST;
	case 'd':
	case 'g':
		return PART_DATA;
	case 'b':
	case 's':
		return PART_ZERO;
	default:
		return PART_KINDS;
	}
}

/* Symbols in no part, in runs of one kind: [first, end) up to the next run, or to the next part. */
struct symbol_run {
	uint64_t first;
	enum part_kind kind;
};

static const char *name_of_run(const struct finding *f, const struct symbol_run *run)
{
	if (run->first >= f->init && run->first < f->init_end)
		return run->kind == PART_CODE ? ".exit.text" : run->kind == PART_CONST ? ".init.rodata" : ".init.data";
	return run->kind == PART_CODE ? ".text" : run->kind == PART_CONST ? ".rodata" : run->kind == PART_ZERO ? ".bss" : ".data";
}

static uint64_t next_part(const struct image_parts *parts, uint64_t vaddr, uint64_t end)
{
	size_t i = bisect_first(p, parts->n, parts->list[p].vaddr > vaddr);

	return i < parts->n ? min_u64(parts->list[i].vaddr, end) : end;
}

/* What is thrown away is apart from what is not. */
static uint64_t end_of_run(const struct finding *f, uint64_t first)
{
	uint64_t end = next_part(f->parts, first, f->end);

	return first < f->init ? min_u64(end, f->init) : first < f->init_end ? min_u64(end, f->init_end) : end;
}

static void add_runs(struct finding *f)
{
	struct symbol_run runs[PARTS_MAX];
	size_t n = 0, count = symbols_count(f->symbols);
	uint64_t end = 0;		/* of the last run: where a part begins */

	for (size_t i = 0; i < count && n < PARTS_MAX; i++) {
		struct symbol s = symbols_get(f->symbols, i);
		enum part_kind kind = part_kind_of(s.type);
		const struct image_part *in = part_of(f->parts, s.vaddr, s.type);

		if (kind == PART_KINDS || s.vaddr < f->first || s.vaddr >= f->end ||
		    (in && (s.vaddr < end_of(in) || in->kind == kind)))
			continue;
		if (n && s.vaddr < end && (runs[n - 1].kind == kind || runs[n - 1].first == s.vaddr))
			continue;
		runs[n++] = (struct symbol_run){ s.vaddr, kind };
		end = end_of_run(f, s.vaddr);
	}
	for (size_t i = n; i--;)
		add(f, name_of_run(f, &runs[i]), runs[i].kind, runs[i].first, end_of_run(f, runs[i].first));
}

/* Kernels that have symbols of functions only: what is between is data of any kind. */
static void add_rest(struct finding *f)
{
	uint64_t text_end, init, init_end;

	if (!find(f, "_etext", &text_end))
		return;
	if (!find(f, "_sinittext", &init) || !find(f, "_einittext", &init_end) || init < text_end || init_end < init) {
		add(f, NAME_OF_REST, PART_DATA, text_end, f->end);
		return;
	}
	add(f, NAME_OF_REST, PART_DATA, text_end, init);
	add(f, NAME_OF_REST, PART_DATA, init_end, f->end);
}

/* The linker gave a section the flags of what it is made of, which the letters of its symbols tell: most of them. */
static void set_kinds(struct finding *f)
{
	size_t n = symbols_count(f->symbols), i = 0;

	for (size_t p = 0; p < f->parts->n; p++) {
		struct image_part *part = &f->parts->list[p];
		size_t counts[PART_KINDS + 1] = { 0 };
		enum part_kind most = PART_CODE;

		while (i < n && symbols_get(f->symbols, i).vaddr < part->vaddr)
			i++;
		for (; i < n && symbols_get(f->symbols, i).vaddr < end_of(part); i++) {
			struct symbol s = symbols_get(f->symbols, i);

			counts[part_kind_of(s.type)] += part_of(f->parts, s.vaddr, s.type) == part;
		}
		for (enum part_kind k = 0; k < PART_KINDS; k++)
			if (counts[k] > counts[most])
				most = k;
		if (counts[most] && !part->fixed)
			part->kind = most;
		part->writable |= part->kind == PART_DATA || part->kind == PART_ZERO;
	}
}

/* --- what was thrown away ----------------------------------------------------------------------------------------- */

/* enum system_states, include/linux/kernel.h: it has run once it is as far as the first of these that there is. */
static int is_past_init(const struct facts *f, bool *past)
{
	static const char *const states[] = { "SYSTEM_FREEING_INITMEM", "SYSTEM_RUNNING" };
	const struct types *types;
	struct type type;
	struct symbol state;
	uint64_t now;
	int64_t value;
	int r = facts_types(f, &types, NULL);

	*past = true;			/* that a kernel dies while it boots is rare */
	if (r || types_find(types, NULL, "system_states", &type) || facts_find_symbol(f, NULL, "system_state", &state) ||
	    kernel_read_uint(facts_kernel(f), state.vaddr, 4, &now))
		return r == -ENOTSUP ? 0 : r;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (types_enumerator(types, &type, states[i], &value))
			continue;
		*past = (int64_t)now >= value;
		break;
	}
	return 0;
}

static int find_init(struct finding *f)
{
	if (!find(f, "__init_begin", &f->init) && !find(f, "_sinittext", &f->init))
		return 0;
	if (!find(f, "__init_end", &f->init_end) && !find(f, "_einittext", &f->init_end))
		f->init_end = f->init;
	return is_past_init(f->f, &f->init_is_gone);
}

static void mark_init(struct finding *f)
{
	uint64_t scratch = UINT64_MAX;

	find(f, "__init_scratch_begin", &scratch);
	for (size_t i = 0; i < f->parts->n && f->init_is_gone; i++) {
		struct image_part *p = &f->parts->list[i];

		p->freed = (p->at >= f->init && p->at + p->bytes <= f->init_end) || p->at >= scratch;
	}
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

/* Up to the page of the last symbol that may be in the image. */
static uint64_t end_by_symbols(const struct finding *f)
{
	size_t n = symbols_count(f->symbols);
	size_t above = bisect_first(i, n, symbols_get(f->symbols, i).vaddr - f->first > IMAGE_MAX_BYTES &&
				    symbols_get(f->symbols, i).vaddr > f->first);
	uint64_t page = (uint64_t)1 << facts_kernel(f->f)->page_shift;

	return above ? (symbols_get(f->symbols, above - 1).vaddr / page + 1) * page : 0;
}

static bool find_extent(struct finding *f)
{
	uint64_t scratch;

	if (!find(f, "_text", &f->first) && !find(f, "_stext", &f->first))
		return false;
	if (!find(f, "_end", &f->end))
		f->end = end_by_symbols(f);
	/* x86_64 has one more section behind its end, for the time of booting */
	if (find(f, "__init_scratch_end", &scratch) && scratch > f->end)
		f->end = scratch;
	return f->end > f->first && f->end - f->first <= IMAGE_MAX_BYTES;
}

int parts_find(const struct facts *f, struct image_parts *out, const char **why)
{
	struct finding finding = { .f = f, .parts = out };
	uint64_t data;
	int r = facts_symbols(f, &finding.symbols, why);

	out->n = 0;
	if (r)
		return r;
	*why = "the symbols do not tell where the kernel's text is";
	if (!find_extent(&finding))
		return -ENOTSUP;
	r = find_init(&finding);
	if (!r)
		r = add_btf(&finding);
	if (r)
		return r;
	add_rows(&finding);
	add_percpu_at_zero(&finding);
	if (find(&finding, "_sdata", &data)) {
		add_runs(&finding);
		set_kinds(&finding);
	} else {
		add_rest(&finding);
	}
	mark_init(&finding);
	return out->n ? 0 : -ENOTSUP;
}

const struct image_part *part_of(const struct image_parts *parts, uint64_t vaddr, char letter)
{
	size_t i = bisect_first(p, parts->n, parts->list[p].vaddr > vaddr);
	const struct image_part *before = NULL, *in = NULL;
	enum part_kind kind = part_kind_of(letter);

	if (i && vaddr < end_of(&parts->list[i - 1]))
		in = &parts->list[--i];
	if (i && vaddr == end_of(&parts->list[i - 1]))
		before = &parts->list[i - 1];
	return before && (!in || (in->kind != kind && before->kind == kind)) ? before : in;
}
