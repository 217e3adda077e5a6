/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The binary files: what is written of a selection, as ELF, kdump-compressed, LiME or raw memory.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/views/images.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/log.h"
#include "filter/lost.h"
#include "formats/reader/machine.h"
#include "formats/write/elf.h"
#include "formats/write/flattened.h"
#include "formats/write/kdump.h"
#include "formats/write/kdump_emit.h"
#include "formats/write/lime.h"
#include "fs/views/dump_facts.h"

static int compute_regions(void *arg)
{
	struct engine *e = arg;

	if (e->kernel->space.scattered || kernel_image(e->kernel, &e->image))
		e->image.len = 0;
	if (kernel_direct_map(e->kernel, &e->direct))
		e->direct.len = 0;
	if (!e->direct.len) {
		struct mapping image;
		int r = dump_facts_addresses(e->dump, e->pages->page_shift, &e->source_maps, &e->nsource_maps, &image);

		if (r)
			return r;
		if (!e->kernel->has_space)
			e->image = image;
	}
	return 0;
}

/* A passing fault: without the kernel's regions, good for a bound only. */
static int elf_output(struct engine *e, struct elf_output *o)
{
	const struct arch *arch = e->kernel->arch;
	int r = once_run(&e->regions_once, compute_regions, e);

	*o = (struct elf_output){
		.machine = arch ? arch->elf_machine : e->dump->elf_machine ? e->dump->elf_machine : EM_NONE,
		.elf_class = e->dump->elf_class,
		.big_endian = e->big_endian,
		.flags = e->dump->elf_flags,
		.notes_aligned = e->dump->elf_notes_aligned,
		.incomplete = e->dump->incomplete,
		.notes = e->notes.data,
		.notes_len = e->notes.len,
		.eraseinfo = e->eraseinfo.data,
		.eraseinfo_len = e->eraseinfo.len,
		.image = !r && e->image.len ? &e->image : NULL,
		.direct = !r && e->direct.len ? &e->direct : NULL,
		.segments = e->source_maps,
		.nsegments = r ? 0 : e->nsource_maps,
		.holes = e->excluded,
	};
	return r;
}

/* The header's names: the kernel's own, else what the source's header had, else what VMCOREINFO tells. */
static void put_uts(const struct engine *e, char uts[6][65])
{
	if (e->kernel->uts[0][0]) {
		memcpy(uts, e->kernel->uts, sizeof(e->kernel->uts));
		return;
	}
	memcpy(uts, e->dump->uts, sizeof(e->dump->uts));
	if (!uts[0][0] && e->kernel->release[0]) {
		memcpy(uts[0], "Linux", 6);
		memcpy(uts[2], e->kernel->release, sizeof(e->kernel->release));
	}
	/* what the source has may be more exact than the architecture's name: armv7l, i686 */
	if (e->kernel->arch && machine_number(uts[4]) != e->kernel->arch->elf_machine) {
		memset(uts[4], 0, sizeof(uts[4]));
		strncpy(uts[4], e->kernel->arch->name, sizeof(uts[4]) - 1);
	}
}

void image_kdump_output(const struct engine *e, unsigned int sel, enum codec codec, struct kdump_output *o)
{
	const struct selection *s = &e->selections[sel];

	*o = (struct kdump_output){
		.big_endian = e->big_endian,
		.timestamp = e->kernel->crash_time ? e->kernel->crash_time : e->dump->timestamp,
		.codec = codec,
		.copy_raw = codec == e->dump->codec,
		.dump_level = e->dump->dump_level | selection_level(sel),
		.word_bytes = e->kernel->word_bytes,
		.phys_base = e->kernel->has_space ? e->kernel->space.phys_base : e->phys_base_hint,
		.nr_cpus = e->nr_cpus,
		.notes = e->notes.data,
		.notes_len = e->notes.len,
		.vmcoreinfo_offset = e->vmcoreinfo_offset,
		.vmcoreinfo_len = e->vmcoreinfo_len,
		.eraseinfo = e->eraseinfo.data,
		.eraseinfo_len = e->eraseinfo.len,
		.incomplete = e->dump->incomplete || (once_done(&s->kdump_once) && s->without_lost),
		.without_vmemmap = e->dump->without_vmemmap || selection_lacks_vmemmap(sel),
	};
	put_uts(e, o->uts);
}

