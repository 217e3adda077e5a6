/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine with Xen made by hand: dom0's p2m, page tables and VMCOREINFO text, and the hypervisor's tables, domains and
 * page_info. Frame n of dom0 is machine frame FRAME(n), which is in no order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/classify_frames.h"
#include "filter/domu.h"
#include "kernel/kernel.h"
#include "kernel/opening/open.h"
#include "kernel/xen/xen.h"
#include "tests/unit/fake.h"
#include "tests/unit/unit.h"

#define FRAMES		2048ull
#define FRAME(pfn)	(1900ull - (pfn) * 3)
#define DOM0_FRAMES	300ull
#define PAGE		4096ull
#define TABLE		0x67ull		/* flags of an entry */

/* machine frames */
enum { XEN_DATA, DECOY = 3, TOP = 20, MIDDLE, LEAF, NO_MIDDLE, NO_LEAF, XEN_PGD, XEN_PUD, XEN_PMD, XEN_PTE, TABLE_PMD,
       TABLE_PTE, MAP_PUD, MAP_PMD, MAP_PTE, INFOS = 60, DOMAIN0 = 90, DOMAIN7 };

#define XEN_TEXT	0xffff82d040000000ull
#define FRAME_TABLE	0xffff82e000000000ull
#define ALL_MEMORY	0xffff830000000000ull
#define INFO_BYTES	32ull

/* what xen/include/asm-x86/mm.h of 4.17 has in count_info */
#define ALLOCATED	(1ull << 63)
#define HEAP		(1ull << 62)
#define BROKEN		(1ull << 57)
#define STATE(n)	((uint64_t)(n) << 55)	/* 0 in use, 1 offlining, 2 offlined, 3 free */

static const char xen_text[] =
	"PAGESIZE=4096\nSYMBOL(domain_list)=ffff82d040000100\nSYMBOL(frame_table)=ffff82d040000108\nSIZE(page_info)=32\n"
	"SIZE(domain)=2304\nOFFSET(page_info.count_info)=8\nOFFSET(page_info._domain)=24\nOFFSET(domain.domain_id)=0\n"
	"OFFSET(domain.next_in_list)=136\nSYMBOL(pgd_l4)=ffff82d040019000\n\0\0\0\0";

static const char linux_text[] =
	"OSRELEASE=6.1.0\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff80005000\nSYMBOL(_stext)=ffffffff80009000\n"
	"NUMBER(phys_base)=0\nSIZE(page)=64\nSIZE(list_head)=16\n";

struct machine {
	struct fake *f;
	uint8_t info[80];
	struct arch_note notes[4];
	struct kernel_input in;
};

static void put_info(struct machine *m, unsigned int word, uint64_t value)
{
	put_u64(m->info + word * 8, value, false);
}

static uint64_t index_of(uint64_t vaddr, unsigned int level)
{
	return vaddr >> (12 + 9 * level) & 511;
}

/* vaddr to a machine frame; tables: PGD, PUD, PMD, PTE. */
static void map(struct machine *m, uint64_t vaddr, uint64_t mfn, const uint64_t *tables)
{
	for (unsigned int i = 0; i < 4; i++)
		fake_u64(m->f, tables[i] * PAGE + index_of(vaddr, 3 - i) * 8, (i < 3 ? tables[i + 1] : mfn) * PAGE | TABLE);
}

static void put_page_info(struct machine *m, uint64_t mfn, uint64_t count, uint32_t owner)
{
	fake_u64(m->f, INFOS * PAGE + mfn * INFO_BYTES + 8, count);
	fake_u32(m->f, INFOS * PAGE + mfn * INFO_BYTES + 24, owner);
}

static void fill(struct machine *m, uint64_t mfn, uint64_t value)
{
	for (unsigned int i = 0; i < 512; i++)
		fake_u64(m->f, mfn * PAGE + i * 8, value);
}

static void make_p2m(struct machine *m)
{
	fill(m, NO_LEAF, UINT64_MAX);
	fill(m, NO_MIDDLE, NO_LEAF);
	fill(m, TOP, NO_MIDDLE);
	fill(m, MIDDLE, NO_LEAF);
	fill(m, LEAF, UINT64_MAX);
	fake_u64(m->f, TOP * PAGE, MIDDLE);
	fake_u64(m->f, MIDDLE * PAGE, LEAF);
	for (uint64_t pfn = 0; pfn < DOM0_FRAMES; pfn++) {
		fake_u64(m->f, LEAF * PAGE + pfn * 8, FRAME(pfn));
		fake_page(m->f, FRAME(pfn));
	}
	put_info(m, 9, TOP);
}

