/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 5.10 and later: struct printk_ringbuffer (kernel/printk/printk_ringbuffer.c). */
#include "kernel/log/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

#define NO_BLOCK 0		/* else the offset of the block + 1 */
#define SOME_BLOCKS UINT64_MAX

static int ring_fields(const struct kernel *k, struct ring *g)
{
	const struct printk_field fields[] = {
		{ "printk_ringbuffer", &g->rb_size, vmci_size },
		{ "printk_ringbuffer.desc_ring", &g->desc_ring, vmci_offset },
		{ "printk_ringbuffer.text_data_ring", &g->text_ring, vmci_offset },
		{ "prb_desc_ring.count_bits", &g->count_bits, vmci_offset },
		{ "prb_desc_ring.descs", &g->descs, vmci_offset },
		{ "prb_desc_ring.infos", &g->infos, vmci_offset },
		{ "prb_desc_ring.head_id", &g->head_id, vmci_offset },
		{ "prb_desc_ring.tail_id", &g->tail_id, vmci_offset },
		{ "prb_data_ring.size_bits", &g->size_bits, vmci_offset },
		{ "prb_data_ring.data", &g->data, vmci_offset },
		{ "atomic_long_t.counter", &g->counter, vmci_offset },
		{ "prb_desc", &g->desc_size, vmci_size },
		{ "prb_desc.state_var", &g->state_var, vmci_offset },
		{ "prb_desc.text_blk_lpos", &g->blk_lpos, vmci_offset },
		{ "prb_data_blk_lpos.begin", &g->begin, vmci_offset },
		{ "prb_data_blk_lpos.next", &g->next, vmci_offset },
		{ "printk_info", &g->info_size, vmci_size },
		{ "printk_info.ts_nsec", &g->ts_nsec, vmci_offset },
		{ "printk_info.text_len", &g->text_len, vmci_offset },
	};
	int r = printk_fields(k, fields, ARRAY_SIZE(fields));

	if (r)
		return r;
	g->word = k->word_bytes;
	g->state_shift = g->word * 8 - 2;
	g->id_mask = ((uint64_t)1 << g->state_shift) - 1;
	/* every field that is read below lies inside its structure */
	if (g->desc_size < 3 * g->word || g->desc_size > 4096 || g->info_size < 18 || g->info_size > 4096 ||
	    g->state_var + g->counter > g->desc_size - g->word || g->blk_lpos + g->begin > g->desc_size - g->word ||
	    g->blk_lpos + g->next > g->desc_size - g->word || g->ts_nsec > g->info_size - 8 ||
	    g->text_len > g->info_size - 2)
		return fail(EIO, "dmesg: structure sizes in VMCOREINFO do not fit together");
	return 0;
}

static bool fits(const struct ring *g, uint64_t offset, uint64_t bytes)
{
	return offset <= g->info_size && bytes <= g->info_size - offset;
}

/*
 * What dmesg can do without. Since 5.10 facility is the byte behind text_len, flags and level share the next; VMCOREINFO
 * has the rest.
 */
static void ring_optional_fields(const struct kernel *k, struct ring *g)
{
	const struct vmcoreinfo *v = &k->vmci;
	uint64_t dev;

	g->has_seq = !vmci_offset(v, "printk_info.seq", &g->seq) && fits(g, g->seq, 8);
	g->has_level = fits(g, g->text_len, 4);
	g->has_caller = !vmci_offset(v, "printk_info.caller_id", &g->caller) && fits(g, g->caller, 4);
	if (vmci_offset(v, "printk_info.dev_info", &dev) || vmci_offset(v, "dev_printk_info.subsystem", &g->subsystem) ||
	    vmci_offset(v, "dev_printk_info.device", &g->device) ||
	    vmci_length(v, "printk_info_subsystem", &g->subsystem_max) ||
	    vmci_length(v, "printk_info_device", &g->device_max) || !fits(g, dev, 0))
		return;
	g->has_device = !add_overflows(g->subsystem, dev, &g->subsystem) && fits(g, g->subsystem, g->subsystem_max) &&
			!add_overflows(g->device, dev, &g->device) && fits(g, g->device, g->device_max);
}

static int ring_load(const struct kernel *k, struct ring *g)
{
	/* of a large ring few are in use as a rule: it is made for records of 32 bytes */
	uint64_t n = ((g->head - g->tail) & g->id_mask) + 1, first = n > g->count ? 0 : g->tail % g->count;
	int r;

	n = min_u64(n, g->count);
	if ((r = printk_memory_read_round(k, "the log's descriptors", g->descs_at, g->count * g->desc_size, first * g->desc_size,
					  n * g->desc_size, &g->descs_mem)) ||
	    (r = printk_memory_read_round(k, "the log's records", g->infos_at, g->count * g->info_size, first * g->info_size,
					  n * g->info_size, &g->infos_mem)))
		return r;
	return printk_memory_read(k, "the log's text", g->text_at, g->text_size, &g->text_mem);
}

