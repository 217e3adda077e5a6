/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/<pid>/status: fs/proc/{array,task_mmu}.c. Lines of what the types do not tell, or could not be read, are left out. */
#include <stdio.h>

#include "base/bytes.h"
#include "fs/proc/numbers.h"
#include "fs/proc/proc.h"
#include "kernel/object/percpu.h"

#define LIMIT_SIGPENDING 11u		/* RLIMIT_SIGPENDING */
#define NO_NEW_PRIVS 1u			/* in task_struct.atomic_flags: PFA_NO_NEW_PRIVS */
#define DISABLE_THP (1u << 24)		/* in mm_struct.flags: MMF_DISABLE_THP, 5.0 and later */
#define NODES_MAX 4096u

/* The task's name with \n and \\ for a newline and a backslash, as the kernel escapes it here. */
static void put_name(struct outbuf *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '\n' || *name == '\\')
			out_char(out, '\\');
		out_char(out, *name == '\n' ? 'n' : *name);
	}
}

static void put_credentials(struct kreader *r, const struct task_credentials *c, uint64_t fdsize, struct outbuf *out)
{
	out_printf(out, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%llu\nGroups:\t", c->uid, c->euid, c->suid, c->fsuid,
		   c->gid, c->egid, c->sgid, c->fsgid, (unsigned long long)fdsize);
	for (uint32_t i = 0; i < c->ngroups && !out->error; i++)
		out_printf(out, "%s%u", i ? " " : "", (unsigned int)kuint(r, c->groups + i * 4, 4));
	out_printf(out, " \n");
}

static void put_numbers(const struct task_identity *id, struct outbuf *out)
{
	static const char *const names[] = { "NStgid", "NSpid", "NSpgid", "NSsid" };

	for (unsigned int i = 0; id->levels && i < ARRAY_SIZE(names); i++) {
		out_printf(out, "%s:", names[i]);
		for (unsigned int l = 0; l < id->levels; l++) {
			const struct task_number *n = &id->numbers[l];
			const int numbers[] = { n->tgid, n->pid, n->pgid, n->sid };

			out_printf(out, "\t%d", numbers[i]);
		}
		out_char(out, '\n');
	}
}

static void put_kb(struct outbuf *out, const char *name, uint64_t kb)
{
	out_printf(out, "%s:\t%8llu kB\n", name, (unsigned long long)kb);
}

static void put_memory(const struct mm_facts *m, const struct mm_layout *l, unsigned int shift, struct outbuf *out)
{
	uint64_t page = (uint64_t)1 << shift, rss = mm_rss(m), exec = m->exec_vm << shift;
	uint64_t text = ((m->end_code + page - 1) & ~(page - 1)) - (m->start_code & ~(page - 1));
	unsigned int kb = shift - 10;

	text = min_u64(text, exec);
	put_kb(out, "VmPeak", (m->hiwater_vm > m->total_vm ? m->hiwater_vm : m->total_vm) << kb);
	put_kb(out, "VmSize", m->total_vm << kb);
	put_kb(out, "VmLck", m->locked_vm << kb);
	put_kb(out, "VmPin", m->pinned_vm << kb);
	put_kb(out, "VmHWM", (m->hiwater_rss > rss ? m->hiwater_rss : rss) << kb);
	put_kb(out, "VmRSS", rss << kb);
	put_kb(out, "RssAnon", m->counters[MM_ANON] << kb);
	put_kb(out, "RssFile", m->counters[MM_FILE] << kb);
	put_kb(out, "RssShmem", m->counters[MM_SHMEM] << kb);
	put_kb(out, "VmData", m->data_vm << kb);
	put_kb(out, "VmStk", m->stack_vm << kb);
	put_kb(out, "VmExe", text >> 10);
	put_kb(out, "VmLib", (exec - text) >> 10);
	put_kb(out, "VmPTE", m->pgtables >> 10);
	put_kb(out, "VmSwap", m->counters[MM_SWAP] << kb);
	if (l->f.hugetlb.known)
		put_kb(out, "HugetlbPages", m->hugetlb << kb);
}

static void put_signals(const struct task_signals *s, struct outbuf *out)
{
	out_printf(out, "Threads:\t%u\nSigQ:\t%llu/%llu\nSigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\n"
		   "SigCgt:\t%016llx\n", s->nr_threads, (unsigned long long)s->queued, (unsigned long long)s->soft[LIMIT_SIGPENDING],
		   (unsigned long long)s->pending, (unsigned long long)s->shared_pending, (unsigned long long)s->blocked,
		   (unsigned long long)s->ignored, (unsigned long long)s->caught);
}

static void put_capabilities(const struct task_credentials *c, struct outbuf *out)
{
	out_printf(out, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%016llx\nCapAmb:\t%016llx\n",
		   (unsigned long long)c->inheritable, (unsigned long long)c->permitted, (unsigned long long)c->effective,
		   (unsigned long long)c->bset, (unsigned long long)c->ambient);
}

