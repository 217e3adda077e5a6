/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/code/sites.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/vector.h"
#include "kernel/code/disassemble.h"
#include "kernel/object/bulk.h"
#include "kernel/object/list.h"

#define MAX_SITES 65536			/* in one function */
#define MAX_ENTRIES (1u << 18)		/* in one table */
#define MAX_PAGES 65536			/* of ftrace: 1000s of places each */
#define TRACED ((uint64_t)1 << 31)	/* FTRACE_FL_ENABLED, include/linux/ftrace.h: since 3.17 */
#define KEY_FLAGS ((uint64_t)3)		/* in the lowest bits of jump_entry.key */

static int add(struct sites *s, const struct function *fn, struct site site)
{
	if (site.vaddr - fn->vaddr >= fn->bytes)
		return 0;
	return vector_push_max(s->list, s->n, s->cap, MAX_SITES, site);
}

struct label_fields {
	struct kfield entry, code, key;
};

/* An address in an entry: itself, or its distance from where it stands (CONFIG_HAVE_ARCH_JUMP_LABEL_RELATIVE). */
static uint64_t address_in(struct kreader *r, const uint8_t *entry, uint64_t entry_vaddr, const struct kplace *at,
			   bool relative)
{
	bool big = kreader_big_endian(r);
	uint64_t raw = get_uint(entry + at->offset, (unsigned int)at->bytes, big);

	if (!relative)
		return raw;
	if (at->bytes == 4)
		raw = (uint64_t)(int32_t)raw;
	return entry_vaddr + at->offset + raw;
}

static int add_labels(struct sites *s, struct kreader *r, const struct function *fn, const struct label_fields *f,
		      uint64_t table, uint64_t n)
{
	uint64_t bytes = f->entry.at.bytes;
	bool relative = f->code.at.is_signed;	/* s32, not an address */
	uint8_t *entries;
	int error = 0;

	if (!bytes || bytes > 64 || f->code.at.offset + f->code.at.bytes > bytes || f->key.at.offset + f->key.at.bytes > bytes ||
	    f->code.at.bytes > 8 || f->key.at.bytes > 8 || !n || n > MAX_ENTRIES)
		return 0;
	entries = memory_malloc(n * bytes);
	if (!entries)
		return -ENOMEM;
	/* what is lost reads as zeroes: a place before the table, or at 0 */
	kbulk_read(kreader_kernel(r), table, entries, n * bytes, 0);
	for (uint64_t i = 0; i < n && !error; i++) {
		const uint8_t *e = entries + i * bytes;
		uint64_t at = table + i * bytes;

		error = add(s, fn, (struct site){ .vaddr = address_in(r, e, at, &f->code.at, relative),
						  .key = address_in(r, e, at, &f->key.at, relative) & ~KEY_FLAGS });
	}
	free(entries);
	return error;
}

static int find_labels(struct sites *s, const struct knames *names, struct kreader *r, const struct function *fn)
{
	struct label_fields f = { KFIELD("jump_entry"), KFIELD("jump_entry.code"), KFIELD("jump_entry.key") };
	struct { struct kfield entries, n; } m = { KFIELD("module.jump_entries"), KFIELD("module.num_jump_entries") };
	uint64_t start, stop;
	int error = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (error || !f.entry.at.bytes)
		return error_is_passing(error) || error == -ENOMEM ? error : 0;
	if (fn->module) {
		if (kfields_resolve(names, (struct kfield *)&m, kfields_count(m)))
			return 0;
		start = kget_ptr(r, fn->module->vaddr, &m.entries);
		return add_labels(s, r, fn, &f, start, (uint64_t)kget(r, fn->module->vaddr, &m.n));
	}
	if (kvariable(names, "__start___jump_table", &start) || kvariable(names, "__stop___jump_table", &stop) || stop < start)
		return 0;
	return add_labels(s, r, fn, &f, start, (stop - start) / f.entry.at.bytes);
}

struct trace_fields {
	struct kfield next, records, index, record, ip, flags;
};

/* The places of one struct ftrace_page, which are in order of addresses but for those of init code, which is gone. */
static int add_page(struct sites *s, struct kreader *r, const struct function *fn, const struct trace_fields *f, uint64_t page)
{
	uint64_t records = kget_ptr(r, page, &f->records), n = (uint64_t)kget(r, page, &f->index), bytes = f->record.at.bytes;
	uint64_t i;
	int error = 0;

	if (!records || n > MAX_ENTRIES)
		return 0;
	i = bisect_first(mid, n, kget_ptr(r, records + mid * bytes, &f->ip) >= fn->vaddr);
	for (; i < n && !error; i++) {
		uint64_t at = records + i * bytes, ip = kget_ptr(r, at, &f->ip);

		if (ip - fn->vaddr >= fn->bytes)
			break;
		error = add(s, fn, (struct site){ .vaddr = ip, .traced = ((uint64_t)kget(r, at, &f->flags) & TRACED) != 0 });
	}
	return error;
}

static int find_traced(struct sites *s, const struct knames *names, struct kreader *r, const struct function *fn)
{
	struct trace_fields f = {
		KFIELD("ftrace_page.next"), KFIELD("ftrace_page.records"), KFIELD("ftrace_page.index"),
		KFIELD("dyn_ftrace"), KFIELD("dyn_ftrace.ip"), KFIELD("dyn_ftrace.flags"),
	};
	uint64_t start;
	int error = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (error || !f.record.at.bytes || kvariable(names, "ftrace_pages_start", &start))
		return error_is_passing(error) || error == -ENOMEM ? error : 0;
	for (struct klist l = klist_structs(r, start, f.next.at.offset, MAX_PAGES); !error && klist_next(&l);)
		error = add_page(s, r, fn, &f, l.node);
	return error;
}

int sites_find(const struct knames *names, struct kreader *r, const struct function *fn, struct sites *out)
{
	int error, lost;

	*out = (struct sites){ 0 };
	error = find_labels(out, names, r, fn);
	if (!error)
		error = find_traced(out, names, r, fn);
	lost = kreader_take(r, NULL);
	return error == -EOVERFLOW ? 0 : error ? error : error_is_passing(lost) ? lost : 0;
}

void sites_free(struct sites *s)
{
	free(s->list);
	*s = (struct sites){ 0 };
}

void sites_put(const struct sites *s, const struct facts *f, uint64_t vaddr, struct outbuf *out)
{
	const struct module *module = NULL;
	struct symbol key;

	for (size_t i = 0; i < s->n; i++) {
		const struct site *site = &s->list[i];

		if (site->vaddr != vaddr)
			continue;
		if (!site->key)
			out_printf(out, "\t; ftrace%s", site->traced ? ", traced" : "");
		else if (facts_symbol_at(f, site->key, &key, &module))
			out_printf(out, "\t; jump label %#llx", (unsigned long long)site->key);
		else
			out_printf(out, "\t; jump label <%s%s%s+%#llx>", module ? module->name : "", module ? ":" : "", key.name,
				   (unsigned long long)(site->key - key.vaddr));
	}
}