static void make_dom0(struct machine *m)
{
	const uint64_t tables[] = { FRAME(5), FRAME(6), FRAME(7), FRAME(8) };

	map(m, 0xffffffff80009000, FRAME(9), tables);
	fake_write(m->f, FRAME(10) * PAGE, linux_text, sizeof(linux_text) - 1);
}

static void make_xen(struct machine *m)
{
	const uint64_t text[] = { XEN_PGD, XEN_PUD, XEN_PMD, XEN_PTE };
	const uint64_t infos[] = { XEN_PGD, XEN_PUD, TABLE_PMD, TABLE_PTE };
	const uint64_t all[] = { XEN_PGD, MAP_PUD, MAP_PMD, MAP_PTE };

	/* the image is from frame 0 on; its text says where its top table is */
	assert_int_equal(XEN_PGD, 0x19);
	put_info(m, 8, 0);
	map(m, XEN_TEXT, XEN_DATA, text);
	/* the two regions share the entry of the PGD */
	assert_int_equal(index_of(XEN_TEXT, 3), index_of(FRAME_TABLE, 3));
	map(m, FRAME_TABLE, INFOS, infos);
	for (uint64_t i = 1; i < FRAMES * INFO_BYTES / PAGE; i++)
		fake_u64(m->f, TABLE_PTE * PAGE + i * 8, (INFOS + i) * PAGE | TABLE);
	map(m, ALL_MEMORY + DOMAIN7 * PAGE, DOMAIN7, all);
	map(m, ALL_MEMORY + DOMAIN0 * PAGE, DOMAIN0, all);
	fake_u64(m->f, XEN_DATA * PAGE + 0x100, ALL_MEMORY + DOMAIN7 * PAGE);
	fake_u64(m->f, XEN_DATA * PAGE + 0x108, FRAME_TABLE);
	fake_u32(m->f, DOMAIN7 * PAGE, 7);
	fake_u64(m->f, DOMAIN7 * PAGE + 136, ALL_MEMORY + DOMAIN0 * PAGE);
	fake_page(m->f, DOMAIN0);
	for (uint64_t i = 0; i < FRAMES; i++)
		put_page_info(m, i, 0, 0);
	for (uint64_t pfn = 0; pfn < DOM0_FRAMES; pfn++)
		put_page_info(m, FRAME(pfn), ALLOCATED | 1, DOMAIN0);
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	m->f = fake_new(12, FRAMES);
	put_info(m, 0, 4);
	put_info(m, 1, 17);
	put_info(m, 2, XEN_DATA * PAGE + 0x200);
	fake_write(m->f, XEN_DATA * PAGE + 0x200, ".7-test", 8);
	m->notes[0] = (struct arch_note){ "Xen", 0x1000001, m->info, sizeof(m->info) };
	m->notes[1] = (struct arch_note){ "VMCOREINFO_XEN", 0, (const uint8_t *)xen_text, sizeof(xen_text) };
	m->in = (struct kernel_input){
		.pages = &m->f->pages, .elf_machine = 62, .elf_class = 64, .dump_name = "made", .notes = m->notes, .nnotes = 2,
	};
	make_p2m(m);
	make_dom0(m);
	make_xen(m);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	fake_free(m->f);
	free(m);
	return 0;
}

static struct xen *open_xen(struct machine *m)
{
	struct xen *x;

	assert_int_equal(xen_open(&m->in, &x), 0);
	assert_non_null(x);
	return x;
}

