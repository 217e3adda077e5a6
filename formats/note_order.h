/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes of registers in the other byte order: QEMU on POWER writes a dump of a little-endian kernel in big-endian order
 * when the CPU takes interrupts so.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_FORMATS_NOTE_ORDER_H
#define VMCOREFS_FORMATS_NOTE_ORDER_H

#include "formats/reader/dump.h"
#include "formats/reader/notes.h"

/* Are the notes of this machine known, so that they can be turned? */
bool note_order_known(uint16_t elf_machine);
/* Turn the contents of a note, note->desc_len bytes, in place; what is text, or not known, stays as it is. */
void note_order_swap(uint16_t elf_machine, const struct dump_note *note, uint8_t *desc);

#endif
