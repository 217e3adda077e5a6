/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fs/views/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/log_held.h"
#include "base/memory.h"
#include "base/repage.h"
#include "filter/domu.h"
#include "filter/erase.h"
#include "filter/lost.h"
#include "filter/vmemmap.h"
#include "formats/note_order.h"
#include "formats/open.h"
#include "formats/reader/notes.h"
#include "fs/views/dump_facts.h"
#include "fs/views/engine_erase.h"
#include "kernel/opening/open.h"
#include "kernel/xen/xen.h"

#define NT_PRSTATUS 1

static void put_note(struct outbuf *o, bool big, const char *name, uint32_t type, const void *desc, size_t len)
{
	static const char zeroes[4];
	size_t name_len = strlen(name) + 1;
	uint8_t head[12];

	put_u32(head, (uint32_t)name_len, big);
	put_u32(head + 4, (uint32_t)len, big);
	put_u32(head + 8, type, big);
	out_write(o, head, sizeof(head));
	out_write(o, name, name_len);
	out_write(o, zeroes, -name_len % 4);
	out_write(o, desc, len);
	out_write(o, zeroes, -len % 4);
}

/* A note of the dump, whose header is at offset at of the collected ones. */
static void turn_note(struct engine *e, const struct dump_note *note, size_t at)
{
	uint8_t *head = (uint8_t *)e->notes.data + at;

	for (size_t i = 0; i < 12; i += 4)
		put_u32(head + i, get_u32(head + i, e->dump->big_endian), e->big_endian);
	note_order_swap(e->dump->elf_machine, note, head + (note->desc - e->dump->notes - note->header_offset));
}

/*
 * The notes of outputs: the dump's up to the first malformed one, and VMCOREINFO if it is not among them. Not ERASEINFO:
 * the writers know where that belongs.
 */
static int collect_notes(struct engine *e)
{
	const struct dump *d = e->dump;
	const struct vmcoreinfo *v = &e->kernel->vmci;
	unsigned int nr_notes = 0;
	struct dump_note note;
	size_t pos = 0;

	/* QEMU's headers are in the order of the CPU at the moment of the dump: readers expect the kernel's */
	e->big_endian = e->kernel->has_space && note_order_known(d->elf_machine) ? e->kernel->big_endian : d->big_endian;
	for (size_t start = 0; dump_next_note(d, &pos, &note); start = pos) {
		if (!strcmp(note.name, "ERASEINFO") && note.type == 0)
			continue;
		/* one that is not of this kernel, or is empty, gives way to the right one */
		if (!strcmp(note.name, "VMCOREINFO") && note.type == 0 && v->text &&
		    (e->kernel->note_dropped || !note.desc_len || !*note.desc))
			continue;
		if (!strcmp(note.name, "CORE") && note.type == NT_PRSTATUS) {
			nr_notes++;
			/* diskdump's notes of CPUs that it has no registers of are empty */
			e->nr_registers += !bytes_are_zero(note.desc, note.desc_len);
		}
		if (!strcmp(note.name, "VMCOREINFO") && note.type == 0 && note.desc_len) {
			e->vmcoreinfo_offset = e->notes.len + (size_t)(note.desc - d->notes) - start;
			e->vmcoreinfo_len = strnlen((const char *)note.desc, note.desc_len);
		}
		out_write(&e->notes, d->notes + start, pos - start);
		if (e->big_endian != d->big_endian && !e->notes.error)
			turn_note(e, &note, e->notes.len - (pos - note.header_offset));
	}
	e->nr_cpus = nr_notes ? nr_notes : d->nr_cpus;
	if (!e->vmcoreinfo_len && v->text && !e->kernel->hypervisor) {
		static const char zeroes[4];

		out_write(&e->notes, zeroes, -e->notes.len % 4);
		e->vmcoreinfo_offset = e->notes.len + 12 + 12;	/* header, "VMCOREINFO" padded */
		e->vmcoreinfo_len = v->len;
		put_note(&e->notes, e->big_endian, "VMCOREINFO", 0, v->text, v->len);
	}
	return e->notes.error;
}

/* From here on in pages of the kernel's size. */
static int setup_page_size(struct engine *e)
{
	if (e->kernel->page_shift == e->pages->page_shift)
		return 0;
	e->repaged = repage_new(e->pages, e->kernel->page_shift);
	if (!e->repaged)
		return -ENOMEM;
	e->pages = e->repaged;
	kernel_set_pages(e->kernel, e->pages);
	return 0;
}

