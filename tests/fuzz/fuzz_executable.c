/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any symbols as those of a kernel, and the executable that is made of it: sections do not overlap, all of the file can be read,
 * libelf finds all of it inside. The input: for each symbol 4 bytes, its name out of those that tell where sections are, its
 * letter, its address; at 0xffff stands one that has a place of its own (per-CPU, at 0). Memory is numbers.
 */
#include <gelf.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/executable/executable.h"
#include "kernel/executable/parts.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_SYMBOLS 200u

static const char *const names[] = {
	"_text", "_etext", "_end", "__start_rodata", "__end_rodata", "_sdata", "_edata", "__bss_start", "__bss_stop", "__init_begin",
	"__init_end", "_sinittext", "_einittext", "__start_notes", "__stop_notes", "__start_BTF", "__stop_BTF", "__per_cpu_start",
	"__per_cpu_end", "__per_cpu_load", "__start_orc_unwind_ip", "__stop_orc_unwind_ip", "__start_orc_unwind",
	"__stop_orc_unwind", "__init_scratch_begin", "__init_scratch_end", "__start___ksymtab", "__stop___ksymtab", "orc_lookup",
	"orc_lookup_end", "system_state", "init_task", "f", "v",
};

static void check_parts(const struct facts *f)
{
	struct image_parts parts;
	const char *why;

	if (parts_find(f, &parts, &why))
		return;
	for (size_t i = 0; i < parts.n; i++) {
		const struct image_part *p = &parts.list[i];

		if (!p->bytes || p->vaddr + p->bytes < p->vaddr || (i && p[-1].vaddr + p[-1].bytes > p->vaddr))
			abort();
		if (part_of(&parts, p->vaddr, '?') != p && (!i || part_of(&parts, p->vaddr, '?') != p - 1))
			abort();
	}
}

static void check_file(struct layout *l)
{
	uint64_t size = layout_size(l);
	uint8_t *bytes = malloc(size);
	Elf_Scn *scn = NULL;
	Elf *elf;

	if (!bytes || layout_read(l, bytes, size, 0))
		abort();
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, size);
	if (!elf)
		abort();
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh) || (sh.sh_type != SHT_NOBITS && (sh.sh_offset > size || sh.sh_size > size - sh.sh_offset)))
			abort();
	}
	elf_end(elf);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_sym syms[MAX_SYMBOLS] = { { FAKE_TEXT, 'T', "_stext" } };
	struct fake *f = fake_new(12, 0x400);
	struct outbuf out = OUTBUF_INIT;
	struct layout *l;
	struct facts *facts;
	const char *why;
	struct world w;
	size_t n = 1;

	log_set_level(LOG_LVL_ERR);
	for (; size >= 4 && n < MAX_SYMBOLS; data += 4, size -= 4) {
		uint16_t at = get_u16(data + 2, false);

		syms[n++] = (struct fake_sym){ at == 0xffff ? 0 : at < 0x100 ? at : FAKE_TEXT + at, "TtRrDdBbAWV?"[data[1] % 12],
					       names[data[0] % ARRAY_SIZE(names)] };
	}
	for (uint64_t at = 0; at < 0x10000; at += 8)
		fake_u64(f, at, at & 0x100 ? 0 : at * 0x9e3779b97f4a7c15ull);
	fake_kallsyms(f, FORM_PERCPU, syms, n);
	w = make(f, fake_kallsyms_lines(FORM_PERCPU));
	facts = facts_new(w.k, NULL);
	if (!facts)
		abort();
	check_parts(facts);
	if (!executable_layout(facts, HOLES_ZERO, &l, &why)) {
		check_file(l);
		layout_unref(l);
		if (executable_put_lost(facts, &out))
			abort();
	}
	out_free(&out);
	facts_free(facts);
	done(&w);
	return 0;
}