/* What the dump tells of earlier runs goes into the first part of a set: whoever joins parts joins these texts. */
int image_set_eraseinfo(const struct engine *e, const struct pages *ps, struct kdump_output *o, struct outbuf *text)
{
	if (!o->split || !o->start_pfn)
		out_write(text, e->dump->eraseinfo, e->dump->eraseinfo_len);
	erase_list_text(&e->erase_list, ps, o->start_pfn, o->split ? o->end_pfn : ps->max_pfn, text);
	o->eraseinfo = text->data;
	o->eraseinfo_len = text->len;
	return text->error;
}

static int make_elf(struct engine *e, unsigned int sel, struct layout **out)
{
	struct outbuf text = OUTBUF_INIT;
	struct elf_output o;
	const struct pages *ps;
	int r = engine_pages(e, sel, true, &ps);

	if (!r)
		r = elf_output(e, &o);
	if (r)
		return r;
	out_write(&text, e->dump->eraseinfo, e->dump->eraseinfo_len);
	erase_list_text(&e->erase_list, ps, 0, ps->max_pfn, &text);
	o.eraseinfo = text.data;
	o.eraseinfo_len = text.len;
	r = text.error ? text.error : write_elf(ps, &o, out);
	out_free(&text);
	return r;
}

struct kdump_arg {
	struct engine *e;
	unsigned int sel;
	const struct pages *ps;
};

/* A header can claim any number of pages: the file is no larger for them than for what is there. */
static int compute_kdump_pages(void *arg)
{
	struct kdump_arg *a = arg;
	struct selection *s = &a->e->selections[a->sel];
	unsigned int claims = lost_too_many(a->ps, KDUMP_DESC_BYTES);
	char name[32];

	if (!claims)
		return 0;
	s->without_lost = lost_leave_out(a->ps, claims);
	if (!s->without_lost)
		return -ENOMEM;
	log_warn("%s as kdump-compressed: pages %s, as they are very many, are left out as if the machine did not have them; the dump is marked as incomplete",
		 engine_selection_name(a->sel, name), claims & LOST_PAGES ? "beyond the end of the file" : "that are said to be excluded");
	return 0;
}

/* What a kdump-compressed file of a selection holds. */
int image_kdump_pages(struct engine *e, unsigned int sel, const struct pages **machine, const struct pages **out)
{
	struct kdump_arg arg = { e, sel, e->ram };
	struct selection *s = &e->selections[sel];
	int r = sel != WHOLE ? engine_pages(e, sel, false, &arg.ps) : 0;

	if (!r)
		r = once_run(&s->kdump_once, compute_kdump_pages, &arg);
	*machine = s->without_lost ? s->without_lost : e->ram;
	*out = s->without_lost ? s->without_lost : arg.ps;
	return r;
}

void image_limit_to_part(struct kdump_output *o, const uint64_t starts[2])
{
	o->split = true;
	o->start_pfn = starts[0];
	o->end_pfn = starts[1];
}

static void start_compressing(struct engine *e, struct job *job, unsigned int sel, enum codec codec)
{
	char name[32];

	job_start(&e->jobs, job, "compressing: %s, %s", engine_selection_name(sel, name), codec_name(codec));
}

/* starts: of the part and of the next one, or NULL: it is all one file. */
int image_make_kdump(struct engine *e, unsigned int sel, enum codec codec, const uint64_t starts[2],
		     struct layout **out)
{
	struct outbuf text = OUTBUF_INIT;
	struct kdump_output o;
	const struct pages *machine, *ps;
	struct job job;
	int r = image_kdump_pages(e, sel, &machine, &ps);

	if (r)
		return r;
	image_kdump_output(e, sel, codec, &o);
	if (starts)
		image_limit_to_part(&o, starts);
	if (e->warn_spool)
		o.spool_advice = starts ? "into a file it needs none" : "into a file, or as 'flattened', it needs none";
	r = image_set_eraseinfo(e, ps, &o, &text);
	start_compressing(e, &job, sel, codec);
	if (!r)
		r = write_kdump(machine, ps, &o, &job.progress, out);
	job_end(&e->jobs, &job);
	out_free(&text);
	return r;
}

