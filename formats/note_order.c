/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/note_order.h"

#include <elf.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/reader/notes.h"

#define NT_SPE 0x101u			/* NT_PPC_SPE */

/* So many numbers of so many bytes, one after the other from first on. */
struct numbers {
	uint16_t first, count, width;
};

/*
 * ppc64, as QEMU's target/ppc/arch_dump.c and the kernel have them. struct elf_prstatus: signals, four process numbers, four
 * times, 48 registers. A vector register is one number of 16 bytes; its status and control registers are words.
 */
static const struct numbers prstatus[] = {
	{ 0, 3, 4 }, { 12, 1, 2 }, { 16, 2, 8 }, { 32, 4, 4 }, { 48, 8 + 48, 8 }, { 496, 1, 4 }, { 0, 0, 0 },
};
static const struct numbers fpregset[] = { { 0, 33, 8 }, { 0, 0, 0 } };
static const struct numbers vmx[] = { { 0, 32, 16 }, { 512, 8, 4 }, { 0, 0, 0 } };
static const struct numbers vsx[] = { { 0, 32, 8 }, { 0, 0, 0 } };
static const struct numbers spe[] = { { 0, 35, 4 }, { 0, 0, 0 } };

static const struct {
	uint32_t type;
	uint16_t len;
	const struct numbers *numbers;
} ppc64_notes[] = {
	{ NT_PRSTATUS, 504, prstatus }, { NT_FPREGSET, 264, fpregset }, { NT_PPC_VMX, 544, vmx }, { NT_PPC_VSX, 256, vsx },
	{ NT_SPE, 140, spe },
};

bool note_order_known(uint16_t elf_machine)
{
	return elf_machine == EM_PPC64;
}

static void swap(uint8_t *at, size_t width)
{
	for (size_t i = 0; i < width / 2; i++) {
		uint8_t byte = at[i];

		at[i] = at[width - 1 - i];
		at[width - 1 - i] = byte;
	}
}

void note_order_swap(uint16_t elf_machine, const struct dump_note *note, uint8_t *desc)
{
	/* the kernel has LINUX for the last ones */
	if (!note_order_known(elf_machine) || (strcmp(note->name, "CORE") && strcmp(note->name, "LINUX")))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ppc64_notes); i++) {
		if (ppc64_notes[i].type != note->type || ppc64_notes[i].len != note->desc_len)
			continue;
		for (const struct numbers *n = ppc64_notes[i].numbers; n->count; n++)
			for (size_t j = 0; j < n->count; j++)
				swap(desc + n->first + j * n->width, n->width);
	}
}
