/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/: what the kernel is, and what it has been doing: version, cmdline, uptime, loadavg, stat, interrupts, softirqs. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fs/proc/text.h"
#include "fs/views/row.h"
#include "kernel/core/clock.h"
#include "kernel/core/cpus.h"
#include "kernel/core/state.h"
#include "kernel/irq/arch_counts.h"
#include "kernel/irq/descriptors.h"
#include "kernel/object/variable.h"
#include "kernel/sched/load.h"

#define TICK		10000000u	/* ns: USER_HZ is 100 everywhere but on Alpha and IA-64 */
#define SECOND		1000000000u
#define CENTISECOND	(SECOND / 100)
#define BANNER_MAX	256
#define SOFTIRQS_MAX	64		/* NR_SOFTIRQS is 10 */

static int make_version(struct proc_text *t)
{
	char banner[BANNER_MAX];
	uint64_t vaddr;

	if (kvariable(&t->names, "linux_banner", &vaddr))
		return -ENOENT;
	kstring(t->r, vaddr, banner, sizeof(banner));
	banner[strcspn(banner, "\n")] = '\0';
	proc_text_name(t, banner);
	if (*banner)
		out_char(t->out, '\n');
	return 0;
}

static int make_cmdline(struct proc_text *t)
{
	const struct symbols *symbols;
	char text[STATE_CMDLINE_MAX];
	uint64_t vaddr;
	int r;

	if (!kvariable(&t->names, "saved_command_line", &vaddr)) {
		kstring(t->r, kptr(t->r, vaddr), text, sizeof(text));
	} else {
		r = facts_symbols(t->e->facts, &symbols, NULL);
		if (!r)
			r = state_cmdline(t->e->kernel, symbols, text);
		if (r)
			return r;
	}
	proc_text_name(t, text);
	out_char(t->out, '\n');
	return 0;
}

/* Of all CPUs; those that are offline do not sleep. */
static void sum_times(struct proc_text *t, const struct kcpus *cpus, const struct cpu_time_layout *l, uint64_t now, uint64_t sum[CPU_TIMES])
{
	struct kbits online = kcpus_each(t->r, cpus, true);
	bool more = kbits_next(&online);
	uint64_t times[CPU_TIMES];

	memset(sum, 0, CPU_TIMES * sizeof(*sum));
	for (struct kbits b = kcpus_each(t->r, cpus, false); kbits_next(&b);) {
		while (more && online.bit < b.bit)
			more = kbits_next(&online);
		if (cpu_times_read(t->r, cpus, l, (unsigned int)b.bit, more && online.bit == b.bit, now, times))
			continue;
		for (unsigned int i = 0; i < CPU_TIMES; i++)
			sum[i] += times[i];
	}
}

static int make_uptime(struct proc_text *t)
{
	struct kernel_clock clock;
	struct cpu_time_layout l;
	uint64_t sum[CPU_TIMES];
	struct kcpus cpus;
	int r = kernel_clock_read(t->r, &t->names, &clock);

	if (!r)
		r = cpu_time_layout(t->r, &t->names, &l);
	if (!r)
		r = kernel_cpus(&t->names, t->r, &cpus);
	if (r)
		return r;
	sum_times(t, &cpus, &l, clock.monotonic, sum);
	out_printf(t->out, "%" PRIu64 ".%02" PRIu64 " %" PRIu64 ".%02" PRIu64 "\n", clock.boottime / SECOND,
		   clock.boottime % SECOND / CENTISECOND, sum[CPU_TIME_IDLE] / SECOND, sum[CPU_TIME_IDLE] % SECOND / CENTISECOND);
	return 0;
}

