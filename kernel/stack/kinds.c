/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/stack/kinds.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/vector.h"
#include "kernel/object/percpu.h"

#define OVERFLOW_BYTES 4096u		/* arm64, riscv64: OVERFLOW_STACK_SIZE */

/* Per-CPU variables that point to a stack: to its lowest address, or to the last word of it; or that are one. */
enum stack_pointer { LOWEST, TOP_WORD, ITSELF };

static const struct {
	const char *variable, *member;	/* member: of that variable's type; NULL: all of it */
	const char *kind;
	enum stack_pointer place;
} stacks[] = {
	{ "hardirq_stack_ptr", NULL, "IRQ", TOP_WORD },				/* x86_64; in pcpu_hot from 6.2 to 6.14 */
	{ "pcpu_hot", "pcpu_hot.hardirq_stack_ptr", "IRQ", TOP_WORD },
	{ "irq_stack_ptr", NULL, "IRQ", LOWEST },				/* arm64, riscv64 */
	{ "overflow_stack", NULL, "overflow", ITSELF },
	{ "sdei_stack_normal_ptr", NULL, "SDEI", LOWEST },
	{ "sdei_stack_critical_ptr", NULL, "SDEI critical", LOWEST },
};

/* struct cea_exception_stacks of x86_64, which the per-CPU cea_exception_stacks points to */
static const struct {
	const char *member, *kind;
} exceptions[] = {
	{ "cea_exception_stacks.DF_stack", "double fault" }, { "cea_exception_stacks.NMI_stack", "NMI" },
	{ "cea_exception_stacks.DB_stack", "debug" }, { "cea_exception_stacks.MCE_stack", "machine check" },
	{ "cea_exception_stacks.VC_stack", "VC" },
};

static int add(struct stack_kinds *k, const char *kind, unsigned int cpu, uint64_t first, uint64_t bytes)
{
	if (!first || !bytes || first + bytes < first)
		return 0;
	return vector_push(k->list, k->n, k->cap, (struct stack_range){ kind, cpu, first, first + bytes });
}

static int add_pointed(struct kreader *r, const struct knames *names, const struct kcpus *cpus, unsigned int cpu,
		       uint64_t stack_bytes, struct stack_kinds *out)
{
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(stacks) && !result; i++) {
		struct kfield member = KFIELD(stacks[i].member);
		uint64_t at, first;

		if (kvariable(names, stacks[i].variable, &at) || kpercpu(r, cpus, cpu, at, &at) ||
		    (stacks[i].member && kfields_resolve(names, &member, 1)))
			continue;
		first = stacks[i].place == ITSELF ? at : kptr(r, at + (stacks[i].member ? member.at.offset : 0));
		if (kreader_take(r, NULL) || !first)
			continue;
		if (stacks[i].place == TOP_WORD)
			first += kreader_word(r) - stack_bytes;
		result = add(out, stacks[i].kind, cpu, first, stacks[i].place == ITSELF ? OVERFLOW_BYTES : stack_bytes);
	}
	return result;
}

static int add_exceptions(struct kreader *r, const struct knames *names, const struct kcpus *cpus, unsigned int cpu,
			  struct stack_kinds *out)
{
	uint64_t at, base;
	int result = 0;

	if (kvariable(names, "cea_exception_stacks", &at) || kpercpu(r, cpus, cpu, at, &at))
		return 0;
	base = kptr(r, at);
	if (kreader_take(r, NULL) || !base)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(exceptions) && !result; i++) {
		struct kfield member = KFIELD(exceptions[i].member);

		if (!kfields_resolve(names, &member, 1))
			result = add(out, exceptions[i].kind, cpu, base + member.at.offset, member.at.bytes);
	}
	return result;
}

int stack_kinds_read(struct kreader *r, const struct knames *names, uint64_t stack_bytes, struct stack_kinds *out)
{
	struct kcpus cpus;
	int result = kcpus_read(names, r, &cpus);

	*out = (struct stack_kinds){ 0 };
	kreader_take(r, NULL);
	if (result)
		return error_is_passing(result) ? result : 0;
	for (struct kbits b = kcpus_each(r, &cpus, false); !result && kbits_next(&b);) {
		result = add_pointed(r, names, &cpus, (unsigned int)b.bit, stack_bytes, out);
		if (!result)
			result = add_exceptions(r, names, &cpus, (unsigned int)b.bit, out);
		kreader_take(r, NULL);
	}
	kreader_take(r, NULL);
	if (result)
		stack_kinds_free(out);
	return result;
}

void stack_kinds_free(struct stack_kinds *k)
{
	free(k->list);
	*k = (struct stack_kinds){ 0 };
}

const struct stack_range *stack_kinds_at(const struct stack_kinds *k, uint64_t vaddr)
{
	for (size_t i = 0; i < k->n; i++)
		if (vaddr >= k->list[i].first && vaddr < k->list[i].end)
			return &k->list[i];
	return NULL;
}