static int make_raw(struct engine *e, unsigned int sel, struct layout **out)
{
	const struct pages *ps;
	int r = engine_pages(e, sel, false, &ps);
	struct layout *l;
	uint64_t bytes;

	if (r)
		return r;
	if (mul_overflows(ps->max_pfn, pages_size(ps), &bytes))
		return -EFBIG;
	l = layout_new();
	if (!l)
		return -ENOMEM;
	r = layout_add_pages(l, ps, 0, bytes, e->excluded);
	if (r) {
		layout_unref(l);
		return r;
	}
	*out = l;
	return 0;
}

/* With pages of zeroes: what is in no record is no memory to its readers, not zeroes. */
static int make_lime(struct engine *e, unsigned int sel, struct layout **out)
{
	const struct pages *ps;
	int r = engine_pages(e, sel, false, &ps);

	return r ? r : write_lime(ps, e->kernel->big_endian, out);
}

static int make_flattened(struct engine *e, unsigned int sel, struct layout **out)
{
	struct outbuf text = OUTBUF_INIT;
	struct kdump_output o;
	const struct pages *machine, *ps;
	struct job job;
	int r = image_kdump_pages(e, sel, &machine, &ps);

	if (r)
		return r;
	image_kdump_output(e, sel, e->codec, &o);
	r = image_set_eraseinfo(e, ps, &o, &text);
	start_compressing(e, &job, sel, e->codec);
	if (!r)
		r = write_flattened(machine, ps, &o, &job.progress, out);
	job_end(&e->jobs, &job);
	out_free(&text);
	return r;
}

/* The codec of a kdump-compressed image; -1: it is none. */
static int codec_of(enum image_kind kind)
{
	return kind < IMAGE_KDUMP_NONE ? -1 : (int)codecs[kind - IMAGE_KDUMP_NONE];
}

/* IMAGE_KDUMP stands for the one in the codec of the mount. */
static enum image_kind actual_kind(const struct engine *e, enum image_kind kind)
{
	if (kind == IMAGE_KDUMP)
		for (kind = IMAGE_KDUMP_NONE; codec_of(kind) != (int)e->codec;)
			kind++;
	return kind;
}

struct image_arg {
	struct engine *e;
	unsigned int sel;
	enum image_kind kind;
};

static int make_image(void *arg, struct layout **out)
{
	struct image_arg *a = arg;

	switch (a->kind) {
	case IMAGE_ELF:
		return make_elf(a->e, a->sel, out);
	case IMAGE_RAW:
		return make_raw(a->e, a->sel, out);
	case IMAGE_LIME:
		return make_lime(a->e, a->sel, out);
	case IMAGE_FLATTENED:
		return make_flattened(a->e, a->sel, out);
	default:
		return image_make_kdump(a->e, a->sel, (enum codec)codec_of(a->kind), NULL, out);
	}
}

/* As messages call it: with the codec of the mount "dump" is another name of it. */
static void name_image(unsigned int sel, enum image_kind kind, char *buf, size_t size)
{
	static const char *const names[] = {
		[IMAGE_ELF] = "elf", [IMAGE_RAW] = "raw", [IMAGE_LIME] = "lime", [IMAGE_FLATTENED] = "flattened",
	};
	int codec = codec_of(kind);
	char selection[32];

	engine_selection_name(sel, selection);
	if (sel == WHOLE)
		snprintf(buf, size, "%s", codec < 0 ? names[kind] : "kdump-compressed");
	else if (codec < 0)
		snprintf(buf, size, "%s/%s", selection, names[kind]);
	else
		snprintf(buf, size, "%s/dump.%s", selection, codec_name((enum codec)codec));
}

int engine_image(struct engine *e, unsigned int sel, enum image_kind kind, struct layout **out)
{
	struct image_arg arg = { e, sel, actual_kind(e, kind) };
	char name[64];

	name_image(sel, arg.kind, name, sizeof(name));
	return kept_get(&e->kept, &e->selections[sel].images[arg.kind], name, make_image, &arg, out);
}

static int put(void *arg, const void *buf, size_t n)
{
	return output_put(arg, buf, n);
}

