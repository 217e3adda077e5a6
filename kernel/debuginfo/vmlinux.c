/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO made from a vmlinux: the lines that makedumpfile -g writes, in its order, and those that kernels of today
 * write themselves (kernel/crash_core.c, kernel/vmcore_info.c, kernel/printk/printk.c).
 */
#include "kernel/debuginfo/vmlinux.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/debuginfo/vmlinux_file.h"

enum line_kind {
	SYMBOL,
	ARRAY,				/* LENGTH of a variable that is an array of pointers */
	SIZE,
	OFFSET,				/* of "type.member" */
	LENGTH,				/* of the array "type.member" */
	NUMBER,				/* the enumerator "type.name", shown as its last part */
	MASK,				/* 1 << that, shown as the name with "_mask" */
	PAGE_TYPE,			/* a kind of page, in the upper byte of page_type: see put_page_type() */
};

static const struct info_line {
	enum line_kind kind;
	const char *name;
} lines[] = {
	/* makedumpfile -g */
	{ SYMBOL, "mem_map" }, { SYMBOL, "vmem_map" }, { SYMBOL, "mem_section" }, { SYMBOL, "pkmap_count" },
	{ SYMBOL, "pkmap_count_next" }, { SYMBOL, "system_utsname" }, { SYMBOL, "init_uts_ns" }, { SYMBOL, "_stext" },
	{ SYMBOL, "swapper_pg_dir" }, { SYMBOL, "init_level4_pgt" }, { SYMBOL, "level4_kernel_pgt" },
	{ SYMBOL, "init_top_pgt" }, { SYMBOL, "vmlist" }, { SYMBOL, "vmap_area_list" },
	{ SYMBOL, "node_online_map" }, { SYMBOL, "node_states" }, { SYMBOL, "node_data" }, { SYMBOL, "pgdat_list" },
	{ SYMBOL, "contig_page_data" }, { SYMBOL, "prb" }, { SYMBOL, "clear_seq" }, { SYMBOL, "log_buf" },
	{ SYMBOL, "log_buf_len" }, { SYMBOL, "log_end" }, { SYMBOL, "log_first_idx" }, { SYMBOL, "clear_idx" },
	{ SYMBOL, "log_next_idx" }, { SYMBOL, "max_pfn" }, { SYMBOL, "high_memory" }, { SYMBOL, "free_huge_page" },
	{ SIZE, "page" }, { SIZE, "mem_section" }, { SIZE, "pglist_data" }, { SIZE, "zone" }, { SIZE, "free_area" },
	{ SIZE, "list_head" }, { SIZE, "nodemask_t" }, { SIZE, "printk_log" }, { SIZE, "log" },
	{ SIZE, "printk_ringbuffer" }, { SIZE, "prb_desc" }, { SIZE, "printk_info" }, { SIZE, "latched_seq" },
	{ OFFSET, "page.flags" }, { OFFSET, "page._refcount" }, { OFFSET, "page._count" }, { OFFSET, "page.mapping" },
	{ OFFSET, "page.lru" }, { OFFSET, "page._mapcount" }, { OFFSET, "page.private" },
	{ OFFSET, "page.compound_dtor" }, { OFFSET, "page.compound_order" }, { OFFSET, "page.compound_head" },
	{ OFFSET, "page.compound_info" }, { OFFSET, "folio._folio_dtor" }, { OFFSET, "folio._folio_order" },
	{ OFFSET, "mem_section.section_mem_map" }, { OFFSET, "pglist_data.node_zones" },
	{ OFFSET, "pglist_data.nr_zones" }, { OFFSET, "pglist_data.node_mem_map" },
	{ OFFSET, "pglist_data.node_start_pfn" }, { OFFSET, "pglist_data.node_spanned_pages" },
	{ OFFSET, "pglist_data.pgdat_next" }, { OFFSET, "zone.free_pages" }, { OFFSET, "zone.free_area" },
	{ OFFSET, "zone.vm_stat" }, { OFFSET, "zone.spanned_pages" }, { OFFSET, "free_area.free_list" },
	{ OFFSET, "list_head.next" }, { OFFSET, "list_head.prev" }, { OFFSET, "vm_struct.addr" },
	{ OFFSET, "vmap_area.va_start" }, { OFFSET, "vmap_area.list" },
	{ OFFSET, "printk_ringbuffer.desc_ring" }, { OFFSET, "printk_ringbuffer.text_data_ring" },
	{ OFFSET, "prb_desc_ring.count_bits" }, { OFFSET, "prb_desc_ring.descs" }, { OFFSET, "prb_desc_ring.infos" },
	{ OFFSET, "prb_desc_ring.head_id" }, { OFFSET, "prb_desc_ring.tail_id" }, { OFFSET, "prb_desc.state_var" },
	{ OFFSET, "prb_desc.text_blk_lpos" }, { OFFSET, "prb_data_blk_lpos.begin" },
	{ OFFSET, "prb_data_blk_lpos.next" }, { OFFSET, "prb_data_ring.size_bits" }, { OFFSET, "prb_data_ring.data" },
	{ OFFSET, "printk_info.ts_nsec" }, { OFFSET, "printk_info.text_len" }, { OFFSET, "printk_info.caller_id" },
	{ OFFSET, "atomic_long_t.counter" }, { OFFSET, "latched_seq.val" },
	{ OFFSET, "printk_log.ts_nsec" }, { OFFSET, "printk_log.len" }, { OFFSET, "printk_log.text_len" },
	{ OFFSET, "printk_log.caller_id" }, { OFFSET, "log.ts_nsec" }, { OFFSET, "log.len" }, { OFFSET, "log.text_len" },
	{ OFFSET, "uts_namespace.name" }, { ARRAY, "node_data" }, { LENGTH, "zone.free_area" },
	{ LENGTH, "free_area.free_list" }, { NUMBER, "zone_stat_item.NR_FREE_PAGES" }, { NUMBER, "node_states.N_ONLINE" },
	{ NUMBER, "pageflags.PG_lru" }, { NUMBER, "pageflags.PG_private" }, { MASK, "pageflags.PG_head" },
	{ NUMBER, "pageflags.PG_swapcache" }, { NUMBER, "pageflags.PG_swapbacked" }, { NUMBER, "pageflags.PG_slab" },
	{ NUMBER, "pageflags.PG_hwpoison" }, { NUMBER, "pageflags.PG_hugetlb" },
	{ NUMBER, "compound_dtor_id.HUGETLB_PAGE_DTOR" },

	/* the kernels' own */
	{ SYMBOL, "printk_rb_static" }, { SYMBOL, "logged_chars" }, { OFFSET, "printk_ringbuffer.fail" },
	{ OFFSET, "pglist_data.node_id" }, { SIZE, "prb_desc_ring" }, { SIZE, "prb_data_blk_lpos" },
	{ OFFSET, "printk_info.seq" }, { OFFSET, "printk_info.dev_info" }, { SIZE, "dev_printk_info" },
	{ OFFSET, "dev_printk_info.subsystem" }, { OFFSET, "dev_printk_info.device" }, { SIZE, "prb_data_ring" },
	{ OFFSET, "prb_data_ring.head_lpos" }, { OFFSET, "prb_data_ring.tail_lpos" }, { SIZE, "atomic_long_t" },
	{ PAGE_TYPE, "buddy" }, { PAGE_TYPE, "offline" }, { PAGE_TYPE, "slab" }, { PAGE_TYPE, "hugetlb" },
	{ PAGE_TYPE, "unaccepted" }, { SYMBOL, "kallsyms_names" }, { SYMBOL, "kallsyms_num_syms" },
	{ SYMBOL, "kallsyms_token_table" }, { SYMBOL, "kallsyms_token_index" }, { SYMBOL, "kallsyms_offsets" },
	{ SYMBOL, "kallsyms_relative_base" },
};

