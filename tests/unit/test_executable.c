/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel as an executable, made of generated memory and read by libelf. */
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/executable/executable.h"
#include "kernel/executable/parts.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/fake_world.h"
#include "tests/unit/unit.h"

#define SHIFT 0x100000ull		/* of KASLR */
#define LINES "KERNELOFFSET=100000\nBUILD-ID=0123456789abcdef0123456789abcdef01234567\n"

/* Where things are in this image: behind the tables of kallsyms. */
enum { TEXT_END = 0x300, RODATA = 0x9000, NOTES = 0x9800, NOTES_END = 0x9824, RODATA_END = 0xa000, DATA = 0xb000, DATA_END = 0xb800,
       INIT = 0xd000, INIT_TEXT_END = 0xd100, INIT_END = 0xe000, BSS = 0xe000, END = 0xf000 };

#define AT(place) (FAKE_TEXT + (place))

static const struct fake_sym symbols[] = {
	{ 0, 'A', "__per_cpu_start" }, { 0x40, 'A', "runqueues" }, { 0x100, 'A', "__per_cpu_end" },
	{ AT(0), 'T', "_text" }, { AT(0), 'T', "_stext" }, { AT(0x100), 't', "first" }, { AT(0x140), 'T', "second" },
	{ AT(0x200), 'W', "third" }, { AT(TEXT_END), 'T', "_etext" },
	{ AT(RODATA), 'D', "__start_rodata" }, { AT(RODATA + 8), 'd', "a_table" },
	{ AT(NOTES), 'R', "__start_notes" }, { AT(NOTES_END), 'R', "__stop_notes" }, { AT(RODATA_END), 'R', "__end_rodata" },
	{ AT(DATA), 'D', "_sdata" }, { AT(DATA + 0x10), 'd', "a_value" }, { AT(DATA_END), 'D', "_edata" },
	{ AT(DATA_END + 8), 'D', "init_task" },
	{ AT(INIT), 'D', "__init_begin" }, { AT(INIT), 'D', "__per_cpu_load" }, { AT(INIT), 'T', "_sinittext" },
	{ AT(INIT + 8), 't', "setup" }, { AT(INIT_TEXT_END), 'T', "_einittext" }, { AT(INIT_TEXT_END), 'd', "a_setting" },
	{ AT(INIT_END), 'R', "__init_end" },
	{ AT(BSS), 'B', "__bss_start" }, { AT(BSS + 8), 'b', "a_zero" }, { AT(END - 0x100), 'B', "__bss_stop" },
	{ AT(END), 'B', "_end" },
};

/* The build-id that its own notes have. */
static const uint8_t note[] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6,
				7, 8, 9, 10 };

static struct fake *memory(const struct fake_sym *syms, size_t n)
{
	struct fake *f = fake_new(12, 0x400);

	for (uint64_t at = 0; at < END; at += 8)
		fake_u64(f, at, at * 0x9e3779b97f4a7c15ull | 1);	/* nothing that could be padding */
	fake_kallsyms(f, FORM_PERCPU, syms, n);
	fake_write(f, NOTES, note, sizeof(note));
	/* the end of first: ret, and nops of all lengths */
	fake_write(f, 0x130, "\xc3\x66\x2e\x0f\x1f\x84\0\0\0\0\0\x0f\x1f\x40\0\x90", 16);
	return f;
}

struct file {
	struct world w;
	struct facts *facts;
	struct layout *l;
	uint8_t *bytes;
	Elf *elf;
	size_t names;
};

static void open_file(struct file *x, const struct fake_sym *syms, size_t n, const char *more)
{
	char lines[1024];
	const char *why = NULL;

	snprintf(lines, sizeof(lines), "%s%s", fake_kallsyms_lines(FORM_PERCPU), more);
	x->w = make(memory(syms, n), lines);
	x->facts = facts_new(x->w.k, NULL);
	assert_non_null(x->facts);
	assert_int_equal(executable_layout(x->facts, HOLES_ZERO, &x->l, &why), 0);
	x->bytes = malloc(layout_size(x->l));
	assert_non_null(x->bytes);
	assert_int_equal(layout_read(x->l, x->bytes, layout_size(x->l), 0), 0);
	elf_version(EV_CURRENT);
	x->elf = elf_memory((char *)x->bytes, layout_size(x->l));
	assert_non_null(x->elf);
	assert_int_equal(elf_getshdrstrndx(x->elf, &x->names), 0);
}

static void close_file(struct file *x)
{
	elf_end(x->elf);
	free(x->bytes);
	layout_unref(x->l);
	facts_free(x->facts);
	done(&x->w);
}

