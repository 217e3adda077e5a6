/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/code/patch_sites.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/bulk.h"
#include "kernel/object/list.h"

#define MAX_SITES (1u << 22)		/* kernels of today have 150,000 to 500,000 */
#define MAX_PAGES 65536			/* of ftrace: 1000s of places each */
#define MAX_RECORDS (1u << 16)		/* in one of them */
#define MAX_PROBES 65536
#define PROBE_HEADS 64u			/* KPROBE_TABLE_SIZE, since 2.6.9 */
#define TRACED ((uint64_t)1 << 31)	/* FTRACE_FL_ENABLED, include/linux/ftrace.h: since 3.17 */
#define KEY_FLAGS ((uint64_t)3)		/* in the lowest bits of jump_entry.key */
#define PROBE_OPTIMIZED 4u		/* KPROBE_FLAG_OPTIMIZED, include/linux/kprobes.h: a jump, not a trap */

struct collecting {
	const struct facts *facts;
	const struct symbols *symbols;
	const struct vmlinux_file *file;
	struct knames names;
	struct kreader *reader;
	struct patch_sites *out;
	uint64_t shift;
	uint16_t machine;
	bool big;
	unsigned int word;
};

static int add(struct collecting *c, enum patch_kind kind, uint64_t vaddr, uint64_t bytes, uint64_t target)
{
	if (!bytes)
		return 0;
	return vector_push_max(c->out->list, c->out->n, c->out->cap, MAX_SITES, (struct patch_site){
		.vaddr = vaddr, .target = target, .bytes = (uint8_t)min_u64(bytes, PATCH_SITE_MAX_BYTES), .kind = (uint8_t)kind,
	});
}

/* The kernel does not have what its types, symbols or file do not tell; r: why, if that is all. */
static int absent(int r)
{
	return error_is_passing(r) || r == -ENOMEM ? r : 0;
}

/* --- tables of the file ------------------------------------------------------------------------------------------- */

/* A table between two symbols, in the file. *at: where it begins in the dumped kernel. NULL: it is not there. */
static const uint8_t *table(const struct collecting *c, const char *first, const char *end, uint64_t *at, uint64_t *len)
{
	const uint8_t *bytes;
	struct symbol a, b;
	uint64_t have;
	bool code;

	if (symbols_find(c->symbols, first, &a) || symbols_find(c->symbols, end, &b) || b.vaddr <= a.vaddr ||
	    vmlinux_file_at(c->file, a.vaddr - c->shift, &bytes, &have, &code))
		return NULL;
	*at = a.vaddr;
	*len = min_u64(b.vaddr - a.vaddr, have);
	return bytes;
}

/* An address that is told as its distance from where that stands. */
static uint64_t relative(const struct collecting *c, const uint8_t *entry, uint64_t at)
{
	return at + (uint64_t)(int64_t)(int32_t)get_u32(entry, c->big);
}

/* Tables of nothing but distances, each at the beginning of an entry. */
static const struct distances {
	const char *first, *end;
	enum patch_kind kind;
	uint8_t entry, bytes;		/* of an entry; of what is patched, at most */
} distances[] = {
	{ "__retpoline_sites", "__retpoline_sites_end", PATCH_RETPOLINE, 4, 6 },
	{ "__return_sites", "__return_sites_end", PATCH_RETURN, 4, 5 },
	{ "__call_sites", "__call_sites_end", PATCH_CALL, 4, 5 },
	{ "__ibt_endbr_seal", "__ibt_endbr_seal_end", PATCH_ENDBR, 4, 4 },
	{ "__smp_locks", "__smp_locks_end", PATCH_LOCK, 4, 1 },
	{ "__start_static_call_sites", "__stop_static_call_sites", PATCH_STATIC_CALL, 8, 6 },
	/* s390x */
	{ "__nospec_call_start", "__nospec_call_end", PATCH_RETPOLINE, 4, 6 },
	{ "__nospec_return_start", "__nospec_return_end", PATCH_RETURN, 4, 6 },
	/* arm: what differs with one CPU, and where physical memory begins */
	{ "__smpalt_begin", "__smpalt_end", PATCH_ALTERNATIVE, 8, 4 },
	{ "__pv_table_begin", "__pv_table_end", PATCH_CONSTANT, 4, 8 },
};

