/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/object/percpu.h"

#include <errno.h>

#include "base/bytes.h"

struct kbits kbits_of(struct kreader *r, uint64_t vaddr, uint64_t nbits)
{
	return (struct kbits){ .r = r, .vaddr = vaddr, .end = nbits };
}

/* All bits below end, of no memory. */
static struct kbits all_bits(uint64_t nbits)
{
	return (struct kbits){ .end = nbits };
}

/* The word that has the next bit. */
static void load(struct kbits *b, unsigned int word_bytes)
{
	uint64_t i = b->next / (8 * word_bytes);
	int r;

	if (b->loaded == i + 1)
		return;
	r = kptr_at(b->r, b->vaddr + i * word_bytes, &b->word);
	if (r && !b->error)
		b->error = r;
	b->loaded = i + 1;
}

bool kbits_next(struct kbits *b)
{
	while (b->next < b->end) {
		unsigned int bytes = b->r ? kreader_word(b->r) : 8, in_word = b->next % (8 * bytes);
		uint64_t rest;

		if (!b->r) {
			b->bit = b->next++;
			return true;
		}
		load(b, bytes);
		rest = b->word >> in_word;
		if (!rest) {
			b->next += 8 * bytes - in_word;
			continue;
		}
		b->bit = b->next + (unsigned int)__builtin_ctzll(rest);
		b->next = b->bit + 1;
		return b->bit < b->end;
	}
	return false;
}

int kcpus_read(const struct knames *names, struct kreader *r, struct kcpus *out)
{
	uint8_t raw[4];
	uint64_t vaddr;
	uint32_t n;
	int error;

	*out = (struct kcpus){ .n = 1 };
	error = kvariable(names, "nr_cpu_ids", &vaddr);
	if (error == -ENOENT && kvariable(names, "__per_cpu_offset", &vaddr) == -ENOENT)
		return 0;
	if (error)
		return error;
	error = kread(r, vaddr, raw, sizeof(raw));
	if (error)
		return error;
	n = get_u32(raw, kreader_big_endian(r));
	error = kvariable(names, "__per_cpu_offset", &out->offsets);
	if (error || !n || n > KCPUS_MAX)
		return error ? error : kreader_fail(r, -EIO, vaddr);
	out->n = n;
	/* until 4.4 pointers to constant masks */
	if (kvariable(names, "__cpu_possible_mask", &out->possible))
		out->possible = 0;
	if (kvariable(names, "__cpu_online_mask", &out->online))
		out->online = 0;
	return 0;
}

int kpercpu(struct kreader *r, const struct kcpus *cpus, unsigned int cpu, uint64_t vaddr, uint64_t *out)
{
	uint64_t offset = 0;
	int error = 0;

	if (cpu >= cpus->n)
		return -ENOENT;
	if (cpus->offsets)
		error = kptr_at(r, cpus->offsets + (uint64_t)cpu * kreader_word(r), &offset);
	*out = kernel_wrap(kreader_kernel(r), vaddr + offset);
	return error;
}

struct kbits kcpus_each(struct kreader *r, const struct kcpus *cpus, bool online)
{
	uint64_t mask = online ? cpus->online : cpus->possible;

	return mask ? kbits_of(r, mask, cpus->n) : all_bits(cpus->n);
}

int64_t kpercpu_sum(struct kreader *r, const struct kcpus *cpus, uint64_t vaddr)
{
	int64_t sum = 0;
	uint64_t at;

	for (struct kbits b = kcpus_each(r, cpus, false); kbits_next(&b);)
		if (!kpercpu(r, cpus, (unsigned int)b.bit, vaddr, &at))
			sum += kint(r, at, 4);
	return sum;
}
