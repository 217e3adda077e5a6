/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/: memory as the kernel counts it: meminfo, vmstat, buddyinfo, slabinfo, swaps. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fs/proc/text.h"
#include "fs/views/row.h"
#include "kernel/core/cpus.h"
#include "kernel/mm/counters.h"
#include "kernel/mm/slab_caches.h"
#include "kernel/mm/swap.h"
#include "kernel/mm/zones.h"
#include "kernel/object/list.h"
#include "kernel/object/variable.h"
#include "kernel/vfs/d_path.h"

#define LOW		1u	/* WMARK_LOW */
#define INODES_MAX	(1u << 20)
#define HUGE_SIZES_MAX	16u

struct memory {
	struct proc_text *t;
	uint64_t total, free, low, swap_total, swap_free, buffers, swap_cache;
	uint64_t huge_pages;		/* of all sizes, in pages */
};

static uint64_t counter(struct proc_text *t, const char *item)
{
	uint64_t value;

	vm_counter(t->r, &t->names, item, &value);
	return value;
}

static int add_low(void *arg, const struct page_zone *z)
{
	*(uint64_t *)arg += z->watermarks[LOW] + z->boost;
	return 0;
}

/* nr_blockdev_pages(): what block devices have in the page cache by themselves */
static uint64_t read_buffers(struct proc_text *t)
{
	struct inode_fields { struct kfield inodes, link, pages; } f = {
		KFIELD("super_block.s_inodes"), KFIELD("inode.i_sb_list"), KFIELD("inode.i_data.nrpages"),
	};
	uint64_t super, sum = 0;
	struct klist l;

	if (kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f)) || kvariable(&t->names, "blockdev_superblock", &super))
		return 0;
	for (l = klist_ring(t->r, kptr(t->r, super) + f.inodes.at.offset, INODES_MAX); klist_next(&l);)
		sum += kget_ptr(t->r, l.node - f.link.at.offset, &f.pages);
	return sum;
}

/* total_swapcache_pages(): a counter since 5.12; before address spaces of the swap files, as many as each has */
static uint64_t read_swap_cache(struct proc_text *t)
{
	struct space_fields { struct kfield space, pages; } f = { KFIELD("address_space"), KFIELD("address_space.nrpages") };
	uint64_t sum, spaces, numbers;

	if (!vm_counter(t->r, &t->names, "NR_SWAPCACHE", &sum))
		return sum;
	if (kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f)) || kvariable(&t->names, "swapper_spaces", &spaces) ||
	    kvariable(&t->names, "nr_swapper_spaces", &numbers))
		return 0;
	for (uint64_t i = 0; i < kvariable_or(&t->names, t->r, "nr_swapfiles", 4, 0) && i < 32; i++) {
		uint64_t n = min_u64(kuint(t->r, numbers + i * 4, 4), 65536), at = kptr(t->r, spaces + i * kreader_word(t->r));

		for (uint64_t j = 0; j < n && at; j++)
			sum += kget_ptr(t->r, at + j * f.space.at.bytes, &f.pages);
	}
	return sum;
}

static void read_swap(struct memory *m)
{
	struct swap_area areas[SWAP_AREAS_MAX];
	unsigned int n = 0;

	m->swap_total = kvariable_or(&m->t->names, m->t->r, "total_swap_pages", 0, 0);
	m->swap_free = kvariable_or(&m->t->names, m->t->r, "nr_swap_pages", 0, 0);
	if (swap_areas(m->t->r, &m->t->names, areas, &n))
		n = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (areas[i].may_write)
			continue;
		m->swap_total += areas[i].used;
		m->swap_free += areas[i].used;
	}
}

static void put(struct memory *m, const char *name, uint64_t pages)
{
	out_printf(m->t->out, "%-16s%8" PRIu64 " kB\n", name, proc_text_kib(m->t, pages));
}

