/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elfcmp [-v] THEIRS OURS KEPT: is OURS the ELF core that makedumpfile -E makes (THEIRS), but for the differences that
 * the man page names? KEPT is a kdump-compressed file of the same selection; its second bitmap tells which pages are
 * kept. 64-bit little-endian, 4 KiB pages. It shares no code with vmcorefs, so that it can judge it. Prints one line,
 * with -v also one for each difference; exit status 0 same, 1 different, 2 trouble.
 *
 * Demanded:
 * - the PT_LOADs outside the kernel image: one for one the same p_vaddr, p_paddr, p_filesz and p_memsz, with the ends of
 *   those in THEIRS rounded up to a page;
 * - the notes: the same bytes;
 * - a kept page in a segment: the same bytes in both, and again at the kernel image's addresses if THEIRS has it there
 *   (OURS may have more: /proc/vmcore ends the image with its last byte, the page tables map it in 2 MiB);
 * - a page that is in a segment and not kept: zeroes in OURS (makedumpfile writes what is in it);
 * - a kept page that is in no segment: all zeroes, that is left out by level bit 1, and in no segment of THEIRS either.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define IMAGE 0xffffffff80000000u		/* the x86_64 kernel image is mapped from here on */

struct file {
	const char *name;
	const uint8_t *map;
	uint64_t size;
	const uint8_t *notes;
	uint64_t notes_len;
	Elf64_Phdr *direct, *image;		/* PT_LOADs by p_paddr */
	unsigned int ndirect, nimage;
};

static const uint8_t zeroes[PAGE];
static unsigned long differences;
static int verbose;

static void differ(const char *what, uint64_t where)
{
	differences++;
	if (verbose)
		printf("%#llx: %s\n", (unsigned long long)where, what);
}

static void trouble(const struct file *f, const char *what)
{
	fprintf(stderr, "elfcmp: %s: %s\n", f->name, what);
	exit(2);
}

static void map_file(struct file *f, const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY);

	f->name = name;
	if (fd < 0 || fstat(fd, &st))
		trouble(f, "cannot be opened");
	f->size = (uint64_t)st.st_size;
	f->map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (f->map == MAP_FAILED)
		trouble(f, "cannot be mapped");
}

static int by_paddr(const void *a, const void *b)
{
	const Elf64_Phdr *x = a, *y = b;

	return (x->p_paddr > y->p_paddr) - (x->p_paddr < y->p_paddr);
}

static void open_elf(struct file *f, const char *name)
{
	Elf64_Ehdr e;

	map_file(f, name);
	if (f->size < sizeof(e) || memcmp(f->map, ELFMAG, SELFMAG))
		trouble(f, "is no ELF file");
	memcpy(&e, f->map, sizeof(e));
	if (e.e_phoff > f->size || e.e_phnum * sizeof(Elf64_Phdr) > f->size - e.e_phoff)
		trouble(f, "has program headers beyond its end");
	f->direct = calloc(e.e_phnum + 1u, sizeof(Elf64_Phdr));
	f->image = calloc(e.e_phnum + 1u, sizeof(Elf64_Phdr));
	if (!f->direct || !f->image)
		trouble(f, "out of memory");
	for (unsigned int i = 0; i < e.e_phnum; i++) {
		Elf64_Phdr p;

		memcpy(&p, f->map + e.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_filesz && (p.p_offset > f->size || p.p_filesz > f->size - p.p_offset))
			trouble(f, "has a segment that ends beyond it");
		if (p.p_type == PT_NOTE) {
			f->notes = f->map + p.p_offset;
			f->notes_len = p.p_filesz;
		} else if (p.p_type == PT_LOAD && p.p_vaddr >= IMAGE) {
			f->image[f->nimage++] = p;
		} else if (p.p_type == PT_LOAD) {
			f->direct[f->ndirect++] = p;
		}
	}
	qsort(f->direct, f->ndirect, sizeof(Elf64_Phdr), by_paddr);
	qsort(f->image, f->nimage, sizeof(Elf64_Phdr), by_paddr);
}

/* The second bitmap; *bits: how many bits it has. */
static const uint8_t *open_kept(struct file *f, const char *name, uint64_t *bits)
{
	uint32_t sub, blocks;

	map_file(f, name);
	if (f->size < 2 * PAGE || memcmp(f->map, "KDUMP   ", 8))
		trouble(f, "is no kdump-compressed file");
	memcpy(&sub, f->map + 432, 4);
	memcpy(&blocks, f->map + 436, 4);
	if ((1 + (uint64_t)sub + blocks) * PAGE > f->size)
		trouble(f, "has a header that does not fit it");
	*bits = (uint64_t)blocks / 2 * PAGE * 8;
	return f->map + (1 + (uint64_t)sub + blocks / 2) * PAGE;
}

