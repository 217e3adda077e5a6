/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"
#include "formats/reader/notes.h"
#include "fs/views/info_internal.h"

#define NT_PRSTATUS 1
#define MOST_CPUS 8u			/* that have a line */

static bool find_value(const struct arch_note *n, const struct note_layout *l, enum register_role role, bool big_endian,
		       uint64_t *value)
{
	return note_value(n, note_register_of(l, role), big_endian, value);
}

void info_registers(const struct engine *e, struct outbuf *out)
{
	const struct dump *d = e->dump;
	struct dump_note note;
	unsigned int cpus = 0;
	size_t pos = 0;

	if (!e->kernel->arch)
		return;
	while (dump_next_note(d, &pos, &note)) {
		const struct arch_note n = { note.name, note.type, note.desc, note.desc_len };
		const struct note_layout *l = n.type == NT_PRSTATUS ? note_layout(e->kernel->arch, &n) : NULL;
		uint64_t pc, sp;

		if (!l || bytes_are_zero(n.desc, n.len) || !find_value(&n, l, REGISTER_PC, d->big_endian, &pc) ||
		    !find_value(&n, l, REGISTER_SP, d->big_endian, &sp))
			continue;
		if (cpus++ < MOST_CPUS)
			out_printf(out, "stopped-at: %#llx, stack %#llx\n", (unsigned long long)pc, (unsigned long long)sp);
	}
	if (cpus > MOST_CPUS)
		out_printf(out, "stopped-at: %u more CPUs: notes/\n", cpus - MOST_CPUS);
}