/* How much memory compressed pages take is a variable up to 6.7, then what the allocators below say; nothing when there are none. */
static void put_zswap(struct memory *m)
{
	struct proc_text *t = m->t;
	uint64_t stored, bytes = 0;

	if (kvariable_uint(&t->names, t->r, "zswap_stored_pages", 0, &stored) ||
	    (kvariable_uint(&t->names, t->r, "zswap_pool_total_size", 8, &bytes) == -ENOENT && stored))
		return;
	out_printf(t->out, "Zswap:          %8" PRIu64 " kB\nZswapped:       %8" PRIu64 " kB\n", bytes >> 10, proc_text_kib(t, stored));
}

/* A counter that not all kernels have. */
static void put_counter(struct memory *m, const char *name, const char *item)
{
	uint64_t value;

	if (!vm_counter(m->t->r, &m->t->names, item, &value))
		put(m, name, value);
}

/* Pages since 5.12, before that huge ones, of as many pages as the counter's name says nothing of. */
static void put_huge(struct memory *m, const char *name, const char *item)
{
	uint64_t huge = 1;

	if (m->t->e->kernel->version < ARCH_VERSION(5, 12, 0))
		huge = 1u << (m->t->e->kernel->page_shift - 3);	/* a table has pages / 8 entries */
	put(m, name, counter(m->t, item) * huge);
}

/* si_mem_available() */
static uint64_t available(struct memory *m)
{
	int64_t sum = (int64_t)m->free - (int64_t)kvariable_or(&m->t->names, m->t->r, "totalreserve_pages", 0, 0);
	uint64_t files = counter(m->t, "NR_ACTIVE_FILE") + counter(m->t, "NR_INACTIVE_FILE");
	uint64_t slabs = counter(m->t, "NR_SLAB_RECLAIMABLE_B") + counter(m->t, "NR_KERNEL_MISC_RECLAIMABLE");

	sum += (int64_t)(files - min_u64(files / 2, m->low));
	sum += (int64_t)(slabs - min_u64(slabs / 2, m->low));
	return sum < 0 ? 0 : (uint64_t)sum;
}

static uint64_t commit_limit(struct memory *m)
{
	uint64_t kib = kvariable_or(&m->t->names, m->t->r, "sysctl_overcommit_kbytes", 0, 0);
	uint64_t ratio = kvariable_or(&m->t->names, m->t->r, "sysctl_overcommit_ratio", 4, 50);

	return (kib ? kib >> (m->t->e->kernel->page_shift - 10) : (m->total - min_u64(m->huge_pages, m->total)) * ratio / 100) +
	       m->swap_total;
}

static uint64_t committed(struct proc_text *t)
{
	struct kcpus cpus;
	uint64_t at;

	return kvariable(&t->names, "vm_committed_as", &at) || kernel_cpus(&t->names, t->r, &cpus) ? 0 :
	       kpercpu_counter(&t->names, t->r, &cpus, at);
}

/* hstates[]: sizes of huge pages. put: lines of the size that is the default, and the sum. */
static void huge_pages(struct memory *m, bool put)
{
	struct huge_fields { struct kfield hstate, order, total, free, reserved, surplus; } f = {
		KFIELD("hstate"), KFIELD("hstate.order"), KFIELD("hstate.nr_huge_pages"), KFIELD("hstate.free_huge_pages"),
		KFIELD("hstate.resv_huge_pages"), KFIELD("hstate.surplus_huge_pages"),
	};
	struct proc_text *t = m->t;
	uint64_t at, n = kvariable_or(&t->names, t->r, "hugetlb_max_hstate", 4, 0), sum = 0;
	uint64_t standard = kvariable_or(&t->names, t->r, "default_hstate_idx", 4, 0);

	if (kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f)) || kvariable(&t->names, "hstates", &at) || !n)
		return;
	for (uint64_t i = 0; i < min_u64(n, HUGE_SIZES_MAX); i++, at += f.hstate.at.bytes) {
		unsigned int order = (unsigned int)kget(t->r, at, &f.order) & 31;
		uint64_t total = kget_ptr(t->r, at, &f.total);

		sum += total << order;
		if (put && i == standard)
			out_printf(t->out, "HugePages_Total:   %5" PRIu64 "\nHugePages_Free:    %5" PRIu64 "\nHugePages_Rsvd:    %5" PRIu64
				   "\nHugePages_Surp:    %5" PRIu64 "\nHugepagesize:   %8" PRIu64 " kB\n", total,
				   kget_ptr(t->r, at, &f.free), kget_ptr(t->r, at, &f.reserved), kget_ptr(t->r, at, &f.surplus),
				   proc_text_kib(t, 1ull << order));
	}
	m->huge_pages = sum;
	if (put)
		out_printf(t->out, "Hugetlb:        %8" PRIu64 " kB\n", proc_text_kib(t, sum));
}

