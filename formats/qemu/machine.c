/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a machine of QEMU has its memory. The stream does not tell: it names the machine, and its blocks of memory.
 */
#include "formats/qemu/qemu.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define GIB ((uint64_t)1 << 30)
#define BELOW_4G ((uint64_t)1 << 32)

/* Memory from address base on: hw/arm/virt.c, hw/ppc/spapr.c, hw/s390x/s390-virtio-ccw.c, hw/riscv/virt.c. */
static const struct simple_machine {
	const char *block;		/* what memory is called when the user has no name for it */
	const char *type;		/* what names of its types begin with */
	uint64_t base;
	uint16_t elf_machine;		/* 0: several */
	bool big_endian;
	bool plugs;			/* memory that is plugged in begins at the next GiB */
	const char *rom;		/* below base, as in QEMU's own dumps; NULL: none */
	uint64_t rom_base;
} simple_machines[] = {
	{ "mach-virt.ram", "virt-", GIB, 0, false, true, NULL, 0 },
	{ "ppc_spapr.ram", "pseries", 0, EM_PPC64, false, true, NULL, 0 },
	{ "s390.ram", "s390-ccw-virtio", 0, EM_S390, true, false, NULL, 0 },
	{ "riscv_virt_board.ram", "virt", 2 * GIB, EM_RISCV, false, false, "riscv_virt_board.mrom", 0x1000 },
};

static const char *const pc_blocks[] = { "pc.ram", "microvm.ram", NULL };

/* By its own name of memory, else by its type and what only it has. */
static const struct simple_machine *find_simple(const struct qemu_savevm *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(simple_machines); i++)
		if (qemu_find_block(&s->ram, simple_machines[i].block))
			return &simple_machines[i];
	for (size_t i = 0; i < ARRAY_SIZE(simple_machines); i++) {
		const struct simple_machine *m = &simple_machines[i];

		if (m->rom ? !strcmp(s->machine.type, m->type) && qemu_find_block(&s->ram, m->rom) :
		    !strncmp(s->machine.type, m->type, strlen(m->type)))
			return m;
	}
	return NULL;
}

static bool is_microvm(const struct qemu_savevm *s)
{
	return !strncmp(s->machine.type, "microvm", 7);
}

/* Types of PCs have many names; what has the usual names of memory is one, too. */
static bool is_pc(const struct qemu_savevm *s)
{
	for (const char *const *name = pc_blocks; *name; name++)
		if (qemu_find_block(&s->ram, *name))
			return true;
	return !*s->machine.type || !strncmp(s->machine.type, "pc", 2) || strstr(s->machine.type, "q35") ||
	       strstr(s->machine.type, "i440fx") || is_microvm(s);
}

void qemu_machine_arch(struct dump *d, const struct qemu_savevm *s)
{
	const struct simple_machine *m = find_simple(s);

	d->elf_machine = m ? m->elf_machine : EM_X86_64;
	d->big_endian = m && m->big_endian;
	d->elf_class = 64;
	d->told |= TOLD_ARCH;
	if (d->req->elf_machine) {
		d->elf_machine = d->req->elf_machine;
		d->big_endian = d->req->big_endian;
		d->elf_class = d->req->elf_class;
	}
}

/* len bytes of the block from offset on, behind all pieces that there are. */
static void add_piece(struct qemu_savevm *s, uint64_t paddr, const struct qemu_block *b, uint64_t offset, uint64_t len)
{
	if (len)
		s->pieces[s->npieces++] = (struct qemu_piece){ paddr, len, offset, b };
}

/* The end of the memory below 4 GiB: what the clock has for the firmware, else as hw/i386/pc_piix.c, pc_q35.c and
 * microvm.c choose it. */
static uint64_t pci_hole(const struct dump *d, const struct qemu_savevm *s, uint64_t ram_bytes)
{
	const char *type = s->machine.type;

	if (d->req->pci_hole)
		return d->req->pci_hole;
	if (qemu_memory_fits(&s->facts, ram_bytes))
		return s->facts.above_4g ? s->facts.below_4g : ram_bytes;
	if (strstr(type, "q35"))
		return ram_bytes >= 0xb0000000u ? 2 * GIB : ram_bytes;
	if (is_microvm(s))
		return min_u64(ram_bytes, 3 * GIB);
	if (!strstr(type, "pc") && ram_bytes > 2 * GIB)
		log_warn("%s: QEMU machine \"%.64s\": memory above 3 GiB is taken to be where a \"pc\" has it; -o pci_hole= "
			 "tells otherwise", d->src->name, type);
	return ram_bytes >= 0xe0000000u ? 3 * GIB : ram_bytes;
}

/* The firmware ends at 4 GiB; dumps of QEMU have it, too. */
static void add_bios(struct qemu_savevm *s, uint64_t from)
{
	const struct qemu_block *bios = qemu_find_block(&s->ram, "pc.bios");

	if (bios && bios->size <= BELOW_4G - from)
		add_piece(s, BELOW_4G - bios->size, bios, 0, bios->size);
}