static int put_at(void *arg, const void *buf, size_t n, uint64_t off)
{
	return output_put_at(arg, buf, n, off);
}

int image_stream_kdump(const struct pages *machine, const struct pages *ps, const struct kdump_output *o, struct output *out)
{
	struct page_sink sink = { .put = put_at, .arg = out, .filled = !out->empty, .seen_early = true };
	uint64_t size;
	int r;

	out->marked = true;
	r = kdump_emit(machine, ps, o, &sink, NULL, &size);
	if (!r)
		r = output_finish(out, size);
	return out->error ? output_failed(out, out->error) : r;
}

int engine_stream(struct engine *e, unsigned int sel, enum image_kind kind, struct output *out)
{
	struct outbuf text = OUTBUF_INIT;
	struct kdump_output o;
	const struct pages *machine, *ps;
	int r;

	kind = actual_kind(e, kind);
	if (kept_is_there(&e->kept, &e->selections[sel].images[kind]) ||
	    !(kind == IMAGE_FLATTENED || (out->seekable && codec_of(kind) >= 0)))
		return -ENOTSUP;
	r = image_kdump_pages(e, sel, &machine, &ps);
	if (r)
		return r;
	image_kdump_output(e, sel, kind == IMAGE_FLATTENED ? e->codec : (enum codec)codec_of(kind), &o);
	r = image_set_eraseinfo(e, ps, &o, &text);
	if (!r && kind != IMAGE_FLATTENED)
		r = image_stream_kdump(machine, ps, &o, out);
	else if (!r)
		r = write_flattened_stream(machine, ps, &o, NULL, put, out);
	if (kind == IMAGE_FLATTENED && out->error)
		r = output_failed(out, out->error);
	out_free(&text);
	return r;
}

int engine_kdump_overhead(struct engine *e, unsigned int sel, uint64_t *bytes)
{
	struct kdump_output o;
	const struct pages *machine, *ps;
	int r = image_kdump_pages(e, sel, &machine, &ps);

	if (r)
		return r;
	image_kdump_output(e, sel, e->codec, &o);
	*bytes = write_kdump_overhead(ps, &o);
	return 0;
}

void engine_image_size(struct engine *e, unsigned int sel, enum image_kind kind, struct view_size *out)
{
	const struct pages *ps = e->pages;
	struct elf_output elf;
	struct kdump_output kdump;
	const struct image *im;
	uint64_t counts[PAGE_DATA + 1];
	struct layout *l;
	bool cheap;

	kind = actual_kind(e, kind);
	im = &e->selections[sel].images[kind];
	/* of the whole dump, ELF, LiME and raw need its bitmaps only; where these are of very many runs an upper bound is enough
	 * for who only looks */
	cheap = sel == WHOLE && (kind == IMAGE_ELF || kind == IMAGE_LIME || kind == IMAGE_RAW) && engine_has_few_runs(e);
	out->final = kept_size(&e->kept, im, &out->size, &out->data_bytes);
	if (!out->final && cheap && !engine_image(e, sel, kind, &l)) {
		layout_unref(l);
		out->final = kept_size(&e->kept, im, &out->size, &out->data_bytes);
	}
	out->slow = !cheap && !kept_is_there(&e->kept, im);
	if (out->final)
		return;
	switch (kind) {
	case IMAGE_ELF:
		elf_output(e, &elf);
		out->size = out->data_bytes = write_elf_bound(ps, &elf);
		break;
	case IMAGE_RAW:
		out->size = ps->max_pfn << ps->page_shift;
		pages_count_few(ps, counts);
		out->data_bytes = counts[PAGE_DATA] << ps->page_shift;
		break;
	case IMAGE_LIME:
		out->size = out->data_bytes = write_lime_bound(ps);
		break;
	case IMAGE_FLATTENED:
		image_kdump_output(e, sel, e->codec, &kdump);
		out->size = out->data_bytes = write_flattened_bound(ps, &kdump);
		break;
	default:
		image_kdump_output(e, sel, (enum codec)codec_of(kind), &kdump);
		out->size = out->data_bytes = write_kdump_bound(ps, &kdump);
		break;
	}
}
