/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with tables and lists of what it patches in its code, in fake memory, and a vmlinux of it in a file: made of the same
 * memory before a test changes it.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_CODE_H
#define VMCOREFS_TESTS_UNIT_FAKE_CODE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/executable/executable.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"

#define SHIFT 0x200000u			/* of KASLR */

enum { F = 0x100, G = 0x200, H = 0x300, FAR = 0x1000, TEXT_END = 0x2000, RODATA_END = 0xa000, RETURNS = 0xa000, RETURNS_END = 0xa008,
       LABELS = 0xa100, LABELS_END = 0xa120, ALTERNATIVES = 0xa200, ALTERNATIVES_END = 0xa20e, FTRACE = 0xa300, FTRACE_PAGE = 0xa308,
       RECORDS = 0xa340, PROBES = 0xa400, PROBE = 0xa600, LIVE = 0xa700, LIVE_OPS = 0xa710, LIVE_FUNC = 0xa740, KEY = 0xa800,
       DATA_END = 0xb000 };

/* What each table or list tells of; and where nothing does. */
enum { RETURN_AT = F + 0x10, LABEL_AT = F + 0x20, ALTERNATIVE_AT = F + 0x30, FTRACE_AT = G, PROBE_AT = G + 0x20, MOVED_AT = G + 0x40,
       CHANGED_AT = G + 0x61, LIVE_AT = H + 4, BACK_AT = F + 0x80 };

static inline void add_types(struct fake_btf *b)
{
	*b = (struct fake_btf){ 0 };
	btf_add_int(b, "long unsigned int", 8, 0);		/* 1 */
	btf_add_int(b, "int", 4, 1);				/* 2 */
	btf_add_int(b, "unsigned char", 1, 0);			/* 3 */
	btf_add(b, "list_head", 4, false, 2, 16);		/* 4 */
	btf_add_member(b, "next", 1, 0);
	btf_add_member(b, "prev", 1, 64);
	btf_add(b, "jump_entry", 4, false, 3, 16);
	btf_add_member(b, "code", 2, 0);
	btf_add_member(b, "target", 2, 32);
	btf_add_member(b, "key", 1, 64);
	btf_add(b, "alt_instr", 4, false, 4, 14);
	btf_add_member(b, "instr_offset", 2, 0);
	btf_add_member(b, "repl_offset", 2, 32);
	btf_add_member(b, "instrlen", 3, 96);
	btf_add_member(b, "replacementlen", 3, 104);
	btf_add(b, "ftrace_page", 4, false, 3, 24);
	btf_add_member(b, "next", 1, 0);
	btf_add_member(b, "records", 1, 64);
	btf_add_member(b, "index", 2, 128);
	btf_add(b, "dyn_ftrace", 4, false, 2, 16);
	btf_add_member(b, "ip", 1, 0);
	btf_add_member(b, "flags", 1, 64);
	btf_add(b, "kprobe", 4, false, 3, 32);
	btf_add_member(b, "hlist", 4, 0);
	btf_add_member(b, "addr", 1, 128);
	btf_add_member(b, "flags", 2, 192);
	btf_add(b, "klp_ops", 4, false, 2, 32);
	btf_add_member(b, "node", 4, 0);
	btf_add_member(b, "func_stack", 4, 128);
	btf_add(b, "klp_func", 4, false, 3, 32);
	btf_add_member(b, "old_func", 1, 0);
	btf_add_member(b, "new_func", 1, 64);
	btf_add_member(b, "stack_node", 4, 128);
	fake_btf_finish(b);
}

static inline void distance(struct fake *f, uint64_t at, uint64_t to)
{
	fake_u32(f, at, (uint32_t)(to - at));
}

