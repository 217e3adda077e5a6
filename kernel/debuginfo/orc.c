/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/orc.h"

#include <errno.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/reader.h"

#define MAX_ENTRIES	(1u << 24)	/* large kernels have half a million */
#define SAMPLES		512u		/* entries that are looked at to tell the order of the registers */
#define MAX_SHIFT	16u

static bool find_bits(const struct kfield *f, struct orc_bits *out)
{
	uint64_t shift = f->at.offset * 8 + f->at.bit_offset;

	/* the third 16 bits of an entry */
	if (!f->known || !f->at.bits || shift < 32 || shift - 32 + f->at.bits > MAX_SHIFT)
		return false;
	*out = (struct orc_bits){ (uint8_t)(shift - 32), (uint8_t)f->at.bits };
	return true;
}

/* By the kernel's types, which know of what was backported; else by its version. */
static void find_layout(const struct knames *names, unsigned int version, struct orc_layout *out)
{
	struct {
		struct kfield sp, bp, type, signal, end;
	} f = {
		KFIELD("?orc_entry.sp_reg"), KFIELD("?orc_entry.bp_reg"), KFIELD("?orc_entry.type"), KFIELD("?orc_entry.signal"),
		KFIELD("?orc_entry.end"),
	};

	if (!kfields_resolve(names, (struct kfield *)&f, kfields_count(f)) && find_bits(&f.sp, &out->sp) &&
	    find_bits(&f.bp, &out->bp) && find_bits(&f.type, &out->type)) {
		find_bits(&f.signal, &out->signal);
		find_bits(&f.end, &out->end);
	} else {
		orc_layout_of(version, out);
	}
}

/* From all over the table. */
static void find_order(struct orc *o)
{
	uint8_t sample[SAMPLES * ORC_ENTRY_BYTES];
	unsigned int n = 0;

	for (uint64_t i = 0; i < o->table.n && n < SAMPLES; i += o->table.n / SAMPLES + 1)
		if (!kread(o->r, o->table.entries + i * ORC_ENTRY_BYTES, sample + n * ORC_ENTRY_BYTES, ORC_ENTRY_BYTES))
			n++;
	kreader_take(o->r, NULL);
	o->layout.reordered = orc_is_reordered(&o->layout, sample, n);
}

int orc_table_find(const struct knames *names, struct orc_table *out)
{
	uint64_t ips_end, entries_end;

	if (kvariable(names, "__start_orc_unwind_ip", &out->ips) || kvariable(names, "__stop_orc_unwind_ip", &ips_end) ||
	    kvariable(names, "__start_orc_unwind", &out->entries) || kvariable(names, "__stop_orc_unwind", &entries_end))
		return -ENOENT;
	out->n = (ips_end - out->ips) / ORC_IP_BYTES;
	return ips_end < out->ips || entries_end < out->entries || !out->n || out->n > MAX_ENTRIES ||
	       (entries_end - out->entries) / ORC_ENTRY_BYTES != out->n ? -ENOENT : 0;
}

int orc_open(const struct facts *f, struct kreader *r, struct orc *out)
{
	struct knames names = facts_names(f);
	struct kfield *module = &out->num_orcs;

	*out = (struct orc){
		.r = r, .facts = f, .num_orcs = KFIELD("?module.arch.num_orcs"), .unwind_ip = KFIELD("?module.arch.orc_unwind_ip"),
		.unwind = KFIELD("?module.arch.orc_unwind"),
	};
	if (orc_table_find(&names, &out->table))
		return -ENOENT;
	find_layout(&names, facts_kernel(f)->version, &out->layout);
	find_order(out);
	kfields_resolve(&names, module, 3);
	return 0;
}

static uint64_t ip_at(struct orc *o, uint64_t ips, uint64_t i)
{
	uint64_t at = ips + i * ORC_IP_BYTES;

	return at + (uint64_t)kint(o->r, at, ORC_IP_BYTES);
}

/* The last entry at or before pc. */
int orc_find_in(struct orc *o, uint64_t ips, uint64_t entries, uint64_t n, uint64_t pc, struct orc_rule *out)
{
	uint64_t after = bisect_first(i, n, ip_at(o, ips, i) > pc);
	uint8_t entry[ORC_ENTRY_BYTES];
	int r = kreader_take(o->r, NULL);

	if (r)
		return error_is_passing(r) ? r : -ENOENT;
	if (!after)
		return -ENOENT;
	r = kread(o->r, entries + (after - 1) * ORC_ENTRY_BYTES, entry, sizeof(entry));
	kreader_take(o->r, NULL);
	if (r)
		return error_is_passing(r) ? r : -ENOENT;
	orc_decode(&o->layout, entry, out);
	return 0;
}

static int find_in_module(struct orc *o, uint64_t pc, struct orc_rule *out)
{
	const struct module_range *range;
	const struct modules *modules;
	const struct module *m;
	int r = facts_modules(o->facts, &modules, NULL);
	uint64_t n, ips, entries;

	if (r)
		return error_is_passing(r) ? r : -ENOENT;
	m = modules_at(modules, pc, &range);
	if (!m || !o->unwind.known || !o->unwind_ip.known || !o->num_orcs.known)
		return -ENOENT;
	n = (uint64_t)kget(o->r, m->vaddr, &o->num_orcs);
	ips = kget_ptr(o->r, m->vaddr, &o->unwind_ip);
	entries = kget_ptr(o->r, m->vaddr, &o->unwind);
	r = kreader_take(o->r, NULL);
	if (r)
		return error_is_passing(r) ? r : -ENOENT;
	return n && n <= MAX_ENTRIES ? orc_find_in(o, ips, entries, n, pc, out) : -ENOENT;
}

int orc_find(struct orc *o, uint64_t pc, struct orc_rule *out)
{
	struct orc_answer *a = &o->answers[(pc ^ pc >> 10) % ORC_CACHE];
	struct symbol s;
	int r;

	if (a->pc != pc || !pc) {
		const struct symbols *symbols;

		r = facts_symbols(o->facts, &symbols, NULL);
		if (!r && !symbols_at(symbols, pc, &s))
			r = orc_find_in(o, o->table.ips, o->table.entries, o->table.n, pc, &a->rule);
		else if (!r)
			r = find_in_module(o, pc, &a->rule);
		if (error_is_passing(r))
			return r;
		a->pc = pc;
		a->result = r ? -ENOENT : 0;
	}
	*out = a->rule;
	return a->result;
}