/* What is opened later is not found by a path from where the program was started: a daemon is somewhere else. */
static int setup_facts(struct engine *e)
{
	e->facts = facts_new(e->kernel, e->vmlinux_path ? e->vmlinux_path : e->vmlinux);
	return e->facts ? 0 : -ENOMEM;
}

static void setup_classes(struct engine *e)
{
	struct kernel *k = e->kernel;
	int r;

	if (k->hypervisor) {
		e->why_no_classes = "page structs are dom0's, and -o xen=hypervisor shows Xen itself";
		return;
	}
	if (!k->vmci.text) {
		e->why_no_classes = k->why_no_space;
		return;
	}
	r = pageclass_setup(&e->rules, k, &e->why_no_classes);
	if (!r)
		r = memmap_open(k, &e->memmap, &e->why_no_classes);
	if (!r)
		e->why_no_classes = NULL;
}

static int setup_ram(struct engine *e)
{
	uint64_t max_pfn = e->pages->max_pfn;

	/* under Xen they tell of dom0's memory only */
	if (e->memmap && !e->kernel->xen) {
		const struct memmap_section *last = &e->memmap->sections[e->memmap->nsections - 1];

		max_pfn = last->first + last->count;
	}
	e->ram = level_new(e->pages, NULL, 0, max_pfn);
	return e->ram ? 0 : -ENOMEM;
}

/* That the pages of domUs can be told is said before there is a mount. */
static int setup_domu(struct engine *e)
{
	const struct xen *x = e->kernel->xen;
	const char *name = e->dump->src->name;
	uint64_t wrong, all;

	if (!e->exclude_domu)
		return 0;
	if (!x)
		return fail(EINVAL, "%s: is no dump of a machine with Xen: it has no note of Xen", name);
	if (!x->has_owners || !x->dom0_pages)
		return fail(ENOTSUP, "%s: pages of domUs cannot be told: %s", name,
			    x->has_owners ? x->why_no_p2m : x->why_no_owners);
	if (domu_check(x, &wrong, &all))
		return fail(ENOTSUP, "%s: pages of domUs cannot be told: by Xen's page_info %llu of %llu pages of dom0 are not its",
			    name, (unsigned long long)wrong, (unsigned long long)all);
	return 0;
}

static void init_once(struct once *o)
{
	*o = (struct once)ONCE_INIT;
}

static int open_engine(const struct engine_options *opt, struct engine *e)
{
	struct kernel_input in = { 0 };
	struct dump_facts facts;
	int r;

	e->vmcoreinfo_file = opt->vmcoreinfo_file;
	e->vmlinux = opt->vmlinux;
	e->vmlinux_path = opt->vmlinux_path;
	e->excluded = opt->excluded;
	e->exclude_domu = opt->exclude_domu;
	e->warn_spool = opt->warn_spool;
	e->sandbox = opt->sandbox;
	e->jobs = (struct jobs)JOBS_INIT;
	kept_init(&e->kept, opt->spool_limit);
	e->proc = calloc(1, sizeof(*e->proc));
	if (!e->proc)
		return -ENOMEM;
	init_once(&e->proc->once);
	init_once(&e->proc->waits_once);
	init_once(&e->note_index.once);
	init_once(&e->regions_once);
	init_once(&e->counts_once);
	init_once(&e->runs_once);
	init_once(&e->classes_once);
	init_once(&e->domu_once);
	for (unsigned int s = 0; s < SELECTIONS; s++) {
		init_once(&e->selections[s].once);
		init_once(&e->selections[s].zero_once);
		init_once(&e->selections[s].kdump_once);
		for (unsigned int i = 0; i <= SPLIT_MAX; i++)
			init_once(&e->selections[s].splits[i].once);
	}
	r = opt->erase_file ? erase_parse_file(opt->erase_file, &e->erase_rules) : 0;
	if (!r)
		r = dump_open_files(&opt->dump, &e->dump);
	if (r)
		return r;
	e->pages = &e->dump->pages;
	e->codec = opt->codec >= 0 ? (enum codec)opt->codec : e->dump->codec ? e->dump->codec : CODEC_ZLIB;
	r = dump_facts_get(e->dump, &in, &facts);
	in.pages = e->pages;
	in.vmcoreinfo_file = opt->vmcoreinfo_file;
	in.vmlinux = opt->vmlinux;
	in.which = opt->which;
	in.text_paddr = opt->text_paddr;
	in.xen = opt->xen;
	in.xen_vmcoreinfo_file = opt->xen_vmcoreinfo_file;
	if (!r)
		r = kernel_open(&in, &e->kernel);
	if (!r)
		kernel_keep_pages(e->kernel);
	e->phys_base_hint = in.has_phys_base ? in.phys_base : 0;
	dump_facts_free(&facts);
	if (!r)
		r = setup_page_size(e);
	if (!r)
		r = setup_facts(e);
	if (!r)
		r = engine_setup_erase(e);
	if (!r)
		r = collect_notes(e);
	if (r)
		return r;
	setup_classes(e);
	/* contract: so much and a byte for each page that is stored */
	memory_allow(pages_readable_few(e->pages));
	r = setup_ram(e);
	return r ? r : setup_domu(e);
}