static inline void add_tables(struct fake *f)
{
	distance(f, RETURNS, RETURN_AT);
	distance(f, RETURNS + 4, BACK_AT);
	distance(f, LABELS, LABEL_AT);
	distance(f, LABELS + 4, H);
	fake_u64(f, LABELS + 8, KEY - (LABELS + 8) + 1);	/* the lowest bit is a flag */
	fake_u64(f, LABELS + 16, 0);
	fake_u64(f, LABELS + 24, 0);
	distance(f, ALTERNATIVES, ALTERNATIVE_AT);
	fake_write(f, ALTERNATIVES + 12, "\x03\x03", 2);
	fake_u64(f, FTRACE, image(FTRACE_PAGE));
	fake_u64(f, FTRACE_PAGE, 0);
	fake_u64(f, FTRACE_PAGE + 8, image(RECORDS));
	fake_u32(f, FTRACE_PAGE + 16, 2);
	fake_u64(f, RECORDS, image(FTRACE_AT));
	fake_u64(f, RECORDS + 8, 0);
	fake_u64(f, RECORDS + 16, image(LIVE_AT));
	fake_u64(f, RECORDS + 24, (uint64_t)1 << 31);
	for (uint64_t at = PROBES; at < PROBES + 512; at += 8)
		fake_u64(f, at, at == PROBES + 40 ? image(PROBE) : 0);
	fake_u64(f, PROBE, 0);
	fake_u64(f, PROBE + 16, image(PROBE_AT));
	fake_u64(f, PROBE + 24, 0);
	fake_u64(f, LIVE, image(LIVE_OPS));
	fake_u64(f, LIVE_OPS, image(LIVE));
	fake_u64(f, LIVE_OPS + 16, image(LIVE_FUNC + 16));
	fake_u64(f, LIVE_FUNC, image(H));
	fake_u64(f, LIVE_FUNC + 8, image(FAR + 0x40));
	fake_u64(f, LIVE_FUNC + 16, image(LIVE_OPS + 16));
}

struct code {
	struct world w;
	struct facts *facts;
	char path[64];
};

/* The memory of a kernel, and a file of it as it is now. */
static inline void open_code(struct code *x)
{
	static struct fake_btf btf;
	struct fake *f = fake_new(12, 0x400);
	char lines[1024];
	struct facts *facts;
	struct layout *l;
	const char *why;
	uint8_t *bytes;
	ssize_t written;
	int fd, r;

	add_types(&btf);
	const struct fake_sym syms[] = {
		{ image(0), 'T', "_stext" }, { image(F), 'T', "f" }, { image(G), 'T', "g" }, { image(H), 'T', "h" }, { image(FAR), 'T', "far" },
		{ image(TEXT_END), 'T', "_etext" },
		{ image(IN_BTF), 'R', "__start_rodata" }, { image(IN_BTF), 'R', "__start_BTF" }, { image(IN_BTF + btf.len), 'R', "__stop_BTF" },
		{ image(RODATA_END), 'R', "__end_rodata" },
		{ image(RETURNS), 'D', "_sdata" }, { image(RETURNS), 'D', "__return_sites" }, { image(RETURNS_END), 'D', "__return_sites_end" },
		{ image(LABELS), 'D', "__start___jump_table" }, { image(LABELS_END), 'D', "__stop___jump_table" },
		{ image(ALTERNATIVES), 'D', "__alt_instructions" }, { image(ALTERNATIVES_END), 'D', "__alt_instructions_end" },
		{ image(FTRACE), 'd', "ftrace_pages_start" }, { image(PROBES), 'd', "kprobe_table" }, { image(LIVE), 'd', "klp_ops" },
		{ image(KEY), 'D', "a_key" }, { image(DATA_END - 8), 'D', "init_task" }, { image(DATA_END), 'D', "_edata" },
		{ image(DATA_END), 'B', "_end" },
	};
	for (uint64_t at = 0; at < DATA_END; at += 8)
		fake_u64(f, at, at * 0x9e3779b97f4a7c15ull | 0x0101010101010101ull);
	fake_kallsyms(f, FORM_PERCPU, syms, ARRAY_SIZE(syms));
	fake_write(f, IN_BTF, btf.bytes, btf.len);
	add_tables(f);
	snprintf(lines, sizeof(lines), "%sKERNELOFFSET=%x\n", fake_kallsyms_lines(FORM_PERCPU), SHIFT);
	x->w = make(f, lines);
	facts = facts_new(x->w.k, NULL);
	r = executable_layout(facts, HOLES_FAIL, &l, &why);
	assert(!r);
	bytes = malloc(layout_size(l));
	r = bytes ? layout_read(l, bytes, layout_size(l), 0) : -ENOMEM;
	assert(!r);
	snprintf(x->path, sizeof(x->path), "/tmp/vmcorefs-code.XXXXXX");
	fd = mkstemp(x->path);
	assert(fd >= 0);
	written = write(fd, bytes, layout_size(l));
	assert(written == (ssize_t)layout_size(l));
	close(fd);
	free(bytes);
	layout_unref(l);
	facts_free(facts);
	x->facts = facts_new(x->w.k, x->path);
	assert(x->facts);
}

static inline void close_code(struct code *x)
{
	unlink(x->path);
	facts_free(x->facts);
	done(&x->w);
}

#endif
