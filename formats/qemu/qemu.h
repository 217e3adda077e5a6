/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's migration stream (savevm), version 3: what its parts share while they open a dump. All numbers of the stream
 * are big-endian. QEMU: docs/devel/migration/main.rst, migration/savevm.c, migration/ram.c.
 *
 * The stream is a list of sections. Memory comes first: the blocks that it has, then their pages, each behind a header
 * of its own, and again when it was written to in the meantime. Behind it are the devices, whose length only the
 * description at the end of the stream tells.
 *
 * Only formats/qemu/ includes this. Threads: opening: before mount only; qemu_pages_*(): any.
 */
#ifndef VMCOREFS_FORMATS_QEMU_QEMU_H
#define VMCOREFS_FORMATS_QEMU_QEMU_H

#include "base/bitmap.h"
#include "formats/qemu/cursor.h"
#include "formats/reader/dump.h"
#include "formats/reader/x86_cpu.h"
#include "formats/source/parts/extents.h"

#define QEMU_BLOCKS_MAX 4096u

/* A block of memory as QEMU names it: "pc.ram", "pc.bios". */
struct qemu_block {
	char name[256];
	uint64_t size;			/* bytes, whole pages */
	uint64_t first;			/* its first page, in the number space of all blocks; a multiple of 64 */
	uint64_t pages_offset;		/* mapped-ram: of its first page in the source */
	/* mapped-ram: */
	bool has_data;			/* one page at least */
	bool left_out;			/* it is in another file (capability x-ignore-shared) */
	bool lost;			/* nobody knows which pages it has */
};

/* So many records, each behind a header of 8 bytes, lie one after the other; the first payload is at offset. */
struct qemu_stretch {
	uint64_t record, offset;	/* the upper 8 bits of offset: the byte that fills these pages, else 0 */
};

struct qemu_ram {
	struct qemu_block *blocks;	/* owned, in the order of the stream */
	size_t nblocks;
	uint16_t *by_name;		/* owned: indices of blocks */
	uint64_t npages;		/* of the number space */
	unsigned int page_shift;
	bool mapped;			/* mapped-ram: every page has its place */
	/* mapped: of each page, is it in the file? Else of each record: is it a whole page? */
	struct bitmap *data;
	struct extents places;		/* not mapped: page -> record */
	struct qemu_stretch *stretches;	/* owned, not mapped: record -> where it is */
	size_t nstretches, stretches_cap;
	uint64_t nrecords;
	const struct qemu_block *block;	/* while loading: of the last page, also of an earlier section; NULL: none */
	bool complete;			/* its end was seen: pages without a record were left out on purpose */
};

/* What stands at the beginning of the stream about the machine. */
struct qemu_machine {
	char type[256];			/* "pc-q35-7.2"; "": not told, before QEMU 2.4 */
	unsigned int page_shift;
	bool mapped_ram, ignore_shared;	/* capabilities */
};

/* Memory at physical address paddr: len bytes of a block, from offset on. */
struct qemu_piece {
	uint64_t paddr, len, offset;
	const struct qemu_block *block;
};
#define QEMU_PIECES_MAX 1024u
#define QEMU_PFN_MAX ((uint64_t)1 << 40)	/* no memory is there or beyond */
#define QEMU_MEMORY_MAX 240u	/* blocks that are memory: each is two pieces at most */

/* Which blocks are memory. They are borrowed from struct qemu_ram. */
struct qemu_choice {
	const struct qemu_block *memory[QEMU_MEMORY_MAX];	/* that the machine began with, in the order of addresses */
	size_t n;
	uint64_t bytes;
	const struct qemu_block *plugged[QEMU_MEMORY_MAX];	/* the rest */
	size_t nplugged;
};

/* A device virtio-mem tells where its memory is. */
struct qemu_region {
	char device[64];		/* its name, cut: "0000:00:01.0/virtio-mem" */
	uint64_t paddr, len;
};
#define QEMU_REGIONS_MAX 32u

