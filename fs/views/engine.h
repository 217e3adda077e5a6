/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened dump with everything that views are made of: the dump, its kernel, and what is computed when it is first
 * asked for (classes, selections, images).
 *
 * Threads: engine_open/engine_close: before mount only; the rest: any. Pages, kernel and dump are immutable.
 */
#ifndef VMCOREFS_FS_VIEWS_ENGINE_H
#define VMCOREFS_FS_VIEWS_ENGINE_H

#include "base/layout.h"
#include "base/once.h"
#include "base/outbuf.h"
#include "base/workers.h"
#include "filter/classify.h"
#include "filter/erase_list.h"
#include "filter/erase_parse.h"
#include "filter/level.h"
#include "formats/reader/dump.h"
#include "fs/views/jobs.h"
#include "fs/views/kept.h"
#include "fs/views/output.h"
#include "fs/views/row.h"
#include "kernel/debuginfo/facts.h"
#include "kernel/input.h"
#include "kernel/kernel.h"
#include "kernel/pages/memmap.h"

/* A selection: a level, a level without the page structs of what it leaves out (level-N+vmemmap), or the whole dump. */
#define WITHOUT_VMEMMAP LEVELS		/* added to a level */
#define WHOLE (2 * LEVELS)
#define SELECTIONS (WHOLE + 1)

static inline unsigned int selection_level(unsigned int sel) { return sel == WHOLE ? 0 : sel % LEVELS; }
static inline bool selection_lacks_vmemmap(unsigned int sel) { return sel >= WITHOUT_VMEMMAP && sel < WHOLE; }

enum image_kind {
	IMAGE_ELF, IMAGE_RAW, IMAGE_LIME, IMAGE_FLATTENED,
	IMAGE_KDUMP_NONE, IMAGE_KDUMP_ZLIB, IMAGE_KDUMP_LZO, IMAGE_KDUMP_SNAPPY, IMAGE_KDUMP_ZSTD,	/* as codecs[] */
	IMAGES,
	IMAGE_KDUMP = IMAGES,		/* one of the five: the codec of the mount */
};

/* Parts of a split set: from 2 to this. */
#define SPLIT_MAX 64

/* level-N/split-K */
struct split_files {
	struct once once;		/* for what follows; images are kept's */
	uint64_t *starts;		/* owned, see split_balance() */
	struct image *parts;		/* owned, K of them */
};

struct selection {
	struct once once, zero_once, kdump_once;
	struct pages *pages;		/* owned, or NULL for WHOLE; over those of the level when it lacks its vmemmap */
	struct pages *without_zero;	/* owned: the same with zero pages left out (odd levels) */
	struct pages *without_lost;	/* owned: for kdump outputs, where the dump claims too much; see filter/lost.h */
	struct image images[IMAGES];	/* under the lock of kept */
	struct split_files splits[SPLIT_MAX + 1];
};

/* Where the notes of the dump are: it may have millions. */
struct note_index {
	struct once once;		/* for what follows */
	uint32_t *at;			/* owned: offsets of their headers */
	size_t n;
};

/* What fs/proc keeps. */
struct proc_facts {
	struct once once;		/* for the two that follow */
	struct proc *proc;		/* owned, freed by the function; NULL: it was not asked for */
	void (*free)(struct proc *p);
	struct once waits_once;		/* for what follows */
	struct proc_waits *waits;	/* owned: where tasks wait (fs/proc/waiting.c); NULL: it was not asked for */
};

struct engine {
	struct dump *dump;		/* its facts; its memory is to be had from pages only: there it is erased */
	/*
	 * Memory as all views show it: the dump's, or what the erase rules leave of it (owned then, see erased). Page tables,
	 * the log, page structs are read from here too, so that nothing that is erased can come out in another form. The
	 * rules themselves were applied to the memory of the dump.
	 */
	const struct pages *pages;
	struct pages *repaged;		/* owned, or NULL: the dump's pages have the size of the kernel's */
	struct pages *erased;		/* owned, or NULL: no rules */
	struct erase_rules *erase_rules;	/* owned, or NULL */
	struct erase_list erase_list;
	struct outbuf warnings;		/* of the opening, a line each: info repeats them */
	unsigned int erase_warnings;	/* logged while the rules were applied */
	struct outbuf eraseinfo;	/* of the dump, and of the rules for all of it */

	struct kernel *kernel;
	const char *vmcoreinfo_file, *vmlinux;	/* borrowed, or NULL */
	const char *vmlinux_path;	/* borrowed: the same from /, or NULL */
	enum hole_policy excluded;
	enum codec codec;		/* of kdump outputs */
	struct once counts_once, runs_once;
	uint64_t counts[PAGE_DATA + 1];	/* see engine_counts() */
	bool few_runs;			/* see engine_has_few_runs() */

	struct image executable;	/* vmlinux; under the lock of kept */
	struct note_index note_index;	/* fs/views/notes.c */

	struct proc_facts *proc;	/* owned */

