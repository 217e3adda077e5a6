/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erase rules over memory, symbols and types made by hand. The symbols and types are fakes with the functions of
 * kernel/debuginfo/facts.h and kernel/debuginfo/types.h; the evaluator is compiled against these.
 */
#define facts_find_symbol fake_find_symbol
#define facts_names	fake_facts_names
#define facts_kernel	fake_facts_kernel
#define facts_symbols	fake_facts_symbols
#define facts_types	fake_facts_types
#define facts_modules	fake_facts_modules
#define types_find	fake_types_find
#define types_variable	fake_types_variable
#define types_target	fake_types_target
#define types_member	fake_types_member
#define types_know_variables	fake_know_variables
#define erase_eval	tested_eval
#define access_resolve	tested_resolve
#define access_deref	tested_deref
#define access_member	tested_member
#define access_depth	tested_depth
#define access_name	tested_name
#define access_fail	tested_fail
#define access_walk	tested_walk
#define access_read	tested_read
#define erase_target_resolve tested_target_resolve
#define erase_target_run tested_target_run
#define erase_target_report tested_target_report
#define erase_warn	tested_warn
#include "filter/erase_access.c"
#include "filter/erase_target.c"
#include "filter/erase_eval.c"

#include <stdio.h>
#include <unistd.h>

#include "kernel/opening/open.h"
#include "tests/unit/fake_x86.h"
#include "tests/unit/unit.h"

/* --- types ---------------------------------------------------------------------------------------------------------- */

enum {
	VOID, CHAR, INT, LONG, NODE, NODE_P, CHAR_P, VOID_P, LIST, LIST_P, NAME, NODES, NODE_PS, NODE_PP, FLEX, OPEN, OPEN_P,
	COLOR, CHAR_PS, INT_P, UCHAR, USHORT, UINT, FUNC, FUNC_P,
};

/* What a pointer points to, or an array has, is in id's upper half. */
#define TO(id, to) ((uint64_t)(id) | (uint64_t)(to) << 8)

static const struct type types[] = {
	[VOID] = { TYPE_VOID, .id = VOID },
	[CHAR] = { TYPE_INT, .is_char = true, .is_signed = true, .bytes = 1, .id = CHAR },
	[INT] = { TYPE_INT, .is_signed = true, .bytes = 4, .id = INT },
	[LONG] = { TYPE_INT, .bytes = 8, .id = LONG },
	[NODE] = { TYPE_STRUCT, .bytes = 128, .id = NODE },
	[NODE_P] = { TYPE_POINTER, .bytes = 8, .id = TO(NODE_P, NODE) },
	[CHAR_P] = { TYPE_POINTER, .bytes = 8, .id = TO(CHAR_P, CHAR) },
	[VOID_P] = { TYPE_POINTER, .bytes = 8, .id = TO(VOID_P, VOID) },
	[LIST] = { TYPE_STRUCT, .bytes = 16, .id = LIST },
	[LIST_P] = { TYPE_POINTER, .bytes = 8, .id = TO(LIST_P, LIST) },
	[NAME] = { TYPE_ARRAY, .bytes = 16, .count = 16, .id = TO(NAME, CHAR) },
	[NODES] = { TYPE_ARRAY, .bytes = 3 * 128, .count = 3, .id = TO(NODES, NODE) },
	[NODE_PS] = { TYPE_ARRAY, .bytes = 4 * 8, .count = 4, .id = TO(NODE_PS, NODE_P) },
	[NODE_PP] = { TYPE_POINTER, .bytes = 8, .id = TO(NODE_PP, NODE_P) },
	[FLEX] = { TYPE_ARRAY, .id = TO(FLEX, CHAR) },
	[OPEN] = { TYPE_STRUCT, .id = OPEN },
	[OPEN_P] = { TYPE_POINTER, .bytes = 8, .id = TO(OPEN_P, OPEN) },
	[COLOR] = { TYPE_ENUM, .bytes = 4, .id = COLOR },
	[CHAR_PS] = { TYPE_ARRAY, .bytes = 2 * 8, .count = 2, .id = TO(CHAR_PS, CHAR_P) },
	[INT_P] = { TYPE_POINTER, .bytes = 8, .id = TO(INT_P, INT) },
	[UCHAR] = { TYPE_INT, .is_char = true, .bytes = 1, .id = UCHAR },
	[USHORT] = { TYPE_INT, .bytes = 2, .id = USHORT },
	[UINT] = { TYPE_INT, .bytes = 4, .id = UINT },
	[FUNC] = { TYPE_FUNCTION, .id = FUNC },
	[FUNC_P] = { TYPE_POINTER, .bytes = 8, .id = TO(FUNC_P, FUNC) },
};