/* The text block of a descriptor. false: it has no text. */
static bool ring_text(const struct ring *g, const char *desc, bool big, uint64_t text_len, const char **text, size_t *len)
{
	uint64_t begin = get_uint(desc + g->blk_lpos + g->begin, g->word, big);
	uint64_t next = get_uint(desc + g->blk_lpos + g->next, g->word, big);
	uint64_t from = begin % g->text_size, to = next % g->text_size, room;

	/* positions with the lowest bit set mean: no data, or lost (printk_ringbuffer.c: FAILED_LPOS, NO_LPOS) */
	if ((begin & 1) || (next & 1) || begin == next)
		return false;
	if (from > to) {		/* the block did not fit in front of the end: it is at the start */
		if (to == 0)		/* ... or it ends just there */
			to = g->text_size;
		else
			from = 0;
	}
	room = to - from;
	if (room < g->word)		/* each block starts with the id of its descriptor */
		return false;
	*text = g->text_mem.data + from + g->word;
	*len = (size_t)min_u64(text_len, room - g->word);
	return true;
}

/* The highest id of a record that is in its slot; where the ring's own idea of it is damaged. */
static uint64_t ring_newest(const struct ring *g, bool big)
{
	uint64_t newest = 0;

	for (uint64_t i = 0; i < g->count; i++) {
		uint64_t state = ring_state(g, &g->descs_mem, i, big);

		if (ring_is_written(g, state) && (state & g->id_mask) % g->count == i)
			newest = max_u64(newest, state & g->id_mask);
	}
	return newest;
}

/*
 * clear_seq: the number of the first record after the last clear. A plain number in 5.10; since 5.11 a latch of two
 * copies, of which the lowest bit of its count tells the one that is not being written (seqcount_latch_t, first member).
 */
static int ring_clear_seq(const struct kernel *k, struct ring *g)
{
	uint64_t vaddr, size, val, latch;
	int r = 0;

	if (vmci_symbol(&k->vmci, "clear_seq", &vaddr) || vmci_offset(&k->vmci, "printk_info.seq", &g->seq))
		return fail(ENOENT, "dmesg-partial: VMCOREINFO does not tell when the log was cleared");
	if (!g->has_seq)
		return fail(EIO, "dmesg-partial: structure sizes in VMCOREINFO do not fit together");
	if (!vmci_size(&k->vmci, "latched_seq", &size) && !vmci_offset(&k->vmci, "latched_seq.val", &val)) {
		if (size < 20 || val > size - 16)
			return fail(EIO, "dmesg-partial: structure sizes in VMCOREINFO do not fit together");
		r = printk_read_uint(k, vaddr, 4, &latch);
		vaddr += val + (r ? 0 : (latch & 1) * 8);
	}
	if (!r)
		r = printk_read_uint(k, vaddr, 8, &g->clear_seq);
	return r ? fail(-r, "dmesg-partial: cannot read clear_seq at %#llx: %s", (unsigned long long)vaddr,
			strerror(-r)) : 0;
}

/* The numbers of records whose own one is lost: told by the first record that has it. */
static void ring_count_ahead(struct ring *g, uint64_t n, bool big)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t id = (g->tail + i) & g->id_mask, slot = id % g->count, state = ring_state(g, &g->descs_mem, slot, big);

		if ((state & g->id_mask) != id || !ring_is_written(g, state) ||
		    ring_hole(&g->infos_mem, slot, g->info_size))
			continue;
		g->seq_ahead = get_u64(g->infos_mem.data + slot * g->info_size + g->seq, big) - id;
		g->knows_ahead = true;
		return;
	}
}

/*
 * Each block of text starts with the id of its descriptor, which is how the text of one that is lost is found. A block that
 * goes round has its id at both places, and the text at the start. Memory that was never written looks like id 0.
 */
static int ring_find_blocks(struct ring *g, uint64_t n, bool big)
{
	g->blocks = memory_calloc(g->count, sizeof(*g->blocks));
	if (!g->blocks)
		return -ENOMEM;
	for (uint64_t at = 0; at + g->word <= g->text_size; at += g->word) {
		uint64_t id = get_uint(g->text_mem.data + at, g->word, big), *block = &g->blocks[id % g->count];

		if (!id || id > g->id_mask || ((id - g->tail) & g->id_mask) >= n ||
		    !ring_hole(&g->descs_mem, id % g->count, g->desc_size))
			continue;
		if (*block == NO_BLOCK)
			*block = at + 1;
		else if (*block != 1)
			*block = SOME_BLOCKS;
	}
	return 0;
}