	bool big_endian;		/* of outputs: the kernel's byte order, where the notes can be turned into it */
	struct outbuf notes;		/* for outputs: the dump's, and VMCOREINFO when it was found elsewhere */
	size_t vmcoreinfo_offset, vmcoreinfo_len;	/* of its text in notes */
	unsigned int nr_cpus;		/* of outputs' headers, as makedumpfile has it: notes, else what the dump's header says */
	unsigned int nr_registers;	/* CPUs that have a note which is not empty */

	struct facts *facts;		/* owned: symbols, types, modules */

	struct once regions_once;
	struct mapping image, direct;	/* kernel image, direct map; len 0: not known */
	struct mapping *source_maps;	/* owned: where the direct map is not known, what the dump's segments tell */
	size_t nsource_maps;
	uint64_t phys_base_hint;	/* by the dump's headers; 0: not told */

	struct memmap *memmap;		/* NULL: pages cannot be classified, for this reason: */
	const char *why_no_classes;
	struct pageclass rules;
	struct once classes_once;
	struct classes *classes;
	/* owned: the dump up to the last page that has a page struct: what makedumpfile takes for memory. QEMU's dumps hold
	 * ROM above it, which makes it fail on refiltering. Levels and kdump outputs are made of this. */
	struct pages *ram;
	bool exclude_domu;		/* levels are made of what domu leaves */
	struct once domu_once;
	struct pages *without_domu;	/* owned: ram without the pages of other domains than dom0 */

	struct selection selections[SELECTIONS];

	bool warn_spool;		/* see struct engine_options */
	const char *sandbox;		/* the same */

	struct jobs jobs;		/* that run now */
	struct kept kept;		/* what is made of the selections */
};

/* What the user asks for. Strings are borrowed. */
struct engine_options {
	struct dump_request dump;
	enum hole_policy excluded;
	int codec;			/* of kdump outputs: an enum codec, or -1: the dump's own */
	const char *vmcoreinfo_file;	/* NULL: none */
	const char *vmlinux;		/* NULL: none */
	const char *vmlinux_path;	/* the same from /, or NULL */
	const char *erase_file;		/* rules, see filter/erase_parse.h; NULL: none */
	enum xen_view xen;
	bool exclude_domu;		/* a machine with Xen: levels leave out the pages of other domains than dom0 */
	const char *xen_vmcoreinfo_file;	/* NULL: none */
	uint64_t spool_limit;		/* bytes that are kept in temporary files when nobody has them open */
	const char *sandbox;		/* what is in force of it, a line for info; NULL: not told. Borrowed by the engine */
	bool warn_spool;		/* say so when an image needs a temporary file: for who did not ask for a mount */
	enum kernel_choice which;	/* of several kernels in one memory */
	uint64_t text_paddr;		/* of KERNEL_AT */
};

int engine_open(const struct engine_options *opt, struct engine **out);
void engine_close(struct engine *e);		/* NULL is fine */

/* Can this selection be served? Levels that need no page structs always can. */
bool engine_has_selection(const struct engine *e, unsigned int sel);

/* What levels are made of: e->ram, without the pages of domUs if so wished; they are then found now if need be. */
int engine_base(struct engine *e, const struct pages **out);
/* The classes, computed now if need be. -ENOTSUP when they cannot be had. */
/* Pages of the dump by state: PAGE_DATA + 1 numbers. */
const uint64_t *engine_counts(struct engine *e);
/* Are layouts of all its memory made in no time? See pages_have_few_runs(). */
bool engine_has_few_runs(struct engine *e);
int engine_classes(struct engine *e, const struct classes **out);
/* The pages of a selection; without_zero: zero pages left out too, when the level says so. */
int engine_pages(struct engine *e, unsigned int sel, bool without_zero, const struct pages **out);

/* The file, computed now if need be. One reference for the caller. */
int engine_image(struct engine *e, unsigned int sel, enum image_kind kind, struct layout **out);
/*
 * Straight to an output, without keeping anything: flattened to any, kdump-compressed to one that is seekable. -ENOTSUP for
 * what cannot be written so, or is there already. out->error: it was the output that failed (logged, but for EPIPE);
 * when it had no more room the file is marked as incomplete.
 */
int engine_stream(struct engine *e, unsigned int sel, enum image_kind kind, struct output *out);
/* What can be told without work: the exact size and data bytes when it is cheap or was computed before, else an upper bound. */
void engine_image_size(struct engine *e, unsigned int sel, enum image_kind kind, struct view_size *out);

/* Bytes of the kdump-compressed image of a selection besides its pages. */
int engine_kdump_overhead(struct engine *e, unsigned int sel, uint64_t *bytes);

/* Can it be cut into so many parts? */
bool engine_has_split(const struct engine *e, unsigned int parts);
/* The same three for part i, from 0 on, of a selection as a split set. */
int engine_split_image(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct layout **out);
int engine_split_stream(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct output *out);
void engine_split_size(struct engine *e, unsigned int sel, unsigned int parts, unsigned int i, struct view_size *out);

/* The folder of a selection, "level-31", or "all pages" for WHOLE: into buf. For messages. */
const char *engine_selection_name(unsigned int sel, char buf[32]);
/* For the text views. */
const char *engine_machine(const struct engine *e);

#endif
