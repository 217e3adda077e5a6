/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/irq/descriptors.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/maple.h"
#include "kernel/object/variable.h"
#include "kernel/object/xarray.h"

#define IRQ_HIDDEN	(1u << 20)	/* in status_use_accessors: include/linux/irq.h */
#define IRQD_LEVEL	(1u << 8)	/* in irq_common_data.state_use_accessors */

int irq_layout(struct kreader *r, const struct knames *names, struct irq_layout *out)
{
	struct irq_fields {
		struct kfield desc, number, hwirq, chip, chip_name, domain, kstat, action, action_name, action_next, status, state, name;
	} f = {
		KFIELD("irq_desc"), KFIELD("irq_desc.irq_data.irq"), KFIELD("irq_desc.irq_data.hwirq"), KFIELD("irq_desc.irq_data.chip"),
		KFIELD("irq_chip.name"), KFIELD("irq_desc.irq_data.domain"), KFIELD("irq_desc.kstat_irqs"), KFIELD("irq_desc.action"),
		KFIELD("irqaction.name"), KFIELD("irqaction.next"), KFIELD("irq_desc.status_use_accessors"),
		KFIELD("irq_desc.irq_common_data.state_use_accessors"), KFIELD("irq_desc.name"),
	};
	int result = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (result)
		return result;
	*out = (struct irq_layout){
		.desc = f.desc, .number = f.number, .hwirq = f.hwirq, .chip = f.chip, .chip_name = f.chip_name, .domain = f.domain,
		.kstat = f.kstat, .action = f.action, .action_name = f.action_name, .action_next = f.action_next, .status = f.status,
		.state = f.state, .name = f.name,
	};
	out->numbers = min_u64(kvariable_or(names, r, "total_nr_irqs|nr_irqs", 4, 0), IRQS_MAX);
	if (kvariable(names, "chained_action", &out->chained))
		out->chained = 0;
	if (!kvariable(names, "sparse_irqs", &out->descriptors))
		out->store = IRQS_MAPLE;
	else if (!kvariable(names, "irq_desc_tree", &out->descriptors))
		out->store = IRQS_XARRAY;
	else if (!kvariable(names, "irq_desc", &out->descriptors))
		out->store = IRQS_ARRAY;
	else
		return -ENOENT;
	return kreader_take(r, NULL);
}

static int tell(struct kreader *r, const struct irq_layout *l, uint64_t vaddr, uint64_t number,
		int (*fn)(void *arg, const struct irq *irq), void *arg)
{
	struct irq irq = { .vaddr = vaddr, .number = number };
	uint64_t chip = kget_ptr(r, vaddr, &l->chip), name = kget_ptr(r, vaddr, &l->name), chip_name;

	if ((uint64_t)kget(r, vaddr, &l->number) != number)
		return 0;
	irq.hwirq = (uint64_t)kget(r, vaddr, &l->hwirq);
	irq.has_chip = chip;
	irq.has_domain = kget(r, vaddr, &l->domain);
	irq.is_hidden = kget(r, vaddr, &l->status) & IRQ_HIDDEN;
	irq.is_level = kget(r, vaddr, &l->state) & IRQD_LEVEL;
	irq.counts = kget_ptr(r, vaddr, &l->kstat);
	irq.action = kget_ptr(r, vaddr, &l->action);
	irq.is_chained = irq.action && irq.action == l->chained;
	chip_name = chip ? kget_ptr(r, chip, &l->chip_name) : 0;
	if (chip_name)
		kstring(r, chip_name, irq.chip, sizeof(irq.chip));
	if (name)
		kstring(r, name, irq.name, sizeof(irq.name));
	return fn(arg, &irq);
}

int irqs_each(struct kreader *r, const struct knames *names, const struct irq_layout *l, int (*fn)(void *arg, const struct irq *irq),
	      void *arg)
{
	struct kxarray_layout xarray;
	struct kmaple_layout maple;
	int told = 0, result;

	if (l->store == IRQS_MAPLE) {
		result = kmaple_layout(names, &maple);
		if (result)
			return result;
		for (struct kmaple m = kmaple_of(r, &maple, l->descriptors, IRQS_MAX); !told && kmaple_next(&m);)
			if (!(m.entry & 3))
				told = tell(r, l, m.entry, m.first, fn, arg);
	} else if (l->store == IRQS_XARRAY) {
		result = kxarray_layout(names, &xarray);
		if (result)
			return result;
		for (struct kxarray a = kxarray_of(r, &xarray, l->descriptors, IRQS_MAX); !told && kxarray_next(&a);)
			if (!kxarray_is_value(&xarray, a.entry))
				told = tell(r, l, a.entry, a.index, fn, arg);
	} else {
		for (uint64_t i = 0; i < l->numbers && !told; i++)
			told = tell(r, l, l->descriptors + i * l->desc.at.bytes, i, fn, arg);
	}
	return told;
}

uint64_t irq_count(struct kreader *r, const struct kcpus *cpus, const struct irq *irq, unsigned int cpu)
{
	uint64_t at;

	return irq->counts && !kpercpu(r, cpus, cpu, irq->counts, &at) ? kuint(r, at, 4) : 0;
}

uint64_t irq_action(struct kreader *r, const struct irq_layout *l, uint64_t action, char *name, size_t size)
{
	uint64_t at = kget_ptr(r, action, &l->action_name);

	*name = '\0';
	if (at)
		kstring(r, at, name, size);
	return kget_ptr(r, action, &l->action_next);
}