/* The i-th section, which has a name. */
static const char *section(struct file *x, size_t i, GElf_Shdr *sh)
{
	assert_non_null(gelf_getshdr(elf_getscn(x->elf, i), sh));
	return elf_strptr(x->elf, x->names, sh->sh_name);
}

static void expect_section(struct file *x, size_t i, const char *name, uint64_t at, uint64_t end, uint32_t type, uint64_t flags)
{
	GElf_Shdr sh;

	assert_string_equal(section(x, i, &sh), name);
	assert_int_equal(sh.sh_addr, image(at) - SHIFT);
	assert_int_equal(sh.sh_size, end - at);
	assert_int_equal(sh.sh_type, type);
	assert_int_equal(sh.sh_flags, SHF_ALLOC | flags);
}

/* Each where its symbols say, with the flags that their letters tell, at addresses without KASLR. */
static void test_sections(void **state)
{
	struct file x;
	GElf_Ehdr ehdr;
	GElf_Shdr sh;

	(void)state;
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	assert_non_null(gelf_getehdr(x.elf, &ehdr));
	assert_int_equal(ehdr.e_type, ET_EXEC);
	assert_int_equal(ehdr.e_machine, EM_X86_64);
	assert_int_equal(ehdr.e_entry, image(0) - SHIFT);
	assert_string_equal(section(&x, 1, &sh), ".data..percpu");
	assert_int_equal(sh.sh_addr, 0);
	assert_int_equal(sh.sh_size, 0x100);
	expect_section(&x, 2, ".text", 0, TEXT_END, SHT_PROGBITS, SHF_EXECINSTR);
	expect_section(&x, 3, ".rodata", RODATA, NOTES, SHT_PROGBITS, SHF_WRITE);
	expect_section(&x, 4, ".notes", NOTES, NOTES_END, SHT_NOTE, 0);
	expect_section(&x, 5, ".rodata", NOTES_END, RODATA_END, SHT_PROGBITS, 0);
	expect_section(&x, 6, ".data", DATA, DATA_END, SHT_PROGBITS, SHF_WRITE);
	expect_section(&x, 7, ".data", DATA_END + 8, INIT, SHT_PROGBITS, SHF_WRITE);
	expect_section(&x, 8, ".init.text", INIT, INIT_TEXT_END, SHT_PROGBITS, SHF_EXECINSTR);
	expect_section(&x, 9, ".init.data", INIT_TEXT_END, INIT_END, SHT_PROGBITS, SHF_WRITE);
	expect_section(&x, 10, ".bss", BSS, END - 0x100, SHT_NOBITS, SHF_WRITE);
	assert_string_equal(section(&x, 11, &sh), ".symtab");
	close_file(&x);
}

/* Memory of each section; what was thrown away is zeroes. */
static void test_contents(void **state)
{
	uint8_t expected[0x4000], zeroes[0x2000] = { 0 };
	struct file x;
	GElf_Shdr sh;
	size_t n = 0;

	(void)state;
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	for (size_t i = 1; i < 10; i++) {
		const char *name = section(&x, i, &sh);
		bool gone = i == 1 || !strncmp(name, ".init", 5);

		assert_in_range(sh.sh_size, 1, sizeof(zeroes));
		if (!gone)
			assert_int_equal(kernel_read(x.w.k, sh.sh_addr + SHIFT, expected, sh.sh_size), 0);
		assert_memory_equal(x.bytes + sh.sh_offset, gone ? zeroes : expected, sh.sh_size);
		n += !gone;
	}
	assert_int_equal(n, 6);
	close_file(&x);
}

static GElf_Sym find(struct file *x, const char *name)
{
	GElf_Shdr sh, strings;
	Elf_Data *data;
	GElf_Sym sym;
	size_t at = 0;

	for (size_t i = 1; strcmp(section(x, i, &sh), ".symtab"); i++)
		at = i + 1;
	data = elf_getdata(elf_getscn(x->elf, at), NULL);
	assert_string_equal(section(x, sh.sh_link, &strings), ".strtab");
	for (int i = 1; gelf_getsym(data, i, &sym); i++) {
		/* local ones first */
		assert_int_equal(GELF_ST_BIND(sym.st_info) == STB_LOCAL, (unsigned int)i < sh.sh_info);
		if (!strcmp(elf_strptr(x->elf, sh.sh_link, sym.st_name), name))
			return sym;
	}
	fail_msg("no symbol %s", name);
	return sym;
}

