/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation, one row an architecture. Page tables are read through a page source, never through a dump, so
 * that a test can give a few pages made by hand.
 *
 * All of them are trees of tables (struct radix), next to windows that the processor maps without tables. So an
 * architecture is: how to find the top table (setup), and what an entry means (decode). Walking is in space.c, once.
 *
 * A space is immutable after setup. Threads: any. It borrows its page source.
 */
#ifndef VMCOREFS_ARCH_ARCH_H
#define VMCOREFS_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/registers.h"
#include "arch/unwind.h"
#include "base/pages.h"

struct arch;

#define WALK_MAX_STEPS 6
#define ARCH_VERSION(major, minor, patch) ((unsigned int)(major) << 16 | (minor) << 8 | (patch))

/* Which addresses a tree translates, of va_bits = page_shift + all index bits. */
enum radix_half {
	RADIX_SIGNED,			/* both halves: the bits above are copies of the top one */
	RADIX_LOW,			/* 0 to 2^va_bits - 1 */
	RADIX_HIGH,			/* 2^64 - 2^va_bits to 2^64 - 1 */
	RADIX_BASE,			/* base to base + 2^va_bits - 1 */
	RADIX_REGIONS,			/* ia64: the top 3 index bits are bits 63:61 of the address, between is nothing */
};

struct radix {
	uint64_t root;			/* physical address of the top table */
	unsigned int levels;		/* of tables; level 0 is the last one */
	unsigned int page_shift;
	uint8_t bits[WALK_MAX_STEPS];	/* index bits of each level; level 0 first. 0: this kernel folds it away */
	uint8_t entry_bytes;		/* 4 or 8 */
	uint8_t last_entry_bytes;	/* of level 0 where they differ, else 0 */
	bool big_endian;		/* the entries: ppc64 has them so in little-endian kernels too */
	enum radix_half half;
	uint64_t base;			/* of RADIX_BASE: a multiple of 2^va_bits */
};

/* One translated address space. */
struct space {
	const struct arch *arch;
	const struct pages *mem;
	struct radix tables;
	struct radix more;		/* a second tree, for addresses that are not in the first one; levels 0: there is none */
	uint64_t pa_mask;		/* bits of a table entry that are the physical address, where decode goes by it */
	unsigned int mode;		/* the architecture's own: which form of entries */
	uint64_t empty[WALK_MAX_STEPS];	/* where an entry that maps nothing is not 0: what it is at each level, for decode */
	/* Of a guest whose tables hold machine addresses: its own physical address, which mem is numbered by. NULL: they are the
	 * same. An error: it has no such memory. */
	int (*own_address)(const void *arg, uint64_t maddr, uint64_t *paddr);
	const void *own_arg;
	unsigned int max_tables;	/* space_each() ends after so many; 0: far more than a kernel has */
	bool scattered;			/* what is contiguous to the kernel, the image or the direct map, is so nowhere in memory */
	bool top_byte_ignored;		/* bits 63:56 of an address are a tag: bit 55 stands for them */
	/* What is mapped without tables: owned, see space_close(). They come before the tables. */
	struct mapping *windows;
	size_t nwindows, windows_cap;
	/* The kernel image: text_vaddr + x is at text_paddr + x, for x below text_len (its largest possible size). When
	 * scattered, that is what the kernel takes for its address. */
	uint64_t text_vaddr, text_paddr, text_len;
	uint64_t phys_base;		/* what headers of dumps call so: on x86_64 of the image, elsewhere of memory; 0: nothing */
	bool by_registers;		/* the tables are those that a CPU used, not those that the kernel names */
	struct mapping direct;		/* the direct map where setup knows it; len 0: arch.direct_map looks for it */
};

/* An ELF note of the dump. */
struct arch_note {
	const char *name;
	uint32_t type;
	const uint8_t *desc;
	size_t len;
};

/* What setup may ask about the kernel and its dump. The functions: 0, or -ENOENT when unknown. */
struct arch_query {
	const void *arg;
	int (*symbol)(const void *arg, const char *name, uint64_t *value);	/* SYMBOL(name) */
	int (*number)(const void *arg, const char *name, uint64_t *value);	/* NUMBER(name) */
	int (*size)(const void *arg, const char *name, uint64_t *value);	/* SIZE(name) */
	int (*offset)(const void *arg, const char *name, uint64_t *value);	/* OFFSET(name) */
	int (*plain)(const void *arg, const char *name, uint64_t *value);	/* "name=" with a hexadecimal number */
	int (*config)(const void *arg, const char *name);			/* "name=y" */
	/* Of a guest whose own physical addresses are not those in its page tables: the latter for the former. 0, or an error
	 * when it has none. NULL: they are the same. */
	int (*machine)(const void *arg, uint64_t paddr, uint64_t *maddr);
	const void *machine_arg;
	unsigned int page_shift;	/* of the kernel */
	unsigned int version;		/* major << 16 | minor << 8 | patch, by OSRELEASE; 0: unknown */
	bool has_phys_base;		/* what the dump's headers claim; NUMBER(phys_base) is better */
	uint64_t phys_base;
	const struct mapping *segments;	/* PT_LOADs, in the order of the file */
	size_t nsegments;
	const struct arch_note *notes;
	size_t nnotes;
};

