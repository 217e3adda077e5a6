/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/code/disassemble.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/memory.h"
#include "kernel/code/libcapstone.h"
#include "kernel/code/sites.h"
#include "kernel/debuginfo/address.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/reader.h"

/* The machines that capstone knows; those of both byte orders get theirs from the kernel. */
static const struct machine {
	uint16_t elf_machine;
	cs_arch cs;
	int mode;
} machines[] = {
	{ EM_X86_64, CS_ARCH_X86, CS_MODE_64 },
	{ EM_386, CS_ARCH_X86, CS_MODE_32 },
	{ EM_AARCH64, CS_ARCH_ARM64, 0 },
	{ EM_ARM, CS_ARCH_ARM, CS_MODE_ARM },
	{ EM_PPC64, CS_ARCH_PPC, CS_MODE_64 },
	{ EM_PPC, CS_ARCH_PPC, CS_MODE_32 },
	{ EM_S390, CS_ARCH_SYSZ, 0 },
	{ EM_MIPS, CS_ARCH_MIPS, CS_MODE_MIPS64 },
	{ EM_SPARCV9, CS_ARCH_SPARC, CS_MODE_V9 },
#if CS_API_MAJOR >= 5
	{ EM_RISCV, CS_ARCH_RISCV, CS_MODE_RISCV64 | CS_MODE_RISCVC },
#endif
};

static const struct machine *machine_of(const struct kernel *k)
{
	for (size_t i = 0; k->space.arch && i < ARRAY_SIZE(machines); i++) {
		if (machines[i].elf_machine == k->space.arch->elf_machine)
			return &machines[i];
	}
	return NULL;
}

const char *disassemble_missing(const struct kernel *k)
{
	if (!k->has_space)
		return k->why_no_space;
	if (!machine_of(k) && CS_API_MAJOR < 5 && k->space.arch->elf_machine == EM_RISCV)
		return "libcapstone knows the instructions of this machine from version 5 on: this was built with an older one";
	if (!machine_of(k))
		return "the instructions of this machine are not known to the version of capstone that this was built with";
	return libcapstone_is_there() ? NULL : "libcapstone of the version that this was built with is not installed";
}

static bool is_of(const struct facts *f, uint64_t vaddr, uint64_t symbol)
{
	const struct module *module;
	struct symbol s;

	return !facts_symbol_at(f, vaddr, &s, &module) && s.vaddr == symbol;
}

/* Bytes up to the next symbol: symbols are asked for, not counted. */
static uint64_t bytes_of(const struct facts *f, uint64_t symbol)
{
	return bisect_from(i, (uint64_t)1, FUNCTION_MAX_BYTES, !is_of(f, symbol + i, symbol));
}

int function_at(const struct facts *f, uint64_t vaddr, struct function *out)
{
	struct symbol s;
	int r = facts_symbol_at(f, vaddr, &s, &out->module);

	if (r)
		return r;
	if (!strchr("TtWwi", s.type) || vaddr - s.vaddr >= FUNCTION_MAX_BYTES)
		return -ENOENT;
	out->name = s.name;
	out->vaddr = s.vaddr;
	out->bytes = s.bytes && s.bytes <= FUNCTION_MAX_BYTES ? s.bytes : bytes_of(f, s.vaddr);
	return vaddr - s.vaddr < out->bytes ? 0 : -ENOENT;
}

struct disassembly {
	const struct facts *facts;
	const struct function *fn;
	struct outbuf *out;
	struct sites sites;
	csh handle;
	cs_insn *insn;
	bool relative;			/* operands are relative to the next instruction where they say so */
};

static void put_place(struct disassembly *l, uint64_t vaddr)
{
	out_printf(l->out, "0x%016llx <%s+%#llx>:\t", (unsigned long long)vaddr, l->fn->name,
		   (unsigned long long)(vaddr - l->fn->vaddr));
}

/* "<symbol+0x12>" for what is an address of the kernel. */
static bool put_symbol(struct disassembly *l, uint64_t vaddr)
{
	char name[SYMTAB_MAX_NAME + 128];

	if (address_format(l->facts, vaddr, name, sizeof(name)))
		return false;
	out_printf(l->out, "<%s>", name);
	return true;
}

/* The number in an operand that may be an address: all processors' syntaxes have them as 0x... */
static bool address_in(const struct disassembly *l, const char *operands, uint64_t *vaddr, bool *computed)
{
	const char *at = NULL, *p = operands;
	char *end;

	while ((p = strstr(p, "0x")))
		at = p, p += 2;
	if (!at)
		return false;
	*vaddr = strtoull(at, &end, 16);
	*computed = l->relative && !strncmp(end, "(%rip)", 6);
	if (*computed) {
		if (at > operands && at[-1] == '-')
			*vaddr = 0 - *vaddr;
		*vaddr += l->insn->address + l->insn->size;
	} else if (at > operands && at[-1] == '-') {
		*vaddr = 0 - *vaddr;		/* $-0x7e000000: 32 bits that are sign-extended */
	}
	return true;
}