static int pc_layout(struct dump *d, struct qemu_savevm *s, const struct qemu_choice *c, uint64_t *end)
{
	uint64_t hole = pci_hole(d, s, c->bytes), at = 0;

	d->told |= TOLD_PCI_HOLE;
	if (hole > BELOW_4G || hole & (((uint64_t)1 << s->ram.page_shift) - 1))
		return fail(EINVAL, "-o pci_hole=: %#llx is not the address of a page below 4 GiB", (unsigned long long)hole);
	for (size_t i = 0; i < c->n; i++) {
		const struct qemu_block *b = c->memory[i];
		uint64_t below = at < hole ? min_u64(b->size, hole - at) : 0;

		add_piece(s, at, b, 0, below);
		at += below;
		if (below == b->size)
			continue;
		if (at == hole) {
			add_bios(s, hole);
			at = BELOW_4G;
		}
		add_piece(s, at, b, below, b->size - below);
		at += b->size - below;
	}
	if (at < BELOW_4G)
		add_bios(s, at);
	*end = max_u64(at, BELOW_4G);
	return 0;
}

static void simple_layout(struct qemu_savevm *s, const struct simple_machine *m, const struct qemu_choice *c, uint64_t *end)
{
	const struct qemu_block *rom = m->rom ? qemu_find_block(&s->ram, m->rom) : NULL;
	uint64_t at = m->base;

	if (rom && rom->size <= m->base - m->rom_base)
		add_piece(s, m->rom_base, rom, 0, rom->size);
	for (size_t i = 0; i < c->n; at += c->memory[i++]->size)
		add_piece(s, at, c->memory[i], 0, c->memory[i]->size);
	*end = at;
}

/* --- plugged memory */

struct plugging {
	struct dump *d;
	struct qemu_savevm *s;
	const struct qemu_choice *c;
	uint64_t start;			/* where the machine has plugged memory; 0: not known */
	bool done[QEMU_MEMORY_MAX];	/* of c->plugged */
};

/* -EINVAL without a message: the block cannot be there, or there is no room for it. */
static int plug(struct plugging *p, size_t i, uint64_t paddr, const char *why)
{
	const struct qemu_block *b = p->c->plugged[i];
	struct qemu_savevm *s = p->s;
	uint64_t end;

	if (paddr & (((uint64_t)1 << s->ram.page_shift) - 1) || add_overflows(paddr, b->size, &end) ||
	    end >> s->ram.page_shift > QEMU_PFN_MAX || s->npieces == QEMU_PIECES_MAX)
		return -EINVAL;
	for (size_t k = 0; k < s->npieces; k++)
		if (paddr < s->pieces[k].paddr + s->pieces[k].len && s->pieces[k].paddr < end)
			return -EINVAL;
	add_piece(s, paddr, b, 0, b->size);
	p->done[i] = true;
	out_printf(&p->d->facts, "plugged: %s: %llu MiB at %#llx, %s\n", qemu_block_id(b), (unsigned long long)b->size >> 20,
		   (unsigned long long)paddr, why);
	return 0;
}

/* One ID@ADDRESS of -o plugged=. */
static int plug_told(struct plugging *p, char *word)
{
	char *at = strrchr(word, '@'), *end = NULL;
	unsigned long long paddr = 0;

	if (at) {
		*at = '\0';
		errno = 0;
		paddr = strtoull(at + 1, &end, 0);
	}
	if (!at || errno || *end || end == at + 1 || at[1] == '-')
		return fail(EINVAL, "-o plugged=%s: not ID@ADDRESS, or several with colons between", p->d->req->plugged);
	for (size_t i = 0; i < p->c->nplugged; i++) {
		const struct qemu_block *b = p->c->plugged[i];

		if (strcmp(qemu_block_id(b), word))
			continue;
		if (p->done[i] || plug(p, i, paddr, "as told"))
			return fail(EINVAL, "-o plugged=%s: %s (%llu MiB) cannot be at %#llx", p->d->req->plugged, word,
				    (unsigned long long)b->size >> 20, paddr);
		return 0;
	}
	return fail(EINVAL, "-o plugged=%s: %s has no block \"%s\" besides the memory that it began with",
		    p->d->req->plugged, p->d->src->name, word);
}

static int plug_all_told(struct plugging *p)
{
	char *copy, *rest, *word;
	int r = 0;

	if (!p->d->req->plugged)
		return 0;
	copy = rest = strdup(p->d->req->plugged);
	if (!copy)
		return -ENOMEM;
	while (!r && (word = strsep(&rest, ":")))
		r = plug_told(p, word);
	free(copy);
	return r;
}