/* x86: calls and jumps of 5 bytes, or of 6: with a condition or a prefix. */
static unsigned int call_bytes_at(const struct collecting *c, uint64_t vaddr, unsigned int most)
{
	const uint8_t *code;
	uint64_t len;
	bool is_code;

	if ((c->machine != EM_X86_64 && c->machine != EM_386) || most != 6 ||
	    vmlinux_file_at(c->file, vaddr - c->shift, &code, &len, &is_code))
		return most;
	return *code == 0xe8 || *code == 0xe9 ? 5 : 6;
}

static int add_distances(struct collecting *c, const struct distances *d)
{
	uint64_t at, len, vaddr;
	const uint8_t *entries = table(c, d->first, d->end, &at, &len);
	int r = 0;

	for (uint64_t i = 0; entries && i + d->entry <= len && !r; i += d->entry) {
		vaddr = relative(c, entries + i, at + i);
		r = add(c, d->kind, vaddr, call_bytes_at(c, vaddr, d->bytes), 0);
	}
	return r;
}

/* include/asm-generic/vmlinux.lds.h: RUNTIME_CONST: a table for each constant (since 6.11). */
static int add_constant(struct collecting *c, const char *start)
{
	char end[SYMTAB_MAX_NAME + 8];
	struct distances d = { start, end, PATCH_CONSTANT, 4, 8 };

	snprintf(end, sizeof(end), "__stop_%s", start + strlen("__start_"));
	return add_distances(c, &d);
}

/* What symbols tell by how they begin: such tables; and what calls go through where they are not patched, which jumps to where
 * they would. */
static int add_named(struct collecting *c)
{
	static const char constant[] = "__start_runtime_", trampoline[] = "__SCT__";
	size_t n = symbols_count(c->symbols);
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct symbol s = symbols_get(c->symbols, i);

		if (!strncmp(s.name, constant, sizeof(constant) - 1))
			r = add_constant(c, s.name);
		else if (!strncmp(s.name, trampoline, sizeof(trampoline) - 1))
			r = add(c, PATCH_STATIC_CALL, s.vaddr, 8, 0);
	}
	return r;
}

/* s390x makes the code that its functions call to be traced while it boots. */
static int add_hotpatches(struct collecting *c)
{
	const uint64_t each = 24;	/* struct ftrace_hotpatch_trampoline */
	struct symbol first, end;
	int r = 0;

	if (symbols_find(c->symbols, "__ftrace_hotpatch_trampolines_start", &first) ||
	    symbols_find(c->symbols, "__ftrace_hotpatch_trampolines_end", &end) || end.vaddr < first.vaddr)
		return 0;
	for (uint64_t at = first.vaddr; at < end.vaddr && !r; at += each)
		r = add(c, PATCH_FTRACE, at, each, 0);
	return r;
}

static bool is_inside(const struct kfield *f, uint64_t bytes)
{
	return f->at.bytes && f->at.bytes <= 8 && f->at.offset <= bytes && f->at.bytes <= bytes - f->at.offset;
}

/* struct alt_instr: where, and how long what stands there is. */
static int add_alternatives(struct collecting *c)
{
	struct { struct kfield entry, at, bytes; } f = {
		KFIELD("alt_instr"), KFIELD("alt_instr.instr_offset|alt_instr.orig_offset"), KFIELD("alt_instr.instrlen|alt_instr.orig_len"),
	};
	uint64_t at, len, entry;
	const uint8_t *entries = table(c, "__alt_instructions", "__alt_instructions_end", &at, &len);
	int r = entries ? kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f)) : -ENOENT;

	entry = f.entry.at.bytes;
	if (r || !entry || f.at.at.bytes != 4 || !is_inside(&f.at, entry) || !is_inside(&f.bytes, entry))
		return absent(r);
	for (uint64_t i = 0; i + entry <= len && !r; i += entry)
		r = add(c, PATCH_ALTERNATIVE, relative(c, entries + i + f.at.at.offset, at + i + f.at.at.offset),
			get_uint(entries + i + f.bytes.at.offset, (unsigned int)f.bytes.at.bytes, c->big), 0);
	return r;
}