static uint64_t round_up(uint64_t n)
{
	return (n + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static void compare_segments(const struct file *a, const struct file *b)
{
	if (a->ndirect != b->ndirect)
		differ("another number of segments", a->ndirect);
	for (unsigned int i = 0; i < a->ndirect && i < b->ndirect; i++) {
		const Elf64_Phdr *p = &a->direct[i], *q = &b->direct[i];

		if (p->p_paddr != q->p_paddr || p->p_vaddr != q->p_vaddr)
			differ("another start of a segment", p->p_paddr);
		else if (round_up(p->p_filesz) != q->p_filesz)
			differ("another p_filesz", p->p_paddr);
		else if (round_up(p->p_memsz) != q->p_memsz)
			differ("another p_memsz", p->p_paddr);
	}
	if (a->notes_len != b->notes_len || memcmp(a->notes, b->notes, a->notes_len))
		differ("other notes", 0);
}

/* The bytes of a page, as far as a segment has them, with zeroes up to a page; NULL: none has. */
static const uint8_t *find(const struct file *f, const Elf64_Phdr *list, unsigned int n, uint64_t paddr, uint8_t *buf)
{
	unsigned int lo = 0, hi = n;
	uint64_t at, len;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (list[mid].p_paddr + list[mid].p_memsz > paddr)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == n || list[lo].p_paddr > paddr || paddr >= list[lo].p_paddr + list[lo].p_filesz)
		return NULL;
	at = paddr - list[lo].p_paddr;
	len = list[lo].p_filesz - at;
	if (len >= PAGE)
		return f->map + list[lo].p_offset + at;
	memset(buf, 0, PAGE);
	memcpy(buf, f->map + list[lo].p_offset + at, len);
	return buf;
}

/* All of the image's segments, in both files, show memory at the same distance. */
static void compare_image(const struct file *a, const struct file *b)
{
	for (unsigned int i = 0; i < a->nimage + b->nimage; i++) {
		const Elf64_Phdr *p = i < a->nimage ? &a->image[i] : &b->image[i - a->nimage];

		if (p->p_vaddr - p->p_paddr != a->image[0].p_vaddr - a->image[0].p_paddr)
			differ("another address of the kernel image", p->p_paddr);
	}
}

int main(int argc, char **argv)
{
	uint64_t bits, same = 0, holes = 0, zero = 0, in_image = 0;
	static uint8_t ba[PAGE], bb[PAGE], bi[PAGE];
	struct file a = { 0 }, b = { 0 }, k = { 0 };
	const uint8_t *kept;

	verbose = argc > 1 && !strcmp(argv[1], "-v");
	if (argc != 4 + verbose)
		return 2;
	open_elf(&a, argv[1 + verbose]);
	open_elf(&b, argv[2 + verbose]);
	kept = open_kept(&k, argv[3 + verbose], &bits);
	compare_segments(&a, &b);
	compare_image(&a, &b);
	for (uint64_t pfn = 0; pfn < bits; pfn++) {
		uint64_t paddr = pfn * PAGE;
		const uint8_t *pa = find(&a, a.direct, a.ndirect, paddr, ba);
		const uint8_t *pb = find(&b, b.direct, b.ndirect, paddr, bb);
		int is_kept = kept[pfn / 8] >> (pfn % 8) & 1;

		if (!pa != !pb) {
			differ(pa ? "in a segment of the first only" : "in a segment of the second only", paddr);
		} else if (!is_kept) {
			holes += !!pb;
			if (pb && memcmp(pb, zeroes, PAGE))
				differ("left out, but there in the second", paddr);
		} else if (!pb) {
			zero++;
		} else if (memcmp(pa, pb, PAGE)) {
			differ("other bytes", paddr);
		} else {
			const uint8_t *image = find(&b, b.image, b.nimage, paddr, bi);

			same++;
			in_image += !!image;
			if (image ? memcmp(image, pb, PAGE) : !!find(&a, a.image, a.nimage, paddr, ba))
				differ("another view of it as part of the kernel image", paddr);
		}
	}
	printf("%llu pages the same, %llu of the kernel image, %llu holes, %llu zero and left out, %lu differences\n",
	       (unsigned long long)same, (unsigned long long)in_image, (unsigned long long)holes, (unsigned long long)zero,
	       differences);
	return differences || !same || !in_image;
}
