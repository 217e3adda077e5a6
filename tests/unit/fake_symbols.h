/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms, BTF and a module made by hand, in fake memory that the kernel image is mapped on from physical address 0 on.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_SYMBOLS_H
#define VMCOREFS_TESTS_UNIT_FAKE_SYMBOLS_H

#include "tests/unit/fake_x86.h"

/* Where things are in the image. */
enum {
	IN_NUM_SYMS = 0x3000, IN_BASE = 0x3008, IN_TOKEN_INDEX = 0x3100, IN_TOKEN_TABLE = 0x3400, IN_OFFSETS = 0x4000,
	IN_NAMES = 0x5000, IN_BTF = 0x8000, IN_MODULES = 0xc000, IN_BTF_MODULES = 0xc010, IN_MODULE = 0xc100,
	IN_SYMTAB = 0xc200, IN_STRTAB = 0xc300, IN_TYPETAB = 0xc380, IN_BTF_MODULE = 0xc400, IN_STRUCT_BTF = 0xc440,
	IN_MODULE_BTF = 0xc500, IN_END = 0xd000,
};
#define FAKE_MODULE_TEXT 0xffffffffc0000000ull

/* --- kallsyms ----------------------------------------------------------------------------------------------------- */

enum fake_form { FORM_PERCPU, FORM_BASED, FORM_RELATIVE, FORM_PLAIN };

struct fake_sym {
	uint64_t vaddr;
	char type;
	const char *name;
};

/* Tokens: a printable character stands for itself, each other byte for "<xx>", but for byte 1: "kernel_". */
static inline size_t fake_token(unsigned int byte, char out[8])
{
	if (byte > ' ' && byte <= '~')
		return (size_t)snprintf(out, 8, "%c", (int)byte);
	return (size_t)snprintf(out, 8, byte == 1 ? "kernel_" : "<%02x>", byte);
}

/* Returns the length of the table. */
static inline size_t fake_tokens(struct fake *f, uint64_t table, uint64_t index)
{
	size_t at = 0;

	for (unsigned int i = 0; i < 256; i++) {
		char token[8];
		size_t len = fake_token(i, token);

		fake_u16(f, index + i * 2, (uint16_t)at);
		fake_write(f, table + at, token, len + 1);
		at += len + 1;
	}
	return at;
}

/* A compressed name. Returns its length in the table. */
static inline size_t fake_name(struct fake *f, uint64_t at, char type, const char *name)
{
	uint8_t raw[1200];
	size_t n = 0, head;

	for (raw[n++] = (uint8_t)type; *name; n++) {
		bool token = !strncmp(name, "kernel_", 7);

		raw[n] = token ? 1 : (uint8_t)*name;
		name += token ? 7 : 1;
	}
	head = n > 0x7f ? 2 : 1;
	fake_write(f, at, &(uint8_t){ (uint8_t)(head == 2 ? 0x80 | (n & 0x7f) : n) }, 1);
	if (head == 2)
		fake_write(f, at + 1, &(uint8_t){ (uint8_t)(n >> 7) }, 1);
	fake_write(f, at + head, raw, n);
	return head + n;
}

static inline void fake_address(struct fake *f, enum fake_form form, uint64_t table, size_t i, uint64_t vaddr)
{
	uint64_t base = FAKE_TEXT;

	switch (form) {
	case FORM_PERCPU:
		fake_u32(f, table + i * 4, vaddr < base ? (uint32_t)vaddr : (uint32_t)(base - 1 - vaddr));
		break;
	case FORM_BASED:
		fake_u32(f, table + i * 4, (uint32_t)(vaddr - base));
		break;
	case FORM_RELATIVE:
		fake_u32(f, table + i * 4, (uint32_t)(vaddr - (FAKE_TEXT + table + i * 4)));
		break;
	case FORM_PLAIN:
		fake_u64(f, table + i * 8, vaddr);
		break;
	}
}