static void test_notes(void **state)
{
	struct machine *m = *state;
	struct xen *x = open_xen(m);

	assert_string_equal(x->version, "4.17.7-test");
	assert_true(x->has_phys_start && x->has_space && x->has_owners);
	assert_int_equal(x->vmci.len, strlen(xen_text));
	assert_int_equal(x->owners.dom0, DOMAIN0);
	xen_close(x);

	/* the note before phys_start was in it, and the one before the p2m was */
	put_info(m, 8, TOP);
	m->notes[0].len = 72;
	x = open_xen(m);
	assert_false(x->has_phys_start || x->has_space || x->has_owners);
	assert_int_equal(x->dom0_pages, DOM0_FRAMES);
	xen_close(x);
	m->notes[0].len = 64;
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, 0);
	assert_non_null(x->why_no_p2m);
	xen_close(x);
	m->notes[0].len = 63;
	assert_int_equal(xen_open(&m->in, &x), 0);
	assert_null(x);
	m->notes[0].len = 80;
	m->in.nnotes = 1;
	x = open_xen(m);
	assert_false(x->has_space || x->has_owners);
	assert_null(x->vmci.text);
	xen_close(x);
}

static void test_p2m(void **state)
{
	struct machine *m = *state;
	uint64_t mfns[XEN_P2M_ENTRIES], maddr;
	struct xen *x;

	fake_u64(m->f, LEAF * PAGE + 8 * 11, 1ull << 62 | 11);	/* a device's */
	fake_u64(m->f, LEAF * PAGE + 8 * 12, 1ull << 63 | 77);	/* another domain's */
	fake_u64(m->f, LEAF * PAGE + 8 * 13, UINT64_MAX);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, DOM0_FRAMES);
	assert_int_equal(xen_frames(x, 0, mfns), 0);
	for (uint64_t pfn = 0; pfn < XEN_P2M_ENTRIES; pfn++) {
		bool memory = pfn < DOM0_FRAMES && (pfn < 11 || pfn > 13);

		assert_int_equal(mfns[pfn], memory ? FRAME(pfn) : XEN_NO_FRAME);
		assert_int_equal(xen_machine_address(x, pfn * PAGE + 0x123, &maddr), memory ? 0 : -EFAULT);
		if (memory)
			assert_int_equal(maddr, FRAME(pfn) * PAGE + 0x123);
	}
	assert_int_equal(xen_frames(x, 1 << 20, mfns), 0);
	assert_int_equal(mfns[0], XEN_NO_FRAME);
	assert_int_equal(xen_machine_address(x, UINT64_MAX, &maddr), -EFAULT);
	/* damaged: an error, not a hole */
	fake_damage(m->f, LEAF);
	assert_int_equal(xen_frames(x, 0, mfns), -EIO);
	assert_int_equal(xen_machine_address(x, 0, &maddr), -EIO);
	xen_close(x);
}

/* Where the table ends, in all the ways it may. */
static void test_p2m_end(void **state)
{
	struct machine *m = *state;
	struct xen *x;

	/* a second part, far off */
	fake_u64(m->f, TOP * PAGE + 8 * 3, MIDDLE);
	fake_u64(m->f, MIDDLE * PAGE + 8 * 5, LEAF);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, (3ull << 18) + (5ull << 9) + DOM0_FRAMES);
	xen_close(x);
	/* all of it is used, which is 512 GiB */
	for (unsigned int i = 0; i < 512; i++)
		fake_u64(m->f, TOP * PAGE + 8 * i, i % 2 ? MIDDLE : NO_MIDDLE);
	for (unsigned int i = 0; i < 512; i++)
		fake_u64(m->f, MIDDLE * PAGE + 8 * i, i % 2 ? LEAF : NO_LEAF);
	fake_u64(m->f, LEAF * PAGE + 8 * 511, 1);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, 1ull << 27);
	xen_close(x);
	/* zeroes end a list, too */
	fill(m, TOP, 0);
	fake_u64(m->f, TOP * PAGE, MIDDLE);
	fill(m, MIDDLE, 0);
	fake_u64(m->f, MIDDLE * PAGE, LEAF);
	fake_u64(m->f, LEAF * PAGE + 8 * 511, UINT64_MAX);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, DOM0_FRAMES);
	xen_close(x);
	/* nothing; no such frame; not in the dump */
	fill(m, LEAF, UINT64_MAX);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, 0);
	xen_close(x);
	put_info(m, 9, FRAMES);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, 0);
	assert_string_equal(x->why_no_p2m, "dom0's p2m table cannot be read");
	xen_close(x);
	put_info(m, 9, 1);
	x = open_xen(m);
	assert_string_equal(x->why_no_p2m, "dom0's p2m table is not in the dump");
	xen_close(x);
	put_info(m, 9, UINT64_MAX);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, 0);
	xen_close(x);
}