/* What an operand names, after it; an address that is computed is told too. */
static void put_operand(struct disassembly *l)
{
	uint64_t vaddr;
	bool computed;
	size_t start;

	if (!address_in(l, l->insn->op_str, &vaddr, &computed))
		return;
	if (computed)
		out_printf(l->out, "\t# %#llx", (unsigned long long)vaddr);
	start = l->out->len;
	out_char(l->out, ' ');
	if (!put_symbol(l, vaddr))
		out_cut(l->out, start);
}

static void put_instruction(struct disassembly *l)
{
	const char *separator = l->insn->op_str[0] ? " " : "";

	put_place(l, l->insn->address);
	out_printf(l->out, "%s%s%s", l->insn->mnemonic, separator, l->insn->op_str);
	put_operand(l);
	sites_put(&l->sites, l->facts, l->insn->address, l->out);
	out_char(l->out, '\n');
}

/* n bytes at from, all there. */
static void put_code(struct disassembly *l, const uint8_t *code, size_t n, uint64_t from)
{
	while (n && cs_disasm_iter(l->handle, &code, &n, &from, l->insn))
		put_instruction(l);
	if (n) {
		put_place(l, from);
		out_printf(l->out, "an instruction that cannot be told, to 0x%016llx\n", (unsigned long long)(from + n));
	}
}

static const char *loss(int error)
{
	return error == -ENODATA ? "not in the dump" : error == -EFAULT ? "not mapped" : "damaged or unreadable";
}

/* The function's bytes, in pieces between what is lost. */
static int put_all(struct disassembly *l, struct kreader *r, uint8_t *buf)
{
	uint64_t page = kreader_kernel(r)->pages->page_shift, done = 0, bytes = l->fn->bytes, n, from, to;
	int error;

	while (done < bytes) {
		from = l->fn->vaddr + done;
		n = kread_part(r, from, buf, bytes - done);
		error = kreader_take(r, NULL);
		if (error_is_passing(error))
			return error;
		put_code(l, buf, n, from);
		done += n;
		if (done == bytes)
			break;
		from = l->fn->vaddr + done;
		to = ((from >> page) + 1) << page;
		done = to - l->fn->vaddr < bytes ? to - l->fn->vaddr : bytes;
		put_place(l, from);
		out_printf(l->out, "%s, to 0x%016llx\n", loss(error), (unsigned long long)(l->fn->vaddr + done));
	}
	return 0;
}

/* s390x: the first two bits of an instruction are its length, also of one that capstone does not know. */
static size_t length_on_s390(const uint8_t *code, size_t n, size_t at, void *arg)
{
	(void)n, (void)arg;
	return code[at] < 0x40 ? 2 : code[at] < 0xc0 ? 4 : 6;
}

static int open_disassembly(struct disassembly *l, const struct kernel *k)
{
	static const cs_opt_skipdata on_s390 = { .mnemonic = ".byte", .callback = length_on_s390 };
	const struct machine *m = machine_of(k);
	int mode = m ? m->mode : 0;

	if (!m || libcapstone_load())
		return -ENOTSUP;
	mode |= k->space.arch->big_endian ? (int)CS_MODE_BIG_ENDIAN : CS_MODE_LITTLE_ENDIAN;
	if (cs_open(m->cs, (cs_mode)mode, &l->handle))
		return -ENOTSUP;
	l->relative = m->cs == CS_ARCH_X86;
	if (m->cs == CS_ARCH_X86)
		cs_option(l->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	if (m->cs == CS_ARCH_SYSZ)
		cs_option(l->handle, CS_OPT_SKIPDATA_SETUP, (size_t)&on_s390);
	cs_option(l->handle, CS_OPT_SKIPDATA, CS_OPT_ON);
	l->insn = cs_malloc(l->handle);
	if (l->insn)
		return 0;
	cs_close(&l->handle);
	return -ENOMEM;
}

int disassemble(const struct facts *f, const struct function *fn, struct outbuf *out)
{
	struct disassembly l = { .facts = f, .fn = fn, .out = out };
	const struct kernel *k = facts_kernel(f);
	struct knames names = facts_names(f);
	struct kreader *reader;
	uint8_t *buf;
	int r = open_disassembly(&l, k);

	if (r)
		return r;
	buf = memory_malloc(fn->bytes);
	r = buf ? kreader_open(k, &reader) : -ENOMEM;
	if (!r) {
		r = sites_find(&names, reader, fn, &l.sites);
		if (!r)
			r = put_all(&l, reader, buf);
		sites_free(&l.sites);
		kreader_close(reader);
	}
	free(buf);
	cs_free(l.insn, 1);
	cs_close(&l.handle);
	return r;
}