/* Tables at the fixed places. Returns the end of the names. */
static inline uint64_t fake_kallsyms(struct fake *f, enum fake_form form, const struct fake_sym *syms, size_t n)
{
	uint64_t at = IN_NAMES;

	fake_u32(f, IN_NUM_SYMS, (uint32_t)n);
	fake_u64(f, IN_BASE, FAKE_TEXT);
	fake_tokens(f, IN_TOKEN_TABLE, IN_TOKEN_INDEX);
	for (size_t i = 0; i < n; i++) {
		at += fake_name(f, at, syms[i].type, syms[i].name);
		fake_address(f, form, IN_OFFSETS, i, syms[i].vaddr);
	}
	return at;
}

/* The lines of VMCOREINFO for them. */
static inline const char *fake_kallsyms_lines(enum fake_form form)
{
#define FIXED "SYMBOL(kallsyms_names)=ffffffff80005000\nSYMBOL(kallsyms_num_syms)=ffffffff80003000\n" \
	"SYMBOL(kallsyms_token_table)=ffffffff80003400\nSYMBOL(kallsyms_token_index)=ffffffff80003100\n"
	switch (form) {
	case FORM_RELATIVE:
		return FIXED "SYMBOL(kallsyms_offsets)=ffffffff80004000\n";
	case FORM_PLAIN:
		return FIXED "SYMBOL(kallsyms_addresses)=ffffffff80004000\n";
	default:
		return FIXED "SYMBOL(kallsyms_offsets)=ffffffff80004000\nSYMBOL(kallsyms_relative_base)=ffffffff80003008\n";
	}
#undef FIXED
}

/* --- BTF ---------------------------------------------------------------------------------------------------------- */

struct fake_btf {
	uint8_t types[4096];
	char strings[2048];		/* the first one is empty */
	size_t types_len, strings_len;
	uint32_t strings_start;		/* of split BTF: the length of the base's strings */
	uint32_t id;			/* of the last type */
	bool big;
	uint8_t bytes[8192];		/* the whole, made by fake_btf_finish() */
	size_t len;
};

static inline void btf_word(struct fake_btf *b, uint32_t v)
{
	assert(b->types_len + 4 <= sizeof(b->types));
	put_u32(b->types + b->types_len, v, b->big);
	b->types_len += 4;
}

static inline uint32_t btf_string(struct fake_btf *b, const char *s)
{
	size_t at = b->strings_len ? b->strings_len : 1, len = strlen(s) + 1;

	b->strings_len = at;
	if (!*s)
		return 0;
	assert(at + len <= sizeof(b->strings));
	memcpy(b->strings + at, s, len);
	b->strings_len += len;
	return b->strings_start + (uint32_t)at;
}

/* One type; what follows it is the caller's. Returns its id. */
static inline uint32_t btf_add(struct fake_btf *b, const char *name, unsigned int kind, bool flag, unsigned int n, uint32_t size)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, (flag ? 1u << 31 : 0) | kind << 24 | n);
	btf_word(b, size);
	return ++b->id;
}

static inline void btf_add_int(struct fake_btf *b, const char *name, unsigned int bytes, unsigned int encoding)
{
	btf_add(b, name, 1, false, 0, bytes);
	btf_word(b, encoding << 24 | bytes * 8);
}

/* Of a struct whose flag is set: bits of a bit field in the upper byte of the offset. */
static inline void btf_add_member(struct fake_btf *b, const char *name, uint32_t type, uint32_t offset)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, type);
	btf_word(b, offset);
}

static inline void btf_add_array(struct fake_btf *b, uint32_t element, uint32_t n)
{
	btf_add(b, "", 3, false, 0, 0);
	btf_word(b, element);
	btf_word(b, 3);
	btf_word(b, n);
}

static inline void btf_add_value(struct fake_btf *b, const char *name, uint32_t value)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, value);
}