/* What a table entry is. */
enum entry_kind { ENTRY_NONE, ENTRY_TABLE, ENTRY_LEAF };

struct entry_meaning {
	enum entry_kind kind;
	/* ENTRY_TABLE: of the next table; ENTRY_LEAF: of what this entry maps, all of its span: an architecture's page that
	 * is larger than the span of an entry (arm's supersections) counts as so many leaves. */
	uint64_t paddr;
	/* ENTRY_TABLE: the next table has entries first to end - 1 only; end 0: all of them */
	unsigned int first, end;
	/* The entry is for several pages: log2 of their size. What this says is then of the page that vaddr is in, ENTRY_LEAF
	 * or ENTRY_NONE. 0: it is for one page, or a table. */
	uint8_t leaf_shift;
};

/* A walk, for those who want to see it. */
struct walk {
	unsigned int nsteps;
	struct walk_step {
		const char *name;	/* "PGD", ... */
		unsigned int level;
		uint64_t entry_paddr;	/* where the entry is */
		uint64_t entry;
		bool leaf;
	} steps[WALK_MAX_STEPS];
	enum walk_end {
		WALK_MAPPED, WALK_NO_TABLES,	/* no tables have such addresses */
		WALK_NO_ENTRY,			/* the last step maps nothing */
		WALK_SHORT_TABLE,		/* the table below the last step has no entry for it */
		WALK_UNREADABLE,		/* steps[nsteps] says which entry cannot be read */
	} end;
	bool window;			/* no tables: nsteps is 0 */
	uint64_t paddr;
	uint64_t page_bytes;		/* what the last entry maps; of a window: what is left of it */
};

struct arch {
	const char *name;		/* "x86_64": as uname -m has it */
	uint16_t elf_machine;
	uint8_t elf_class;		/* 32 or 64 */
	bool big_endian;
	/* Find the kernel's page tables; s->arch and s->mem are set. NULL: known, translation not supported. -ENOENT, with
	 * *why a short reason, when a fact is missing; -ENOMEM. */
	int (*setup)(struct space *s, const struct arch_query *q, const char **why);
	/* vaddr: any address below this entry (the first one of its span in space_each()). */
	void (*decode)(const struct space *s, unsigned int level, uint64_t entry, uint64_t vaddr, struct entry_meaning *out);
	/* One line of flags of a table entry, space-separated. */
	void (*describe)(const struct space *s, unsigned int level, uint64_t entry, char *buf, size_t size);
	/* Names of the levels, level 0 first; NULL: PTE PMD PUD P4D with the top one called PGD. */
	const char *const *level_names;
	/* What it takes to walk a table that the user names (user_space), for a kernel of which setup finds none: s->arch and
	 * s->mem are set. -ENOENT: it takes more than is known. NULL: it always does. */
	int (*bare)(struct space *s, const struct arch_query *q);
	/*
	 * The address space of a process, or any other, by its top table: pgd is the table's physical address, or what the
	 * processor's register for it holds (CR3, TTBR0, SATP...). out needs no space_close(). -EINVAL: that is no address
	 * of a table. Where bare() does not know their form (tables.levels is 0): -EFAULT, -ENOTUNIQ: forms.h. NULL: not
	 * supported. Call space_user().
	 */
	int (*user_space)(const struct space *kernel, uint64_t pgd, struct space *out);
	/* Lines of VMCOREINFO that no other architecture has, for dumps that do not name their machine: "NUMBER(VA_BITS)";
	 * NULL-terminated; any of them will do. NULL: none. */
	const char *const *marks;
	/* Notes of CPUs, NT_PRSTATUS first, up to one without owner. NULL: not known. */
	const struct note_layout *notes;
	/* A step from a frame of a kernel stack to its caller's: unwind.h. NULL: stacks are searched for return addresses. */
	unwind_fn *unwind;
	/* The direct map of all memory (or, on 32 bits, its lower part). -ENOENT: not found. NULL: setup knows it or nobody. */
	int (*direct_map)(const struct space *s, struct mapping *out);
	/* Where the kernel image is linked and where KASLR may put it, and what its physical address is a multiple of.
	 * image_bytes 0: not known here. */
	uint64_t image_vaddr, image_bytes, image_align;
	/* Size of the pages that map the vmemmap; 0: not known. */
	uint64_t vmemmap_page_bytes;
	/* SPARSEMEM, when the kernel does not say; NULL: it always does */
	void (*sparsemem)(const struct space *s, unsigned int version, unsigned int *section_size_bits,
			  unsigned int *max_physmem_bits);
};