static void expect_symbol(struct file *x, const char *name, uint64_t value, uint64_t size, unsigned int bind, unsigned int type,
			  const char *in)
{
	GElf_Sym sym = find(x, name);
	GElf_Shdr sh;

	assert_int_equal(sym.st_value, value);
	assert_int_equal(sym.st_size, size);
	assert_int_equal(GELF_ST_BIND(sym.st_info), bind);
	assert_int_equal(GELF_ST_TYPE(sym.st_info), type);
	if (in)
		assert_string_equal(section(x, sym.st_shndx, &sh), in);
	else
		assert_int_equal(sym.st_shndx, SHN_ABS);
}

/* Up to the next one, without padding; one at the border of two sections is in the one that its letter tells. */
static void test_symbols(void **state)
{
	uint64_t base = image(0) - SHIFT;
	struct file x;

	(void)state;
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	expect_symbol(&x, "_stext", base, 0x100, STB_GLOBAL, STT_FUNC, ".text");
	expect_symbol(&x, "first", base + 0x100, 0x31, STB_LOCAL, STT_FUNC, ".text");
	expect_symbol(&x, "second", base + 0x140, 0xc0, STB_GLOBAL, STT_FUNC, ".text");
	expect_symbol(&x, "third", base + 0x200, 0x100, STB_WEAK, STT_FUNC, ".text");
	expect_symbol(&x, "_etext", base + TEXT_END, 0, STB_GLOBAL, STT_NOTYPE, ".text");
	expect_symbol(&x, "a_table", base + RODATA + 8, NOTES - RODATA - 8, STB_LOCAL, STT_OBJECT, ".rodata");
	expect_symbol(&x, "a_value", base + DATA + 0x10, DATA_END - DATA - 0x10, STB_LOCAL, STT_OBJECT, ".data");
	expect_symbol(&x, "_edata", base + DATA_END, 0, STB_GLOBAL, STT_NOTYPE, ".data");
	expect_symbol(&x, "_sinittext", base + INIT, 8, STB_GLOBAL, STT_FUNC, ".init.text");
	expect_symbol(&x, "a_setting", base + INIT_TEXT_END, INIT_END - INIT_TEXT_END, STB_LOCAL, STT_OBJECT, ".init.data");
	expect_symbol(&x, "a_zero", base + BSS + 8, END - 0x100 - BSS - 8, STB_LOCAL, STT_OBJECT, ".bss");
	/* the per-CPU template is linked at 0, whatever KASLR does */
	expect_symbol(&x, "runqueues", 0x40, 0xc0, STB_GLOBAL, STT_OBJECT, ".data..percpu");
	expect_symbol(&x, "_end", base + END + SHIFT, 0, STB_GLOBAL, STT_NOTYPE, NULL);
	close_file(&x);
}

static size_t build_id(struct file *x, const uint8_t **id)
{
	size_t n;

	assert_int_equal(elf_getphdrnum(x->elf, &n), 0);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		assert_non_null(gelf_getphdr(x->elf, (int)i, &ph));
		assert_true(ph.p_offset + ph.p_filesz <= layout_size(x->l));
		assert_true(ph.p_type != PT_LOAD || ph.p_offset % ph.p_align == ph.p_vaddr % ph.p_align);
		if (ph.p_type != PT_NOTE)
			continue;
		assert_memory_equal(x->bytes + ph.p_offset, note, 16);
		*id = x->bytes + ph.p_offset + 16;
		return ph.p_filesz - 16;
	}
	return 0;
}

/* A kernel with symbols of functions only: code, and the rest. Its build-id is what VMCOREINFO says. */
static void test_functions_only(void **state)
{
	static const uint8_t told[20] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
					  0x01, 0x23, 0x45, 0x67 };
	struct fake_sym some[ARRAY_SIZE(symbols)];
	const uint8_t *id;
	struct file x;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (strchr("TtW", symbols[i].type) || !strcmp(symbols[i].name, "init_task"))
			some[n++] = symbols[i];
	open_file(&x, some, n, LINES);
	expect_section(&x, 1, ".text", 0, TEXT_END, SHT_PROGBITS, SHF_EXECINSTR);
	expect_section(&x, 2, ".data", TEXT_END, INIT, SHT_PROGBITS, SHF_WRITE);
	expect_section(&x, 3, ".init.text", INIT, INIT_TEXT_END, SHT_PROGBITS, SHF_EXECINSTR);
	expect_section(&x, 4, ".data", INIT_TEXT_END, INIT + 0x1000, SHT_PROGBITS, SHF_WRITE);
	assert_int_equal(build_id(&x, &id), sizeof(told));
	assert_memory_equal(id, told, sizeof(told));
	close_file(&x);
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	assert_int_equal(build_id(&x, &id), 20);
	assert_memory_equal(id, note + 16, 20);
	close_file(&x);
}