static inline void fake_btf_finish(struct fake_btf *b)
{
	uint32_t head[6] = {
		0, 24, 0, (uint32_t)b->types_len, (uint32_t)b->types_len, (uint32_t)b->strings_len,
	};

	for (size_t i = 0; i < 6; i++)
		put_u32(b->bytes + i * 4, head[i], b->big);
	put_u16(b->bytes, 0xeb9f, b->big);
	b->bytes[2] = 1;
	memcpy(b->bytes + 24, b->types, b->types_len);
	memcpy(b->bytes + 24 + b->types_len, b->strings, b->strings_len);
	b->len = 24 + b->types_len + b->strings_len;
}

/* The kernel's: what a list, modules and their BTF need, and one of each that is odd. */
static inline void fake_kernel_btf(struct fake_btf *b)
{
	*b = (struct fake_btf){ 0 };
	btf_add_int(b, "long unsigned int", 8, 0);		/* 1 */
	btf_add_int(b, "char", 1, 0);				/* 2 */
	btf_add_int(b, "int", 4, 1);				/* 3 */
	btf_add(b, "list_head", 4, false, 2, 16);		/* 4 */
	btf_add_member(b, "next", 5, 0);
	btf_add_member(b, "prev", 5, 64);
	btf_add(b, "", 2, false, 0, 4);				/* 5: struct list_head * */
	btf_add_array(b, 2, 56);				/* 6: char [56] */
	btf_add(b, "module_state", 6, false, 4, 4);		/* 7 */
	btf_add_value(b, "MODULE_STATE_LIVE", 0);
	btf_add_value(b, "MODULE_STATE_COMING", 1);
	btf_add_value(b, "MODULE_STATE_GOING", 2);
	btf_add_value(b, "MODULE_STATE_UNFORMED", 3);
	btf_add_int(b, "unsigned int", 4, 0);			/* 8 */
	btf_add(b, "module_memory", 4, false, 2, 16);		/* 9 */
	btf_add_member(b, "base", 10, 0);
	btf_add_member(b, "size", 8, 64);
	btf_add(b, "", 2, false, 0, 0);				/* 10: void * */
	btf_add_array(b, 9, 2);					/* 11: struct module_memory [2] */
	btf_add(b, "mod_kallsyms", 4, false, 4, 32);		/* 12 */
	btf_add_member(b, "symtab", 10, 0);
	btf_add_member(b, "num_symtab", 8, 64);
	btf_add_member(b, "strtab", 14, 128);
	btf_add_member(b, "typetab", 14, 192);
	btf_add(b, "", 2, false, 0, 12);			/* 13: struct mod_kallsyms * */
	btf_add(b, "", 2, false, 0, 2);				/* 14: char * */
	btf_add(b, "module", 4, false, 6, 128);			/* 15 */
	btf_add_member(b, "state", 7, 0);
	btf_add_member(b, "list", 4, 8 * 8);
	btf_add_member(b, "name", 6, 24 * 8);
	btf_add_member(b, "kallsyms", 13, 80 * 8);
	btf_add_member(b, "mem", 11, 88 * 8);
	btf_add_member(b, "mkobj", 40, 120 * 8);
	btf_add(b, "btf", 4, false, 2, 16);			/* 16 */
	btf_add_member(b, "data", 10, 0);
	btf_add_member(b, "data_size", 8, 64);
	btf_add(b, "", 2, false, 0, 16);			/* 17: struct btf * */
	btf_add(b, "", 2, false, 0, 15);			/* 18: struct module * */
	btf_add(b, "btf_module", 4, false, 3, 32);		/* 19 */
	btf_add_member(b, "list", 4, 0);
	btf_add_member(b, "module", 18, 128);
	btf_add_member(b, "btf", 17, 192);
	btf_add(b, "task_struct", 4, true, 6, 40);		/* 20 */
	btf_add_member(b, "pid", 28, 0);
	btf_add_member(b, "a", 8, 3u << 24 | 32);
	btf_add_member(b, "b", 8, 2u << 24 | 35);
	btf_add_member(b, "", 21, 64);
	btf_add_member(b, "mm", 23, 128);
	btf_add_member(b, "packed", 8, 30u << 24 | 204);
	btf_add(b, "", 5, false, 2, 8);				/* 21: union */
	btf_add_member(b, "x", 1, 0);
	btf_add_member(b, "", 22, 0);
	btf_add(b, "", 4, false, 2, 8);				/* 22: struct */
	btf_add_member(b, "lo", 8, 0);
	btf_add_member(b, "hi", 8, 32);
	btf_add(b, "", 2, false, 0, 24);			/* 23: struct mm_struct * */
	btf_add(b, "mm_struct", 7, false, 0, 0);		/* 24: declared */
	btf_add(b, "mm_struct", 4, false, 1, 8);		/* 25 */
	btf_add_member(b, "pgd", 1, 0);
	btf_add(b, "u64", 8, false, 0, 1);			/* 26 */
	btf_add(b, "", 10, false, 0, 3);			/* 27: const int */
	btf_add(b, "pid_t", 8, false, 0, 27);			/* 28 */
	btf_add(b, "signs", 6, true, 2, 4);			/* 29 */
	btf_add_value(b, "MINUS", 0xffffffff);
	btf_add_value(b, "PLUS", 1);
	btf_add(b, "large", 19, false, 1, 8);			/* 30 */
	btf_word(b, btf_string(b, "LARGE"));
	btf_word(b, 0x23456789);
	btf_word(b, 1);
	btf_add(b, "runqueues", 14, false, 0, 20);		/* 31: a variable */
	btf_word(b, 1);
	btf_add(b, "old_bits", 4, false, 1, 4);			/* 32 */
	btf_add_member(b, "five", 33, 8);
	btf_add(b, "int", 1, false, 0, 4);			/* 33: an integer of 5 bits, the third and on */
	btf_word(b, 3 << 16 | 5);
	btf_add(b, "in_circles", 8, false, 0, 35);		/* 34 */
	btf_add(b, "", 9, false, 0, 34);			/* 35: volatile */
	btf_add(b, "holds_itself", 4, false, 2, 8);		/* 36 */
	btf_add_member(b, "", 36, 0);
	btf_add_member(b, "", 36, 0);
	btf_add_array(b, 37, 1000);				/* 37: an array of itself */
	btf_add(b, "bad", 4, false, 3, 8);			/* 38 */
	btf_add_member(b, "array", 37, 0);
	btf_add_member(b, "nothing", 999, 0);
	btf_add_member(b, "circle", 34, 0);
	btf_add(b, "task_struct", 8, false, 0, 3);		/* 39: a typedef, which is not what is meant */
	btf_add(b, "module_kobject", 4, false, 1, 8);		/* 40 */
	btf_add_member(b, "mod", 18, 0);
	fake_btf_finish(b);
}

