/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened dump, whatever its format: a page source, its notes, and what its headers claim.
 *
 * Immutable after it was opened. Nothing here interprets the kernel in it: that is kernel/.
 *
 * Threads: dump_open_as/dump_close: before mount only; the rest: any.
 */
#ifndef VMCOREFS_FORMATS_READER_DUMP_H
#define VMCOREFS_FORMATS_READER_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outbuf.h"
#include "base/pages.h"
#include "base/source.h"

struct dump_ops;

struct dump_bank {
	uint64_t paddr;			/* of its first byte */
	uint64_t offset, len;		/* in the file; len 0: to its end */
};

/* What is to be opened, as the user told it. Strings are borrowed for the life of the dump, the rest for its opening. */
struct dump_request {
	const char *const *paths;	/* files, or URLs; one dump, or all files of a set in any order */
	size_t npaths;
	bool degraded;			/* files of a set may be missing */
	enum unpack_mode unpack;
	bool raw;			/* it is an image of physical memory, whatever it looks like */
	const struct dump_bank *banks;	/* what of each file is a bank of raw memory, and where; NULL: they are none */
	/* Facts about machines for formats that do not tell them. elf_machine 0, page_shift 0: not given. */
	uint16_t elf_machine;
	uint8_t elf_class;
	bool big_endian;
	unsigned int page_shift;
	uint64_t pci_hole;		/* where memory below 4 GiB ends, the rest being at 4 GiB; 0: not given */
	const char *ram;		/* QEMU: ids of the blocks that are memory, with colons between; NULL: not given */
	const char *plugged;		/* QEMU: ID@ADDRESS of plugged memory, with colons between; NULL: not given */
};

/* What of a request its reader went by; dump_open_files() refuses the rest, or says that it was not needed. */
enum told { TOLD_PCI_HOLE = 1, TOLD_RAM = 2, TOLD_PLUGGED = 4, TOLD_ARCH = 8, TOLD_PAGE_SIZE = 16 };

/* A range that the dump says is mapped: from PT_LOAD headers. memsz > filesz where the tail is not stored. */
struct dump_segment {
	uint64_t vaddr;			/* as in the file: may be 0 or equal to paddr (QEMU) */
	uint64_t paddr, memsz, filesz;
};

/*
 * Pages of a split set that one file has, or that were dumped into a file that is not here: those are DATA as the rest of
 * the set, for they are no hole, and reading them is -EIO.
 */
struct dump_part {
	const char *path;		/* borrowed; NULL: not here */
	uint64_t first, end;		/* pages first to end - 1 */
	uint64_t stored;		/* so many of them were dumped */
};

struct dump {
	struct pages pages;		/* first member: ops get at their dump through it */
	const struct dump_ops *ops;
	struct source *src;		/* owned */
	struct source *log;		/* owned, or NULL: the log that kdump saved beside the dump, as text */
	const struct dump_request *req;	/* while opening only; never NULL then */
	void *priv;			/* the reader's */

	/* ELF identity of the dumped machine. elf_machine 0: unknown. */
	uint16_t elf_machine;
	uint8_t elf_class;		/* 32 or 64 */
	uint32_t elf_flags;		/* e_flags of an ELF, without makedumpfile's mark of incomplete ones */
	bool elf_notes_aligned;		/* an ELF whose PT_NOTE has p_align 4, as newer kernels write it */
	bool big_endian;

	uint8_t *notes;			/* owned: all PT_NOTE contents one after the other, host-independent bytes */
	size_t notes_len, notes_cap;
	char *vmcoreinfo;		/* owned, NUL-terminated text of the VMCOREINFO note, or NULL */
	size_t vmcoreinfo_len;
	bool windows;			/* the note has the header of a Windows crash dump */
	char *eraseinfo;		/* owned, NUL-terminated text of what was erased before, whole lines; or NULL */
	size_t eraseinfo_len, eraseinfo_cap;

	struct dump_segment *segments;	/* owned; ELF only, in file order */
	size_t nsegments;

	/* kdump-compressed header claims; zero or empty for others */
	char uts[6][65];		/* sysname nodename release version machine domainname, NUL-terminated */
	int64_t timestamp;		/* seconds since the epoch; 0: unknown */
	char panic[256];		/* what the kernel said when it died, NUL-terminated; LKCD only */
	int header_version;
	uint32_t status;		/* kdump status flags */
	uint32_t dump_level;		/* bits already filtered */
	bool has_phys_base;
	uint64_t phys_base;		/* sub header: wrong in QEMU's dumps of x86_64 */
	unsigned int nr_cpus;		/* 0: unknown */
	enum codec codec;		/* the codec most pages use, by the header; CODEC_NONE for ELF */

	struct dump_part *parts;	/* owned; of a split set: from page 0 to max_pfn without gaps, else none */
	size_t nparts;

	/* Of a guest whose page tables hold machine addresses: its own physical address, which pages are numbered by. NULL:
	 * they are the same. -EFAULT: it has no such memory. */
	int (*own_address)(const struct dump *d, uint64_t maddr, uint64_t *paddr);

	unsigned int told;		/* enum told, while opening */
	struct outbuf facts;		/* owned: whole lines for info that only the reader can tell */

	bool without_vmemmap;		/* kdump: its writer left out page structs of excluded pages (makedumpfile -e) */
	bool live;			/* /proc/kcore: memory changes while it is read */
	bool incomplete;		/* marked incomplete by its writer, or the file is shorter than its headers say */
	const char *format;		/* "elf", "kdump-compressed" */
	const char *without_registers;	/* borrowed: why there are none although the format has them; or NULL */
};

struct dump_ops {
	const char *name;
	/* 1 mine, 0 not mine, -errno I/O trouble. Looks at bytes only, allocates nothing, says nothing. */
	int (*probe)(const struct source *src);
	/* Fill d (src is set). On failure one message was logged; close is called on the half-open dump. */
	int (*open)(struct dump *d);
	/* Of formats where several files can make one dump, else NULL: n > 0 sources, not all of which need to be of this
	 * format. For n == 1 it is called instead of open. Takes over the sources, also on failure, not the array. */
	int (*open_set)(struct source **srcs, size_t n, const struct dump_request *req, struct dump **out);
	/* Of formats with open_set whose files can be told from whole dumps, else NULL: is src, which is of this format, one
	 * file of several? 1, 0, -errno, logged. */
	int (*is_part)(const struct source *src);
	void (*close)(struct dump *d);		/* must accept a half-open dump; frees priv only */
};

/* One source, of the format that ops reads, as one dump. Takes over src, also on failure. req NULL: nothing is told. Which
 * format a source is of: formats/find.h. */
int dump_open_as(struct source *src, const struct dump_ops *ops, const struct dump_request *req, struct dump **out);
void dump_close(struct dump *d);		/* NULL is fine; closes src too */

#endif