static void test_dom0(void **state)
{
	struct machine *m = *state;
	uint64_t paddr, span;
	struct kernel *k;

	/* another domain's text would be the better one: longer, and of a crash */
	fake_write(m->f, DECOY * PAGE, linux_text, sizeof(linux_text) - 1);
	fake_write(m->f, DECOY * PAGE + sizeof(linux_text) - 1, "CRASHTIME=1\n", 12);
	assert_int_equal(kernel_open(&m->in, &k), 0);
	assert_true(k->has_space);
	assert_int_equal(k->vmci_paddr, FRAME(10) * PAGE);
	assert_int_equal(k->crash_time, 0);
	assert_int_equal(space_vtop(&k->space, 0xffffffff80009123, &paddr, &span), 0);
	assert_int_equal(paddr, FRAME(9) * PAGE + 0x123);
	assert_int_equal(span, PAGE - 0x123);
	assert_int_equal(k->max_pfn, DOM0_FRAMES);
	kernel_close(k);

	/* tables that lead elsewhere than the p2m are another kernel's */
	fake_u64(m->f, FRAME(8) * PAGE + 9 * 8, FRAME(11) * PAGE | TABLE);
	assert_int_equal(kernel_open(&m->in, &k), 0);
	assert_false(k->has_space);
	assert_non_null(k->why_no_space);
	kernel_close(k);

	/* no p2m: no text either */
	put_info(m, 9, 0);
	assert_int_equal(kernel_open(&m->in, &k), 0);
	assert_false(k->has_space);
	assert_null(k->vmci.text);
	assert_string_equal(k->why_no_space, k->xen->why_no_p2m);
	kernel_close(k);
}

/* A page of the p2m that is lost takes what it is about, not the addresses: CR3 in Xen's notes leads to the tables. */
static void test_p2m_lost(void **state)
{
	struct machine *m = *state;
	uint8_t registers[2][32] = { 0 };
	uint64_t maddr, paddr, span;
	struct kernel *k;

	/* the guest's text has its top table at frame 5, which a page table that a process uses maps too */
	map(m, 0xffffffff80005000, FRAME(5), (const uint64_t[]){ FRAME(5), FRAME(6), FRAME(7), FRAME(8) });
	put_u64(registers[1] + 16, FRAME(5) * PAGE, false);
	for (int i = 0; i < 2; i++)
		m->notes[2 + i] = (struct arch_note){ "Xen", 0x1000002, registers[i], 32 };
	for (int lost = 0; lost < 3; lost++) {
		if (lost == 1)
			fake_damage(m->f, LEAF);
		if (lost == 2)
			fake_set(m->f, LEAF, 1, PAGE_EXCLUDED);
		m->in.nnotes = 4;
		assert_int_equal(kernel_open(&m->in, &k), 0);
		assert_true(k->has_space);
		assert_int_equal(k->vmci_paddr, FRAME(10) * PAGE);
		assert_int_equal(space_vtop(&k->space, 0xffffffff80009123, &paddr, &span), 0);
		assert_int_equal(paddr, FRAME(9) * PAGE + 0x123);
		assert_int_equal(k->xen->dom0_pages, lost ? XEN_P2M_ENTRIES : DOM0_FRAMES);
		if (lost)
			assert_int_equal(xen_machine_address(k->xen, 0, &maddr), lost == 1 ? -EIO : -ENODATA);
		kernel_close(k);
		/* without the registers it stays lost */
		m->in.nnotes = 2;
		assert_int_equal(kernel_open(&m->in, &k), 0);
		assert_int_equal(k->has_space, !lost);
		kernel_close(k);
	}
	/* the list above it */
	fake_set(m->f, MIDDLE, 1, PAGE_EXCLUDED);
	m->in.nnotes = 4;
	assert_int_equal(kernel_open(&m->in, &k), 0);
	assert_true(k->has_space);
	kernel_close(k);
}

static void test_hypervisor(void **state)
{
	struct machine *m = *state;
	struct kernel *k;
	uint64_t value;

	m->in.xen = XEN_HYPERVISOR;
	assert_int_equal(kernel_open(&m->in, &k), 0);
	assert_true(k->has_space && k->hypervisor);
	assert_int_equal(kernel_read_word(k, XEN_TEXT + 0x108, &value), 0);
	assert_int_equal(value, FRAME_TABLE);
	assert_int_equal(kernel_read_word(k, 0xffffffff80009000, &value), -EFAULT);
	assert_int_equal(k->max_pfn, FRAMES);
	kernel_close(k);
	m->in.nnotes = 0;
	assert_int_equal(kernel_open(&m->in, &k), -EINVAL);
	m->in.xen = XEN_DOM0;
	assert_int_equal(kernel_open(&m->in, &k), -EINVAL);
}