static const struct {
	int of;
	const char *name;
	int type;
	uint64_t offset;
	unsigned int bit_offset, bits;
} members[] = {
	{ LIST, "next", LIST_P, 0, 0, 0 }, { LIST, "prev", LIST_P, 8, 0, 0 },
	{ NODE, "name", NAME, 0, 0, 0 }, { NODE, "text", CHAR_P, 16, 0, 0 }, { NODE, "next", NODE_P, 24, 0, 0 },
	{ NODE, "opaque", VOID_P, 32, 0, 0 }, { NODE, "opaque_size", LONG, 40, 0, 0 }, { NODE, "list", LIST, 48, 0, 0 },
	{ NODE, "len5", UINT, 64, 3, 5 }, { NODE, "signed5", INT, 64, 3, 5 }, { NODE, "neg", INT, 68, 0, 0 }, { NODE, "pp", NODE_PP, 72, 0, 0 },
	{ NODE, "color", COLOR, 80, 0, 0 }, { NODE, "count", INT_P, 88, 0, 0 }, { NODE, "small", UCHAR, 96, 0, 0 },
	{ NODE, "short", USHORT, 98, 0, 0 }, { NODE, "node", LIST, 104, 0, 0 }, { NODE, "open", OPEN_P, 120, 0, 0 },
	{ NODE, "data", FLEX, 128, 0, 0 },
};

bool types_know_variables(const struct types *t)
{
	return !strcmp((const char *)t, "DWARF");
}

int types_find(const struct types *t, const char *module, const char *name, struct type *out)
{
	(void)t;
	(void)module;
	if (strcmp(name, "node") && strcmp(name, "list_head"))
		return -ENOENT;
	*out = types[strcmp(name, "node") ? LIST : NODE];
	return 0;
}

int types_target(const struct types *t, const struct type *of, struct type *out)
{
	(void)t;
	if (of->kind != TYPE_POINTER && of->kind != TYPE_ARRAY)
		return -EINVAL;
	*out = types[of->id >> 8];
	return 0;
}

int types_member(const struct types *t, const struct type *of, const char *name, struct type_member *out)
{
	(void)t;
	if (of->kind != TYPE_STRUCT && of->kind != TYPE_UNION)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (members[i].of == (int)of->id && !strcmp(members[i].name, name)) {
			*out = (struct type_member){ types[members[i].type], members[i].offset, members[i].bit_offset,
						     members[i].bits };
			return 0;
		}
	return -ENOENT;
}

/* --- symbols -------------------------------------------------------------------------------------------------------- */

#define AT(paddr)	(FAKE_DIRECT + (paddr))
#define VMALLOC		0xffffc90000000000ull

