/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keep_pages DUMP OUT: a dump with nothing but the pages that are read for the questions on standard input. It is
 * opened as the program opens it (the kernel's space, its log, its memory model), through a page source that notes what
 * is read. OUT is kdump-compressed and has the notes and header facts of DUMP; all other pages of the machine are
 * excluded.
 *
 *	read ADDRESS BYTES	memory at a kernel address
 *	walk ADDRESS		the tables that lead to it
 *	page PFN		a page, whatever is in it, and its page struct
 *
 * All numbers are hexadecimal. No answers are printed: tests know them from elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bitmap.h"
#include "base/io.h"
#include "base/recorder.h"
#include "base/repage.h"
#include "filter/level.h"
#include "formats/open.h"
#include "formats/reader/dump.h"
#include "formats/reader/notes.h"
#include "formats/write/kdump.h"
#include "fs/views/dump_facts.h"
#include "kernel/kernel.h"
#include "kernel/log/printk.h"
#include "kernel/opening/open.h"
#include "kernel/pages/memmap.h"

#define MAX_READ (1u << 20)

static void check(int r, const char *what)
{
	if (!r)
		return;
	fprintf(stderr, "keep_pages: %s: %s\n", what, strerror(-r));
	exit(1);
}

static void *checked(void *p)
{
	check(p ? 0 : -ENOMEM, "memory");
	return p;
}

/* A page, whatever is in it. */
static void keep(const struct pages *recorder, uint64_t pfn)
{
	void *page = checked(malloc(pages_size(recorder)));

	pages_read(recorder, pfn, page);
	free(page);
}

static void open_kernel(const struct dump *d, const struct pages *ps, const struct kernel *before, struct kernel **out)
{
	struct kernel_input in = { 0 };
	struct dump_facts facts;

	check(dump_facts_get(d, &in, &facts), "facts");
	in.pages = ps;
	if (before && before->vmci_found) {	/* a search would read all memory */
		in.vmcoreinfo = before->vmci.text;
		in.vmcoreinfo_len = before->vmci.len;
	}
	check(kernel_open(&in, out), "kernel");
	dump_facts_free(&facts);
}

static void read_page_struct(const struct memmap *m, uint64_t pfn)
{
	uint64_t unreadable = 0;
	uint8_t *buf = checked(malloc(m->struct_bytes));

	for (size_t i = 0; i < m->nsections; i++)
		if (pfn >= m->sections[i].first && pfn - m->sections[i].first < m->sections[i].count)
			memmap_read(m, &m->sections[i], pfn, 1, buf, &unreadable);
	free(buf);
}

/* What a mount reads whatever is asked for: info, dmesg, the regions for headers of ELF. */
static void read_always(const struct kernel *k)
{
	struct outbuf log = OUTBUF_INIT;
	struct mapping region;

	check(k->has_space ? 0 : -ENOTSUP, k->why_no_space ? k->why_no_space : "no address space");
	check(printk_render(k, &log), "log");
	out_free(&log);
	kernel_image(k, &region);		/* not every architecture has them */
	kernel_direct_map(k, &region);
}

static void answer(const struct pages *rec, const struct kernel *k, const struct memmap *m, const char *line)
{
	uint64_t at, bytes;
	struct walk w;

	if (sscanf(line, "read %" SCNx64 " %" SCNx64, &at, &bytes) == 2 && bytes && bytes <= MAX_READ) {
		void *buf = checked(malloc(bytes));

		check(kernel_read(k, at, buf, bytes), line);
		free(buf);
	} else if (sscanf(line, "walk %" SCNx64, &at) == 1) {
		check(space_walk(&k->space, at, &w), line);
	} else if (sscanf(line, "page %" SCNx64, &at) == 1 && at < rec->max_pfn) {
		keep(rec, at);
		if (m)
			read_page_struct(m, at);
	} else {
		check(-EINVAL, line);
	}
}

/* The selection: what machine has, but only the pages that were read. */
static const struct pages *only_read(const struct pages *machine, const struct pages *rec)
{
	struct bitmap *out = checked(bitmap_new(machine->max_pfn));

	for (uint64_t pfn = 0; pfn < machine->max_pfn; pfn++)
		if (!recorder_has(rec, pfn))
			check(bitmap_set(out, pfn), "memory");
	return checked(level_leave_out(machine, out));
}

/* What headers say: the dump's own notes; VMCOREINFO only if it is one of them. */
static void fill_output(const struct dump *d, const struct kernel *k, struct kdump_output *o)
{
	struct dump_note note;
	size_t pos = 0;

	*o = (struct kdump_output){
		.big_endian = d->big_endian, .timestamp = d->timestamp, .codec = CODEC_ZSTD, .phys_base = d->phys_base,
		.nr_cpus = d->nr_cpus, .notes = d->notes, .notes_len = d->notes_len,
	};
	while (dump_next_note(d, &pos, &note)) {
		if (!strcmp(note.name, "VMCOREINFO") && note.desc_len) {
			o->vmcoreinfo_offset = (size_t)(note.desc - d->notes);
			o->vmcoreinfo_len = strnlen((const char *)note.desc, note.desc_len);
		}
		o->nr_cpus += !d->nr_cpus && !strcmp(note.name, "CORE") && note.type == 1;
	}
	memcpy(o->uts, d->uts, sizeof(o->uts));
	if (!o->uts[0][0]) {		/* ELF has no names, only the machine's number */
		memcpy(o->uts[0], "Linux", 6);
		memcpy(o->uts[2], k->release, sizeof(o->uts[2]));
		snprintf(o->uts[4], sizeof(o->uts[4]), "%s", k->arch->name);
	}
}

static void save(const struct layout *l, const char *path)
{
	static char buf[1 << 20];
	uint64_t size = layout_size(l);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	check(fd < 0 ? -errno : 0, path);
	for (uint64_t at = 0, n; at < size; at += n) {
		n = size - at < sizeof(buf) ? size - at : sizeof(buf);
		check(layout_read(l, buf, n, at), path);
		check(io_write(fd, buf, n), path);
	}
	check(close(fd) ? -errno : 0, path);
}

int main(int argc, char **argv)
{
	const char *paths[1], *why = NULL;
	const struct pages *machine, *kept, *below;
	uint64_t counts[PAGE_DATA + 1], max_pfn;
	struct pages *repaged = NULL, *rec;
	struct memmap *m = NULL;
	struct kernel *full, *k;
	struct kdump_output o;
	struct layout *l;
	struct dump *d;
	char line[256];

	if (argc != 3) {
		fprintf(stderr, "usage: keep_pages DUMP OUT <QUESTIONS\n");
		return 1;
	}
	paths[0] = argv[1];
	check(dump_open_files(&(struct dump_request){ .paths = paths, .npaths = 1 }, &d), argv[1]);
	open_kernel(d, &d->pages, NULL, &full);
	if (full->page_shift != d->pages.page_shift)
		repaged = checked(repage_new(&d->pages, full->page_shift));
	below = repaged ? repaged : &d->pages;

	rec = checked(recorder_new(below));
	open_kernel(d, rec, full, &k);
	if (full->vmci_found)
		keep(rec, full->vmci_paddr >> below->page_shift);
	read_always(k);
	if (memmap_open(k, &m, &why))
		fprintf(stderr, "keep_pages: no page structs: %s\n", why);
	while (fgets(line, sizeof(line), stdin))
		answer(rec, k, m, line);

	max_pfn = m ? m->sections[m->nsections - 1].first + m->sections[m->nsections - 1].count : below->max_pfn;
	machine = checked(level_new(below, NULL, 0, max_pfn < below->max_pfn ? max_pfn : below->max_pfn));
	kept = only_read(machine, rec);
	fill_output(d, k, &o);
	check(write_kdump(machine, kept, &o, NULL, &l), argv[2]);
	save(l, argv[2]);
	pages_count(kept, counts);
	fprintf(stderr, "keep_pages: %" PRIu64 " pages, %" PRIu64 " bytes\n", counts[PAGE_DATA] + counts[PAGE_ZERO],
		layout_size(l));

	layout_unref(l);
	level_free((struct pages *)kept);
	level_free((struct pages *)machine);
	memmap_close(m);
	kernel_close(k);
	recorder_free(rec);
	kernel_close(full);
	repage_free(repaged);
	dump_close(d);
	return 0;
}