/* Pages that are not in the dump are zeroes, and are told; or an error, for who wants that. What is damaged is one. */
static void test_lost(void **state)
{
	struct outbuf out = OUTBUF_INIT;
	uint8_t zeroes[4096] = { 0 }, byte;
	struct layout *l;
	const char *why;
	struct file x;
	GElf_Shdr sh;

	(void)state;
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	assert_int_equal(executable_put_lost(x.facts, &out), 0);
	assert_int_equal(out.len, 0);
	fake_set(x.w.f, RODATA >> 12, 1, PAGE_EXCLUDED);
	assert_int_equal(executable_put_lost(x.facts, &out), 0);
	assert_string_equal(out.data, "4 KiB are not in the dump, and zeroes: .rodata 0xffffffff7ff09000+0x800, "
			    ".notes 0xffffffff7ff09800+0x24, .rodata 0xffffffff7ff09824+0x7dc");
	assert_string_equal(section(&x, 3, &sh), ".rodata");
	assert_int_equal(layout_read(x.l, x.bytes, 0x800, sh.sh_offset), 0);
	assert_memory_equal(x.bytes, zeroes, 0x800);
	assert_int_equal(executable_layout(x.facts, HOLES_FAIL, &l, &why), 0);
	assert_int_equal(layout_size(l), layout_size(x.l));
	assert_int_equal(layout_read(l, &byte, 1, sh.sh_offset), -ENODATA);
	assert_int_equal(layout_read(l, &byte, 1, sh.sh_offset - 1), 0);
	layout_unref(l);
	fake_set(x.w.f, RODATA >> 12, 1, PAGE_DATA);
	fake_damage(x.w.f, RODATA >> 12);
	assert_int_equal(layout_read(x.l, x.bytes, 1, sh.sh_offset), -EIO);
	out_free(&out);
	elf_end(x.elf);
	x.elf = NULL;
	close_file(&x);
}

static void test_pieces(void **state)
{
	uint8_t piece[777];
	struct file x;
	uint64_t size;

	(void)state;
	open_file(&x, symbols, ARRAY_SIZE(symbols), LINES);
	size = layout_size(x.l);
	for (uint64_t at = 0; at < size; at += 97) {
		size_t n = (size_t)min_u64(sizeof(piece), size - at);

		assert_int_equal(layout_read(x.l, piece, n, at), 0);
		assert_memory_equal(piece, x.bytes + at, n);
	}
	close_file(&x);
}

/* A symbol that does not tell where the text is, ends before beginnings, ranges in each other's way. */
static void test_nonsense(void **state)
{
	static const struct fake_sym bad[] = {
		{ AT(0), 'T', "_stext" }, { AT(0x100), 'D', "_sdata" }, { AT(0x200), 'T', "_etext" },
		{ AT(0x300), 'D', "__start_notes" }, { AT(0x400), 'D', "_edata" }, { AT(0x500), 'D', "__stop_notes" },
		{ AT(0x600), 'T', "_einittext" }, { AT(0x700), 'T', "_sinittext" }, { AT(0x800), 'B', "__bss_start" },
		{ AT(0x900), 'D', "init_task" },
	};
	static const struct fake_sym none[] = { { AT(0x900), 'D', "init_task" }, { AT(0x1000), 'T', "_stext" },
						{ AT(0), 'T', "_end" } };
	struct image_parts parts;
	const char *why = NULL;
	struct facts *facts;
	struct world w;

	(void)state;
	w = make(memory(bad, ARRAY_SIZE(bad)), fake_kallsyms_lines(FORM_PERCPU));
	facts = facts_new(w.k, NULL);
	assert_int_equal(parts_find(facts, &parts, &why), 0);
	for (size_t i = 0; i < parts.n; i++) {
		assert_true(parts.list[i].bytes > 0);
		assert_true(!i || parts.list[i - 1].vaddr + parts.list[i - 1].bytes <= parts.list[i].vaddr);
	}
	assert_string_equal(parts.list[0].name, ".text");
	facts_free(facts);
	done(&w);
	w = make(memory(none, ARRAY_SIZE(none)), fake_kallsyms_lines(FORM_PERCPU));
	facts = facts_new(w.k, NULL);
	assert_int_equal(parts_find(facts, &parts, &why), -ENOTSUP);
	assert_non_null(why);
	facts_free(facts);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_functions_only),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