/* What a passing fault hid (a kernel without a log, levels that cannot be told) must not be what the mount shows for ever. */
int engine_open(const struct engine_options *opt, struct engine **out)
{
	struct engine *e = calloc(1, sizeof(*e));
	struct fault_watch watch;
	char why[768];
	bool known;
	int r, fault;

	if (!e)
		return -ENOMEM;
	fault_watch_begin(&watch);
	log_keep_warnings(&e->warnings);
	r = open_engine(opt, e);
	log_keep_warnings(NULL);
	fault = fault_watch_end(&watch);
	if (!r && fault) {
		known = log_held_damage(why, sizeof(why));
		r = fail(-fault, "%s: could not be read while it was opened: %s%s%s; this may pass: try again", e->dump->src->name,
			 strerror(-fault), known ? ": " : "", known ? why : "");
	}
	if (r)
		engine_close(e);
	else
		*out = e;
	return r;
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	out_free(&e->warnings);
	free(e->note_index.at);
	if (e->proc && e->proc->proc)
		e->proc->free(e->proc->proc);
	if (e->proc)
		free(e->proc->waits);
	free(e->proc);
	kept_free(&e->kept);
	for (unsigned int s = 0; s < SELECTIONS; s++) {
		for (unsigned int i = 0; i <= SPLIT_MAX; i++) {
			free(e->selections[s].splits[i].parts);
			free(e->selections[s].splits[i].starts);
		}
		lost_free(e->selections[s].without_lost);
		level_free(e->selections[s].without_zero);
		level_free(e->selections[s].pages);
	}
	level_free(e->without_domu);
	level_free(e->ram);
	classify_free(e->classes);
	memmap_close(e->memmap);
	free(e->source_maps);
	facts_free(e->facts);
	out_free(&e->notes);
	kernel_close(e->kernel);
	erase_free(e->erased);
	repage_free(e->repaged);
	erase_list_free(&e->erase_list);
	erase_rules_free(e->erase_rules);
	out_free(&e->eraseinfo);
	dump_close(e->dump);
	free(e);
}

static int compute_counts(void *arg)
{
	struct engine *e = arg;

	pages_count(e->pages, e->counts);
	return 0;
}

const uint64_t *engine_counts(struct engine *e)
{
	once_run(&e->counts_once, compute_counts, e);
	return e->counts;
}

static int compute_runs(void *arg)
{
	struct engine *e = arg;

	e->few_runs = pages_have_few_runs(e->pages);
	return 0;
}

bool engine_has_few_runs(struct engine *e)
{
	once_run(&e->runs_once, compute_runs, e);
	return e->few_runs;
}

bool engine_has_selection(const struct engine *e, unsigned int sel)
{
	if (selection_lacks_vmemmap(sel))
		return e->memmap && vmemmap_known(e->memmap);
	return e->memmap || !(selection_level(sel) & ~(unsigned int)LEVEL_ZERO);
}

static int compute_classes(void *arg)
{
	struct engine *e = arg;
	struct job job;
	int r;

	classify_free(e->classes);
	e->classes = NULL;
	job_start(&e->jobs, &job, "reading page structs");
	r = classify_run(e->memmap, &e->rules, &job.progress, &e->classes);
	job_end(&e->jobs, &job);
	return r;
}