static void test_owners(void **state)
{
	static const struct {
		uint64_t count;
		uint32_t owner;
		bool keep;
	} infos[] = {
		{ 0, 0, true },					/* nobody's, in use: Xen's own */
		{ 0, DOMAIN7, true },
		{ ALLOCATED | 1, DOMAIN0, true },
		{ ALLOCATED | STATE(1) | 1, DOMAIN0, true },	/* about to go offline */
		{ ALLOCATED | 1, DOMAIN7, false },
		{ ALLOCATED | 1, 12345, false },		/* of dom_io and the like */
		{ ALLOCATED | 1, 0, true },
		{ HEAP | ALLOCATED | 1, DOMAIN7, true },	/* Xen's, shared with the domain */
		{ HEAP | STATE(3), 0, true },
		{ STATE(3), 0, false },
		{ STATE(2), 0, false },
		{ ALLOCATED | STATE(2), DOMAIN0, false },
		{ ALLOCATED | BROKEN | 1, DOMAIN0, false },
		{ BROKEN, 0, false },
	};
	const uint64_t first = 100;
	struct machine *m = *state;
	bool keep[ARRAY_SIZE(infos)];
	uint64_t dom0, left_out = 0, wrong, all;
	struct bitmap *out;
	struct xen *x;

	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		put_page_info(m, first + i, infos[i].count, infos[i].owner);
		fake_page(m->f, first + i);
		left_out += !infos[i].keep;
	}
	x = open_xen(m);
	assert_int_equal(xen_keep_pages(x, first, ARRAY_SIZE(infos), keep, &dom0), 0);
	assert_int_equal(dom0, 4);
	assert_int_equal(domu_find(x, &m->f->pages, NULL, &out), 0);
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		assert_int_equal(keep[i], infos[i].keep);
		assert_int_equal(bitmap_test(out, first + i), !infos[i].keep);
	}
	bitmap_index(out);
	assert_int_equal(bitmap_count(out), left_out);
	bitmap_free(out);

	/* page_info that is not there: those pages go, those beside them are judged */
	fake_u64(m->f, TABLE_PTE * PAGE + 1 * 8, 0);
	assert_int_equal(domu_find(x, &m->f->pages, NULL, &out), 0);
	for (uint64_t mfn = 0; mfn < FRAMES; mfn++)
		if (mfn >= PAGE / INFO_BYTES && mfn < 2 * PAGE / INFO_BYTES)
			assert_int_equal(bitmap_test(out, mfn), m->f->states[mfn] == PAGE_DATA);
	assert_false(bitmap_test(out, FRAME(0)));
	assert_false(bitmap_test(out, first));
	bitmap_free(out);

	assert_int_equal(xen_keep_pages(x, UINT64_MAX / INFO_BYTES, 1, keep, &dom0), -EFAULT);
	assert_int_equal(domu_check(x, &wrong, &all), 0);
	assert_int_equal(wrong, 0);
	assert_in_range(all, 2, 4);
	/* an index that is not the frame number */
	fake_u64(m->f, XEN_DATA * PAGE + 0x108, FRAME_TABLE + PAGE);
	xen_close(x);
	x = open_xen(m);
	assert_int_equal(domu_check(x, &wrong, &all), -EINVAL);
	assert_int_equal(wrong, all);
	xen_close(x);
}