static const struct {
	const char *module, *name;
	uint64_t vaddr;
	int type;			/* -1: not known */
} symbols[] = {
	{ NULL, "name", AT(0x1000), NAME }, { NULL, "node", AT(0x1100), NODE }, { NULL, "node_ptr", AT(0x1200), NODE_P },
	{ NULL, "null_ptr", AT(0x1208), NODE_P }, { NULL, "string", AT(0x1210), CHAR_P }, { NULL, "blob", AT(0x1218), VOID_P },
	{ NULL, "bytes", AT(0x1220), LONG }, { NULL, "head", AT(0x1230), LIST }, { NULL, "empty", AT(0x1240), LIST },
	{ NULL, "unset", AT(0x1250), LIST }, { NULL, "typeless_head", AT(0x1230), -1 }, { NULL, "nodes", AT(0x1300), NODES },
	{ NULL, "node_ptrs", AT(0x1500), NODE_PS }, { NULL, "strings", AT(0x1520), CHAR_PS },
	{ NULL, "node_pp", AT(0x1530), NODE_PP }, { NULL, "wild", AT(0x1538), NODE_P }, { NULL, "far_string", AT(0x1540), CHAR_P },
	{ NULL, "vmalloc", VMALLOC + 0xff0, NODES }, { NULL, "wild_head", AT(0x1550), LIST },
	{ NULL, "open_ptr", AT(0x1568), OPEN_P }, { NULL, "func_ptr", AT(0x1570), FUNC_P }, { NULL, "head_ptr", AT(0x1578), LIST_P },
	{ NULL, "typeless", AT(0x1580), -1 }, { NULL, "ring", AT(0x2000), NODE }, { NULL, "circle", AT(0x1588), NODE_P },
	{ NULL, "excluded", AT(0x30000), NAME }, { NULL, "cpu_thing", 0x1500, NAME },
	{ NULL, "cpu_list", 0x1510, LIST }, { NULL, "__per_cpu_offset", AT(0x15a0), -1 }, { NULL, "nr_cpu_ids", AT(0x15c0), -1 },
	 { NULL, "__per_cpu_start", 0, -1 },
	{ NULL, "__per_cpu_end", 0x30000, -1 }, { "mod", "its", AT(0x1600), NAME }, { "mod", "name", AT(0x1610), NAME },
};

int facts_find_symbol(const struct facts *f, const char *module, const char *name, struct symbol *out)
{
	(void)f;
	if (module && strcmp(module, "mod"))
		return -ENODEV;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!module == !symbols[i].module && !strcmp(symbols[i].name, name)) {
			*out = (struct symbol){ .name = name, .vaddr = symbols[i].vaddr };
			return 0;
		}
	return -ENOENT;
}

int types_variable(const struct types *t, const char *module, const char *name, struct type *out)
{
	(void)t;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!module == !symbols[i].module && !strcmp(symbols[i].name, name) && symbols[i].type >= 0) {
			*out = types[symbols[i].type];
			return 0;
		}
	return -ENOENT;
}

/* --- memory --------------------------------------------------------------------------------------------------------- */

static struct fake *f;
static struct kernel *k;
static char *text;

static void put_node(uint64_t paddr, const char *string, uint64_t next)
{
	fake_u64(f, paddr + 16, AT(0x8000));
	fake_u64(f, paddr + 24, next);
	fake_write(f, 0x8000, string, strlen(string) + 1);
	fake_u64(f, paddr + 32, AT(0x9000));
	fake_u64(f, paddr + 40, 50);
	fake_u32(f, paddr + 64, 0xffffffff ^ (0x1f ^ 21) << 3);		/* len5 is 21 */
	fake_u32(f, paddr + 68, 0xffffffff);
	fake_u64(f, paddr + 72, AT(0x1200));
	fake_u64(f, paddr + 88, AT(0x9800));
	fake_u32(f, paddr + 96, 0x01020007);		/* small 7, short 258 */
}

