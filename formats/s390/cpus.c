/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lowcores of an s390x machine tell: registers, where VMCOREINFO is. A CPU that is stopped by the dump tool stores
 * its registers in its own lowcore (z/Architecture Principles of Operation, "store status"; the kernel's struct lowcore).
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"
#include "formats/s390/dump.h"

/* Save areas, from LOWCORE_SAVED on */
#define LOWCORE_SAVED	0x1200u
#define SAVED_BYTES	0x200u
#define SAVED_FPRS	0x000u
#define SAVED_GPRS	0x080u
#define SAVED_PSW	0x100u
#define SAVED_PREFIX	0x118u
#define SAVED_FPC	0x11cu
#define SAVED_TODPREG	0x124u
#define SAVED_TIMER	0x128u
#define SAVED_TODCMP	0x130u
#define SAVED_ACRS	0x140u
#define SAVED_CTRS	0x180u

#define PRSTATUS_BYTES	336u		/* struct elf_prstatus of s390x */
#define PRSTATUS_PID	32u
#define PRSTATUS_PSW	112u		/* s390_regs: PSW, general, access registers, original r2 */
#define FPREGSET_BYTES	136u		/* s390_fp_regs: control register, padding, floating point registers */

/* Where the vector registers are saved: all of 0 to 15, the upper halves of which are the floating point registers; 16 to 31 */
#define LOWCORE_VECTORS	0x11b0u
#define VECTOR_BYTES	16u
#define VECTORS_ALIGN	1024u

/* The same place in all versions of the kernel */
#define LOWCORE_NOTE	0xe0cu		/* address of an ELF note with VMCOREINFO */
#define LOWCORE_OS_INFO	0xe18u		/* address of os_info */
#define OS_INFO_MAGIC	0x4f53494e464f535aull	/* OSINFOSZ */
#define OS_INFO_ENTRY0	32u		/* VMCOREINFO: u64 address, u64 size, u32 checksum */
#define TEXT_MAX	(1u << 20)	/* of VMCOREINFO that is believed */

/* Without a word where the file ends before it. */
static int read_memory(const struct dump *d, uint64_t paddr, size_t n, void *buf)
{
	if (paddr >> d->pages.page_shift >= d->pages.max_pfn || pages_lost(&d->pages, paddr >> d->pages.page_shift, 1))
		return -ENODATA;
	return pages_read_bytes(&d->pages, paddr, n, buf, HOLES_FAIL);
}

static int add_cpu(struct dump *d, const uint8_t *saved, unsigned int index)
{
	uint8_t prstatus[PRSTATUS_BYTES] = { 0 }, fpregs[FPREGSET_BYTES] = { 0 };
	const struct {
		const char *name;
		uint32_t type;
		const uint8_t *desc;
		size_t len;
	} notes[] = {
		{ "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus) },
		{ "CORE", NT_FPREGSET, fpregs, sizeof(fpregs) },
		{ "LINUX", NT_S390_TIMER, saved + SAVED_TIMER, 8 },
		{ "LINUX", NT_S390_TODCMP, saved + SAVED_TODCMP, 8 },
		{ "LINUX", NT_S390_TODPREG, saved + SAVED_TODPREG, 4 },
		{ "LINUX", NT_S390_CTRS, saved + SAVED_CTRS, 128 },
		{ "LINUX", NT_S390_PREFIX, saved + SAVED_PREFIX, 4 },
	};
	int r = 0;

	put_u32(prstatus + PRSTATUS_PID, index + 1, true);
	memcpy(prstatus + PRSTATUS_PSW, saved + SAVED_PSW, 16);
	memcpy(prstatus + PRSTATUS_PSW + 16, saved + SAVED_GPRS, 128);
	memcpy(prstatus + PRSTATUS_PSW + 144, saved + SAVED_ACRS, 64);
	memcpy(fpregs, saved + SAVED_FPC, 4);
	memcpy(fpregs + 8, saved + SAVED_FPRS, 128);
	for (size_t i = 0; i < ARRAY_SIZE(notes) && !r; i++)
		r = dump_add_note(d, notes[i].name, notes[i].type, notes[i].desc, notes[i].len);
	return r;
}

static int add_vectors(struct dump *d, uint64_t lowcore)
{
	uint8_t raw[8], saved[32 * VECTOR_BYTES], low[16 * 8];
	uint64_t paddr;
	int r;

	if (read_memory(d, lowcore + LOWCORE_VECTORS, sizeof(raw), raw))
		return 0;
	paddr = get_u64(raw, true);
	if (!paddr || paddr % VECTORS_ALIGN || read_memory(d, paddr, sizeof(saved), saved))
		return 0;
	for (unsigned int i = 0; i < 16; i++)
		memcpy(low + 8 * i, saved + VECTOR_BYTES * i + 8, 8);
	r = dump_add_note(d, "LINUX", NT_S390_VXRS_LOW, low, sizeof(low));
	return r ? r : dump_add_note(d, "LINUX", NT_S390_VXRS_HIGH, saved + 16 * VECTOR_BYTES, 16 * VECTOR_BYTES);
}

int s390_add_cpus(struct dump *d, const struct s390_header *h)
{
	uint8_t saved[SAVED_BYTES];
	unsigned int unread = 0;
	int r = 0;

	if (h->ncpus > S390_CPUS_MAX) {
		log_warn("%s: the header says that there are %u CPUs, more than it has room for: their registers are not known",
			 d->src->name, h->ncpus);
		return 0;
	}
	d->nr_cpus = h->ncpus;
	if (d->elf_class != 64)
		return 0;
	for (unsigned int i = 0; i < h->ncpus && !r; i++) {
		if (read_memory(d, (uint64_t)h->lowcores[i] + LOWCORE_SAVED, sizeof(saved), saved)) {
			unread++;
			continue;
		}
		r = add_cpu(d, saved, i);
		if (!r)
			r = add_vectors(d, h->lowcores[i]);
	}
	if (unread)
		log_warn("%s: the registers of %u of %u CPUs cannot be read: their lowcores are not there", d->src->name, unread,
			 h->ncpus);
	return r;
}

/* Text at paddr, len bytes, which may begin with the header of a note. 0, or -ENOENT: it is none. -ENOMEM. */
static int take_text(struct dump *d, uint64_t paddr, uint64_t len)
{
	static const char name[] = "VMCOREINFO", mark[] = "OSRELEASE=";
	uint8_t head[24];
	int r = -ENOENT;
	char *text;

	if (read_memory(d, paddr, sizeof(head), head))
		return -ENOENT;
	/* u32 length of the name, length of the text, type; the name, padded to 12 bytes */
	if (get_u32(head, true) == sizeof(name) && !memcmp(head + 12, name, sizeof(name))) {
		len = get_u32(head + 4, true);
		paddr += sizeof(head);
	}
	if (len < sizeof(mark) || len > TEXT_MAX)
		return -ENOENT;
	text = memory_malloc(len);
	if (!text)
		return -ENOMEM;
	if (!read_memory(d, paddr, len, text) && !memcmp(text, mark, sizeof(mark) - 1))
		r = dump_set_vmcoreinfo(d, text, len);
	free(text);
	return r;
}

static int text_of_note(struct dump *d)
{
	uint8_t raw[8];

	if (read_memory(d, LOWCORE_NOTE, sizeof(raw), raw))
		return -ENOENT;
	return take_text(d, get_u64(raw, true), 0);
}

static int text_of_os_info(struct dump *d)
{
	uint8_t raw[8], info[OS_INFO_ENTRY0 + 16];
	uint64_t paddr;

	if (read_memory(d, LOWCORE_OS_INFO, sizeof(raw), raw))
		return -ENOENT;
	paddr = get_u64(raw, true);
	if (!paddr || read_memory(d, paddr, sizeof(info), info) ||
	    get_u64(info, true) != OS_INFO_MAGIC)
		return -ENOENT;
	return take_text(d, get_u64(info + OS_INFO_ENTRY0, true), get_u64(info + OS_INFO_ENTRY0 + 8, true));
}

int s390_find_vmcoreinfo(struct dump *d)
{
	int r = text_of_os_info(d);

	if (r == -ENOENT)
		r = text_of_note(d);
	/* else the kernel's own search through memory may find it */
	return r == -ENOENT ? 0 : r;
}
