/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/x86_processors.h"

#include <errno.h>

#include "base/bytes.h"

int x86_processor_layout(const struct knames *names, struct x86_processor_layout *out)
{
	const struct x86_processor_fields f = {
		KFIELD("cpuinfo_x86.x86"), KFIELD("cpuinfo_x86.x86_model"), KFIELD("cpuinfo_x86.x86_stepping"),
		KFIELD("cpuinfo_x86.x86_vendor_id"), KFIELD("cpuinfo_x86.x86_model_id"), KFIELD("cpuinfo_x86.microcode"),
		KFIELD("cpuinfo_x86.x86_cache_size"), KFIELD("cpuinfo_x86.topo.pkg_id|cpuinfo_x86.phys_proc_id"),
		KFIELD("cpuinfo_x86.topo.core_id|cpuinfo_x86.cpu_core_id"), KFIELD("cpuinfo_x86.topo.apicid|cpuinfo_x86.apicid"),
		KFIELD("cpuinfo_x86.topo.initial_apicid|cpuinfo_x86.initial_apicid"), KFIELD("cpuinfo_x86.booted_cores"),
		KFIELD("cpuinfo_x86.cpuid_level"), KFIELD("cpuinfo_x86.x86_capability"), KFIELD("cpuinfo_x86.loops_per_jiffy"),
		KFIELD("cpuinfo_x86.x86_tlbsize"), KFIELD("cpuinfo_x86.x86_clflush_size"), KFIELD("cpuinfo_x86.x86_cache_alignment"),
		KFIELD("cpuinfo_x86.x86_phys_bits"), KFIELD("cpuinfo_x86.x86_virt_bits"), KFIELD("cpuinfo_x86.x86_power"),
	};
	struct kfield mask = KFIELD("?cpumask_var_t");
	uint64_t distance;
	int result;

	*out = (struct x86_processor_layout){ .f = f };
	result = kfields_resolve(names, (struct kfield *)&out->f, kfields_count(out->f));
	if (!result)
		result = kvariable(names, "cpu_info", &out->info);
	if (!result)
		result = kvariable(names, "cpu_core_map", &out->siblings);
	if (!result)
		result = kfields_resolve(names, &mask, 1);
	if (result)
		return result;
	/* CPUMASK_OFFSTACK: a pointer, else an array of one */
	out->siblings_pointer = mask.known && !mask.at.count && mask.at.bytes == 8;
	if (kvariable(names, "x86_cap_flags", &out->flag_names))
		out->flag_names = 0;
	if (kvariable(names, "x86_bug_flags", &out->bug_names))
		out->bug_names = 0;
	/* x86_bug_flags[32 * NBUGINTS], and x86_cap_flags[32 * NCAPINTS] behind it: 8 bytes each */
	distance = out->flag_names - out->bug_names;
	out->bug_words = out->bug_names && distance && distance <= 4 * 256 ? (unsigned int)(distance / 256) : 2;
	return 0;
}

static unsigned int count_cpus(struct kreader *r, uint64_t mask, unsigned int n)
{
	unsigned int sum = 0;

	for (struct kbits b = kbits_of(r, mask, n); kbits_next(&b);)
		sum++;
	return sum;
}

int x86_processor_read(struct kreader *r, const struct kcpus *cpus, const struct x86_processor_layout *l, unsigned int cpu,
		       struct x86_processor *out)
{
	const struct x86_processor_fields *f = &l->f;
	uint64_t c, mask, words = min_u64(f->capabilities.at.bytes / 4, X86_CAPABILITY_WORDS);
	int result = kpercpu(r, cpus, cpu, l->info, &c);

	if (!result)
		result = kpercpu(r, cpus, cpu, l->siblings, &mask);
	if (result)
		return result;
	*out = (struct x86_processor){
		.family = (unsigned int)kget(r, c, &f->family), .model = (unsigned int)kget(r, c, &f->model),
		.stepping = (unsigned int)kget(r, c, &f->stepping), .microcode = (unsigned int)kget(r, c, &f->microcode),
		.cache_kib = (unsigned int)kget(r, c, &f->cache), .package = (unsigned int)kget(r, c, &f->package),
		.core = (unsigned int)kget(r, c, &f->core), .cores = (unsigned int)kget(r, c, &f->cores),
		.apicid = (unsigned int)kget(r, c, &f->apicid), .initial_apicid = (unsigned int)kget(r, c, &f->initial_apicid),
		.level = (int)kget(r, c, &f->level), .tlb_pages = (int)kget(r, c, &f->tlb), .alignment = (int)kget(r, c, &f->alignment),
		.power = (uint32_t)kget(r, c, &f->power), .loops_per_jiffy = kget_ptr(r, c, &f->loops),
		.flush_bytes = (unsigned int)kget(r, c, &f->flush), .physical_bits = (unsigned int)kget(r, c, &f->physical),
		.virtual_bits = (unsigned int)kget(r, c, &f->virtual), .flag_names = l->flag_names, .bug_names = l->bug_names,
	};
	kget_string(r, c, &f->vendor, out->vendor, sizeof(out->vendor));
	kget_string(r, c, &f->name, out->name, sizeof(out->name));
	out->siblings = count_cpus(r, l->siblings_pointer ? kptr(r, mask) : mask, cpus->n);
	out->bug_words = (unsigned int)min_u64(l->bug_words, words);
	out->words = (unsigned int)words - out->bug_words;
	for (unsigned int i = 0; i < words; i++)
		out->capabilities[i] = (uint32_t)kuint(r, c + f->capabilities.at.offset + 4 * i, 4);
	return 0;
}
