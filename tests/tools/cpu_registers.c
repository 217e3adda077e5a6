/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tables of registers (arch/registers.h) make of a dump: cpu_registers DUMP
 *
 * For each NT_PRSTATUS a line "cpu N" and then "NAME VALUE", hexadecimal; before them, for each register that is in struct
 * pt_regs, "frame NAME OFFSET BYTES".
 */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>

#include "arch/arch.h"
#include "formats/reader/notes.h"
#include "fs/views/engine.h"

static void put_frame(const struct note_layout *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->registers[i].frame != NOT_IN_FRAME)
			printf("frame %s %d %u\n", l->registers[i].name, l->registers[i].frame, l->registers[i].bytes);
}

static void put_cpu(const struct arch_note *n, const struct note_layout *l, bool big_endian)
{
	for (size_t i = 0; i < l->n; i++) {
		uint64_t value;

		if (note_value(n, &l->registers[i], big_endian, &value))
			printf("%s %" PRIx64 "\n", l->registers[i].name, value);
	}
}

int main(int argc, char **argv)
{
	const char *paths[] = { argv[1] };
	struct engine_options options = { .dump = { .paths = paths, .npaths = 1 }, .codec = -1 };
	struct dump_note note;
	struct engine *e;
	unsigned int cpus = 0;
	size_t pos = 0;

	if (argc != 2 || engine_open(&options, &e))
		return 1;
	if (e->kernel->arch && e->kernel->arch->notes)
		put_frame(e->kernel->arch->notes);
	while (e->kernel->arch && dump_next_note(e->dump, &pos, &note)) {
		const struct arch_note n = { note.name, note.type, note.desc, note.desc_len };
		const struct note_layout *l = n.type == NT_PRSTATUS ? note_layout(e->kernel->arch, &n) : NULL;

		if (!l)
			continue;
		printf("cpu %u\n", cpus++);
		put_cpu(&n, l, e->dump->big_endian);
	}
	engine_close(e);
	return 0;
}