static int setup(void **state)
{
	struct fake_tables t;

	(void)state;
	f = fake_new(12, 0x200);
	for (uint64_t pfn = 0; pfn < 0x20; pfn++)
		fake_page(f, pfn);
	k = fake_kernel(f, 0, "", &text);
	/* pages that follow one another in virtual memory only */
	t = (struct fake_tables){ .f = f, .levels = 4, .root = FAKE_ROOT, .next = 0x140000 };
	fake_map(&t, VMALLOC, 0x13000, 0);
	fake_map(&t, VMALLOC + 4096, 0x11000, 0);
	fake_set(f, 0x30, 1, PAGE_EXCLUDED);

	put_node(0x1100, "hello", AT(0x2100));
	fake_u64(f, 0x1200, AT(0x1100));
	fake_u64(f, 0x1210, AT(0x8000));
	fake_u64(f, 0x1218, AT(0x9000));
	fake_u64(f, 0x1220, 77);
	/* head: node at 0x3000, then the one at 0x3100 */
	fake_u64(f, 0x1230, AT(0x3000 + 48));
	fake_u64(f, 0x3000 + 48, AT(0x3100 + 48));
	fake_u64(f, 0x3100 + 48, AT(0x1230));
	fake_u64(f, 0x3000 + 40, 10);
	fake_u64(f, 0x3000 + 32, AT(0x9100));
	fake_u64(f, 0x3100 + 40, 20);
	fake_u64(f, 0x1240, AT(0x1240));
	for (uint64_t i = 0; i < 3; i++)
		put_node(0x1300 + 128 * i, "hello", 0);
	fake_u64(f, 0x1500, AT(0x1300));
	fake_u64(f, 0x1510, AT(0x1380));
	fake_u64(f, 0x1520, AT(0x8000));
	fake_u64(f, 0x1528, AT(0x8002));
	fake_u64(f, 0x1530, AT(0x1200));
	fake_u64(f, 0x1538, 0xffffea0000000000);	/* not mapped */
	fake_u64(f, 0x1540, AT(0x8100));		/* no NUL in 1024 bytes */
	memset(fake_page(f, 8) + 0x100, 'a', 0x400);
	memcpy(fake_page(f, 8), "hello", 6);
	fake_u64(f, 0x1550, AT(0x3200 + 48));
	fake_u64(f, 0x3200 + 48, 0xffffea0000000000);
	fake_u64(f, 0x1578, AT(0x1230));
	/* node -> 0x2100 -> 0x2200 -> NULL; a ring of two; a circle that does not come back to its first */
	put_node(0x2100, "hello", AT(0x2200));
	put_node(0x2200, "hello", 0);
	put_node(0x2000, "hello", AT(0x2300));
	put_node(0x2300, "hello", AT(0x2000));
	fake_u64(f, 0x1588, AT(0x2400));
	put_node(0x2400, "hello", AT(0x2500));
	put_node(0x2500, "hello", AT(0x2600));
	put_node(0x2600, "hello", AT(0x2500));
	fake_u32(f, 0x9800, 33);
	/* copies of the first CPU at 0x14500, of the second at 0x15500; the third is not possible */
	fake_u32(f, 0x15c0, 2);
	fake_u64(f, 0x15a0, AT(0x13000));
	fake_u64(f, 0x15a8, AT(0x14000));
	fake_u64(f, 0x15b0, AT(0x16000));
	fake_u64(f, 0x15510, AT(0x15510));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kernel_close(k);
	fake_free(f);
	free(text);
	return 0;
}

/* --- facts ---------------------------------------------------------------------------------------------------------- */

struct facts {
	const struct kernel *k;
	const char *source;		/* of the types */
};

const struct kernel *facts_kernel(const struct facts *f)
{
	return f->k;
}

static int variable(const void *arg, const char *name, uint64_t *vaddr, uint64_t *bytes)
{
	struct symbol symbol = { 0 };
	int r = facts_find_symbol(arg, NULL, name, &symbol);

	*vaddr = symbol.vaddr;
	*bytes = 0;
	return r;
}

struct knames facts_names(const struct facts *f)
{
	return (struct knames){ .arg = f, .variable = variable };
}

int facts_symbols(const struct facts *f, const struct symbols **out, const char **why)
{
	(void)f;
	(void)out;
	(void)why;
	return 0;
}

int facts_types(const struct facts *f, const struct types **out, const char **why)
{
	(void)why;
	*out = (const struct types *)f->source;
	return 0;
}

int facts_modules(const struct facts *f, const struct modules **out, const char **why)
{
	(void)f;
	(void)out;
	(void)why;
	return 0;
}

/* --- running -------------------------------------------------------------------------------------------------------- */

static struct erase_list list;
static struct erase_rules *rules;
static char messages[4096];
static unsigned int warnings;

/* messages gets what is logged, without "vmcorefs: ". */
static int run(const char *rule_text, const char *source)
{
	const struct facts facts = { k, source };
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO), r;
	char line[1024];

	assert_non_null(log);
	dup2(fileno(log), STDERR_FILENO);
	r = erase_parse("rules", rule_text, strlen(rule_text), &rules);
	assert_int_equal(r, 0);
	r = tested_eval(rules, &facts, &list, &warnings);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(log);
	messages[0] = '\0';
	while (fgets(line, sizeof(line), log))
		strncat(messages, line + strlen("vmcorefs: "), sizeof(messages) - strlen(messages) - 1);
	fclose(log);
	return r;
}

