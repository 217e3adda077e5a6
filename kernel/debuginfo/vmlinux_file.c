/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/vmlinux_file.h"

#include <errno.h>
#include <libelf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"

static void map_file(struct vmlinux_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st) || st.st_size <= 0)
		return;
	f->map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, f->fd, 0);
	if (f->map == MAP_FAILED)
		f->map = NULL;
	else
		f->map_len = (size_t)st.st_size;
}

int vmlinux_file_open(const char *path, struct vmlinux_file *out)
{
	*out = (struct vmlinux_file){ .fd = files_open_plain(path) };
	if (out->fd < 0)
		return out->fd;
	elf_version(EV_CURRENT);
	map_file(out);
	out->elf = out->map ? elf_memory(out->map, out->map_len) : elf_begin(out->fd, ELF_C_READ, NULL);
	if (out->elf && elf_kind(out->elf) == ELF_K_ELF && gelf_getehdr(out->elf, &out->ehdr))
		return 0;
	vmlinux_file_close(out);
	return fail(EINVAL, "%s: not an ELF file: not a vmlinux", path);
}

void vmlinux_file_close(struct vmlinux_file *f)
{
	elf_end(f->elf);
	if (f->map)
		munmap(f->map, f->map_len);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct vmlinux_file){ .fd = -1 };
}

void vmlinux_file_forget(const struct vmlinux_file *f)
{
	if (f->map)
		madvise(f->map, f->map_len, MADV_DONTNEED);
}

int vmlinux_file_section(const struct vmlinux_file *f, const char *name, const void **bytes, size_t *len)
{
	Elf_Scn *scn = NULL;
	size_t names;
	GElf_Shdr sh;

	if (elf_getshdrstrndx(f->elf, &names))
		return -ENOENT;
	while ((scn = elf_nextscn(f->elf, scn))) {
		const char *its = gelf_getshdr(scn, &sh) ? elf_strptr(f->elf, names, sh.sh_name) : NULL;
		Elf_Data *data;

		if (!its || strcmp(its, name) || !(data = elf_rawdata(scn, NULL)) || !data->d_buf)
			continue;
		*bytes = data->d_buf;
		*len = data->d_size;
		return 0;
	}
	return -ENOENT;
}

int vmlinux_file_at(const struct vmlinux_file *f, uint64_t vaddr, const uint8_t **bytes, uint64_t *len, bool *code)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(f->elf, scn))) {
		Elf_Data *data;
		uint64_t at;

		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) || sh.sh_type == SHT_NOBITS ||
		    vaddr - sh.sh_addr >= sh.sh_size || !(data = elf_rawdata(scn, NULL)) || !data->d_buf)
			continue;
		at = vaddr - sh.sh_addr;
		if (at >= data->d_size)
			continue;
		*bytes = (const uint8_t *)data->d_buf + at;
		*len = data->d_size - at;
		*code = sh.sh_flags & SHF_EXECINSTR;
		return 0;
	}
	return -ENOENT;
}

/* --- symbols ------------------------------------------------------------------------------------------------------ */

struct reader {
	Elf *elf;
	Elf_Data *data;
	size_t strings;
	int n;
};

/* What assemblers of ARM leave between code and data, "$x", "$d.12": at addresses of functions, and no symbol of the kernel's. */
static bool is_mark(const char *name)
{
	return name[0] == '$' && name[1] && strchr("adtx", name[1]) && (!name[2] || name[2] == '.');
}

static const char *symbol_at(const struct reader *rd, int i, GElf_Sym *sym)
{
	const char *name = gelf_getsym(rd->data, i, sym) ? elf_strptr(rd->elf, rd->strings, sym->st_name) : NULL;
	int type = name ? GELF_ST_TYPE(sym->st_info) : STT_FILE;

	return name && *name && sym->st_shndx != SHN_UNDEF && type != STT_FILE && type != STT_SECTION && !is_mark(name) ?
	       name : NULL;
}