struct vmlinux_symbol {
	bool found;
	uint64_t value, size;
};

/* A question for each line; page types ask two. */
enum { QUERIES = 2 * ARRAY_SIZE(lines) };

struct vmlinux {
	const char *path;
	struct vmlinux_file file;
	char build_id[65];		/* hex; "" unknown */
	char uts[6][65];		/* init_uts_ns.name */
	struct vmlinux_symbol symbols[ARRAY_SIZE(lines)];	/* of the lines of these kinds */
	struct type_query queries[QUERIES];
	struct type_query *of_line[ARRAY_SIZE(lines)];	/* into queries, NULL: none */
	size_t nqueries;
	char types[ARRAY_SIZE(lines)][40];	/* the part in front of the dot */
	char members[ARRAY_SIZE(lines)][48];
};

/* --- ELF: symbols, notes, initial values -------------------------------------------------------------------------- */

static const struct vmlinux_symbol *find_symbol(const struct vmlinux *v, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (lines[i].kind == SYMBOL && !strcmp(lines[i].name, name))
			return v->symbols[i].found ? &v->symbols[i] : NULL;
	return NULL;
}

static void take_symbol(struct vmlinux *v, const char *name, const GElf_Sym *sym)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if ((lines[i].kind == SYMBOL || lines[i].kind == ARRAY) && lines[i].name[0] == name[0] &&
		    !strcmp(lines[i].name, name) && (!v->symbols[i].found || GELF_ST_BIND(sym->st_info) == STB_GLOBAL))
			v->symbols[i] = (struct vmlinux_symbol){ true, sym->st_value, sym->st_size };
}