/* NULL-terminated. */
extern const struct arch *const arches[];

/* By ELF machine, class (of the dump: a 32-bit kernel may be in a 64-bit file; 0: unknown) and byte order, or NULL.
 * (What marks tell: kernel.c.) */
const struct arch *arch_find(uint16_t elf_machine, unsigned int elf_class, bool big_endian);
/* The name of a machine whether it is in arches[] or not, or NULL. */
const char *arch_name(uint16_t elf_machine, unsigned int elf_class, bool big_endian);

/* Map [vaddr, vaddr + len) to paddr on without tables. For setup. 0, -ENOMEM. */
int space_add_window(struct space *s, uint64_t vaddr, uint64_t paddr, uint64_t len);
void space_close(struct space *s);		/* frees what setup made; a zeroed space is fine */
/*
 * Find the top table in memory, for setup: it is at root_vaddr, in memory at an address that is the same modulo align (a
 * power of two), and maps itself. All else in s is set up; on success s->tables.root is too. -ENOENT, -EIO.
 */
int space_find_root(struct space *s, uint64_t root_vaddr, uint64_t align);
/*
 * For setup, where entries that map nothing point to a table that maps nothing (mips, loongarch): how many levels the
 * tables at s->tables.root have, and s->empty, by the entry that most of a table's first 2^bits entries are.
 * pointer: the physical address of the table that an entry points to; false: it is no pointer. -ENOENT: not told.
 */
int space_learn_empty(struct space *s, unsigned int bits, bool (*pointer)(uint64_t entry, uint64_t *paddr),
		      unsigned int *levels);
/* For user_space(): what is in kernel, but for its root, its half and all that is the kernel's alone (windows...). */
void space_with_root(const struct space *kernel, uint64_t root, enum radix_half half, struct space *out);

/*
 * The space of other tables than the kernel's: see arch.user_space. vaddr is an address in it: the tables may also be
 * for the kernel's half of addresses where those have a root of their own. -ENOTSUP, -EINVAL, -EFAULT, -ENOTUNIQ.
 */
int space_user(const struct space *kernel, uint64_t pgd, uint64_t vaddr, struct space *out);

/* Number of address bits that the tables translate. */
unsigned int space_va_bits(const struct space *s);

/* -EFAULT: not mapped; -ENODATA, -EIO: a table is not in the dump or damaged. w has the steps up to there, and its end. */
int space_walk(const struct space *s, uint64_t vaddr, struct walk *w);

/*
 * Each mapping in [first, last]: the windows, cut to the range, then one call a leaf entry, in order of addresses. fn: 0
 * to go on, else the walk ends with it. Tables that cannot be read are passed over. -ELOOP: far more tables than a
 * kernel has; -EINVAL: the range is in both halves.
 */
int space_each(const struct space *s, uint64_t first, uint64_t last, int (*fn)(void *arg, const struct mapping *m),
	       void *arg);

/* Translate. *span: bytes from vaddr on that are physically contiguous (at least up to the end of the page that maps
 * it). Errors as space_walk(). */
int space_vtop(const struct space *s, uint64_t vaddr, uint64_t *paddr, uint64_t *span);
/* Is vaddr mapped, to paddr? What setup asks of tables that it is not sure of. */
bool space_maps(const struct space *s, uint64_t vaddr, uint64_t paddr);
/* The first mapping in [first, last], see space_each(). -ENOENT: there is none that can be had. */
int space_first(const struct space *s, uint64_t first, uint64_t last, struct mapping *out);

/* n bytes at vaddr. -EFAULT, -ENODATA, -EIO. */
int space_read(const struct space *s, uint64_t vaddr, void *buf, uint64_t n);

/* -ENOENT: not found. */
int space_direct_map(const struct space *s, struct mapping *out);

/* For describe functions: " name" for each flag that is set, up to size. */
struct entry_flag {
	uint64_t mask, value;		/* set when entry & mask == value */
	const char *name;
};
void entry_describe(uint64_t entry, const struct entry_flag *flags, size_t n, char *buf, size_t size);

#endif
