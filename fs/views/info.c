/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "formats/open.h"
#include "fs/views/commands.h"
#include "fs/views/info_internal.h"
#include "fs/views/info_kernels.h"
#include "fs/views/info.h"
#include "kernel/xen/xen.h"

static void put_time(struct outbuf *out, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[64];

	if (!seconds || !gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S UTC", &tm))
		return;
	out_printf(out, "%s: %s\n", key, buf);
}

/* Lines of texts that may name what is in the dump, each behind key. */
static void put_lines(const char *text, size_t len, const char *key, struct outbuf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (!i || text[i - 1] == '\n')
			out_printf(out, "%s", key);
		out_char(out, text[i] != '\n' && ((unsigned char)text[i] < ' ' || text[i] == 0x7f) ? '?' : text[i]);
	}
}

static void put_pages(struct engine *e, struct outbuf *out)
{
	static const char *const names[] = {
		[PAGE_DATA] = "stored", [PAGE_ZERO] = "zero", [PAGE_EXCLUDED] = "excluded",
	};
	const struct pages *ps = e->pages;
	const uint64_t *counts = engine_counts(e);

	for (int s = PAGE_DATA; s > PAGE_ABSENT; s--)
		if (counts[s] || s == PAGE_DATA)
			out_printf(out, "pages-%s: %llu (%llu MiB)\n", names[s], (unsigned long long)counts[s],
				   (unsigned long long)(counts[s] << ps->page_shift >> 20));
}

static void put_vmcoreinfo(const struct engine *e, struct outbuf *out)
{
	const struct kernel *k = e->kernel;
	const char *given = e->vmlinux ? e->vmlinux : e->vmcoreinfo_file;

	if (k->hypervisor) {
		out_printf(out, "vmcoreinfo: %s\n", k->vmci.text ? "that of Xen" : "none");
		return;
	}
	if (given)
		info_text(out, e->vmlinux ? "vmlinux" : "vmcoreinfo-file", given);
	if (k->vmci_found)
		out_printf(out, "vmcoreinfo: found in memory at %#llx\n", (unsigned long long)k->vmci_paddr);
	else
		out_printf(out, "vmcoreinfo: %s\n", k->given_alone ? "the file above alone" :
			   e->dump->vmcoreinfo && !k->note_dropped ? "from the dump's notes" :
			   given ? "from the file above" : "none");
	if (k->note_dropped)
		out_printf(out, "vmcoreinfo-note: not used, it is of another kernel or boot%s%s\n", k->note_wrong ? ": " : "",
			   k->note_wrong ? k->note_wrong : "");
	else if (k->note_wrong)
		out_printf(out, "vmcoreinfo-note: in doubt, but no better one was found: %s\n", k->note_wrong);
}

/* The files of a split set by their pages, and what of it is missing. */
static void put_parts(const struct dump *d, struct outbuf *out)
{
	for (size_t i = 0; i < d->nparts; i++) {
		const struct dump_part *p = &d->parts[i];
		unsigned long long first = p->first, last = p->end - 1;
		char key[80];

		if (!p->path && !p->stored)
			continue;
		snprintf(key, sizeof(key), "part: 0x%llx-0x%llx", first, last);
		if (p->path)
			info_text(out, key, p->path);
		else
			out_printf(out, "missing-part: 0x%llx-0x%llx: %llu pages cannot be read\n", first, last,
				   (unsigned long long)p->stored);
	}
}

/* By the rules of this mount, and before by others. */
static void put_erased(const struct engine *e, struct outbuf *out)
{
	const struct erase_list *l = &e->erase_list;
	size_t lines = 0;

	for (size_t i = 0; i < e->dump->eraseinfo_len; i++)
		lines += e->dump->eraseinfo[i] == '\n';
	if (lines)
		out_printf(out, "erased-before: %zu pieces\n", lines);
	if (!e->erase_rules)
		return;
	out_printf(out, "erased: %zu ranges, %llu bytes\n", l->nranges, (unsigned long long)l->bytes);
	info_text(out, "erase-rules", e->erase_rules->name);
	for (size_t i = 0; i < e->erase_rules->nrules; i++) {
		if (!e->erase_rules->rules[i].ncommands || e->erase_rules->rules[i].commands->extent != ERASE_STRING)
			continue;
		out_printf(out, "erased-strings: %llu copies\n", (unsigned long long)l->strings);
		break;
	}
	if (e->erase_warnings)
		out_printf(out, "erase-warnings: %u, see the warnings here\n", e->erase_warnings);
}