int engine_classes(struct engine *e, const struct classes **out)
{
	int r;

	*out = NULL;
	if (!e->memmap)
		return -ENOTSUP;
	r = once_run(&e->classes_once, compute_classes, e);
	*out = e->classes;
	return r;
}

static int compute_domu(void *arg)
{
	struct engine *e = arg;
	struct bitmap *out;
	struct job job;
	int r;

	level_free(e->without_domu);
	e->without_domu = NULL;
	job_start(&e->jobs, &job, "looking for pages of domUs");
	r = domu_find(e->kernel->xen, e->ram, &job.progress, &out);
	job_end(&e->jobs, &job);
	if (r)
		return r;
	e->without_domu = level_leave_out(e->ram, out);
	if (!e->without_domu)
		bitmap_free(out);
	return e->without_domu ? 0 : -ENOMEM;
}

int engine_base(struct engine *e, const struct pages **out)
{
	int r = e->exclude_domu ? once_run(&e->domu_once, compute_domu, e) : 0;

	*out = e->exclude_domu ? e->without_domu : e->ram;
	return r;
}

struct selection_arg {
	struct engine *e;
	unsigned int sel;
};

/* A level, and what of the vmemmap it does not need. */
static int compute_without_vmemmap(struct selection_arg *a)
{
	struct selection *s = &a->e->selections[a->sel];
	const struct pages *level;
	struct bitmap *out;
	int r = engine_pages(a->e, selection_level(a->sel), false, &level);

	if (!r)
		r = vmemmap_find(a->e->memmap, level, &out);
	if (r)
		return r;
	s->pages = level_leave_out(level, out);
	if (!s->pages) {
		bitmap_free(out);
		return -ENOMEM;
	}
	return 0;
}

static int compute_selection(void *arg)
{
	struct selection_arg *a = arg;
	struct selection *s = &a->e->selections[a->sel];
	const struct classes *classes = NULL;
	const struct pages *base;
	int r;

	level_free(s->pages);
	s->pages = NULL;
	if (selection_lacks_vmemmap(a->sel))
		return compute_without_vmemmap(a);
	if (a->e->memmap && classify_needed(&a->e->rules, a->sel)) {
		r = engine_classes(a->e, &classes);
		if (r)
			return r;
	}
	r = engine_base(a->e, &base);
	if (r)
		return r;
	s->pages = level_new(base, classes, a->sel, base->max_pfn);
	return s->pages ? 0 : -ENOMEM;
}

static int compute_without_zero(void *arg)
{
	struct selection_arg *a = arg;
	struct selection *s = &a->e->selections[a->sel];
	struct job job;
	char name[32];
	int r;

	level_free(s->without_zero);
	s->without_zero = NULL;
	job_start(&a->e->jobs, &job, "looking for zero pages: %s", engine_selection_name(a->sel, name));
	r = level_find_zero(s->pages, &job.progress, &s->without_zero);
	job_end(&a->e->jobs, &job);
	return r;
}

int engine_pages(struct engine *e, unsigned int sel, bool without_zero, const struct pages **out)
{
	struct selection_arg arg = { e, sel };
	struct selection *s = &e->selections[sel];
	int r;

	*out = e->pages;
	if (sel == WHOLE)
		return 0;
	if (!engine_has_selection(e, sel))
		return -ENOTSUP;
	r = once_run(&s->once, compute_selection, &arg);
	if (!r)
		*out = s->pages;
	if (!r && without_zero && (selection_level(sel) & LEVEL_ZERO)) {
		r = once_run(&s->zero_once, compute_without_zero, &arg);
		*out = s->without_zero;
	}
	return r;
}

const char *engine_selection_name(unsigned int sel, char buf[32])
{
	if (sel == WHOLE)
		snprintf(buf, 32, "all pages");
	else
		snprintf(buf, 32, "level-%u%s", selection_level(sel), selection_lacks_vmemmap(sel) ? "+vmemmap" : "");
	return buf;
}

const char *engine_machine(const struct engine *e)
{
	const char *name;

	if (e->kernel->arch)
		return e->kernel->arch->name;
	name = arch_name(e->dump->elf_machine, e->dump->elf_class, e->dump->big_endian);
	return name ? name : e->dump->uts[4][0] ? e->dump->uts[4] : "unknown";
}
