/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts: struct irq_desc, by their numbers: in a radix tree, since 6.5 in a maple tree, without SPARSE_IRQ in an array.
 * kernel/irq/irqdesc.c
 *
 * Threads: those of the reader, which is borrowed as names are.
 */
#ifndef VMCOREFS_KERNEL_IRQ_DESCRIPTORS_H
#define VMCOREFS_KERNEL_IRQ_DESCRIPTORS_H

#include "kernel/object/percpu.h"

#define IRQS_MAX 65536u			/* what is believed of numbers and of interrupts */
#define IRQ_ACTIONS_MAX 256u		/* of actions that share one */

struct irq_layout {
	struct kfield desc, number, hwirq, chip, chip_name, domain, kstat, action, action_name, action_next, status, state, name;
	uint64_t descriptors;		/* the tree or array */
	uint64_t numbers;		/* nr_irqs: all are below */
	uint64_t chained;		/* address of chained_action; 0: not known */
	enum irq_store { IRQS_ARRAY, IRQS_XARRAY, IRQS_MAPLE } store;
};

struct irq {
	uint64_t vaddr;			/* of its struct irq_desc */
	uint64_t number, hwirq;
	bool has_chip, has_domain, is_level, is_hidden, is_chained;
	uint64_t counts;		/* a per-CPU pointer to unsigned ints; 0: none */
	uint64_t action;		/* the first struct irqaction, or 0 */
	char chip[32], name[32];	/* "" not told; any bytes */
};

/* -ENOENT: the kernel's types or symbols do not tell it; other errors: they cannot be read. */
int irq_layout(struct kreader *r, const struct knames *names, struct irq_layout *out);
/* In the order of numbers, until fn returns something else than 0, which is returned. What is lost is left out; the reader has
 * the first error. */
int irqs_each(struct kreader *r, const struct knames *names, const struct irq_layout *l, int (*fn)(void *arg, const struct irq *irq),
	      void *arg);
/* How often it came to a CPU. */
uint64_t irq_count(struct kreader *r, const struct kcpus *cpus, const struct irq *irq, unsigned int cpu);
/* The name of an action ("": none), and the next one, or 0. */
uint64_t irq_action(struct kreader *r, const struct irq_layout *l, uint64_t action, char *name, size_t size);

#endif