static void done(void)
{
	erase_list_free(&list);
	erase_rules_free(rules);
}

/* "eraseinfo;start+length ..." of the ranges, physical, in hex; nullified ones with 0 before them */
static void expect_warn(const char *rule_text, const char *eraseinfo, const char *ranges, const char *warning)
{
	struct outbuf out = OUTBUF_INIT;

	if (run(rule_text, "DWARF"))
		fail_msg("%s: %s", rule_text, messages);
	assert_string_equal(messages, warning);
	assert_int_equal(!warnings, !*warning);
	out_printf(&out, "%s", "");
	erase_list_text(&list, &f->pages, 0, UINT64_MAX, &out);
	assert_string_equal(out.data ? out.data : "", eraseinfo);
	out_cut(&out, 0);
	for (size_t i = 0; i < list.nranges; i++)
		out_printf(&out, "%s%s%llx+%llx", i ? " " : "", list.ranges[i].fill ? "" : "0:",
			   (unsigned long long)list.ranges[i].paddr, (unsigned long long)list.ranges[i].len);
	assert_string_equal(out.len ? out.data : "", ranges);
	out_free(&out);
	done();
}

static void expect(const char *rule_text, const char *eraseinfo, const char *ranges)
{
	expect_warn(rule_text, eraseinfo, ranges, "");
}

static void refuse(const char *rule_text, const char *message)
{
	if (run(rule_text, "DWARF") != -EINVAL)
		fail_msg("no error: %s", rule_text);
	messages[strcspn(messages, "\n")] = '\0';
	assert_string_equal(messages, message);
	erase_rules_free(rules);
}

static void test_commands(void **state)
{
	(void)state;
	expect("erase name", "erase name size 16\n", "1000+10");
	expect("erase node", "erase node size 128\n", "1100+80");
	expect("erase node.name", "erase node.name size 16\n", "1100+10");
	expect("erase node.name size 3", "erase node.name size 3\n", "1100+3");
	/* through pointers: what they point to */
	expect("erase node_ptr", "erase node_ptr size 128\n", "1100+80");
	expect("erase node_ptr.name", "erase node_ptr.name size 16\n", "1100+10");
	expect("erase node_ptr.next.next.name", "erase node_ptr.next.next.name size 16\n", "2200+10");
	expect("erase node.pp.name", "erase node.pp.name size 16\n", "1100+10");
	expect("erase node_pp", "erase node_pp size 8\n", "1200+8");
	expect("erase string", "erase string size 5\n", "8000+5");
	expect("erase node.text", "erase node.text size 5\n", "8000+5");
	expect("erase string size 2", "erase string size 2\n", "8000+2");
	expect("erase blob size 1K", "erase blob size 1024\n", "9000+400");
	/* sizes from memory: of any integer, through a pointer, of a bit field */
	expect("erase blob size bytes", "erase blob size 77\n", "9000+4d");
	expect("erase node.opaque size node.opaque_size", "erase node.opaque size 50\n", "9000+32");
	expect("erase node.opaque size node_ptr.len5", "erase node.opaque size 21\n", "9000+15");
	expect("erase node.opaque size node.count", "erase node.opaque size 33\n", "9000+21");
	expect("erase node.opaque size node.small", "erase node.opaque size 7\n", "9000+7");
	expect("erase node.opaque size node.short", "erase node.opaque size 258\n", "9000+102");
	/* nullify: the pointer itself */
	expect("erase string nullify", "erase string nullify\n", "0:1210+8");
	expect("erase node_ptr.next nullify", "erase node_ptr.next nullify\n", "0:1118+8");
	expect("erase null_ptr nullify", "erase null_ptr nullify\n", "0:1208+8");
	expect("erase node_ptrs nullify", "erase node_ptrs nullify\n", "0:1500+20");
	expect("erase node_ptrs", "erase node_ptrs size 32\n", "1500+20");
	/* nothing is there: nothing to say */
	expect("erase null_ptr", "", "");
	expect("erase null_ptr.next.name", "", "");
	expect("erase blob size null_ptr.opaque_size", "", "");
	expect("erase node.open size 4", "", "");
	/* not in the dump: listed for no selection */
	expect("erase excluded", "", "30000+10");
}