/* x86's direct map, by sizes of its pages; and the range of vmalloc(), of 4 or 5 levels */
static void put_direct_map(struct memory *m)
{
	static const struct { const char *name; unsigned int shift; } sizes[] = { { "4k", 2 }, { "2M", 11 }, { "1G", 20 } };
	struct proc_text *t = m->t;
	uint64_t counts, gigabytes = kvariable_or(&t->names, t->r, "direct_gbpages", 4, 0);

	if (kvariable(&t->names, "direct_pages_count", &counts) || kreader_word(t->r) != 8)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes) - !gigabytes; i++)
		out_printf(t->out, "DirectMap%s:    %8" PRIu64 " kB\n", sizes[i].name, kptr(t->r, counts + (i + 1) * 8) << sizes[i].shift);
}

static void put_vmalloc(struct memory *m)
{
	struct proc_text *t = m->t;
	uint64_t value, at;

	if (t->e->kernel->arch && !strcmp(t->e->kernel->arch->name, "x86_64"))
		out_printf(t->out, "VmallocTotal:   %8" PRIu64 " kB\n",
			   ((uint64_t)(kvariable_or(&t->names, t->r, "__pgtable_l5_enabled", 4, 0) ? 12800 : 32) << 30) - 1);
	if (vm_counter(t->r, &t->names, "NR_VMALLOC", &value))
		value = kvariable_or(&t->names, t->r, "nr_vmalloc_pages", 0, 0);
	put(m, "VmallocUsed:", value);
	put(m, "VmallocChunk:", 0);
	if (!kvariable(&t->names, "pcpu_nr_populated", &at))
		put(m, "Percpu:", kuint(t->r, at, 4) * kvariable_or(&t->names, t->r, "pcpu_nr_units", 4, 1));
}

static void put_kernel(struct memory *m)
{
	struct proc_text *t = m->t;
	uint64_t reclaimable = counter(t, "NR_SLAB_RECLAIMABLE_B"), rest = counter(t, "NR_SLAB_UNRECLAIMABLE_B");

	put(m, "KReclaimable:", reclaimable + counter(t, "NR_KERNEL_MISC_RECLAIMABLE"));
	put(m, "Slab:", reclaimable + rest);
	put(m, "SReclaimable:", reclaimable);
	put(m, "SUnreclaim:", rest);
	out_printf(t->out, "KernelStack:    %8" PRIu64 " kB\n", counter(t, "NR_KERNEL_STACK_KB"));
	put_counter(m, "PageTables:", "NR_PAGETABLE");
	put_counter(m, "SecPageTables:", "NR_SECONDARY_PAGETABLE");
	put(m, "NFS_Unstable:", 0);
	put(m, "Bounce:", counter(t, "NR_BOUNCE"));
	put(m, "WritebackTmp:", counter(t, "NR_WRITEBACK_TEMP"));
	put(m, "CommitLimit:", commit_limit(m));
	put(m, "Committed_AS:", committed(t));
	put_vmalloc(m);
}

