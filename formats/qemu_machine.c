/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a machine of QEMU has its memory. The stream does not tell: it names the machine, and its blocks of memory.
 */
#include "formats/qemu.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define GIB ((uint64_t)1 << 30)
#define BELOW_4G ((uint64_t)1 << 32)

/* One block from address base on: hw/arm/virt.c, hw/ppc/spapr.c, hw/s390x/s390-virtio-ccw.c, hw/riscv/virt.c. */
static const struct simple_machine {
	const char *block;
	uint64_t base;
	uint16_t elf_machine;		/* 0: several */
	bool big_endian;
	const char *rom;		/* below base, as in QEMU's own dumps; NULL: none */
	uint64_t rom_base;
} simple_machines[] = {
	{ "mach-virt.ram", GIB, 0, false, NULL, 0 },
	{ "ppc_spapr.ram", 0, EM_PPC64, false, NULL, 0 },
	{ "s390.ram", 0, EM_S390, true, NULL, 0 },
	{ "riscv_virt_board.ram", 2 * GIB, EM_RISCV, false, "riscv_virt_board.mrom", 0x1000 },
};

static const struct qemu_block *find_block(const struct qemu_ram *ram, const char *name)
{
	for (size_t i = 0; i < ram->nblocks; i++)
		if (!strcmp(ram->blocks[i].name, name))
			return &ram->blocks[i];
	return NULL;
}

/* len bytes of the block from offset on, behind all pieces that there are. */
static void add_piece(struct qemu_savevm *s, uint64_t paddr, const struct qemu_block *b, uint64_t offset, uint64_t len)
{
	if (len)
		s->pieces[s->npieces++] = (struct qemu_piece){ paddr, len, offset, b };
}

/* The end of the memory below 4 GiB, as hw/i386/pc_piix.c and pc_q35.c choose it. */
static uint64_t pci_hole(const struct dump *d, const char *type, uint64_t ram_bytes)
{
	if (d->req->pci_hole)
		return d->req->pci_hole;
	if (strstr(type, "q35"))
		return ram_bytes >= 0xb0000000u ? 2 * GIB : ram_bytes;
	if (!strstr(type, "pc") && ram_bytes > 2 * GIB)
		log_warn("%s: QEMU machine \"%.64s\": memory above 3 GiB is taken to be where a \"pc\" has it; -o pci_hole= "
			 "tells otherwise", d->src->name, type);
	return ram_bytes >= 0xe0000000u ? 3 * GIB : ram_bytes;
}

/* Memory is one block, or one for each memory node: those are one after the other. */
static size_t pc_blocks(const struct qemu_ram *ram, const struct qemu_block *out[QEMU_PIECES_MAX / 2])
{
	static const char *const prefixes[] = { "ram-node", "/objects/ram-node" };
	char name[64];
	size_t n = 0;

	out[0] = find_block(ram, "pc.ram");
	if (out[0])
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !n; i++)
		for (; n < QEMU_PIECES_MAX / 2; n++) {
			snprintf(name, sizeof(name), "%s%zu", prefixes[i], n);
			out[n] = find_block(ram, name);
			if (!out[n])
				break;
		}
	return n;
}

/* The firmware ends at 4 GiB; dumps of QEMU have it, too. */
static void add_bios(struct qemu_savevm *s, uint64_t from)
{
	const struct qemu_block *bios = find_block(&s->ram, "pc.bios");

	if (bios && bios->size <= BELOW_4G - from)
		add_piece(s, BELOW_4G - bios->size, bios, 0, bios->size);
}

static int pc_layout(struct dump *d, struct qemu_savevm *s)
{
	const struct qemu_block *blocks[QEMU_PIECES_MAX / 2];
	size_t n = pc_blocks(&s->ram, blocks);
	uint64_t total = 0, hole, at = 0;

	for (size_t i = 0; i < n; i++)
		total += blocks[i]->size;
	if (!total)
		return 0;
	hole = pci_hole(d, s->machine.type, total);
	if (hole > BELOW_4G || hole & (((uint64_t)1 << s->ram.page_shift) - 1))
		return fail(EINVAL, "-o pci_hole=: %#llx is not the address of a page below 4 GiB", (unsigned long long)hole);
	for (size_t i = 0; i < n; i++) {
		uint64_t below = at < hole ? min_u64(blocks[i]->size, hole - at) : 0;

		add_piece(s, at, blocks[i], 0, below);
		at += below;
		if (below == blocks[i]->size)
			continue;
		if (at == hole) {
			add_bios(s, hole);
			at = BELOW_4G;
		}
		add_piece(s, at, blocks[i], below, blocks[i]->size - below);
		at += blocks[i]->size - below;
	}
	if (at < BELOW_4G)
		add_bios(s, at);
	d->elf_machine = EM_X86_64;
	return 0;
}

static int simple_layout(struct dump *d, struct qemu_savevm *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(simple_machines); i++) {
		const struct simple_machine *m = &simple_machines[i];
		const struct qemu_block *b = find_block(&s->ram, m->block);
		const struct qemu_block *rom = m->rom ? find_block(&s->ram, m->rom) : NULL;

		if (!b)
			continue;
		if (rom && rom->size <= m->base - m->rom_base)
			add_piece(s, m->rom_base, rom, 0, rom->size);
		add_piece(s, m->base, b, 0, b->size);
		d->elf_machine = m->elf_machine;
		d->big_endian = m->big_endian;
		return 0;
	}
	return 0;
}

/* Memory that was plugged in has its address from a device, in a form that this does not read. */
static void warn_of_plugged(const struct dump *d, const struct qemu_ram *ram)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < ram->nblocks; i++) {
		const char *name = ram->blocks[i].name;

		name += strncmp(name, "/objects/", 9) ? 0 : 9;
		if (!strncmp(name, "mem", 3))
			bytes += ram->blocks[i].size;
	}
	if (bytes)
		log_warn("%s: %llu MiB of plugged memory are left out: the QEMU stream does not tell where they are",
			 d->src->name, (unsigned long long)bytes >> 20);
}

int qemu_machine_layout(struct dump *d, struct qemu_savevm *s)
{
	int r = simple_layout(d, s);

	if (!r && !s->npieces)
		r = pc_layout(d, s);
	if (r)
		return r;
	if (!s->npieces)
		return fail(ENOTSUP, "%s: QEMU machine \"%.64s\": it is not known where it has its memory (\"%.64s\")",
			    d->src->name, s->machine.type, s->ram.nblocks ? s->ram.blocks[0].name : "");
	if (d->req->elf_machine) {
		d->elf_machine = d->req->elf_machine;
		d->big_endian = d->req->big_endian;
	}
	d->elf_class = d->req->elf_machine ? d->req->elf_class : 64;
	warn_of_plugged(d, &s->ram);
	return 0;
}