static void read_symbols(struct vmlinux *v, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Sym sym;

	for (int i = 1; data && gelf_getsym(data, i, &sym); i++) {
		const char *name = elf_strptr(v->file.elf, sh->sh_link, sym.st_name);

		if (name && name[0] && sym.st_shndx != SHN_UNDEF)
			take_symbol(v, name, &sym);
	}
}

static void read_build_id(struct vmlinux *v, Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t name_at, desc_at;
	GElf_Nhdr note;

	for (size_t at = 0; data && (at = gelf_getnote(data, at, &note, &name_at, &desc_at)) > 0;) {
		const uint8_t *desc = (const uint8_t *)data->d_buf + desc_at;

		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp((const char *)data->d_buf + name_at, "GNU", 4) || note.n_descsz > sizeof(v->build_id) / 2)
			continue;
		for (size_t i = 0; i < note.n_descsz; i++)
			snprintf(v->build_id + 2 * i, 3, "%02x", desc[i]);
	}
}

/* Initial contents of a variable. */
static int read_initial(const struct vmlinux *v, uint64_t vaddr, void *buf, size_t n)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(v->file.elf, scn))) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) || sh.sh_type != SHT_PROGBITS ||
		    vaddr < sh.sh_addr || vaddr - sh.sh_addr >= sh.sh_size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size < n || vaddr - sh.sh_addr > data->d_size - n)
			return -EIO;
		memcpy(buf, (const char *)data->d_buf + (vaddr - sh.sh_addr), n);
		return 0;
	}
	return -ENOENT;
}

static int read_sections(struct vmlinux *v)
{
	bool symtab = false;
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(v->file.elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		if (sh.sh_type == SHT_SYMTAB) {
			symtab = true;
			read_symbols(v, scn, &sh);
		} else if (sh.sh_type == SHT_NOTE && (sh.sh_flags & SHF_ALLOC)) {
			read_build_id(v, scn);
		}
	}
	if (!symtab)
		return fail(ENOTSUP, "%s: has no symbols: not a vmlinux with debug information", v->path);
	return 0;
}

/* --- types -------------------------------------------------------------------------------------------------------- */