/* The letter that nm has for it. */
static char letter_of(const struct reader *rd, const GElf_Sym *sym)
{
	bool local = GELF_ST_BIND(sym->st_info) == STB_LOCAL;
	GElf_Shdr sh;
	char letter;

	if (GELF_ST_BIND(sym->st_info) == STB_WEAK)
		return GELF_ST_TYPE(sym->st_info) == STT_OBJECT ? 'V' : 'W';
	if (sym->st_shndx >= SHN_LORESERVE || !gelf_getshdr(elf_getscn(rd->elf, sym->st_shndx), &sh))
		letter = 'A';
	else if (sh.sh_flags & SHF_EXECINSTR)
		letter = 'T';
	else if (!(sh.sh_flags & SHF_ALLOC))
		letter = 'N';
	else if (sh.sh_type == SHT_NOBITS)
		letter = 'B';
	else
		letter = sh.sh_flags & SHF_WRITE ? 'D' : 'R';
	return (char)(local ? letter | 0x20 : letter);
}

static void open_symtab(struct reader *rd)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(rd->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB || !sh.sh_entsize)
			continue;
		rd->data = elf_getdata(scn, NULL);
		rd->strings = sh.sh_link;
		rd->n = (int)min_u64(sh.sh_size / sh.sh_entsize, INT32_MAX / 2);
		return;
	}
}

/* KASLR moves the image, from _text on. What is below are per-CPU offsets, what is in no section may be any number. */
struct shift {
	uint64_t first, end, by;
};

static bool is_shifted(const struct shift *shift, const GElf_Sym *sym)
{
	return sym->st_value >= shift->first && (sym->st_shndx < SHN_LORESERVE || sym->st_value <= shift->end);
}

static struct shift find_shift(const struct reader *rd, const struct vmcoreinfo *v)
{
	struct shift shift = { 0, UINT64_MAX, 0 };
	uint64_t stext = 0, told;
	GElf_Sym sym;

	for (int i = 1; i < rd->n; i++) {
		const char *name = symbol_at(rd, i, &sym);

		if (!name || name[0] != '_')
			continue;
		if (!strcmp(name, "_text"))
			shift.first = sym.st_value;
		else if (!strcmp(name, "_end"))
			shift.end = sym.st_value;
		else if (!strcmp(name, "_stext"))
			stext = sym.st_value;
	}
	if (stext && !vmci_symbol(v, "_stext", &told))
		shift.by = told - stext;
	else if (vmci_kernel_offset(v, &shift.by))
		shift.by = 0;
	return shift;
}

uint64_t vmlinux_file_shift(const struct vmlinux_file *f, const struct vmcoreinfo *v)
{
	struct reader rd = { .elf = f->elf };

	open_symtab(&rd);
	return rd.data ? find_shift(&rd, v).by : 0;
}

int vmlinux_symbols(const char *path, const struct vmcoreinfo *v, struct symtab *out)
{
	struct reader rd = { 0 };
	struct vmlinux_file f;
	struct shift shift;
	GElf_Sym sym;
	int r = vmlinux_file_open(path, &f);

	if (r)
		return r;
	rd.elf = f.elf;
	open_symtab(&rd);
	if (!rd.data) {
		r = fail(ENOTSUP, "%s: has no symbols: not a vmlinux with debug information", path);
		goto out_close;
	}
	shift = find_shift(&rd, v);
	/* functions and variables first: of several names at one address the first is told, which shall not be a label
	 * (__sched_text_start) */
	for (int i = 1; i < 2 * rd.n && !r; i++) {
		const char *name = i == rd.n ? NULL : symbol_at(&rd, i % rd.n, &sym);

		if (!name || strlen(name) > SYMTAB_MAX_NAME || (GELF_ST_TYPE(sym.st_info) == STT_NOTYPE) != (i > rd.n))
			continue;
		r = symtab_add(out, sym.st_value + (is_shifted(&shift, &sym) ? shift.by : 0), sym.st_size, letter_of(&rd, &sym), name, strlen(name));
	}
out_close:
	vmlinux_file_close(&f);
	return r;
}