/* struct paravirt_patch_site, up to 6.8: an address, and a length behind the type. */
static int add_paravirt(struct collecting *c)
{
	struct { struct kfield entry, at, bytes; } f = {
		KFIELD("paravirt_patch_site"), KFIELD("paravirt_patch_site.instr"), KFIELD("paravirt_patch_site.len"),
	};
	uint64_t at, len, entry;
	const uint8_t *entries = table(c, "__parainstructions", "__parainstructions_end", &at, &len);
	int r = entries ? kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f)) : -ENOENT;

	entry = f.entry.at.bytes;
	if (r || !entry || !is_inside(&f.at, entry) || !is_inside(&f.bytes, entry))
		return absent(r);
	/* the last one need not be filled up */
	for (uint64_t i = 0; i + f.bytes.at.offset + f.bytes.at.bytes <= len && !r; i += entry)
		r = add(c, PATCH_PARAVIRT, get_uint(entries + i + f.at.at.offset, (unsigned int)f.at.at.bytes, c->big) + c->shift,
			get_uint(entries + i + f.bytes.at.offset, (unsigned int)f.bytes.at.bytes, c->big), 0);
	return r;
}

/* x86: a short jump or nop, or a long one. */
static unsigned int label_bytes(const struct collecting *c, uint64_t vaddr)
{
	const uint8_t *code;
	uint64_t len;
	bool is_code;

	if (c->machine != EM_X86_64 && c->machine != EM_386)
		return c->machine == EM_S390 ? 6 : 4;
	if (vmlinux_file_at(c->file, vaddr - c->shift, &code, &len, &is_code) || len < 2)
		return 5;
	return code[0] == 0xeb || (code[0] == 0x66 && code[1] == 0x90) ? 2 : 5;
}

/* struct jump_entry: addresses, or (CONFIG_HAVE_ARCH_JUMP_LABEL_RELATIVE) distances. */
static int add_labels(struct collecting *c)
{
	struct { struct kfield entry, code, key; } f = {
		KFIELD("jump_entry"), KFIELD("jump_entry.code"), KFIELD("jump_entry.key"),
	};
	uint64_t at, len, entry, where;
	const uint8_t *entries = table(c, "__start___jump_table", "__stop___jump_table", &at, &len);
	int r = entries ? kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f)) : -ENOENT;

	entry = f.entry.at.bytes;
	if (r || !entry || !is_inside(&f.code, entry) || !is_inside(&f.key, entry))
		return absent(r);
	for (uint64_t i = 0; i + entry <= len && !r; i += entry) {
		const uint8_t *code = entries + i + f.code.at.offset, *key = entries + i + f.key.at.offset;
		bool far = f.code.at.is_signed;	/* s32, not an address */
		uint64_t its = get_uint(key, (unsigned int)f.key.at.bytes, c->big);

		if (far)
			its += at + i + f.key.at.offset;
		else
			its += c->shift;
		where = far ? relative(c, code, at + i + f.code.at.offset) :
			get_uint(code, (unsigned int)f.code.at.bytes, c->big) + c->shift;
		r = add(c, PATCH_JUMP_LABEL, where, label_bytes(c, where), its & ~KEY_FLAGS);
	}
	return r;
}

/* Kernels that relocate themselves (arm64, riscv64, s390x): an address in the code, which may be zeroes in the file. */
static int add_relocations(struct collecting *c)
{
	uint32_t type = c->machine == EM_AARCH64 ? R_AARCH64_RELATIVE : c->machine == EM_RISCV ? R_RISCV_RELATIVE :
			c->machine == EM_S390 ? R_390_RELATIVE : 0;
	struct symbol first, end;
	const void *table;
	size_t len;
	int r = 0;

	if (!type || c->word != 8 || vmlinux_file_section(c->file, ".rela.dyn", &table, &len) ||
	    symbols_find(c->symbols, "_stext", &first) || symbols_find(c->symbols, "_etext", &end))
		return 0;
	for (const uint8_t *p = table; len >= sizeof(Elf64_Rela) && !r; p += sizeof(Elf64_Rela), len -= sizeof(Elf64_Rela)) {
		uint64_t at = get_u64(p + offsetof(Elf64_Rela, r_offset), c->big) + c->shift;

		if (at >= first.vaddr && at < end.vaddr && ELF64_R_TYPE(get_u64(p + offsetof(Elf64_Rela, r_info), c->big)) == type)
			r = add(c, PATCH_RELOCATED, at, 8, 0);
	}
	return r;
}

