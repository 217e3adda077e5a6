/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/: the machine's parts: cpuinfo (x86_64), iomem, ioports. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fs/proc/text.h"
#include "fs/views/row.h"
#include "kernel/core/clock.h"
#include "kernel/core/cpus.h"
#include "kernel/core/resources.h"
#include "kernel/core/x86_processors.h"
#include "kernel/object/variable.h"

/* --- iomem, ioports ----------------------------------------------------------------------------------------------- */

struct resource_lines {
	struct proc_text *t;
	int width;			/* digits of an address */
};

static int put_resource(void *arg, const struct resource *res)
{
	struct resource_lines *l = arg;

	out_printf(l->t->out, "%*s%0*" PRIx64 "-%0*" PRIx64 " : ", (int)res->depth * 2, "", l->width, res->first, l->width, res->last);
	proc_text_name(l->t, *res->name ? res->name : "<BAD>");
	out_char(l->t->out, '\n');
	return l->t->out->error;
}

static int make_resources(struct proc_text *t, const char *root)
{
	struct resource_lines l = { .t = t };
	struct resource whole;
	int r = resource_root(t->r, &t->names, root, &whole);

	l.width = whole.last < 0x10000 ? 4 : 8;
	return r ? r : resources_each(t->r, &t->names, whole.vaddr, put_resource, &l);
}

static int make_iomem(struct proc_text *t) { return make_resources(t, "iomem_resource"); }
static int make_ioports(struct proc_text *t) { return make_resources(t, "ioport_resource"); }

/* --- cpuinfo ------------------------------------------------------------------------------------------------------ */

/* Names of bits that are set; those without a name are not told. */
static void put_names(struct proc_text *t, const uint32_t *words, unsigned int n, uint64_t names)
{
	char name[32];
	uint64_t at;

	for (unsigned int i = 0; i < n * 32 && names; i++) {
		if (!(words[i / 32] & 1u << i % 32))
			continue;
		at = kptr(t->r, names + i * 8);
		if (!at)
			continue;
		kstring(t->r, at, name, sizeof(name));
		out_char(t->out, ' ');
		proc_text_name(t, name);
	}
}

static void put_power(struct proc_text *t, uint32_t power)
{
	uint64_t names, at;
	char name[32];

	out_printf(t->out, "power management:");
	for (unsigned int i = 0; i < 32; i++) {
		if (!(power & 1u << i))
			continue;
		/* power management flags have names from x86_power_flags[32] */
		at = kvariable(&t->names, "x86_power_flags", &names) ? 0 : kptr(t->r, names + i * 8);
		if (!at) {
			out_printf(t->out, " [%u]", i);
			continue;
		}
		kstring(t->r, at, name, sizeof(name));
		if (!*name)
			continue;
		out_char(t->out, ' ');
		proc_text_name(t, name);
	}
	out_printf(t->out, "\n\n");
}

static void put_cpu(struct proc_text *t, const struct x86_processor *c, unsigned int number, uint64_t khz, uint64_t hz)
{
	struct outbuf *out = t->out;

	out_printf(out, "processor\t: %u\nvendor_id\t: ", number);
	proc_text_name(t, *c->vendor ? c->vendor : "unknown");
	out_printf(out, "\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: ", c->family, c->model);
	proc_text_name(t, *c->name ? c->name : "unknown");
	if (c->stepping || c->level >= 0)
		out_printf(out, "\nstepping\t: %u\n", c->stepping);
	else
		out_printf(out, "\nstepping\t: unknown\n");
	if (c->microcode)
		out_printf(out, "microcode\t: 0x%x\n", c->microcode);
	if (khz)
		out_printf(out, "cpu MHz\t\t: %" PRIu64 ".%03" PRIu64 "\n", khz / 1000, khz % 1000);
	if (c->cache_kib)
		out_printf(out, "cache size\t: %u KB\n", c->cache_kib);
	out_printf(out, "physical id\t: %u\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\napicid\t\t: %u\ninitial apicid\t: %u\n",
		   c->package, c->siblings, c->core, c->cores, c->apicid, c->initial_apicid);
	out_printf(out, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %d\nwp\t\t: yes\nflags\t\t:", c->level);
	put_names(t, c->capabilities, c->words, c->flag_names);
	out_printf(out, "\nbugs\t\t:");
	put_names(t, c->capabilities + c->words, c->bug_words, c->bug_names);
	out_printf(out, "\nbogomips\t: %" PRIu64 ".%02" PRIu64 "\n", c->loops_per_jiffy / (500000 / hz),
		   c->loops_per_jiffy / (5000 / hz) % 100);
	if (c->tlb_pages > 0)
		out_printf(out, "TLB size\t: %d 4K pages\n", c->tlb_pages);
	out_printf(out, "clflush size\t: %u\ncache_alignment\t: %d\naddress sizes\t: %u bits physical, %u bits virtual\n", c->flush_bytes,
		   c->alignment, c->physical_bits, c->virtual_bits);
	put_power(t, c->power);
}

static int make_cpuinfo(struct proc_text *t)
{
	uint64_t khz = kvariable_or(&t->names, t->r, "cpu_khz", 4, 0);
	struct kernel_clock clock;
	struct x86_processor_layout l;
	struct x86_processor cpu;
	struct kcpus cpus;
	int r = kernel_clock_read(t->r, &t->names, &clock);

	if (!r)
		r = kernel_cpus(&t->names, t->r, &cpus);
	if (!r)
		r = x86_processor_layout(&t->names, &l);
	if (r || clock.hz > 5000)
		return r ? r : -EIO;
	for (struct kbits b = kcpus_each(t->r, &cpus, true); kbits_next(&b);)
		if (!x86_processor_read(t->r, &cpus, &l, (unsigned int)b.bit, &cpu))
			put_cpu(t, &cpu, (unsigned int)b.bit, khz, clock.hz);
	return 0;
}

enum hardware_file { CPUINFO, IOMEM, IOPORTS };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static int (*const makers[])(struct proc_text *t) = {
		[CPUINFO] = make_cpuinfo, [IOMEM] = make_iomem, [IOPORTS] = make_ioports,
	};

	return proc_text_make(e, out, makers[at->row->param]);
}

static const struct view_row rows[] = {
	PROC_TEXT("cpuinfo", CPUINFO),
	PROC_TEXT("iomem", IOMEM),
	PROC_TEXT("ioports", IOPORTS),
};

VIEW_FAMILY(proc_hardware, rows);