/* Each page where it is; many of them too. */
static void test_borders(void **state)
{
	(void)state;
	expect("erase vmalloc size 17", "erase vmalloc size 17\n", "11000+1 13ff0+10");
	expect_warn("erase vmalloc size 8K", "erase vmalloc size 4112\n", "11000+1000 13ff0+10",
		    "warning: rules:1:7: vmalloc: a part of it is not mapped: this part is not erased (1 time)\n");
	expect_warn("erase vmalloc size 1M", "erase vmalloc size 4112\n", "11000+1000 13ff0+10",
		    "warning: rules:1:7: vmalloc: a part of it is not mapped: this part is not erased (1 time)\n");
	/* more than 64 pages of a large mapping */
	expect("erase blob size 400K", "erase blob size 94208\n", "9000+64000");
	expect_warn("erase wild size 1M", "", "",
		    "warning: rules:1:7: wild: a part of it is not mapped: this part is not erased (1 time)\n");
}

static void test_loops(void **state)
{
	(void)state;
	/* arrays: of structs, of pointers without the NULLs, of anything */
	expect("for n in nodes erase n.name erase n.next nullify endfor",
	       "erase n.name size 16\nerase n.name size 16\nerase n.name size 16\n"
	       "erase n.next nullify\nerase n.next nullify\nerase n.next nullify\n",
	       "1300+10 0:1318+8 1380+10 0:1398+8 1400+10 0:1418+8");
	expect("for n in node_ptrs erase n.name endfor", "erase n.name size 16\nerase n.name size 16\n", "1300+10 1380+10");
	expect("for n in node_ptrs erase n nullify endfor", "erase n nullify\nerase n nullify\n", "0:1500+8 0:1510+8");
	expect("for n in node_ptrs erase n size n.opaque_size endfor", "erase n size 50\nerase n size 50\n", "1300+32 1380+32");
	expect("for s in strings erase s endfor", "erase s size 5\nerase s size 3\n", "8000+5");
	expect("for c in node.name erase c endfor",
	       "erase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\n"
	       "erase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\n"
	       "erase c size 1\nerase c size 1\nerase c size 1\nerase c size 1\n", "1100+10");
	/* chains: from a struct, from a pointer; to NULL, to the first */
	expect("for n in node via next erase n.name size 4 endfor",
	       "erase n.name size 4\nerase n.name size 4\nerase n.name size 4\n", "1100+4 2100+4 2200+4");
	expect("for n in node_ptr while next erase n.text nullify endfor",
	       "erase n.text nullify\nerase n.text nullify\nerase n.text nullify\n", "0:1110+8 0:2110+8 0:2210+8");
	expect("for n in node_ptr erase n nullify erase n size 1 endfor",
	       "erase n nullify\nerase n nullify\nerase n nullify\nerase n size 1\nerase n size 1\nerase n size 1\n",
	       "1100+1 0:1118+8 0:1200+8 2100+1 0:2118+8 2200+1");
	/* nothing points to the first */
	expect("for n in node erase n nullify endfor", "erase n nullify\nerase n nullify\n", "0:1118+8 0:2118+8");
	expect("for n in ring via next erase n endfor", "erase n size 128\nerase n size 128\n", "2000+80 2300+80");
	expect("for n in null_ptr via next erase n.name endfor", "", "");
	/* list heads */
	expect("for n in head.next within node:list erase n.name erase n.opaque size n.opaque_size endfor",
	       "erase n.name size 16\nerase n.name size 16\nerase n.opaque size 10\n", "3000+10 3100+10 9100+a");
	expect("for n in head within node erase n endfor", "erase n size 128\nerase n size 128\n", "3000+80 3100+80");
	expect("for n in head.prev within node:list erase n.name endfor", "erase n.name size 16\nerase n.name size 16\n",
	       "3000+10 3100+10");
	expect("for n in head_ptr within node:list erase n.name endfor", "erase n.name size 16\nerase n.name size 16\n",
	       "3000+10 3100+10");
	expect("for n in typeless_head.next within node:list erase n.name endfor",
	       "erase n.name size 16\nerase n.name size 16\n", "3000+10 3100+10");
	expect("for n in empty within node erase n endfor", "", "");
	expect("for n in unset within node erase n endfor", "", "");
	/* no command */
	expect("for n in head within node endfor", "", "");
}