/* --- lists in memory ---------------------------------------------------------------------------------------------- */

/* Instructions that a probe or a call takes. */
static unsigned int call_bytes(const struct collecting *c)
{
	return c->machine == EM_X86_64 || c->machine == EM_386 ? 5 : c->machine == EM_S390 ? 6 : 8;
}

static int add_records(struct collecting *c, uint64_t records, uint64_t n, const struct kfield *record, const struct kfield *ip,
		       const struct kfield *flags)
{
	uint64_t bytes = record->at.bytes;
	uint8_t *list = memory_malloc(n * bytes);
	int r = list ? 0 : -ENOMEM;

	if (!r)
		kbulk_read(facts_kernel(c->facts), records, list, n * bytes, 0);
	for (uint64_t i = 0; i < n && !r; i++) {
		uint64_t at = get_uint(list + i * bytes + ip->at.offset, (unsigned int)ip->at.bytes, c->big);
		uint64_t state = get_uint(list + i * bytes + flags->at.offset, (unsigned int)flags->at.bytes, c->big);

		/* of arm64's two instructions it is the second one */
		if (at)
			r = add(c, state & TRACED ? PATCH_TRACED : PATCH_FTRACE, c->machine == EM_AARCH64 ? at - 4 : at, call_bytes(c), 0);
	}
	free(list);
	return r;
}

/* In the code that traced functions call: where the tracer itself is called. */
static int add_tracers(struct collecting *c)
{
	static const char *const names[] = { "ftrace_call", "ftrace_regs_call", "ftrace_graph_call" };
	struct symbol s;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && !r; i++)
		if (!symbols_find(c->symbols, names[i], &s))
			r = add(c, PATCH_FTRACE, s.vaddr, c->machine == EM_X86_64 || c->machine == EM_386 ? 5 : 4, 0);
	return r;
}

static int add_ftrace(struct collecting *c)
{
	struct { struct kfield next, records, index, record, ip, flags; } f = {
		KFIELD("ftrace_page.next"), KFIELD("ftrace_page.records"), KFIELD("ftrace_page.index"),
		KFIELD("dyn_ftrace"), KFIELD("dyn_ftrace.ip"), KFIELD("dyn_ftrace.flags"),
	};
	uint64_t start, bytes;
	int r = kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f));

	bytes = f.record.at.bytes;
	if (r || !bytes || bytes > 64 || !is_inside(&f.ip, bytes) || !is_inside(&f.flags, bytes) ||
	    kvariable(&c->names, "ftrace_pages_start", &start))
		return absent(r);
	for (struct klist l = klist_structs(c->reader, start, f.next.at.offset, MAX_PAGES); !r && klist_next(&l);) {
		uint64_t records = kget_ptr(c->reader, l.node, &f.records), n = (uint64_t)kget(c->reader, l.node, &f.index);

		if (records && n && n <= MAX_RECORDS)
			r = add_records(c, records, n, &f.record, &f.ip, &f.flags);
	}
	return r;
}

static unsigned int probe_bytes(const struct collecting *c, uint64_t flags)
{
	if (c->machine == EM_X86_64 || c->machine == EM_386)
		return flags & PROBE_OPTIMIZED ? 5 : 1;
	return c->machine == EM_S390 || c->machine == EM_RISCV ? 2 : 4;
}