/* The text of a record without a descriptor, if info is its own and there is one text only. */
static bool ring_found_text(const struct ring *g, uint64_t id, const char *info, bool big, struct printk_entry *e)
{
	uint64_t block = g->blocks ? g->blocks[id % g->count] : NO_BLOCK, len = get_u16(info + g->text_len, big);

	if (block == NO_BLOCK || block == SOME_BLOCKS || !g->knows_ahead || e->seq != ((id + g->seq_ahead) & g->id_mask) ||
	    len > g->text_size - g->word - (block - 1))
		return false;
	e->text = g->text_mem.data + block - 1 + g->word;
	e->text_len = (size_t)len;
	return true;
}

static void ring_entry(const struct ring *g, const char *info, bool big, struct printk_entry *e)
{
	*e = (struct printk_entry){ .ts_nsec = get_u64(info + g->ts_nsec, big) };
	if (g->has_seq)
		e->seq = get_u64(info + g->seq, big);
	if (g->has_level)
		printk_entry_level(e, info + g->text_len + 2, big);
	e->has_caller = g->has_caller;
	if (g->has_caller)
		e->caller = get_u32(info + g->caller, big);
	if (g->has_device) {
		e->subsystem = info + g->subsystem;
		e->subsystem_max = g->subsystem_max;
		e->device = info + g->device;
		e->device_max = g->device_max;
	}
}

/* One record. false: it was being written, or is damaged. */
static bool ring_record(const struct ring *g, uint64_t id, bool partial, struct printk_writer *w)
{
	uint64_t slot = id % g->count, seq = (id + g->seq_ahead) & g->id_mask, state;
	const char *desc = g->descs_mem.data + slot * g->desc_size;
	const char *info = g->infos_mem.data + slot * g->info_size;
	const struct printk_hole *hole, *desc_hole = ring_hole(&g->descs_mem, slot, g->desc_size);
	const struct printk_memory *m;
	bool big = w->k->big_endian;
	struct printk_entry e;

	if (!desc_hole) {
		state = ring_state(g, &g->descs_mem, slot, big);
		if ((state & g->id_mask) != id || !ring_is_written(g, state))
			return false;
	}
	hole = ring_hole(&g->infos_mem, slot, g->info_size);
	if (!hole) {
		ring_entry(g, info, big, &e);
		if (desc_hole && !ring_found_text(g, id, info, big, &e))
			hole = desc_hole;
	}
	/* the ring begins with a descriptor that never was a record: its number is in front of 0 */
	if (hole && g->knows_ahead && seq > g->id_mask / 2)
		return true;
	if (hole) {
		m = hole == desc_hole ? &g->descs_mem : &g->infos_mem;
		if (!partial || seq >= g->clear_seq)
			printk_write_lost(w, m, hole, 1, seq, w->last_ts);
		return true;
	}
	if (partial && e.seq < g->clear_seq)
		return true;
	if (!desc_hole && !ring_text(g, desc, big, get_u16(info + g->text_len, big), &e.text, &e.text_len))
		return true;
	m = &g->text_mem;
	hole = printk_memory_hole(m, (uint64_t)(e.text - m->data), e.text_len);
	if (hole)
		printk_write_lost(w, m, hole, 1, e.seq, e.ts_nsec);
	else
		printk_write_record(w, &e);
	return true;
}

int printk_ring_render(const struct kernel *k, bool partial, struct printk_writer *w)
{
	struct ring g = { 0 };
	uint64_t n, lost = 0;
	int r = ring_fields(k, &g);

	if (!r)
		ring_optional_fields(k, &g);
	if (!r && partial)
		r = ring_clear_seq(k, &g);
	if (!r)
		r = ring_find_head(k, w->facts, &g);
	if (!r)
		r = ring_load(k, &g);
	if (r)
		goto out_free;
	n = ((g.head - g.tail) & g.id_mask) + 1;
	if (n > g.count) {
		log_warn("dmesg: the log's head and tail do not fit together; showing all records that look valid");
		g.tail = ring_newest(&g, k->big_endian) - (g.count - 1);
		n = g.count;
	}
	if (g.head_error)
		printk_write_lost_head(w, g.head_at, g.head_error, g.may_be_older ?
				       "these records were found without it, and newer ones may be elsewhere" :
				       "the records were found without it");
	if (g.has_seq && (g.descs_mem.nholes || g.infos_mem.nholes))
		ring_count_ahead(&g, n, k->big_endian);
	if (g.descs_mem.nholes && (r = ring_find_blocks(&g, n, k->big_endian)))
		goto out_free;
	for (uint64_t i = 0; i < n; i++)
		lost += !ring_record(&g, (g.tail + i) & g.id_mask, partial, w);
	printk_writer_end(w);
	if (lost)
		log_debug("dmesg: %llu log records were being written or are damaged", (unsigned long long)lost);
out_free:
	printk_memory_free(&g.descs_mem);
	printk_memory_free(&g.infos_mem);
	printk_memory_free(&g.text_mem);
	free(g.blocks);
	return r;
}