static void put_xen(const struct engine *e, struct outbuf *out)
{
	const struct xen *x = e->kernel->xen;
	unsigned int shift = e->pages->page_shift;

	if (!x)
		return;
	out_printf(out, "xen: version %s, seen as %s: pages have their machine addresses\n", x->version,
		   e->kernel->hypervisor ? "hypervisor" : "dom0");
	if (x->changeset[0])
		info_text(out, "xen-changeset", x->changeset);
	if (x->compiler[0])
		info_text(out, "xen-compiler", x->compiler);
	if (x->compile_date[0])
		info_text(out, "xen-compile-date", x->compile_date);
	if (x->tainted)
		out_printf(out, "xen-tainted: yes\n");
	if (x->has_phys_start)
		out_printf(out, "xen-phys-start: %#llx\n", (unsigned long long)x->phys_start);
	if (x->dom0_pages)
		out_printf(out, "xen-dom0: page numbers below %#llx (%llu MiB) have memory, by its p2m table\n", (unsigned long long)x->dom0_pages,
			   (unsigned long long)(x->dom0_pages << shift >> 20));
	else
		out_printf(out, "missing: pages of dom0: %s\n", x->why_no_p2m);
	if (!x->has_space)
		out_printf(out, "missing: addresses of Xen: %s\n", x->why_no_space);
	if (x->has_owners)
		out_printf(out, "xen-domu: pages are %s\n", e->exclude_domu ? "left out of levels" : "kept in levels");
	else
		out_printf(out, "missing: owners of pages (-o xen_domu=exclude): %s\n", x->why_no_owners);
}

static void put_change(void *out, const char *name, const char *what)
{
	char text[PATH_MAX + 128];

	snprintf(text, sizeof(text), "%s %s", name, what);
	info_text(out, "changed", text);
}

bool info_is_live(const struct engine *e)
{
	(void)e;
	return dump_files_changes(NULL, NULL);
}

#define LINES_BOUND	(64u << 10)		/* of all lines but those of parts */

uint64_t bound_info(const struct engine *e)
{
	return LINES_BOUND + e->dump->nparts * (uint64_t)(PATH_MAX + 100);
}

int render_info(struct engine *e, struct outbuf *out)
{
	const struct dump *d = e->dump;
	const struct kernel *k = e->kernel;
	struct crash_memory crash = { 0 };
	int r;

	info_text(out, "file", d->src->name);
	if (d->live)
		out_printf(out, "live: yes, memory changes while it is read\n");
	else
		out_printf(out, "file-size: %llu\n", (unsigned long long)d->src->size);
	out_printf(out, "format: %s%s%s%s\n", d->format, *d->src->container ? ", " : "",
		   d->src->container, d->nparts ? ", split" : "");
	put_parts(d, out);
	if (d->header_version)
		out_printf(out, "header-version: %d\n", d->header_version);
	if (d->codec)
		out_printf(out, "compression: %s\n", codec_name(d->codec));
	if (d->dump_level)
		out_printf(out, "dump-level: %u\n", d->dump_level);
	if (d->without_vmemmap)
		out_printf(out, "vmemmap: without page structs that only tell of excluded pages\n");
	put_erased(e, out);
	put_xen(e, out);
	out_printf(out, "incomplete: %s\n", d->incomplete ? "yes" : "no");
	dump_files_changes(put_change, out);
	put_lines(d->facts.data, d->facts.len, "", out);
	put_lines(e->warnings.data, e->warnings.len, "warning: ", out);
	out_printf(out, "architecture: %s\n", engine_machine(e));
	out_printf(out, "page-size: %llu\n", (unsigned long long)pages_size(e->pages));
	if (k->release[0] || k->uts[2][0] || d->uts[2][0])
		info_text(out, "release", k->release[0] ? k->release : k->uts[2][0] ? k->uts[2] : d->uts[2]);
	if (k->uts[3][0] || d->uts[3][0])
		info_text(out, "version", k->uts[3][0] ? k->uts[3] : d->uts[3]);
	if (k->uts[1][0] || d->uts[1][0])
		info_text(out, "host", k->uts[1][0] ? k->uts[1] : d->uts[1]);
	r = info_variables(e, out);
	if (r)
		return r;
	if (d->without_registers)
		out_printf(out, "registers: none: %s\n", d->without_registers);
	info_registers(e, out);
	put_time(out, "crash-time", k->crash_time ? k->crash_time : d->timestamp);
	info_log(e, &crash, out);
	put_pages(e, out);
	put_vmcoreinfo(e, out);
	r = info_put_kernels(e, &crash, out);
	if (r)
		return r;
	if (e->memmap)
		out_printf(out, "memory-model: %s\n", e->memmap->model);
	if (k->has_space) {
		struct mapping direct;
		const char *value;
		size_t len;

		if (!k->hypervisor)
			out_printf(out, "phys-base: %#llx\n", (unsigned long long)k->space.phys_base);
		if (!vmci_get(&k->vmci, "KERNELOFFSET", &value, &len))
			out_printf(out, "kernel-offset: 0x%.*s\n", (int)len, value);
		out_printf(out, "page-table-levels: %u\n", k->space.tables.levels);
		if (!kernel_direct_map(k, &direct)) {
			out_printf(out, "direct-map: %#llx", (unsigned long long)direct.vaddr);
			if (direct.paddr)
				out_printf(out, " is physical %#llx", (unsigned long long)direct.paddr);
			out_char(out, '\n');
		}
	}
	if (e->sandbox)
		out_printf(out, "sandbox: %s\n", e->sandbox);
	put_commands(e, out);
	return 0;
}