static void put_large(struct memory *m)
{
	struct proc_text *t = m->t;
	uint64_t value;

	if (!kvariable_uint(&t->names, t->r, "num_poisoned_pages", 0, &value))
		out_printf(t->out, "HardwareCorrupted: %5" PRIu64 " kB\n", proc_text_kib(t, value));
	if (!kvariable(&t->names, "transparent_hugepage_flags", &value)) {
		put_huge(m, "AnonHugePages:", "NR_ANON_THPS");
		put_huge(m, "ShmemHugePages:", "NR_SHMEM_THPS");
		put_huge(m, "ShmemPmdMapped:", "NR_SHMEM_PMDMAPPED");
		put_huge(m, "FileHugePages:", "NR_FILE_THPS");
		put_huge(m, "FilePmdMapped:", "NR_FILE_PMDMAPPED");
	}
	/* totalcma_pages is there without CMA too */
	if (!kvariable(&t->names, "cma_areas", &value)) {
		put(m, "CmaTotal:", kvariable_or(&t->names, t->r, "totalcma_pages", 0, 0));
		put(m, "CmaFree:", counter(t, "NR_FREE_CMA_PAGES"));
	}
	put_counter(m, "Unaccepted:", "NR_UNACCEPTED");
	put_counter(m, "Balloon:", "NR_BALLOON_PAGES");
	put_counter(m, "GPUActive:", "NR_GPU_ACTIVE");
	put_counter(m, "GPUReclaim:", "NR_GPU_RECLAIM");
	huge_pages(m, true);
	put_direct_map(m);
}

static int make_meminfo(struct proc_text *t)
{
	struct memory m = { .t = t };
	struct page_zone_layout zones;
	uint64_t cached, active[2], inactive[2];
	int r = vm_counter(t->r, &t->names, "NR_FREE_PAGES", &m.free);

	if (!r)
		r = kvariable_uint(&t->names, t->r, "_totalram_pages|totalram_pages", 0, &m.total);
	if (!r)
		r = page_zone_layout(t->r, &t->names, &zones);
	if (!r)
		r = page_zones_each(t->r, &zones, add_low, &m.low);
	if (r)
		return r;
	m.buffers = read_buffers(t);
	m.swap_cache = read_swap_cache(t);
	read_swap(&m);
	huge_pages(&m, false);
	cached = counter(t, "NR_FILE_PAGES");
	cached -= min_u64(cached, m.swap_cache + m.buffers);
	active[0] = counter(t, "NR_ACTIVE_ANON");
	active[1] = counter(t, "NR_ACTIVE_FILE");
	inactive[0] = counter(t, "NR_INACTIVE_ANON");
	inactive[1] = counter(t, "NR_INACTIVE_FILE");
	put(&m, "MemTotal:", m.total);
	put(&m, "MemFree:", m.free);
	put(&m, "MemAvailable:", available(&m));
	put(&m, "Buffers:", m.buffers);
	put(&m, "Cached:", cached);
	put(&m, "SwapCached:", m.swap_cache);
	put(&m, "Active:", active[0] + active[1]);
	put(&m, "Inactive:", inactive[0] + inactive[1]);
	put(&m, "Active(anon):", active[0]);
	put(&m, "Inactive(anon):", inactive[0]);
	put(&m, "Active(file):", active[1]);
	put(&m, "Inactive(file):", inactive[1]);
	put(&m, "Unevictable:", counter(t, "NR_UNEVICTABLE"));
	put(&m, "Mlocked:", counter(t, "NR_MLOCK"));
	put(&m, "SwapTotal:", m.swap_total);
	put(&m, "SwapFree:", m.swap_free);
	put_zswap(&m);
	put(&m, "Dirty:", counter(t, "NR_FILE_DIRTY"));
	put(&m, "Writeback:", counter(t, "NR_WRITEBACK"));
	put(&m, "AnonPages:", counter(t, "NR_ANON_MAPPED"));
	put(&m, "Mapped:", counter(t, "NR_FILE_MAPPED"));
	put(&m, "Shmem:", counter(t, "NR_SHMEM"));
	put_kernel(&m);
	put_large(&m);
	return 0;
}

/* --- vmstat ------------------------------------------------------------------------------------------------------- */

struct shares {
	struct proc_text *t;
	const struct page_zone_layout *zones;
	const struct vm_counters *c;
	const struct kcpus *cpus;
	uint64_t i, sum;
};

