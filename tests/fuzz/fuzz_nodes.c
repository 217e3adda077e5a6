/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any memory as the kernel's nodes and zones. The input is physical memory from 8 KiB on, behind tables that map the
 * first GiB by one entry; pages beyond it are zero. It starts with node_data.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/pages/nodes.h"

#define PAGES 16u
#define FIRST 2u	/* page of the input; 0: top table, 1: the one below */

#include "kernel/opening/open.h"
#include "tests/fuzz/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INFO "SYMBOL(swapper_pg_dir)=ffffffff80000000\nNUMBER(phys_base)=0\nSIZE(zone)=64\n" \
	"OFFSET(pglist_data.node_zones)=40\nOFFSET(pglist_data.nr_zones)=0\nOFFSET(pglist_data.node_start_pfn)=8\n" \
	"OFFSET(pglist_data.node_spanned_pages)=16\nOFFSET(pglist_data.node_id)=24\nOFFSET(zone.spanned_pages)=24\n" \
	"OFFSET(zone.vm_stat)=32\nNUMBER(NR_FREE_PAGES)=0\n"

static const char *const infos[] = {
	INFO "SYMBOL(node_data)=ffff888000002000\nLENGTH(node_data)=1024\n",
	INFO "SYMBOL(contig_page_data)=ffff888000002000\n",
};

static void check(const struct mem_nodes *nodes)
{
	if (!nodes->n || nodes->n > NODES_MAX)
		abort();
	for (size_t i = 0; i < nodes->n; i++) {
		if (nodes->list[i].nzones > ZONES_MAX || (i && nodes->list[i].id <= nodes->list[i - 1].id))
			abort();
		for (unsigned int z = 0; z < nodes->list[i].nzones; z++)
			if (!memchr(nodes->list[i].zones[z].name, 0, sizeof(nodes->list[i].zones[z].name)))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static const struct zone_layout layout = { .zone_start_pfn = 8, .name = 16 };
	static struct memory m;
	struct kernel_input in = { .pages = &m.pages, .elf_machine = EM_X86_64 };
	struct mem_nodes nodes;
	const char *why;
	struct kernel *k;

	if (!size)
		return 0;
	if (!m.pages.ops)	/* The stream, not the descriptor: sanitizers and the fuzzer go on to report. */
		stderr = fopen("/dev/null", "w");
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	put_u64(m.bytes[0] + 0x111 * 8, 0x1067, false);
	put_u64(m.bytes[1], 0xe3, false);
	memcpy(m.bytes[FIRST], data + 1, min_u64(size - 1, (PAGES - FIRST) * PAGE));
	in.vmcoreinfo = infos[data[0] & 1];
	in.vmcoreinfo_len = strlen(in.vmcoreinfo);
	if (kernel_open(&in, &k))
		return 0;
	if (!nodes_read(k, NULL, data[0] & 2 ? &layout : NULL, &nodes, &why))
		check(&nodes);
	nodes_free(&nodes);
	kernel_close(k);
	return 0;
}