static int add_probes(struct collecting *c)
{
	struct { struct kfield node, addr, flags; } f = {
		KFIELD("kprobe.hlist"), KFIELD("kprobe.addr"), KFIELD("kprobe.flags"),
	};
	uint64_t heads;
	unsigned int left = MAX_PROBES;
	int r = kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f));

	if (r || kvariable(&c->names, "kprobe_table", &heads))
		return absent(r);
	for (unsigned int i = 0; i < PROBE_HEADS && !r; i++) {
		for (struct klist l = klist_chain(c->reader, heads + i * c->word, left); !r && left && klist_next(&l); left--) {
			uint64_t probe = l.node - f.node.at.offset;

			r = add(c, PATCH_PROBE, kget_ptr(c->reader, probe, &f.addr),
				probe_bytes(c, (uint64_t)kget(c->reader, probe, &f.flags)), 0);
		}
	}
	return r;
}

/* Of each function that is replaced the newest replacement, the first in its stack. */
static int add_live(struct collecting *c)
{
	struct { struct kfield node, stack, func, old, new; } f = {
		KFIELD("klp_ops.node"), KFIELD("klp_ops.func_stack"), KFIELD("klp_func.stack_node"),
		KFIELD("klp_func.old_func|klp_func.old_addr"), KFIELD("klp_func.new_func"),
	};
	uint64_t head;
	int r = kfields_resolve(&c->names, (struct kfield *)&f, kfields_count(f));

	if (r || kvariable(&c->names, "klp_ops", &head))
		return absent(r);
	for (struct klist l = klist_ring(c->reader, head, MAX_PROBES); !r && klist_next(&l);) {
		struct klist stack = klist_ring(c->reader, l.node - f.node.at.offset + f.stack.at.offset, MAX_PROBES);
		uint64_t func;

		if (!klist_next(&stack))
			continue;
		func = stack.node - f.func.at.offset;
		/* the call of ftrace is behind what marks where an indirect call may lead */
		r = add(c, PATCH_LIVE, kget_ptr(c->reader, func, &f.old), call_bytes(c) + 4, kget_ptr(c->reader, func, &f.new));
	}
	return r;
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct patch_site *a = left, *b = right;

	if (a->vaddr != b->vaddr)
		return a->vaddr < b->vaddr ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

static int collect(struct collecting *c)
{
	static int (*const sources[])(struct collecting *c) = {
		add_alternatives, add_paravirt, add_labels, add_named, add_hotpatches, add_relocations,
		add_tracers, add_ftrace, add_probes, add_live,
	};
	int r = 0, lost;

	for (size_t i = 0; i < ARRAY_SIZE(distances) && !r; i++)
		r = add_distances(c, &distances[i]);
	for (size_t i = 0; i < ARRAY_SIZE(sources) && !r; i++)
		r = sources[i](c);
	lost = kreader_take(c->reader, NULL);
	return r ? r : error_is_passing(lost) ? lost : 0;
}

int patch_sites_find(const struct facts *f, const struct vmlinux_file *file, uint64_t shift, struct patch_sites *out)
{
	const struct kernel *k = facts_kernel(f);
	struct collecting c = {
		.facts = f, .file = file, .names = facts_names(f), .out = out, .shift = shift, .big = k->big_endian, .word = k->word_bytes,
	};
	int r = facts_symbols(f, &c.symbols, NULL);

	*out = (struct patch_sites){ 0 };
	if (!r)
		r = kreader_open(k, &c.reader);
	if (r)
		return r;
	c.machine = k->space.arch->elf_machine;
	r = collect(&c);
	kreader_close(c.reader);
	if (!r && out->n)
		qsort(out->list, out->n, sizeof(*out->list), compare);
	return r;
}

void patch_sites_free(struct patch_sites *s)
{
	free(s->list);
	*s = (struct patch_sites){ 0 };
}

const struct patch_site *patch_sites_at(const struct patch_sites *s, uint64_t vaddr)
{
	const struct patch_site *best = NULL;

	for (size_t i = bisect_first(p, s->n, s->list[p].vaddr > vaddr); i--;) {
		const struct patch_site *site = &s->list[i];

		if (vaddr - site->vaddr >= PATCH_SITE_MAX_BYTES)
			break;
		if (vaddr - site->vaddr < site->bytes && (!best || site->kind < best->kind))
			best = site;
	}
	return best;
}