/* What devices tell of the memory. */
struct qemu_facts {
	/* A PC's clock has them for the firmware, in units of 64 KiB. below 0: not told. above: modulo 1 TiB. */
	uint64_t below_4g, above_4g;
	struct qemu_region regions[QEMU_REGIONS_MAX];
	size_t nregions;
	uint32_t note_bytes;		/* of the guest's own note, by the device vmcoreinfo */
	uint64_t note_paddr;
};

struct qemu_savevm {
	struct qemu_ram ram;
	struct qemu_machine machine;
	struct qemu_facts facts;
	struct qemu_piece pieces[QEMU_PIECES_MAX];	/* sorted, disjoint */
	size_t npieces;
	unsigned long damaged;		/* for fail_counted() */
};

/*
 * ram.c: the data of one section "ram" from the cursor to its end. 0; -EAGAIN: the source ends or makes no sense
 * there, without a message; else a negative errno after one.
 */
int qemu_ram_load(struct qemu_ram *ram, const struct qemu_machine *m, struct qemu_cursor *c);
/* All is loaded. 0 or -ENOMEM. */
int qemu_ram_finish(struct qemu_ram *ram);
void qemu_ram_free(struct qemu_ram *ram);

/* pages.c: count > 0 pages of block b from page on, which is a number in the number space of all blocks. */
struct qemu_at {
	const struct qemu_ram *ram;
	const struct qemu_block *b;
	uint64_t page;
};
/* A run of equal state; out->first is not set, and out->count may go beyond the block. */
void qemu_pages_run(const struct qemu_at *at, struct page_run *out);
/* Pages of one run. *damaged: for fail_counted(). */
int qemu_pages_read(const struct qemu_at *at, const struct source *src, uint64_t count, void *buf,
		    unsigned long *damaged);
/* So many of the first ones of a DATA run are not there, since the source ends before. */
/* Of count > 0 DATA pages: so many of the first ones are all lost, or all not. */
uint64_t qemu_pages_alike(const struct qemu_at *at, const struct source *src, uint64_t count);
uint64_t qemu_pages_lost(const struct qemu_at *at, const struct source *src, uint64_t count);

/* machine.c: the architecture of d, as far as the machine and its blocks tell it. */
void qemu_machine_arch(struct dump *d, const struct qemu_savevm *s);
/* Fills pieces. 0; -ENOTSUP, -EINVAL (an option) after a message, -ENOMEM. */
int qemu_machine_layout(struct dump *d, struct qemu_savevm *s);

/*
 * choice.c: usual: names that the machine gives its memory when nobody else names it, up to NULL. 0; -ENOTSUP,
 * -EINVAL (an option) after a message.
 */
int qemu_choose_memory(const struct dump *d, const struct qemu_savevm *s, const char *const *usual, struct qemu_choice *out);
/* The block with this name, or with this id of an object; NULL: there is none. */
const struct qemu_block *qemu_find_block(const struct qemu_ram *ram, const char *name);
/* What the user knows a block by: its object's id. */
const char *qemu_block_id(const struct qemu_block *b);
/* Can the machine have so much memory, by what its clock says? false too when that is not known. */
bool qemu_memory_fits(const struct qemu_facts *f, uint64_t bytes);

/*
 * devices.c: registers as notes of d, whose architecture is known, and facts. Devices begin at offset from of the
 * source. 0 or -ENOMEM; d->without_registers when there are none.
 */
int qemu_devices_load(struct dump *d, uint64_t from);
/* The text of VMCOREINFO if a device tells where it is. The pages of d can be read. 0 or -ENOMEM. */
int qemu_devices_take_note(struct dump *d);
/*
 * What a device virtio-mem begins with: its address, the size of its memory, of a block of it. false: that makes no sense.
 * p: QEMU_REGION_BYTES.
 */
#define QEMU_REGION_BYTES 24u
bool qemu_add_region(struct qemu_facts *f, const char *device, const uint8_t *p);

#endif