/* fold_vm_numa_events(): before the file is read, what CPUs have counted is added */
static int add_shares(void *arg, const struct page_zone *z)
{
	struct shares *s = arg;
	unsigned int word = kreader_word(s->t->r);
	uint64_t shares = kget_ptr(s->t->r, z->vaddr, &s->zones->shares), at;

	for (struct kbits b = kcpus_each(s->t->r, s->cpus, true); z->present && shares && kbits_next(&b);)
		if (!kpercpu(s->t->r, s->cpus, (unsigned int)b.bit, shares, &at))
			s->sum += kptr(s->t->r, at + s->c->numa_shares.at.offset + s->i * word);
	return 0;
}

static uint64_t numa_counter(struct proc_text *t, const struct page_zone_layout *zones, const struct vm_counters *c,
			     const struct kcpus *cpus, uint64_t i)
{
	struct shares s = { .t = t, .zones = zones, .c = c, .cpus = cpus, .i = i };

	if (c->numa_shares.known && zones->shares.known)
		page_zones_each(t->r, zones, add_shares, &s);
	return s.sum + vm_counter_at(t->r, cpus, c, VM_NUMA, i);
}

/* The limits that global_dirty_limits() computes, and counts of page structs (6.12). */
static uint64_t other_counter(struct proc_text *t, uint64_t i)
{
	uint64_t page = 1ull << t->e->kernel->page_shift, dirty, background;
	uint64_t pages = counter(t, "NR_FREE_PAGES") + 1 + counter(t, "NR_INACTIVE_FILE") + counter(t, "NR_ACTIVE_FILE");
	uint64_t bytes = kvariable_or(&t->names, t->r, "vm_dirty_bytes", 0, 0);
	uint64_t low = kvariable_or(&t->names, t->r, "dirty_background_bytes", 0, 0);

	if (i >= 2)
		return kvariable_or(&t->names, t->r, i == 2 ? "nr_memmap_pages" : "nr_memmap_boot_pages", 0, 0);
	pages -= min_u64(pages - 1, kvariable_or(&t->names, t->r, "totalreserve_pages", 0, 0));
	dirty = bytes ? (bytes + page - 1) / page :
		kvariable_or(&t->names, t->r, "vm_dirty_ratio", 4, 20) * page / 100 * pages / page;
	background = low ? (low + page - 1) / page :
		     kvariable_or(&t->names, t->r, "dirty_background_ratio", 4, 10) * page / 100 * pages / page;
	if (background >= dirty)
		background = dirty / 2;
	return i ? background : dirty;
}

static int make_vmstat(struct proc_text *t)
{
	struct page_zone_layout zones;
	struct vm_counters c;
	struct kcpus cpus;
	uint64_t value, number = 0;
	char name[64];
	int r = vm_counters(&t->names, &c);

	if (!r)
		r = kernel_cpus(&t->names, t->r, &cpus);
	if (!r)
		r = page_zone_layout(t->r, &t->names, &zones);
	if (r)
		return r;
	for (enum vm_part part = 0; part < VM_PARTS; part++) {
		for (uint64_t i = 0; i < c.n[part]; i++, number++) {
			vm_counter_name(t->r, &c, number, name, sizeof(name));
			value = part == VM_NUMA ? numa_counter(t, &zones, &c, &cpus, i) : part == VM_OTHERS ? other_counter(t, i) :
				vm_counter_at(t->r, &cpus, &c, part, i);
			/* sectors, which are shown as KiB */
			if (part == VM_EVENTS && (!strcmp(name, "pgpgin") || !strcmp(name, "pgpgout")))
				value /= 2;
			/* pages, which are shown as huge ones */
			if (part == VM_NODES && t->e->kernel->version >= ARCH_VERSION(5, 12, 0) &&
			    (strstr(name, "_hugepages") || strstr(name, "_pmdmapped") || !strcmp(name, "nr_anon_transparent_hugepages")))
				value >>= t->e->kernel->page_shift - 3;
			proc_text_name(t, name);
			out_printf(t->out, " %" PRIu64 "\n", value);
		}
	}
	out_printf(t->out, "nr_unstable 0\n");
	return 0;
}

/* --- buddyinfo, slabinfo, swaps --------------------------------------------------------------------------------------------- */