/* A mask of n bits, in groups of 32; then as ranges: %*pb and %*pbl. */
static void put_mask(struct kreader *r, const char *name, uint64_t vaddr, unsigned int n, struct outbuf *out)
{
	unsigned int word = kreader_word(r) * 8, first = 0;
	bool set = false;
	const char *between = "";

	out_printf(out, "%s:\t", name);
	for (unsigned int i = (n + 31) / 32; i--;) {
		uint64_t bits = kuint(r, vaddr + i * 32 / word * (word / 8), word / 8) >> i * 32 % word & UINT32_MAX;
		unsigned int width = min_u64(n - i * 32, 32);

		if (width < 32)
			bits &= (1u << width) - 1;
		out_printf(out, "%0*llx%s", (int)(width + 3) / 4, (unsigned long long)bits, i ? "," : "");
	}
	out_printf(out, "\n%s_list:\t", name);
	for (unsigned int i = 0; i <= n; i++) {
		bool bit = i < n && kuint(r, vaddr + i / word * (word / 8), word / 8) >> i % word & 1;

		if (bit && !set) {
			first = i;
		} else if (!bit && set) {
			out_printf(out, i - 1 > first ? "%s%u-%u" : "%s%u", between, first, i - 1);
			between = ",";
		}
		set = bit;
	}
	out_char(out, '\n');
}

/* The kernel's nodemasks have as many bits as there can be nodes. */
static unsigned int node_bits(const struct engine *e, const struct kfield *mask)
{
	uint64_t n;

	if (vmci_length(&e->kernel->vmci, "node_data", &n) || !n || n > NODES_MAX)
		n = mask->at.bytes * 8;
	return (unsigned int)min_u64(n, mask->at.bytes * 8);
}

static void put_rest(struct engine *e, const struct proc_task *t, struct outbuf *out)
{
	const struct proc_status_layout *l = &t->proc->status;
	uint64_t cpus;

	if (l->atomic_flags.known)
		out_printf(out, "NoNewPrivs:\t%d\n", (int)(kget(t->r, t->vaddr, &l->atomic_flags) & NO_NEW_PRIVS));
	if (l->seccomp_mode.known)
		out_printf(out, "Seccomp:\t%d\n", (int)kget(t->r, t->vaddr, &l->seccomp_mode));
	if (l->seccomp_filters.known)
		out_printf(out, "Seccomp_filters:\t%d\n", (int)kget(t->r, t->vaddr, &l->seccomp_filters));
	/* since 5.3 a pointer to the mask beside it, as it may be another */
	cpus = l->cpus_ptr.known ? kget_ptr(t->r, t->vaddr, &l->cpus_ptr) : t->vaddr + l->cpus_allowed.at.offset;
	put_mask(t->r, "Cpus_allowed", cpus, t->proc->cpus, out);
	if (l->mems_allowed.known)
		put_mask(t->r, "Mems_allowed", t->vaddr + l->mems_allowed.at.offset, node_bits(e, &l->mems_allowed), out);
}

static int render_status(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	const struct proc_status_layout *l;
	struct task_credentials c;
	struct task_identity id;
	struct task_signals sig;
	struct task_usage u;
	struct mm_facts m;
	struct proc_task t;
	uint64_t fs, files, fdsize = 0;
	int r = proc_task_open(e, at, &t);

	if (r)
		return r;
	l = &t.proc->status;
	identity_read(t.r, &t.proc->identity, t.vaddr, &id);
	signals_read(t.r, &t.proc->signals, t.vaddr, &sig);
	credentials_read(t.r, &t.proc->identity, t.vaddr, &c);
	usage_read(t.r, &t.proc->usage, t.vaddr, NULL, 0, &u);
	mm_read(t.r, &t.proc->mm, t.vaddr, &m);
	fs = kget_ptr(t.r, t.vaddr, &l->fs);
	files = kget_ptr(t.r, t.vaddr, &l->files);
	if (files)
		fdsize = (uint64_t)kget(t.r, kget_ptr(t.r, files, &l->fdt), &l->max_fds);
	out_printf(out, "Name:\t");
	put_name(out, id.name);
	out_char(out, '\n');
	if (fs)
		out_printf(out, "Umask:\t%#04o\n", (unsigned int)kget(t.r, fs, &l->umask));
	out_printf(out, "State:\t%s\nTgid:\t%d\nNgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", task_state_text(id.state), id.tgid,
		   id.numa_group, id.pid, id.ppid, id.tracer);
	put_credentials(t.r, &c, fdsize, out);
	put_numbers(&id, out);
	if (t.proc->has_kthread_line)
		out_printf(out, "Kthread:\t%d\n", !!(id.flags & TASK_KTHREAD));
	if (m.vaddr) {
		put_memory(&m, &t.proc->mm, e->kernel->page_shift, out);
		out_printf(out, "CoreDumping:\t%d\n", m.dumping || sig.dumping);
		if (t.proc->mm.f.mm_flags.known && t.proc->mm.f.mm_flags.at.bytes <= 8)
			out_printf(out, "THP_enabled:\t%d\n", t.proc->has_thp && !(m.flags & DISABLE_THP));
	}
	put_signals(&sig, out);
	put_capabilities(&c, out);
	put_rest(e, &t, out);
	out_printf(out, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%llu\n", (unsigned long long)u.nvcsw,
		   (unsigned long long)u.nivcsw);
	proc_task_close(&t);
	return 0;
}

static const struct view_row rows[] = {
	PROC_ROWS("status", VIEW_PROC_TEXT, .render = render_status),
	{ .path = "proc/<caller>/status", .type = VIEW_PROC_TEXT, .param = PROC_CALLER, .render = render_status },
};

VIEW_FAMILY(proc_status, rows);
