/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF cores of physical memory: /proc/vmcore, makedumpfile -E, QEMU dump-guest-memory, /proc/kcore.
 *
 * Only e_phoff and e_phentsize say where the program headers are: QEMU before 9.0 writes e_ehsize 8, and since 7.2 it
 * puts the section headers first.
 */
#include "formats/reader/reader.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vector.h"
#include "formats/elf/kcore.h"
#include "formats/elf/netdump.h"
#include "formats/reader/byte_pages.h"
#include "formats/reader/notes.h"

#define DUMP_ELF_INCOMPLETE 0x1u		/* e_flags, set by makedumpfile -E when it ran out of space */
#define PHNUM_MAX ((uint64_t)1 << 24)		/* of program headers that are believed */
#define PHDR_BATCH_BYTES 65536u
#define NO_ADDRESS UINT64_MAX			/* p_paddr and p_offset: "has none" (kcore; QEMU with paging) */

struct elf_header {
	uint64_t phoff, shoff;
	uint32_t flags;
	uint16_t type, machine, phentsize, phnum;
};

struct program_header {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* What the program headers told; lives only while opening. */
struct headers {
	size_t cap;				/* of d->segments */
	uint64_t data_end;			/* highest file offset that a PT_LOAD needs */
	uint64_t skipped;			/* PT_LOADs that cannot be */
	uint64_t blank;				/* headers of zeroes at the end of the table */
	uint64_t last_start, last_end;		/* memory of the last PT_LOAD in the table */
	uint64_t loads;				/* PT_LOADs */
	uint64_t load_offset, load_align;	/* of the last one */
	bool descends;				/* one starts below the one before it */
	bool all_at_zero;
};

static int elf_probe(const struct source *src)
{
	uint8_t magic[SELFMAG];
	ssize_t r = source_read_some(src, magic, sizeof(magic), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(magic) && !memcmp(magic, ELFMAG, SELFMAG);
}

static int read_header(struct dump *d, struct elf_header *h)
{
	uint8_t b[sizeof(Elf64_Ehdr)] = { 0 };
	ssize_t n = source_read_some(d->src, b, sizeof(b), 0);
	bool be;

	if (n < (ssize_t)sizeof(Elf32_Ehdr) || (b[EI_CLASS] == ELFCLASS64 && n < (ssize_t)sizeof(b)))
		return fail(EIO, "%s: the file ends inside the ELF header", d->src->name);
	if ((b[EI_CLASS] != ELFCLASS32 && b[EI_CLASS] != ELFCLASS64) ||
	    (b[EI_DATA] != ELFDATA2LSB && b[EI_DATA] != ELFDATA2MSB))
		return fail(EIO, "%s: ELF class %u, byte order %u: no such thing", d->src->name, b[EI_CLASS], b[EI_DATA]);
	d->elf_class = b[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	d->big_endian = be = b[EI_DATA] == ELFDATA2MSB;

	h->type = get_u16(b + 16, be);
	h->machine = get_u16(b + 18, be);
	if (d->elf_class == 64) {
		h->phoff = get_u64(b + 32, be);
		h->shoff = get_u64(b + 40, be);
		h->flags = get_u32(b + 48, be);
		h->phentsize = get_u16(b + 54, be);
		h->phnum = get_u16(b + 56, be);
	} else {
		h->phoff = get_u32(b + 28, be);
		h->shoff = get_u32(b + 32, be);
		h->flags = get_u32(b + 36, be);
		h->phentsize = get_u16(b + 42, be);
		h->phnum = get_u16(b + 44, be);
	}
	if (h->type != ET_CORE)
		return fail(ENOTSUP, "%s: an ELF file, but not a core dump (e_type %u: %s)", d->src->name, h->type,
			    h->type == ET_EXEC || h->type == ET_DYN ? "a program, or a kernel, which -x takes" :
			    h->type == ET_REL ? "a kernel module or an object file" : "no such thing");
	return 0;
}

/* Number of program headers: beyond 65534 it is in sh_info of section 0 (PN_XNUM, elf(5)). */
static int count_headers(const struct dump *d, const struct elf_header *h, uint64_t *count)
{
	size_t size = d->elf_class == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	size_t info = d->elf_class == 64 ? offsetof(Elf64_Shdr, sh_info) : offsetof(Elf32_Shdr, sh_info);
	uint8_t section[sizeof(Elf64_Shdr)];

	*count = h->phnum;
	if (h->phnum != PN_XNUM || !h->shoff)
		return 0;
	if (source_read(d->src, section, size, h->shoff))
		return fail(EIO, "%s: e_phnum refers to section header 0 at offset %#llx, which cannot be read",
			    d->src->name, (unsigned long long)h->shoff);
	*count = get_u32(section + info, d->big_endian);
	return 0;
}

static void decode_program_header(const struct dump *d, const uint8_t *b, struct program_header *p)
{
	bool be = d->big_endian;

	p->type = get_u32(b, be);
	if (d->elf_class == 64) {
		p->offset = get_u64(b + 8, be);
		p->vaddr = get_u64(b + 16, be);
		p->paddr = get_u64(b + 24, be);
		p->filesz = get_u64(b + 32, be);
		p->memsz = get_u64(b + 40, be);
		p->align = get_u64(b + 48, be);
		return;
	}
	p->offset = get_u32(b + 4, be);
	p->vaddr = get_u32(b + 8, be);
	p->paddr = get_u32(b + 12, be);
	p->filesz = get_u32(b + 16, be);
	p->memsz = get_u32(b + 20, be);
	p->align = get_u32(b + 28, be);
	if (p->paddr == UINT32_MAX)
		p->paddr = NO_ADDRESS;
	if (p->offset == UINT32_MAX && !p->filesz)
		p->offset = NO_ADDRESS;
}

static int add_segment(struct dump *d, struct headers *hs, const struct program_header *p)
{
	return vector_push(d->segments, d->nsegments, hs->cap, (struct dump_segment){
		.vaddr = p->vaddr, .paddr = p->paddr, .memsz = p->memsz, .filesz = p->filesz,
	});
}

static int take_load(struct dump *d, struct headers *hs, struct program_header *p)
{
	int r;

	if (p->paddr == NO_ADDRESS)
		return 0;
	p->memsz = max_u64(p->memsz, p->filesz);
	r = byte_pages_add(d->priv, p->paddr, p->memsz, p->offset, p->filesz);
	if (r == -ERANGE)
		hs->skipped++;
	if (r)
		return r == -ERANGE ? 0 : r;
	if (p->paddr)
		hs->all_at_zero = false;
	hs->descends |= p->paddr < hs->last_start;
	hs->last_start = p->paddr;
	hs->last_end = p->paddr + p->memsz;
	if (p->filesz)
		hs->data_end = max_u64(hs->data_end, p->offset + p->filesz);
	return add_segment(d, hs, p);
}

static int take_header(struct dump *d, struct headers *hs, const uint8_t *bytes)
{
	struct program_header p;

	hs->blank = bytes_are_zero(bytes, d->elf_class == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ? hs->blank + 1 : 0;
	decode_program_header(d, bytes, &p);
	d->elf_notes_aligned |= p.type == PT_NOTE && p.align == 4;
	if (p.type == PT_NOTE)
		return dump_add_notes(d, p.offset, p.filesz);
	if (p.type != PT_LOAD)
		return 0;
	hs->loads++;
	hs->load_offset = p.offset;
	hs->load_align = p.align;
	return take_load(d, hs, &p);
}

static int read_program_headers(struct dump *d, const struct elf_header *h, struct headers *hs)
{
	size_t size = d->elf_class == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), batch;
	uint64_t count, stored, done;
	uint8_t *buf;
	int r;

	r = count_headers(d, h, &count);
	if (r)
		return r;
	if (count && h->phentsize < size)
		return fail(EIO, "%s: e_phentsize %u is too small", d->src->name, h->phentsize);
	stored = h->phoff < d->src->size ? (d->src->size - h->phoff) / (h->phentsize ? h->phentsize : 1) : 0;
	if (stored < count) {
		d->incomplete = true;
		log_warn("%s: the file ends inside the program headers: %llu of %llu are there", d->src->name,
			 (unsigned long long)stored, (unsigned long long)count);
		count = stored;
	}
	if (count > PHNUM_MAX)
		return fail(EIO, "%s: %llu program headers are not believed", d->src->name, (unsigned long long)count);

	batch = PHDR_BATCH_BYTES / (h->phentsize ? h->phentsize : 1);
	batch = (size_t)min_u64(batch ? batch : 1, count);
	if (!batch)
		return 0;
	buf = memory_malloc(batch * h->phentsize);
	if (!buf)
		return -ENOMEM;
	for (done = 0; done < count && !r; done += batch) {
		batch = (size_t)min_u64(batch, count - done);
		r = source_read(d->src, buf, batch * h->phentsize, h->phoff + done * h->phentsize);
		if (r)
			fail(-r, "%s: program headers at offset %#llx cannot be read", d->src->name,
			     (unsigned long long)(h->phoff + done * h->phentsize));
		for (size_t i = 0; i < batch && !r; i++)
			r = take_header(d, hs, buf + i * h->phentsize);
	}
	free(buf);
	return r;
}

static void warn_about(struct dump *d, const struct elf_header *h, const struct headers *hs)
{
	const char *name = d->src->name;

	if (hs->skipped) {
		d->incomplete = true;
		log_warn("%s: %llu PT_LOAD headers with impossible addresses are ignored", name,
			 (unsigned long long)hs->skipped);
	}
	d->elf_flags = h->flags & ~DUMP_ELF_INCOMPLETE;
	if (h->flags & DUMP_ELF_INCOMPLETE) {
		d->incomplete = true;
		log_warn("%s: its writer marked the dump as incomplete", name);
	}
	if (hs->data_end > d->src->size && d->live) {
		d->src->size = hs->data_end;
	} else if (hs->data_end > d->src->size) {
		d->incomplete = true;
		log_warn("%s: the file is truncated: its headers describe %llu bytes, it has %llu", name,
			 (unsigned long long)hs->data_end, (unsigned long long)d->src->size);
	}
	if (hs->all_at_zero && d->nsegments > 1)
		log_warn("%s: all PT_LOAD headers give physical address 0: physical memory cannot be told apart", name);
}

/*
 * makedumpfile -E leaves room for all headers, and what it had not written when it was stopped is zero. The machine may
 * have had memory anywhere but where the others say; as its headers rise after those of the kernel image, only behind the
 * last one. That memory must not pass for a hole: it is there, with its data behind the end of the file.
 */
static int add_lost_memory(struct dump *d, struct headers *hs)
{
	struct byte_pages *b = d->priv;
	uint64_t at = hs->descends ? hs->last_end : 0;
	size_t n;
	int r;

	if (!hs->blank || !b->mem.n)
		return 0;
	d->incomplete = true;
	log_warn("%s: its last %llu program headers were not written; some memory is missing", d->src->name,
		 (unsigned long long)hs->blank);
	r = extents_resolve(&b->mem, EXTENTS_LOWEST_OFFSET);
	n = b->mem.n;
	for (size_t i = 0; i < n && !r; i++) {
		struct extent e = b->mem.list[i];
		uint64_t end;

		if (e.start > at && !add_overflows(d->src->size, e.start - at, &end)) {
			r = extents_add(&b->mem, at, e.start - at, 0);
			if (!r)
				r = extents_add(&b->data, at, e.start - at, d->src->size);
		}
		at = max_u64(at, e.start + e.len);
	}
	return r;
}

/* The kernel and gdb write these two for processes only. */
static bool is_process(const struct dump *d, const struct headers *hs)
{
	struct dump_note note;

	return hs->all_at_zero && (netdump_note(d, "CORE", NT_AUXV, &note) || netdump_note(d, "CORE", NT_FILE, &note));
}

static void choose_page_shift(struct dump *d)
{
	uint64_t bytes;

	d->pages.page_shift = d->live ? page_shift_of((uint64_t)sysconf(_SC_PAGESIZE)) : PAGE_SHIFT_MIN;
	if (!dump_vmcoreinfo_number(d, "PAGESIZE=", &bytes))
		return;
	if (page_shift_of(bytes))
		d->pages.page_shift = page_shift_of(bytes);
	else
		log_warn("%s: VMCOREINFO says PAGESIZE=%llu, which is not believed", d->src->name,
			 (unsigned long long)bytes);
}

/* Memory for a crash kernel is none of this one's, and may be protected from reading. */
static int remove_crash_memory(struct byte_pages *b)
{
	struct extents crash = { 0 };
	int r = kcore_iomem_ranges("/proc/iomem", "Crash kernel", &crash);

	if (!r)
		r = extents_resolve(&b->data, EXTENTS_LOWEST_OFFSET);
	if (!r)
		r = extents_resolve(&b->mem, EXTENTS_LOWEST_OFFSET);
	if (!r)
		r = extents_remove(&b->data, &crash);
	if (!r)
		r = extents_remove(&b->mem, &crash);
	extents_free(&crash);
	return r;
}

static int elf_open(struct dump *d)
{
	struct headers hs = { .all_at_zero = true };
	struct elf_header h = { 0 };
	int r;

	d->priv = calloc(1, sizeof(struct byte_pages));
	if (!d->priv)
		return -ENOMEM;
	r = read_header(d, &h);
	if (r)
		return r;
	d->elf_machine = h.machine;
	r = read_program_headers(d, &h, &hs);
	if (!r)
		r = dump_find_vmcoreinfo(d);
	if (!r)
		r = dump_find_eraseinfo(d);
	if (r)
		return r;
	if (is_process(d, &hs))
		return fail(ENOTSUP, "%s: a core dump of a process, not of a kernel: gdb reads it", d->src->name);
	d->live = kcore_is_live(d);
	netdump_warn_if_partial(d);
	if (!d->live && hs.loads == 1 && d->nsegments == 1)
		r = netdump_fix(d, hs.load_offset, hs.load_align, &hs.data_end);
	if (r)
		return r;
	if (d->live && hs.all_at_zero)
		return fail(ENOTSUP, "%s: it tells no physical addresses: the kernel is older than 4.11", d->src->name);
	choose_page_shift(d);
	r = add_lost_memory(d, &hs);
	if (!r && d->live)
		r = remove_crash_memory(d->priv);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	if (!r && d->live && !d->vmcoreinfo)
		r = kcore_add_vmcoreinfo(d, "/sys/kernel/vmcoreinfo");
	if (r)
		return r;
	if (!d->pages.max_pfn)
		return fail(EIO, "%s: an ELF core without physical memory (%s)", d->src->name,
			    hs.blank ? "its writer stopped before it wrote the program headers" :
			    hs.loads ? "no usable PT_LOAD" : d->notes_len ? "it has notes only, no PT_LOAD" : "no PT_LOAD");
	warn_about(d, &h, &hs);
	return 0;
}

const struct dump_ops elf_dump_ops = {
	.name = "elf",
	.probe = elf_probe,
	.open = elf_open,
	.close = byte_pages_close,
};