static int put_zone(void *arg, const struct page_zone *z)
{
	struct proc_text *t = arg;

	if (!z->present)
		return 0;
	out_printf(t->out, "Node %u, zone %*s", z->node, strlen(z->name) < 8 ? 8 - (int)strlen(z->name) : 0, "");
	proc_text_name(t, z->name);
	out_char(t->out, ' ');
	for (unsigned int i = 0; i < z->orders; i++)
		out_printf(t->out, "%6" PRIu64 " ", z->free[i]);
	out_char(t->out, '\n');
	return t->out->error;
}

static int make_buddyinfo(struct proc_text *t)
{
	struct page_zone_layout zones;
	int r = page_zone_layout(t->r, &t->names, &zones);

	return r ? r : page_zones_each(t->r, &zones, put_zone, t);
}

static int put_cache(void *arg, const struct slab_cache *c)
{
	struct proc_text *t = arg;
	size_t len = strlen(c->name);

	proc_text_name(t, c->name);
	out_printf(t->out, "%*s %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %4u %4u : tunables    0    0    0 : slabdata %6" PRIu64 " %6" PRIu64
		   "      0\n", len < 17 ? 17 - (int)len : 0, "", c->used, c->objects, c->size, c->per_slab, 1u << c->order, c->slabs,
		   c->slabs);
	return t->out->error;
}

static int make_slabinfo(struct proc_text *t)
{
	out_printf(t->out, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		   " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	return slab_caches_each(t->r, &t->names, put_cache, t);
}

/* As seq_file_path() writes it: blanks and backslashes as \ooo. */
static int put_file(struct proc_text *t, uint64_t file, bool *is_device)
{
	struct file_fields { struct kfield path, inode, mode; } f = {
		KFIELD("file.f_path"), KFIELD("file.f_inode"), KFIELD("inode.i_mode"),
	};
	char path[D_PATH_BYTES];
	struct d_path_layout l;
	int r = kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f));
	size_t before = t->out->len;

	if (!r)
		r = d_path_layout(&t->names, &l);
	if (!r)
		r = d_path(t->r, &l, d_path_at(t->r, &l, file + f.path.at.offset), path);
	if (r)
		return r;
	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == '\\' || *p == 127)
			out_printf(t->out, "\\%03o", (unsigned char)*p);
		else
			out_char(t->out, *p);
	}
	*is_device = (kget(t->r, kget_ptr(t->r, file, &f.inode), &f.mode) & 0170000) == 0060000;
	before = t->out->len - before;
	out_printf(t->out, "%*s", before < 40 ? 40 - (int)before : 1, " ");
	return 0;
}

static int make_swaps(struct proc_text *t)
{
	struct swap_area areas[SWAP_AREAS_MAX];
	unsigned int n;
	int r = swap_areas(t->r, &t->names, areas, &n);

	out_printf(t->out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	for (unsigned int i = 0; i < n && !r; i++) {
		uint64_t size = proc_text_kib(t, areas[i].pages), used = proc_text_kib(t, areas[i].used);
		bool is_device = false;

		r = put_file(t, areas[i].file, &is_device);
		out_printf(t->out, "%s\t%" PRIu64 "\t%s%" PRIu64 "\t%s%d\n", is_device ? "partition" : "file\t", size,
			   size < 10000000 ? "\t" : "", used, used < 10000000 ? "\t" : "", areas[i].prio);
	}
	return r;
}

enum memory_file { MEMINFO, VMSTAT, BUDDYINFO, SLABINFO, SWAPS };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static int (*const makers[])(struct proc_text *t) = {
		[MEMINFO] = make_meminfo, [VMSTAT] = make_vmstat, [BUDDYINFO] = make_buddyinfo, [SLABINFO] = make_slabinfo,
		[SWAPS] = make_swaps,
	};

	return proc_text_make(e, out, makers[at->row->param]);
}

static const struct view_row rows[] = {
	PROC_TEXT("meminfo", MEMINFO),
	PROC_TEXT("vmstat", VMSTAT),
	PROC_TEXT("buddyinfo", BUDDYINFO),
	PROC_TEXT("slabinfo", SLABINFO),
	PROC_TEXT("swaps", SWAPS),
};

VIEW_FAMILY(proc_memory, rows);
