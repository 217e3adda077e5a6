/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/irq/arch_counts.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/object/variable.h"

/* variable: a per-CPU one of its own, else a member of irq_stat. needs: another that must not be NULL. */
static const struct row {
	const char *name, *text, *member, *variable, *needs;
	bool summed, single;
} table[] = {
	{ "NMI", "Non-maskable interrupts", "?irq_cpustat_t.__nmi_count", .summed = true },
	{ "LOC", "Local timer interrupts", "?irq_cpustat_t.apic_timer_irqs", .summed = true },
	{ "SPU", "Spurious interrupts", "?irq_cpustat_t.irq_spurious_count", .summed = true },
	{ "PMI", "Performance monitoring interrupts", "?irq_cpustat_t.apic_perf_irqs", .summed = true },
	{ "IWI", "IRQ work interrupts", "?irq_cpustat_t.apic_irq_work_irqs", .summed = true },
	{ "RTR", "APIC ICR read retries", "?irq_cpustat_t.icr_read_retry_count", .summed = true },
	{ "PLT", "Platform interrupts", "?irq_cpustat_t.x86_platform_ipis", .needs = "x86_platform_ipi_callback", .summed = true },
	{ "RES", "Rescheduling interrupts", "?irq_cpustat_t.irq_resched_count", .summed = true },
	{ "CAL", "Function call interrupts", "?irq_cpustat_t.irq_call_count", .summed = true },
	{ "TLB", "TLB shootdowns", "?irq_cpustat_t.irq_tlb_count", .summed = false },
	{ "TRM", "Thermal event interrupts", "?irq_cpustat_t.irq_thermal_count", .summed = true },
	{ "THR", "Threshold APIC interrupts", "?irq_cpustat_t.irq_threshold_count", .summed = true },
	{ "DFR", "Deferred Error APIC interrupts", "?irq_cpustat_t.irq_deferred_error_count", .summed = false },
	{ "MCE", "Machine check exceptions", .variable = "mce_exception_count", .summed = true },
	{ "MCP", "Machine check polls", .variable = "mce_poll_count", .summed = true },
	{ "ERR", "", .variable = "irq_err_count", .single = true, .summed = true },
	{ "MIS", "", .variable = "irq_mis_count", .single = true },
	{ "PIN", "Posted-interrupt notification event", "?irq_cpustat_t.kvm_posted_intr_ipis", .summed = false },
	{ "NPI", "Nested posted-interrupt event", "?irq_cpustat_t.kvm_posted_intr_nested_ipis", .summed = false },
	{ "PIW", "Posted-interrupt wakeup event", "?irq_cpustat_t.kvm_posted_intr_wakeup_ipis", .summed = false },
	{ "PMN", "Posted MSI notification event", "?irq_cpustat_t.posted_msi_notification_count", .summed = false },
};

static void put(struct arch_count *out, const struct row *row, uint64_t vaddr)
{
	*out = (struct arch_count){ .vaddr = vaddr, .is_single = row->single, .is_summed = row->summed };
	snprintf(out->name, sizeof(out->name), "%s", row->name);
	snprintf(out->text, sizeof(out->text), "%s", row->text);
}

/* struct irq_stat_info { skip_vector, symbol, text } irq_stat_info[], and a counter for each in irq_stat.counts[]. Those of
 * which a vector is to be skipped are not in use. */
static unsigned int from_memory(struct kreader *r, const struct knames *names, uint64_t stat, struct arch_count *out)
{
	struct info_fields { struct kfield info, skip, symbol, text, counts; } f = {
		KFIELD("irq_stat_info"), KFIELD("irq_stat_info.skip_vector"), KFIELD("irq_stat_info.symbol"),
		KFIELD("irq_stat_info.text"), KFIELD("irq_cpustat_t.counts"),
	};
	size_t blanks;
	uint64_t at;
	unsigned int n = 0;

	if (kfields_resolve(names, (struct kfield *)&f, kfields_count(f)) || kvariable(names, "irq_stat_info", &at))
		return 0;
	for (uint64_t i = 0; i < min_u64(f.counts.at.count, ARCH_COUNTS_MAX - 2); i++, at += f.info.at.bytes) {
		struct arch_count c = { .vaddr = stat + f.counts.at.offset + 4 * i, .is_summed = true };

		if (kget(r, at, &f.skip))
			continue;
		kstring(r, kget_ptr(r, at, &f.symbol), c.name, sizeof(c.name));
		kstring(r, kget_ptr(r, at, &f.text), c.text, sizeof(c.text));
		blanks = strspn(c.text, " ");
		memmove(c.text, c.text + blanks, strlen(c.text) + 1 - blanks);
		c.text[strcspn(c.text, "\n")] = '\0';
		if (*c.name)
			out[n++] = c;
	}
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].single && !kvariable(names, table[i].variable, &at))
			put(&out[n++], &table[i], at);
	return n;
}

unsigned int arch_counts(struct kreader *r, const struct knames *names, struct arch_count out[ARCH_COUNTS_MAX])
{
	uint64_t stat, at;
	unsigned int n;

	_Static_assert(ARRAY_SIZE(table) <= ARCH_COUNTS_MAX, "out has room");
	if (kvariable(names, "irq_stat", &stat))
		return 0;
	n = from_memory(r, names, stat, out);
	if (n)
		return n;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct kfield f = KFIELD(table[i].member);

		if (table[i].needs && !kvariable_or(names, r, table[i].needs, 0, 0))
			continue;
		if (table[i].variable ? kvariable(names, table[i].variable, &at) : kfields_resolve(names, &f, 1) || !f.known)
			continue;
		put(&out[n++], &table[i], table[i].variable ? at : stat + f.at.offset);
	}
	return n;
}