static struct type_query *ask(struct vmlinux *v, const char *type, const char *member)
{
	v->queries[v->nqueries] = (struct type_query){ .type = type, .member = member };
	return &v->queries[v->nqueries++];
}

/* The forms of the log before 5.10: to look for their types in a newer kernel would take all of its debug information. */
static bool is_pointless(const struct vmlinux *v, const char *type)
{
	return (!strcmp(type, "printk_log") || !strcmp(type, "log")) && !find_symbol(v, "log_first_idx");
}

static void make_queries(struct vmlinux *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *name = lines[i].name, *dot = strchr(name, '.');

		switch (lines[i].kind) {
		case SYMBOL:
		case ARRAY:
			continue;
		case SIZE:
			if (!is_pointless(v, name))
				v->of_line[i] = ask(v, name, NULL);
			continue;
		case PAGE_TYPE:
			/* 6.12 and later; before that PG_: the next query */
			snprintf(v->members[i], sizeof(v->members[i]), "PGTY_%s", name);
			v->of_line[i] = ask(v, "pagetype", v->members[i]);
			snprintf(v->types[i], sizeof(v->types[i]), "PG_%s", name);
			ask(v, "pagetype", v->types[i]);
			continue;
		default:
			snprintf(v->types[i], sizeof(v->types[i]), "%.*s", (int)(dot - name), name);
			snprintf(v->members[i], sizeof(v->members[i]), "%s%s", dot + 1, lines[i].kind == LENGTH ? "[]" : "");
			if (!is_pointless(v, v->types[i]))
				v->of_line[i] = ask(v, v->types[i], v->members[i]);
		}
	}
}

/* Is what was answered that of a kernel? Then what was not found is not in it. */
static bool are_answered(const struct vmlinux *v)
{
	static const char *const types[] = { "page", "list_head", "pglist_data" };
	size_t found = 0;

	for (size_t i = 0; i < v->nqueries; i++)
		for (size_t n = 0; n < ARRAY_SIZE(types); n++)
			found += !v->queries[i].member && v->queries[i].found && !strcmp(v->queries[i].type, types[n]);
	return found == ARRAY_SIZE(types);
}

/* BTF has all types that DWARF has, and is read in a tenth of the time. */
static int answer_queries(struct vmlinux *v)
{
	const void *section;
	size_t len;
	int r, from_btf = -ENOTSUP;

	if (!vmlinux_file_section(&v->file, ".BTF", &section, &len)) {
		from_btf = btf_answer(section, len, v->queries, v->nqueries);
		if (from_btf == -ENOMEM || (!from_btf && are_answered(v)))
			return from_btf;
	}
	r = dwarf_answer(&v->file, v->queries, v->nqueries);
	if (r != -ENOTSUP)
		return r;
	return from_btf == -EIO ? fail(EIO, "%s: its section .BTF is damaged", v->path) : from_btf;
}

/* --- the text ----------------------------------------------------------------------------------------------------- */

/*
 * The value that _mapcount or page_type of such a page has: the type in the upper byte since 6.12, all but its bit in
 * 6.10 and 6.11. Before that the types are macros, of which debug information knows nothing: see outside.c.
 */
static void put_page_type(const struct vmlinux *v, size_t i, struct outbuf *out)
{
	const struct type_query *q = v->of_line[i];
	char name[16] = "";
	int32_t value;

	if (q[0].found)
		value = (int32_t)(uint32_t)(q[0].value << 24);
	else if (q[1].found)
		value = (int32_t)~(uint32_t)q[1].value;
	else
		return;
	for (size_t n = 0; lines[i].name[n] && n < sizeof(name) - 1; n++)
		name[n] = (char)(lines[i].name[n] - 'a' + 'A');
	out_printf(out, "NUMBER(PAGE_%s_MAPCOUNT_VALUE)=%d\n", name, value);
}