static int make_loadavg(struct proc_text *t)
{
	struct kfield next = KFIELD("pid_namespace.idr.idr_next");
	struct cpu_time_layout l;
	struct run_counts counts;
	uint64_t averages, load, pids;
	unsigned int word = kreader_word(t->r);
	struct kcpus cpus;
	int r = kvariable(&t->names, "avenrun", &averages);

	if (!r)
		r = cpu_time_layout(t->r, &t->names, &l);
	if (!r)
		r = kernel_cpus(&t->names, t->r, &cpus);
	if (!r)
		r = kfields_resolve(&t->names, &next, 1);
	if (!r)
		r = kvariable(&t->names, "init_pid_ns", &pids);
	if (r)
		return r;
	run_counts_read(t->r, &cpus, &l, &counts);
	for (unsigned int i = 0; i < 3; i++) {
		load = kuint(t->r, averages + i * word, word) + 2048 / 200;
		out_printf(t->out, "%" PRIu64 ".%02" PRIu64 " ", load >> 11, (load & 2047) * 100 >> 11);
	}
	out_printf(t->out, "%" PRIu64 "/%d %d\n", counts.running, (int)kvariable_or(&t->names, t->r, "nr_threads", 4, 0),
		   (int)kget(t->r, pids, &next) - 1);
	return 0;
}

/* --- stat --------------------------------------------------------------------------------------------------------- */

static void put_times(struct proc_text *t, const uint64_t times[CPU_TIMES])
{
	for (unsigned int i = 0; i < CPU_TIMES; i++)
		out_printf(t->out, " %" PRIu64, times[i] / TICK);
	out_char(t->out, '\n');
}

/* struct kernel_stat of all CPUs. */
struct kernel_counts {
	struct kfield irqs_sum, softirqs;
	uint64_t kstat;
	struct kcpus cpus;
};

static int find_counts(struct proc_text *t, struct kernel_counts *out)
{
	struct count_fields { struct kfield irqs_sum, softirqs; } f = {
		KFIELD("kernel_stat.irqs_sum"), KFIELD("kernel_stat.softirqs"),
	};
	int r = kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f));

	out->irqs_sum = f.irqs_sum;
	out->softirqs = f.softirqs;
	if (!r)
		r = kvariable(&t->names, "kstat", &out->kstat);
	return r ? r : kernel_cpus(&t->names, t->r, &out->cpus);
}

static uint64_t sum_of_arch(struct proc_text *t, const struct kcpus *cpus)
{
	struct arch_count counts[ARCH_COUNTS_MAX];
	unsigned int n = arch_counts(t->r, &t->names, counts);
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		if (counts[i].is_summed)
			sum += counts[i].is_single ? kuint(t->r, counts[i].vaddr, 4) : kernel_cpus_sum(t->r, cpus, counts[i].vaddr, 4);
	return sum;
}

struct irq_line {
	struct proc_text *t;
	const struct irq_layout *l;
	const struct kcpus *cpus;
	uint64_t next;
	int width;
};

static void put_gap(struct irq_line *line, uint64_t end)
{
	for (; line->next < end; line->next++)
		out_printf(line->t->out, " 0");
}

static int put_sum(void *arg, const struct irq *irq)
{
	struct irq_line *line = arg;

	if (irq->number < line->next || irq->number >= line->l->numbers)
		return 0;
	put_gap(line, irq->number);
	out_printf(line->t->out, " %u", (unsigned int)(irq->counts ? kernel_cpus_sum(line->t->r, line->cpus, irq->counts, 4) : 0));
	line->next++;
	return line->t->out->error;
}

static int put_irqs(struct proc_text *t, const struct kernel_counts *c)
{
	uint64_t sum = kernel_cpus_sum(t->r, &c->cpus, c->kstat + c->irqs_sum.at.offset, (unsigned int)c->irqs_sum.at.bytes);
	struct irq_layout l;
	struct irq_line line = { .t = t, .l = &l, .cpus = &c->cpus };
	int r = irq_layout(t->r, &t->names, &l);

	out_printf(t->out, "intr %" PRIu64, sum + sum_of_arch(t, &c->cpus));
	if (!r)
		r = irqs_each(t->r, &t->names, &l, put_sum, &line);
	if (!r)
		put_gap(&line, l.numbers);
	out_char(t->out, '\n');
	return r == -ENOENT ? 0 : r;
}