/* virtio-mem: by the device whose name begins as that of the block. */
static void plug_regions(struct plugging *p)
{
	for (size_t i = 0; i < p->c->nplugged; i++) {
		const struct qemu_block *b = p->c->plugged[i];
		const char *slash = strrchr(b->name, '/');

		for (size_t k = 0; k < p->s->facts.nregions && slash && !p->done[i]; k++) {
			const struct qemu_region *r = &p->s->facts.regions[k];

			if (!strncmp(r->device, b->name, (size_t)(slash - b->name) + 1) && r->len == b->size)
				plug(p, i, r->paddr, "as its device says");
		}
	}
}

/* The only one is where QEMU puts the first one, unless an address was given. */
static void plug_single(struct plugging *p)
{
	size_t left = 0, which = 0;

	for (size_t i = 0; i < p->c->nplugged; i++) {
		if (p->done[i])
			continue;
		left++;
		which = i;
	}
	if (left == 1 && p->start && (!strchr(p->c->plugged[which]->name, '/') ||
				      !strncmp(p->c->plugged[which]->name, "/objects/", 9)))
		plug(p, which, p->start, "where QEMU has the first");
}

static void tell_missing(struct plugging *p)
{
	struct outbuf ids = OUTBUF_INIT;
	uint64_t bytes = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->c->nplugged; i++) {
		if (p->done[i])
			continue;
		out_printf(&ids, "%s%s", n++ ? ", " : "", qemu_block_id(p->c->plugged[i]));
		bytes += p->c->plugged[i]->size;
	}
	if (n) {
		p->d->incomplete = true;
		out_printf(&p->d->facts, "missing: %llu MiB of plugged memory (block%s %s)\n", (unsigned long long)bytes >> 20,
			   n > 1 ? "s" : "", ids.len ? ids.data : "");
		log_warn("%s: %llu MiB of plugged memory are left out, since the QEMU stream does not tell where they are "
			 "(block%s %.400s): -o plugged=ID@ADDRESS[:ID@ADDRESS...] tells", p->d->src->name,
			 (unsigned long long)bytes >> 20, n > 1 ? "s" : "", ids.len ? ids.data : "");
	}
	out_free(&ids);
}

/* Is none of its pages in the stream? */
static bool is_left_out(const struct qemu_ram *ram, const struct qemu_block *b)
{
	size_t i = extents_find(&ram->places, b->first);

	if (ram->mapped)
		return b->left_out;
	return i == ram->places.n || ram->places.list[i].start >= b->first + (b->size >> ram->page_shift);
}

/* Capability x-ignore-shared: what is in a file that others map is not sent. */
static void tell_left_out(struct dump *d, const struct qemu_savevm *s)
{
	for (size_t i = 0; i < s->npieces && s->machine.ignore_shared; i++) {
		const struct qemu_block *b = s->pieces[i].block;
		unsigned long long mib = s->pieces[i].len >> 20, paddr = s->pieces[i].paddr;

		if (!mib || !is_left_out(&s->ram, b))
			continue;
		d->incomplete = true;
		out_printf(&d->facts, "missing: %llu MiB of memory at %#llx (block %s), which are in the file of their object\n", mib,
			   paddr, qemu_block_id(b));
		log_warn("%s: %llu MiB of memory at %#llx (block %s) are not in the stream (x-ignore-shared) but in the file of "
			 "their object: --ramdump FILE+%llx,%llx@%llx reads it", d->src->name, mib, paddr, qemu_block_id(b),
			 (unsigned long long)s->pieces[i].offset, (unsigned long long)s->pieces[i].len, paddr);
	}
}

static int compare_pieces(const void *a, const void *b)
{
	uint64_t x = ((const struct qemu_piece *)a)->paddr, y = ((const struct qemu_piece *)b)->paddr;

	return (x > y) - (x < y);
}

static int add_plugged(struct plugging *p)
{
	int r = plug_all_told(p);

	if (r)
		return r;
	plug_regions(p);
	plug_single(p);
	tell_missing(p);
	tell_left_out(p->d, p->s);
	qsort(p->s->pieces, p->s->npieces, sizeof(p->s->pieces[0]), compare_pieces);
	return p->d->facts.error;
}

int qemu_machine_layout(struct dump *d, struct qemu_savevm *s)
{
	const struct simple_machine *m = find_simple(s);
	const char *const usual[] = { m ? m->block : "", NULL };
	struct qemu_choice *c;
	struct plugging p = { .d = d, .s = s };
	uint64_t end = 0;
	int r;

	if (!m && !is_pc(s))
		return fail(ENOTSUP, "%s: QEMU machine \"%.64s\": it is not known where it has its memory (\"%.64s\")",
			    d->src->name, s->machine.type, s->ram.nblocks ? s->ram.blocks[0].name : "");
	c = malloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	d->told |= TOLD_RAM | TOLD_PLUGGED;
	r = qemu_choose_memory(d, s, m ? usual : pc_blocks, c);
	if (!r && m)
		simple_layout(s, m, c, &end);
	else if (!r)
		r = pc_layout(d, s, c, &end);
	if (!r) {
		p.c = c;
		p.start = !m || m->plugs ? round_up_u64(end, GIB) : 0;
		r = add_plugged(&p);
	}
	free(c);
	return r;
}