/* What VMCOREINFO_XEN and the list of domains may have that cannot be. */
static void test_owners_wrong(void **state)
{
	static const char *const lines[][2] = {
		{ "SIZE(page_info)=32", "SIZE(page_info)=7" }, { "SIZE(page_info)=32", "SIZE(page_info)=9999" },
		{ "OFFSET(page_info.count_info)=8", "OFFSET(page_info.count_info)=25" },
		{ "OFFSET(page_info._domain)=24", "OFFSET(page_info._domain)=29" },
		{ "OFFSET(page_info._domain)=24", "" }, { "OFFSET(domain.next_in_list)=136", "" },
		{ "SYMBOL(frame_table)=ffff82d040000108", "SYMBOL(frame_table)=ffff82d050000108" },
		{ "SYMBOL(pgd_l4)=ffff82d040019000", "SYMBOL(pgd_l4)=ffff82d040018000" },
		{ "SYMBOL(domain_list)=ffff82d040000100", "SYMBOL(domain_list)=ffff82d040003100" },
	};
	struct machine *m = *state;
	char text[1024];
	struct xen *x;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *at = strstr(xen_text, lines[i][0]);

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - xen_text), xen_text, lines[i][1], at + strlen(lines[i][0]));
		m->notes[1] = (struct arch_note){ "VMCOREINFO_XEN", 0, (const uint8_t *)text, strlen(text) };
		x = open_xen(m);
		assert_false(x->has_owners);
		assert_non_null(x->why_no_owners);
		xen_close(x);
	}
	m->notes[1] = (struct arch_note){ "VMCOREINFO_XEN", 0, (const uint8_t *)xen_text, sizeof(xen_text) };
	/* a ring without a dom0 */
	fake_u64(m->f, DOMAIN7 * PAGE + 136, ALL_MEMORY + DOMAIN7 * PAGE);
	x = open_xen(m);
	assert_false(x->has_owners);
	xen_close(x);
}

static void test_classes(void **state)
{
	struct machine *m = *state;
	struct classes c = { .unreadable = 0 };
	struct xen *x = open_xen(m);

	for (unsigned int i = 0; i < CLASSES; i++) {
		c.maps[i] = bitmap_new(x->dom0_pages);
		assert_non_null(c.maps[i]);
	}
	bitmap_set_range(c.maps[CLASS_FREE], 4, 100);
	bitmap_set(c.maps[CLASS_USER], DOM0_FRAMES - 1);
	fake_u64(m->f, LEAF * PAGE + 8 * 7, FRAMES);		/* beyond memory */
	fake_u64(m->f, LEAF * PAGE + 8 * 8, UINT64_MAX);
	assert_int_equal(classify_frames(&c, x, FRAMES), 0);
	for (uint64_t mfn = 0; mfn < FRAMES; mfn++) {
		uint64_t pfn = (1900 - mfn) / 3;
		bool dom0 = mfn <= 1900 && mfn == FRAME(pfn) && pfn < DOM0_FRAMES;

		assert_int_equal(bitmap_test(c.maps[CLASS_FREE], mfn), dom0 && pfn >= 4 && pfn < 104 && pfn != 7 && pfn != 8);
		assert_int_equal(bitmap_test(c.maps[CLASS_USER], mfn), dom0 && pfn == DOM0_FRAMES - 1);
		assert_false(bitmap_test(c.maps[CLASS_CACHE], mfn));
	}
	for (unsigned int i = 0; i < CLASSES; i++)
		bitmap_free(c.maps[i]);
	xen_close(x);
}

/* One page of memory as all of dom0's: it is not read for ever. */
static void test_hostile_dom0(void **state)
{
	struct machine *m = *state;
	_Atomic uint64_t pages_read = 0;
	struct xen_dom0 dom0;
	uint8_t page[PAGE];
	uint64_t n = 0;
	struct xen *x;

	fill(m, TOP, MIDDLE);
	fill(m, MIDDLE, LEAF);
	fill(m, LEAF, FRAME(0));
	fake_u64(m->f, TOP * PAGE + 511 * 8, NO_MIDDLE);
	fake_u64(m->f, MIDDLE * PAGE + 511 * 8, NO_LEAF);
	x = open_xen(m);
	assert_int_equal(x->dom0_pages, (510ull << 18) + (511ull << 9));
	xen_dom0_pages(x, &pages_read, &dom0);
	while (n < 3 * FRAMES && !pages_read_bytes(&dom0.pages, n % 100 * PAGE, PAGE, page, HOLES_FAIL))
		n++;
	assert_in_range(n, pages_kept(&m->f->pages), 2 * FRAMES);
	xen_close(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_p2m, setup, teardown),
		cmocka_unit_test_setup_teardown(test_p2m_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dom0, setup, teardown),
		cmocka_unit_test_setup_teardown(test_p2m_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hypervisor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owners, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owners_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_classes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_dom0, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