static void put_softirqs(struct proc_text *t, const struct kernel_counts *c)
{
	uint64_t n = min_u64(c->softirqs.at.count, SOFTIRQS_MAX), sum = 0, counts[SOFTIRQS_MAX];

	for (uint64_t i = 0; i < n; i++)
		sum += counts[i] = kernel_cpus_sum(t->r, &c->cpus, c->kstat + c->softirqs.at.offset + i * 4, 4);
	out_printf(t->out, "softirq %" PRIu64, sum);
	for (uint64_t i = 0; i < n; i++)
		out_printf(t->out, " %u", (unsigned int)counts[i]);
	out_char(t->out, '\n');
}

static int make_stat(struct proc_text *t)
{
	struct kernel_counts counts;
	struct kernel_clock clock;
	struct cpu_time_layout l;
	struct run_counts run;
	uint64_t times[CPU_TIMES];
	int r = find_counts(t, &counts);

	if (!r)
		r = cpu_time_layout(t->r, &t->names, &l);
	if (!r)
		r = kernel_clock_read(t->r, &t->names, &clock);
	if (r)
		return r;
	sum_times(t, &counts.cpus, &l, clock.monotonic, times);
	out_printf(t->out, "cpu ");
	put_times(t, times);
	for (struct kbits b = kcpus_each(t->r, &counts.cpus, true); kbits_next(&b);) {
		if (cpu_times_read(t->r, &counts.cpus, &l, (unsigned int)b.bit, true, clock.monotonic, times))
			memset(times, 0, sizeof(times));
		out_printf(t->out, "cpu%u", (unsigned int)b.bit);
		put_times(t, times);
	}
	r = put_irqs(t, &counts);
	run_counts_read(t->r, &counts.cpus, &l, &run);
	out_printf(t->out, "ctxt %" PRIu64 "\nbtime %" PRId64 "\nprocesses %" PRIu64 "\nprocs_running %" PRIu64
		   "\nprocs_blocked %" PRIu64 "\n", run.switches, clock.booted, kvariable_or(&t->names, t->r, "total_forks", 0, 0),
		   run.running, run.iowait);
	put_softirqs(t, &counts);
	return r;
}

/* --- interrupts, softirqs ----------------------------------------------------------------------------------------- */

static int put_irq(void *arg, const struct irq *irq)
{
	struct irq_line *line = arg;
	struct outbuf *out = line->t->out;
	uint64_t any = 0, action = irq->action;
	char name[64];

	for (struct kbits b = kcpus_each(line->t->r, line->cpus, true); kbits_next(&b);)
		any |= irq_count(line->t->r, line->cpus, irq, (unsigned int)b.bit);
	if (irq->is_hidden || ((!action || irq->is_chained) && !any))
		return 0;
	out_printf(out, "%*" PRIu64 ": ", line->width, irq->number);
	for (struct kbits b = kcpus_each(line->t->r, line->cpus, true); kbits_next(&b);)
		out_printf(out, "%10u ", (unsigned int)irq_count(line->t->r, line->cpus, irq, (unsigned int)b.bit));
	out_printf(out, " %8s", irq->has_chip ? *irq->chip ? irq->chip : "-" : "None");
	if (irq->has_domain)
		out_printf(out, " %*" PRIu64, line->width, irq->hwirq);
	else
		out_printf(out, " %*s", line->width, "");
	if (*irq->name)
		out_printf(out, "-%-8s", irq->name);
	for (unsigned int i = 0; action && i < IRQ_ACTIONS_MAX; i++) {
		action = irq_action(line->t->r, line->l, action, name, sizeof(name));
		out_printf(out, "%s", i ? ", " : "  ");
		proc_text_name(line->t, name);
	}
	out_char(out, '\n');
	return out->error;
}