static void test_per_cpu(void **state)
{
	(void)state;
	expect("erase cpu_thing", "erase cpu_thing size 16\nerase cpu_thing size 16\n", "14500+10 15500+10");
	/* an empty one on the second */
	fake_u64(f, 0x14510, AT(0x3400 + 104));
	fake_u64(f, 0x3400 + 104, AT(0x14510));
	expect("for n in cpu_list within node:node erase n.name erase n.name endfor", "erase n.name size 16\n", "3400+10");
	fake_u32(f, 0x15c0, 0);
	refuse("erase cpu_thing", "rules:1:7: where the CPUs' copies of per-CPU variables are is not known");
	fake_u32(f, 0x15c0, 65537);
	refuse("erase cpu_thing", "rules:1:7: where the CPUs' copies of per-CPU variables are is not known");
	/* where the copies of the last two of many are is in a page that is lost */
	fake_u32(f, 0x15c0, (0x2000 - 0x15a0) / 8 + 2);
	fake_damage(f, 2);
	run("erase cpu_thing", "DWARF");
	assert_non_null(strstr(messages, "rules:1:7: cpu_thing: where a CPU's copies are cannot be read: not erased (1 CPU)"));
	assert_int_equal(list.ranges[0].paddr, 0x14500);
	done();
	f->damaged[2] = false;
	fake_u32(f, 0x15c0, 2);
}

/* What the dump has wrong does not end the work, and is said once a command. */
static void test_damage(void **state)
{
	(void)state;
	expect_warn("erase wild.name erase name", "erase name size 16\n", "1000+10",
		    "warning: rules:1:7: wild.name: a part of it is not mapped: this part is not erased (1 time)\n");
	expect_warn("erase wild.next.name erase name", "erase name size 16\n", "1000+10",
		    "warning: rules:1:7: wild.next.name: what leads there cannot be read: it is not erased (1 time)\n");
	expect_warn("erase blob size node.neg", "", "",
		    "warning: rules:1:17: node.neg: no believable size: nothing is erased by it (1 time)\n");
	expect_warn("erase blob size node.signed5", "", "",
		    "warning: rules:1:17: node.signed5: no believable size: nothing is erased by it (1 time)\n");
	expect_warn("erase blob size wild.opaque_size", "", "",
		    "warning: rules:1:7: blob: what leads there cannot be read: it is not erased (1 time)\n");
	expect_warn("erase far_string", "erase far_string size 1024\n", "8100+400",
		    "warning: rules:1:7: far_string: a string is longer than can be told: the rest of it is not erased (1 time)\n");
	expect_warn("for n in wild_head within node erase n.name endfor", "erase n.name size 16\n", "3200+10",
		    "warning: rules:1:10: wild_head: the list cannot be read to its end: only the elements until there are "
		    "erased (1 element)\n");
	run("for n in circle via next erase n.name endfor", "DWARF");
	assert_int_equal(list.nranges, 3);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(messages, "rules:1:10: circle: the list runs in a circle: elements until there are erased ("));
	done();
}

static void test_modules(void **state)
{
	(void)state;
	expect("[mod]\nerase its\nerase name\nerase string\n[vmlinux]\nerase name",
	       "erase its size 16\nerase name size 16\nerase string size 5\nerase name size 16\n", "1000+10 1600+20 8000+5");
	expect_warn("[other]\nerase its\nerase its\n[mod]\nerase its\n[other]\nerase x", "erase its size 16\n", "1600+10",
		    "warning: rules:1:2: module other is not loaded: its rules are passed over\n"
		    "warning: rules:6:2: module other is not loaded: its rules are passed over\n");
	refuse("[mod]\nerase nothing", "rules:2:7: neither module mod nor the kernel has a symbol 'nothing'");
}