static inline void fake_module_btf(struct fake_btf *b, const struct fake_btf *kernel)
{
	*b = (struct fake_btf){ .strings_start = (uint32_t)kernel->strings_len, .id = kernel->id };
	btf_add(b, "of_module", 4, false, 2, 24);
	btf_add_member(b, "list", 4, 0);
	btf_add_member(b, "more", kernel->id + 2, 128);
	btf_add(b, "", 2, false, 0, 20);			/* struct task_struct * */
	btf_add(b, "of_module_var", 14, false, 0, kernel->id + 1);
	btf_word(b, 1);
	fake_btf_finish(b);
}

/* --- a module ----------------------------------------------------------------------------------------------------- */

static inline void fake_elf_sym(struct fake *f, unsigned int i, uint32_t name, uint16_t section, uint64_t value, uint64_t size)
{
	uint64_t at = IN_SYMTAB + i * 24;

	fake_u32(f, at, name);
	fake_u16(f, at + 6, section);
	fake_u64(f, at + 8, value);
	fake_u64(f, at + 16, size);
}

static inline uint64_t image(uint64_t at)
{
	return FAKE_TEXT + at;
}

/* Named demo, with three symbols, and its BTF. */
static inline void fake_module(struct fake *f, const struct fake_btf *btf)
{
	static const char strings[] = "\0demo_init\0demo_data\0gone";

	fake_u64(f, IN_MODULES, image(IN_MODULE + 8));
	fake_u64(f, IN_MODULE + 8, image(IN_MODULES));
	fake_write(f, IN_MODULE + 24, "demo", 5);
	fake_u64(f, IN_MODULE + 80, image(IN_MODULE + 0x80));	/* its struct mod_kallsyms */
	fake_u64(f, IN_MODULE + 88, FAKE_MODULE_TEXT);
	fake_u32(f, IN_MODULE + 96, 0x2000);
	fake_u64(f, IN_MODULE + 104, FAKE_MODULE_TEXT + 0x10000);
	fake_u32(f, IN_MODULE + 112, 0x1000);
	fake_u64(f, IN_MODULE + 0x80, image(IN_SYMTAB));
	fake_u32(f, IN_MODULE + 0x88, 5);
	fake_u64(f, IN_MODULE + 0x90, image(IN_STRTAB));
	fake_u64(f, IN_MODULE + 0x98, image(IN_TYPETAB));
	fake_elf_sym(f, 0, 0, 0, 0, 0);
	fake_elf_sym(f, 1, 11, 2, FAKE_MODULE_TEXT + 0x10010, 8);
	fake_elf_sym(f, 2, 1, 1, FAKE_MODULE_TEXT + 0x100, 0x40);
	fake_elf_sym(f, 3, 21, 0, 0, 0);			/* undefined */
	fake_elf_sym(f, 4, 0x400, 1, FAKE_MODULE_TEXT, 0);	/* no name */
	fake_write(f, IN_STRTAB, strings, sizeof(strings));
	fake_write(f, IN_TYPETAB, "?dtU?", 5);

	fake_u64(f, IN_BTF_MODULES, image(IN_BTF_MODULE));
	fake_u64(f, IN_BTF_MODULE, image(IN_BTF_MODULES));
	fake_u64(f, IN_BTF_MODULE + 16, image(IN_MODULE));
	fake_u64(f, IN_BTF_MODULE + 24, image(IN_STRUCT_BTF));
	fake_u64(f, IN_STRUCT_BTF, image(IN_MODULE_BTF));
	fake_u32(f, IN_STRUCT_BTF + 8, (uint32_t)btf->len);
	fake_write(f, IN_MODULE_BTF, btf->bytes, btf->len);
}