static void put_arch_irqs(struct proc_text *t, const struct kcpus *cpus, int width)
{
	struct arch_count counts[ARCH_COUNTS_MAX];
	unsigned int n = arch_counts(t->r, &t->names, counts);
	uint64_t at;

	for (unsigned int i = 0; i < n; i++) {
		out_printf(t->out, "%*s: ", width, counts[i].name);
		if (counts[i].is_single) {
			out_printf(t->out, "%10u\n", (unsigned int)kuint(t->r, counts[i].vaddr, 4));
			continue;
		}
		for (struct kbits b = kcpus_each(t->r, cpus, true); kbits_next(&b);)
			out_printf(t->out, "%10u ", kpercpu(t->r, cpus, (unsigned int)b.bit, counts[i].vaddr, &at) ? 0 :
				   (unsigned int)kuint(t->r, at, 4));
		out_printf(t->out, "  ");
		proc_text_name(t, counts[i].text);
		out_char(t->out, '\n');
	}
}

static int make_interrupts(struct proc_text *t)
{
	struct kcpus cpus;
	struct irq_layout l;
	struct irq_line line = { .t = t, .l = &l, .cpus = &cpus, .width = 3 };
	int r = irq_layout(t->r, &t->names, &l);

	if (!r)
		r = kernel_cpus(&t->names, t->r, &cpus);
	if (r)
		return r;
	for (uint64_t j = 1000; line.width < 10 && j <= l.numbers; j *= 10)
		line.width++;
	out_printf(t->out, "%*s", line.width + 8, "");
	for (struct kbits b = kcpus_each(t->r, &cpus, true); kbits_next(&b);)
		out_printf(t->out, "CPU%-8u", (unsigned int)b.bit);
	out_char(t->out, '\n');
	r = irqs_each(t->r, &t->names, &l, put_irq, &line);
	put_arch_irqs(t, &cpus, line.width);
	return r;
}

static int make_softirqs(struct proc_text *t)
{
	struct kernel_counts c;
	uint64_t texts, at, n;
	unsigned int word = kreader_word(t->r);
	char name[16];
	int r = find_counts(t, &c);

	if (!r)
		r = kvariable(&t->names, "softirq_to_name", &texts);
	if (r)
		return r;
	n = min_u64(c.softirqs.at.count, SOFTIRQS_MAX);
	out_printf(t->out, "                    ");
	for (struct kbits b = kcpus_each(t->r, &c.cpus, false); kbits_next(&b);)
		out_printf(t->out, "CPU%-8u", (unsigned int)b.bit);
	out_char(t->out, '\n');
	for (uint64_t i = 0; i < n; i++) {
		kstring(t->r, kptr(t->r, texts + i * word), name, sizeof(name));
		out_printf(t->out, "%*s", strlen(name) < 12 ? 12 - (int)strlen(name) : 0, "");
		proc_text_name(t, name);
		out_char(t->out, ':');
		for (struct kbits b = kcpus_each(t->r, &c.cpus, false); kbits_next(&b);)
			out_printf(t->out, " %10u", kpercpu(t->r, &c.cpus, (unsigned int)b.bit, c.kstat, &at) ? 0 :
				   (unsigned int)kuint(t->r, at + c.softirqs.at.offset + i * 4, 4));
		out_char(t->out, '\n');
	}
	return 0;
}

enum kernel_file { VERSION, CMDLINE, UPTIME, LOADAVG, STAT, INTERRUPTS, SOFTIRQS };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static int (*const makers[])(struct proc_text *t) = {
		[VERSION] = make_version, [CMDLINE] = make_cmdline, [UPTIME] = make_uptime, [LOADAVG] = make_loadavg,
		[STAT] = make_stat, [INTERRUPTS] = make_interrupts, [SOFTIRQS] = make_softirqs,
	};

	return proc_text_make(e, out, makers[at->row->param]);
}

static const struct view_row rows[] = {
	PROC_TEXT("version", VERSION),
	PROC_TEXT("cmdline", CMDLINE),
	PROC_TEXT("uptime", UPTIME),
	PROC_TEXT("loadavg", LOADAVG),
	PROC_TEXT("stat", STAT),
	PROC_TEXT("interrupts", INTERRUPTS),
	PROC_TEXT("softirqs", SOFTIRQS),
};

VIEW_FAMILY(proc_kernel, rows);