static void test_errors(void **state)
{
	static const struct { const char *rule, *message; } bad[] = {
		{ "erase name\n erase nothing", "rules:2:8: the kernel has no symbol 'nothing'" },
		{ "erase node.nothing", "rules:1:12: the struct has no member 'nothing'" },
		{ "erase node.next.next.nothing", "rules:1:22: the struct has no member 'nothing'" },
		{ "erase bytes.x", "rules:1:13: 'x' would be a member of what is no struct or union" },
		{ "erase nodes.name", "rules:1:13: 'name' would be a member of an array: 'for' takes its elements one by one" },
		{ "erase node.name nullify", "rules:1:12: 'nullify' is for pointers, and 'node.name' is none" },
		{ "erase node nullify", "rules:1:7: 'nullify' is for pointers, and 'node' is none" },
		{ "erase blob", "rules:1:7: 'blob' is a void pointer: say 'size' or 'nullify'" },
		{ "erase node.opaque", "rules:1:12: 'node.opaque' is a void pointer: say 'size' or 'nullify'" },
		{ "erase node.data", "rules:1:12: the size of 'node.data' is not known: say it with 'size'" },
		{ "erase open_ptr", "rules:1:7: the size of 'open_ptr' is not known: say it with 'size'" },
		{ "erase open_ptr.x", "rules:1:16: the members of the struct that 'x' is in are not known" },
		{ "erase func_ptr", "rules:1:7: the size of 'func_ptr' is not known: say it with 'size'" },
		{ "erase blob size node.name", "rules:1:17: 'node.name' is no integer that could be a size" },
		{ "erase blob size node.color", "rules:1:17: 'node.color' is no integer that could be a size" },
		{ "erase blob size nothing", "rules:1:17: the kernel has no symbol 'nothing'" },
		{ "erase typeless size 5", "rules:1:7: the type of 'typeless' is not known" },
		{ "for n in bytes erase n endfor", "rules:1:10: 'bytes' is neither an array nor a struct, nor a pointer to a struct" },
		{ "for n in head erase n endfor", "rules:1:10: 'head' is a list_head: say 'within' and STRUCT:MEMBER" },
		{ "for n in node.list via next erase n endfor",
		  "rules:1:10: 'node.list' is a list_head: say 'within' and STRUCT:MEMBER" },
		{ "for n in node via text erase n endfor", "rules:1:19: 'text' does not point to such a struct as it is in" },
		{ "for n in node via small erase n endfor", "rules:1:19: 'small' does not point to such a struct as it is in" },
		{ "for n in node via nothing erase n endfor", "rules:1:19: the struct has no member 'nothing'" },
		{ "for n in node.data erase n endfor", "rules:1:10: how large 'node.data' is, is not known" },
		{ "for n in node within node erase n endfor", "rules:1:10: 'node' is no list_head, as 'within' needs it" },
		{ "for n in head within nothing erase n endfor", "rules:1:22: there is no struct 'nothing'" },
		{ "for n in head within node:name erase n endfor", "rules:1:27: member 'name' of 'node' is no list_head" },
		{ "for n in head within node:nothing erase n endfor", "rules:1:27: the struct has no member 'nothing'" },
		/* also of what is empty */
		{ "for n in empty within node erase n.nothing endfor", "rules:1:36: the struct has no member 'nothing'" },
		{ "for n in nodes erase n nullify endfor", "rules:1:22: 'nullify' is for pointers, and 'n' is none" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refuse(bad[i].rule, bad[i].message);
	assert_int_equal(run("erase typeless", "BTF"), -EINVAL);
	assert_string_equal(messages, "rules:1:7: the type of 'typeless' is not known from BTF (-x vmlinux with debug "
			    "information tells it)\n");
	erase_rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands), cmocka_unit_test(test_borders), cmocka_unit_test(test_loops), cmocka_unit_test(test_per_cpu),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_modules), cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
