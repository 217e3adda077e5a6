/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mm/percpu.h"

#include <errno.h>

#include "base/bytes.h"
#include "kernel/object/list.h"
#include "kernel/object/percpu.h"

#define MAX_LISTS	256u		/* of chunks, by how much is free in them: 15 to 30, until 5.13 for each type of them */
#define MAX_CHUNKS	65536u
#define MAX_STEPS	(1u << 22)	/* chunks, and CPUs in them */

struct percpu_search {
	struct kreader *r;
	struct kcpus cpus;
	uint64_t vaddr, steps;
	uint64_t unit_offsets, unit_bytes;
	struct percpu_place *out;
};

/* Is it in the bytes from first on? They are the CPU's. */
static bool match(struct percpu_search *s, uint64_t cpu, uint64_t first, uint64_t bytes)
{
	const struct kernel *k = kreader_kernel(s->r);
	uint64_t offset;

	if (kernel_wrap(k, s->vaddr - first) >= bytes || kpercpu(s->r, &s->cpus, (unsigned int)cpu, 0, &offset))
		return false;
	s->out->cpu = (unsigned int)cpu;
	s->out->pointer = kernel_wrap(k, s->vaddr - offset);
	return true;
}

static bool search_static(struct percpu_search *s, uint64_t start, uint64_t end)
{
	uint64_t first;

	for (struct kbits b = kcpus_each(s->r, &s->cpus, false); kbits_next(&b);)
		if (!kpercpu(s->r, &s->cpus, (unsigned int)b.bit, start, &first) && match(s, b.bit, first, end - start)) {
			s->out->is_static = true;
			return true;
		}
	return false;
}

/* One whose units are from base on. */
static bool search_chunk(struct percpu_search *s, uint64_t base)
{
	for (struct kbits b = kcpus_each(s->r, &s->cpus, false); s->steps && kbits_next(&b); s->steps--)
		if (match(s, b.bit, base + kptr(s->r, s->unit_offsets + b.bit * kreader_word(s->r)), s->unit_bytes))
			return true;
	return false;
}

struct chunk_fields {
	struct kfield list, base, list_head, types;
};

static int search_lists(struct percpu_search *s, const struct chunk_fields *f, uint64_t lists, uint64_t n)
{
	int lost = 0, error;

	for (uint64_t i = 0; i < n && i < MAX_LISTS; i++) {
		struct klist l = klist_ring(s->r, lists + i * f->list_head.at.bytes, MAX_CHUNKS);

		for (; s->steps && klist_next(&l); s->steps--) {
			uint64_t base = kget_ptr(s->r, l.node - f->list.at.offset, &f->base);

			if (search_chunk(s, base))
				return 0;
		}
		error = kreader_take(s->r, NULL);
		lost = error ? error : lost;
	}
	return lost ? lost : s->steps ? -ENOENT : -ELOOP;
}

static int search_chunks(struct percpu_search *s, const struct knames *names)
{
	struct chunk_fields f = { KFIELD("pcpu_chunk.list"), KFIELD("pcpu_chunk.base_addr"), KFIELD("list_head"),
				  KFIELD("?pcpu_chunk_type.PCPU_NR_CHUNK_TYPES") };
	uint64_t size, offsets, base, lists, n;
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	if (r || kvariable(names, "pcpu_unit_size", &size) || kvariable(names, "pcpu_unit_offsets", &offsets) ||
	    kvariable(names, "pcpu_base_addr", &base) || kvariable(names, "pcpu_chunk_lists|pcpu_slot", &lists) ||
	    kvariable(names, "pcpu_nr_slots", &n))
		return r ? r : -ENOENT;
	s->unit_bytes = kuint(s->r, size, 4);
	s->unit_offsets = kptr(s->r, offsets);
	base = kptr(s->r, base);
	lists = kptr(s->r, lists);
	n = kuint(s->r, n, 4) * (f.types.known ? (uint64_t)f.types.at.value : 1);
	r = kreader_take(s->r, NULL);
	if (r)
		return r;
	/* the first one is on a list with another base, that of its part for alloc_percpu() */
	if (search_chunk(s, base))
		return 0;
	return search_lists(s, &f, lists, n);
}

int percpu_find(struct kreader *r, const struct knames *names, uint64_t vaddr, struct percpu_place *out)
{
	struct percpu_search s = { .r = r, .vaddr = vaddr, .steps = MAX_STEPS, .out = out };
	uint64_t start, end;
	int result = kcpus_read(names, r, &s.cpus);

	*out = (struct percpu_place){ 0 };
	if (!result && !kvariable(names, "__per_cpu_start", &start) && !kvariable(names, "__per_cpu_end", &end) &&
	    search_static(&s, start, end))
		goto out;
	/* a kernel for one CPU has no chunks */
	if (!result)
		result = s.cpus.offsets ? search_chunks(&s, names) : -ENOENT;
out:
	kreader_take(r, NULL);
	return result;
}