static void put_line(const struct vmlinux *v, size_t i, struct outbuf *out)
{
	static const char *const kinds[] = { [SIZE] = "SIZE", [OFFSET] = "OFFSET", [LENGTH] = "LENGTH" };
	const struct info_line *l = &lines[i];
	const struct vmlinux_symbol *s = &v->symbols[i];
	const struct type_query *q = v->of_line[i];
	unsigned int pointer_bytes = v->file.ehdr.e_ident[EI_CLASS] == ELFCLASS32 ? 4 : 8;

	switch (l->kind) {
	case SYMBOL:
		if (s->found)
			out_printf(out, "SYMBOL(%s)=%llx\n", l->name, (unsigned long long)s->value);
		break;
	case ARRAY:
		if (s->found && s->size > pointer_bytes)
			out_printf(out, "LENGTH(%s)=%llu\n", l->name, (unsigned long long)(s->size / pointer_bytes));
		break;
	case NUMBER:
		if (q->found)
			out_printf(out, "NUMBER(%s)=%lld\n", v->members[i], (long long)q->value);
		break;
	case MASK:
		if (q->found && q->value < 64)
			out_printf(out, "NUMBER(%s_mask)=%llu\n", v->members[i], 1ull << q->value);
		break;
	case PAGE_TYPE:
		put_page_type(v, i, out);
		break;
	default:
		if (q && q->found)
			out_printf(out, "%s(%s)=%llu\n", kinds[l->kind], l->name, (unsigned long long)q->value);
	}
}

static int read_uts(struct vmlinux *v)
{
	const struct vmlinux_symbol *s = find_symbol(v, "init_uts_ns");
	char raw[sizeof(v->uts)];

	for (size_t i = 0; s && i < v->nqueries; i++) {
		const struct type_query *q = &v->queries[i];

		if (strcmp(q->type, "uts_namespace") || !q->found || read_initial(v, s->value + q->value, raw, sizeof(raw)))
			continue;
		memcpy(v->uts, raw, sizeof(raw));
		for (size_t n = 0; n < 6; n++)
			v->uts[n][64] = '\0';
		if (!strcmp(v->uts[0], "Linux") && v->uts[2][0])
			return 0;
	}
	return fail(EINVAL, "%s: is not a Linux kernel (no init_uts_ns)", v->path);
}

/* x86_64 has swapper_pg_dir as a macro, and in its VMCOREINFO all the same. */
static void put_swapper_pg_dir(const struct vmlinux *v, struct outbuf *out)
{
	const struct vmlinux_symbol *top = find_symbol(v, "init_top_pgt");

	if (!top)
		top = find_symbol(v, "init_level4_pgt");
	if (top && !find_symbol(v, "swapper_pg_dir"))
		out_printf(out, "SYMBOL(swapper_pg_dir)=%llx\n", (unsigned long long)top->value);
}

static int make_text(struct vmlinux *v, uint64_t page_size, struct outbuf *text)
{
	int r = read_sections(v);

	if (r)
		return r;
	make_queries(v);
	r = answer_queries(v);
	if (r == -ENOTSUP)
		return fail(ENOTSUP, "%s: has no debug information (DWARF, or BTF)", v->path);
	if (!r)
		r = read_uts(v);
	if (r)
		return r;
	out_printf(text, "OSRELEASE=%s\n", v->uts[2]);
	if (v->build_id[0])
		out_printf(text, "BUILD-ID=%s\n", v->build_id);
	out_printf(text, "PAGESIZE=%llu\n", (unsigned long long)page_size);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		put_line(v, i, text);
	put_swapper_pg_dir(v, text);
	return text->error;
}

int vmlinux_vmcoreinfo(const char *path, uint64_t page_size, struct outbuf *text, char version[65])
{
	struct vmlinux *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->path = path;
	r = vmlinux_file_open(path, &v->file);
	if (r)
		goto out_free;
	r = make_text(v, page_size, text);
	memcpy(version, v->uts[3], sizeof(v->uts[3]));
	vmlinux_file_close(&v->file);
out_free:
	free(v);
	return r;
}