/* All of it. lines: of VMCOREINFO, for fake_kernel(). */
static inline struct fake *fake_symbols(enum fake_form form, struct fake_btf *btf)
{
	struct fake *f = fake_new(12, 0x400);
	struct fake_btf module;

	fake_kernel_btf(btf);
	fake_module_btf(&module, btf);
	const struct fake_sym syms[] = {
		{ form == FORM_PERCPU || form == FORM_PLAIN ? 0x1000 : FAKE_TEXT, 'A', "percpu" },
		{ image(0), 'T', "_text" }, { image(0), 'T', "_stext" }, { image(0x100), 't', "kernel_twice" },
		{ image(0x180), 't', "helper" }, { image(0x200), 'T', "kernel_twice" },
		{ image(IN_BTF), 'R', "__start_BTF" }, { image(IN_BTF + btf->len), 'R', "__stop_BTF" },
		{ image(IN_MODULES), 'D', "modules" }, { image(IN_BTF_MODULES), 'd', "btf_modules" },
		{ image(IN_END - 0x10), 'D', "init_task" }, { image(IN_END), 'B', "_end" },
	};
	fake_kallsyms(f, form, syms, ARRAY_SIZE(syms));
	fake_write(f, IN_BTF, btf->bytes, btf->len);
	fake_module(f, &module);
	fake_page(f, IN_END >> 12);
	return f;
}

#endif
